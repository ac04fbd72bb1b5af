"""A LoRA adapter on every replica of vLLM: see what each has loaded, and load another version in its place.

Replicas are asked side by side and move one by one. Engines compare nothing and remember nothing over a restart, so
that whoever asked looks again, and asks again for the replicas that stand elsewhere. An engine that is too old for
`load_inplace` says that the name is taken: there the adapter is unloaded first, its callers are refused for a moment.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

from responder.adapters.http import Answer, Http
from responder.adapters.keys import http_for
from responder.adapters.roles import RemediationRoles
from responder.adapters.sagemaker_artefacts import object_digest
from responder.domain.plain import canonical
from responder.domain.release import Artefacts, Configuration
from responder.domain.remediation import Outcome, Snapshot
from responder.domain.target import Target
from responder.domain.things.adapter import VERSION, Adapter, call_for
from responder.errors import ActionFailed, CannotKnow, NotThere

LOOK_S, LOAD_S = 3.0, 10.0
_TAKEN = "already been loaded"
_GONE = 404
_THEIR_FAULT = 500
Did = Literal["done", "refused", "lost"]


class VllmAdapter:
    """GET /v1/models to look; /v1/load_lora_adapter and /v1/unload_lora_adapter to change."""

    def __init__(self, roles: RemediationRoles) -> None:
        self._roles = roles

    def observe(self, target: Target) -> Snapshot:
        named = _named(target)
        http = http_for(self._roles, target, named.token, LOOK_S)
        found = _on_each(named.hosts, lambda host: _loaded(http, named, host))
        current = {host: path for host, path in found.items() if not isinstance(path, CannotKnow)}
        silent = [f"{host} ({why})" for host, why in found.items() if isinstance(why, CannotKnow)]
        if not current:
            raise CannotKnow(f"no replica of adapter {named.name} answers: {', '.join(silent)}")
        paths = set(current.values())
        return Snapshot(
            current=current,
            state=f"cannot ask {', '.join(silent)}"
            if silent
            else f"{len(paths)} version(s) on {len(current)} replicas",
            settled=not silent,
            release=paths.pop() if len(paths) == 1 and not silent else "",
            says="; ".join(f"{host}: {path or 'nothing'}" for host, path in sorted(current.items())),
            piecemeal=True,
        )

    def configuration(self, target: Target, name: str) -> Configuration:
        named = _named(target)
        version = named.version_of(name)
        if version is None:
            return Configuration((), Artefacts(missing=(f"{name!r}, which is no path of {named.path}",)))
        try:
            s3 = self._roles.client("s3", target)
        except ActionFailed as error:
            return Configuration((), Artefacts(missing=(f"{name} ({error})",)))
        digests = {place: object_digest(s3, place.replace(VERSION, version)) for place in named.objects}
        found = {f"adapter {place}": digest for place, digest in digests.items() if digest}
        return Configuration(
            (), Artefacts(found, tuple(f"{place} of {version}" for place, digest in digests.items() if not digest))
        )

    def apply(self, target: Target, seen: Snapshot, desired: Mapping[str, str], token: str) -> Outcome:  # noqa: ARG002  # engines know no sessions
        named = _named(target)
        try:
            http = http_for(self._roles, target, named.token, LOAD_S)
        except ActionFailed as error:
            return Outcome("refused", str(error))  # nothing was asked yet
        apart = [host for host, path in desired.items() if seen.current.get(host) != path]
        return _outcome(_on_each(apart, lambda host: _bring(http, named, host, desired[host])))


def _loaded(http: Http, named: Adapter, host: str) -> str | CannotKnow:
    """Return the path the name stands for on a replica, "" where it stands for nothing."""
    try:
        answer = http.ask("GET", f"{named.url(host)}/v1/models")
        if not answer.ok:
            return CannotKnow(f"HTTP {answer.status}")
        return next((str(m["root"]) for m in answer.json()["data"] if m["id"] == named.adapter and m.get("parent")), "")
    except CannotKnow as error:
        return error
    except (KeyError, TypeError) as error:
        return CannotKnow(f"the list of models has no {error}")


def _bring(http: Http, named: Adapter, host: str, path: str) -> tuple[Did, str]:
    """Bring one replica to a path; what it takes out and cannot find is out already."""
    did, says = _ask(http, named, host, path, over=True)
    if path and did == "refused" and _TAKEN in says:
        _ask(http, named, host, "", over=True)
        return _ask(http, named, host, path, over=False)
    return did, says


def _ask(http: Http, named: Adapter, host: str, path: str, *, over: bool) -> tuple[Did, str]:
    try:
        url = named.url(host) + call_for(path)
        answer = http.ask("POST", url, canonical(named.asked(path, over=over)).encode())
    except CannotKnow as error:
        return "lost", str(error)
    if answer.ok or (answer.status == _GONE and not path):
        return "done", answer.excerpt
    return ("refused" if _is_said(answer) else "lost"), f"HTTP {answer.status}: {answer.excerpt}"


def _is_said(answer: Answer) -> bool:
    """Tell an engine's own answer from a fault on the way: newer engines say 500 where weights do not fit."""
    return answer.status < _THEIR_FAULT or b'"error"' in answer.body


def _outcome(of_each: Mapping[str, tuple[Did, str]]) -> Outcome:
    """Where one replica followed, the change is under way, and is looked at and asked for until all have."""
    says = "; ".join(f"{host}: {said}" for host, (did, said) in sorted(of_each.items()) if did != "done")
    done = [host for host, (did, _) in of_each.items() if did == "done"]
    if done or not of_each:
        return Outcome(
            "accepted", f"{len(done)} of {len(of_each)} replicas followed; {says}"[:500] if says else "accepted"
        )
    lost = any(did == "lost" for did, _ in of_each.values())
    return Outcome("unknown" if lost else "refused", f"no replica followed; {says}"[:500])


def _on_each(hosts: Sequence[str], call: Callable[[str], Any]) -> dict[str, Any]:
    """Ask all replicas at once: the slowest decides how long it takes."""
    with ThreadPoolExecutor(max_workers=max(1, len(hosts))) as pool:
        return dict(zip(hosts, pool.map(call, hosts), strict=True))


def _named(target: Target) -> Adapter:
    if not target.touch.adapter:
        raise NotThere(f"{target.name} names no adapter")
    return target.touch.adapter
