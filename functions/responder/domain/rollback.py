"""Plan the way back to the last known good release, whatever kind of pointer says which release runs.

Only the pointer moves. An endpoint keeps its instance counts and weights, so both configurations must have
variants of the same names. An alias gives all its traffic to one version again. When the best candidate does
not qualify, the next one is taken; nothing else may be in flight.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from shlex import quote

from responder.domain.plain import canonical
from responder.domain.release import Release, candidates, last_known_good, running
from responder.domain.remediation import NoPlan, Plan, Surroundings
from responder.domain.runbook import Action, Step
from responder.domain.target import Target
from responder.domain.touch import TouchKind

CONFIG = "endpoint_config"
VERSION = "version"
CANARY = "canary"
NO_KNOWN_GOOD = "no_known_good"


@dataclass(frozen=True)
class Pointer:
    """How a kind of thing is pointed at a release: as plan values, and as a person types it."""

    word: str
    at: Callable[[str], dict[str, str]]
    command: Callable[[Target, Mapping[str, str]], str]


def plan_rollback(target: Target, kind: TouchKind, step: Step, around: Surroundings) -> Plan | NoPlan:
    """Choose the release to go back to; every precondition that fails is named."""
    seen, word = around.seen, POINTERS[kind].word
    if seen.failed or not seen.settled:
        return NoPlan("not_settled", f"the {word} is {seen.state}; something else is in flight")
    choices = candidates(around.releases, seen.release, around.left)
    good, refused = last_known_good(choices, around.configurations, seen.shape)
    if good is None:
        return NoPlan(NO_KNOWN_GOOD, _why_none(around.releases, seen.release, refused))
    return _plan(target, kind, step, around, good)


def _plan(target: Target, kind: TouchKind, step: Step, around: Surroundings, good: Release) -> Plan:
    pointer, before, current = POINTERS[kind], around.seen.current, around.seen.release
    bad = running(around.releases, current)
    desired, name = pointer.at(good.config), f"{pointer.word} {target.touch.names[kind]}"
    return Plan(
        action=Action.ROLLBACK,
        kind=kind,
        resource=target.things[kind],
        before=before,
        desired=desired,
        converge_within=step.converge_within,
        says=f"roll {name} back from {bad.version if bad else current} to {good.version} ({good.known_good} good)",
        command=pointer.command(target, desired),
        undo_command=pointer.command(target, before),
        leaves=current,
        drift=f"the declared state (pipeline, Git) may still name {current}; the next deploy would bring it back",
    )


def _endpoint(target: Target, values: Mapping[str, str]) -> str:
    return (
        f"aws sagemaker update-endpoint --region {quote(target.region)}"
        f" --endpoint-name {quote(target.touch.sagemaker_endpoint or '')}"
        f" --endpoint-config-name {quote(values.get(CONFIG, ''))} --retain-all-variant-properties"
    )


def alias_command(target: Target, values: Mapping[str, str]) -> str:
    """Write how a person moves the alias; without weights the routing is emptied, not left as it is."""
    named, weights = target.touch.lambda_alias, dict(w.split("=") for w in values.get(CANARY, "").split(",") if w)
    routing = canonical({"AdditionalVersionWeights": {version: float(weight) for version, weight in weights.items()}})
    function, alias = (quote(named.function), quote(named.alias)) if named else ("", "")
    return (
        f"aws lambda update-alias --region {quote(target.region)} --function-name {function} --name {alias}"
        f" --function-version {quote(values.get(VERSION, ''))}"
        f" --routing-config {quote(routing)}"
    )


def _parameter(target: Target, values: Mapping[str, str]) -> str:
    named = target.touch.version_parameter
    return (
        f"aws ssm put-parameter --region {quote(target.region)} --name {quote(named.parameter if named else '')}"
        f" --value {quote(values.get(VERSION, ''))} --overwrite"
    )


POINTERS: Mapping[TouchKind, Pointer] = {
    TouchKind.SAGEMAKER_ENDPOINT: Pointer("endpoint", lambda config: {CONFIG: config}, _endpoint),
    TouchKind.LAMBDA_ALIAS: Pointer("alias", lambda version: {VERSION: version, CANARY: ""}, alias_command),
    TouchKind.VERSION_PARAMETER: Pointer("parameter", lambda version: {VERSION: version}, _parameter),
}


def _why_none(releases: Sequence[Release], current: str, refused: tuple[str, ...]) -> str:
    if refused:
        return "no known good release can be trusted: " + "; ".join(refused)
    others = [r.version for r in releases if r.config != current]
    if not others:
        return "no earlier release is recorded; vouch for one with: responder releases adopt"
    return f"none of {', '.join(others)} is known to be good; vouch for one with: responder releases adopt"


def release_facts(around: Surroundings, now_s: float) -> Mapping[str, str | float]:
    """Return what conditions may read under `release`; empty when the running release carries no marker."""
    release = running(around.releases, around.seen.release)
    if release is None:
        return {}
    return {"version": release.version, "age_s": now_s - release.marked_at.timestamp()}
