"""The demonstration: a release that is slow, and what the responder does about it, live."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from infra.local import story
from infra.local.errors import LocalCloudError
from infra.local.house import House, Plan, up
from infra.local.journal import Entry, Locked, read_audit
from infra.local.pipeline import deliver, mark, respond_command
from infra.local.practice import built_artifact
from infra.local.progress import Progress, Say, write
from infra.local.recorded import post_recorded
from infra.local.seed import ENDPOINT
from infra.local.watch import Watch

WARM_UP_SECONDS = 60.0
PATIENCE_SECONDS = 150.0
WATCHED = ("decided", "acted", "converged", "verified", "closed")
"""What a trail must hold to be called complete."""


def run_demo(say: Progress) -> None:
    """Run it; raise with the reason unless the service recovered and the trail is complete."""
    with up(Plan(built_artifact()), say) as house:
        heal(house, say)


def heal(house: House, say: Say) -> None:
    """Let a good release become known good, release a slow one, and watch until the incident is over."""
    mark(house, "v1")
    say("release v1 is in service and marked; it has to run well for a while to be known good")
    watch = Watch(house)
    if house.metrics:
        _until(watch, say, WARM_UP_SECONDS, lambda: _is_known_good(watch))
        if not _is_known_good(watch):
            raise LocalCloudError(f"release v1 ran for {WARM_UP_SECONDS:.0f} s and is still not known to be good")
    else:
        say("without Prometheus nothing can be measured: a person vouches for v1")
        respond_command(house, "releases", "adopt", ENDPOINT, "--version", "v1")
    say("the pipeline releases v2, which is slow")
    deliver(house, "v2")
    if house.metrics is None:
        say("without Prometheus the alert is a recorded one, and the responder may only suggest")
        post_recorded(house)
    _until(watch, say, PATIENCE_SECONDS, lambda: _is_over(house, watch.entries))
    _conclude(house, watch.entries, say)


def _until(watch: Watch, say: Say, seconds: float, over: Callable[[], bool]) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not over():
        for line in watch.news():
            say(line)
        time.sleep(0.4)


def _is_known_good(watch: Watch) -> bool:
    return any(record["type"].endswith(".soaked") for record in watch.records)


def _is_over(house: House, entries: list[Entry]) -> bool:
    last = "closed" if house.metrics else "told"
    return any(entry.kind == last for entry in entries)


def _conclude(house: House, entries: list[Entry], say: Say) -> None:
    trail = read_audit(house.clouds, house.stack.outputs["AuditBucket"])
    if fault := find_fault(entries, trail, acted=house.metrics is not None):
        sweeps = f"; the sweeper last failed with {house.sweeper.failures[-1]}" if house.sweeper.failures else ""
        raise LocalCloudError(f"it did not work: {fault}{sweeps}")
    write("\nThe audit trail:\n")
    for one in sorted(trail, key=lambda one: (one.record["time"], one.key)):
        write(f"{_line(one.record)}  [{one.mode}]")
    write("")
    say("recovered, and the trail is complete" if house.metrics else "suggested, and a person was told")


def find_fault(entries: list[Entry], trail: list[Locked], *, acted: bool) -> str | None:
    """Say what is missing from a good ending, nothing when nothing is."""
    kinds = [entry.kind for entry in entries]
    if not entries:
        return "no alert reached the responder"
    if missing := [kind for kind in (WATCHED if acted else ("decided", "told")) if kind not in kinds]:
        return f"the journal ends with {entries[-1].kind}, without {', '.join(missing)}"
    endings = [entry.data.get("disposition") for entry in entries if entry.kind == "closed"]
    if acted and endings != ["recovered"]:
        return f"the incident ended as {endings}, not as recovered"
    in_audit = {(one.record["data"]["stream"], one.record["data"]["seq"]) for one in trail}
    if unexported := [
        entry for entry in entries if not any(entry.incident in stream and seq == entry.seq for stream, seq in in_audit)
    ]:
        return f"{len(unexported)} journal entries are not in the audit"
    if unlocked := [one.key for one in trail if not one.mode]:
        return f"{unlocked[0]} is not locked"
    return None


def _line(record: Mapping[str, Any]) -> str:
    kind = record["type"].rsplit(".", 1)[-1]
    return f"{record['time'][11:23]}  {kind:11}{story.tell(kind, record['data'])}"
