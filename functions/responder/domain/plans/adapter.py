"""Plan to have the newest known good adapter on every replica, whatever each of them has now.

A load that failed leaves replicas apart: some have the new version, some the old one, some none. Replicas move one
by one, so the plan names what each of them has and shall have. What is known good and stands everywhere is not left:
then it was another version that could not be loaded.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from responder.domain.plans.rollback import NO_KNOWN_GOOD, plan_to, why_none
from responder.domain.release import Release, candidates, last_known_good, running
from responder.domain.remediation import AS_DECLARED, NoPlan, Plan, Surroundings
from responder.domain.runbook import Action, Step
from responder.domain.target import Target
from responder.domain.touch import TouchKind

WORST_CASE = timedelta(seconds=30)  # an engine reads weights while we wait


def plan_adapter(target: Target, kind: TouchKind, step: Step, around: Surroundings) -> Plan | NoPlan:
    """Choose the version every replica shall have; say why when one cannot be asked, or all have it."""
    seen, name = around.seen, target.touch.names[kind]
    if not seen.settled:
        return NoPlan("not_settled", f"adapter {name}: {seen.state}; what every replica has is not known")
    stands = running(around.releases, seen.release)
    if stands and stands.known_good and not stands.blamed:
        return NoPlan(AS_DECLARED, f"every replica has {name} {stands.version}, which is known to be good")
    choices = candidates(around.releases, seen.release, around.left)
    good, refused = last_known_good(choices, around.configurations, seen.shape)
    if good is None:
        return NoPlan(NO_KNOWN_GOOD, why_none(around.releases, seen.release, refused))
    made = plan_to(good, target, kind, step, replace(around, seen=replace(seen, release=_leaves(good, around))))
    if made.before == made.desired:
        return NoPlan(AS_DECLARED, f"every replica has {name} {good.version} already")
    says = f"load adapter {name} {good.version} ({good.known_good} good) on every replica; now {_told(seen.current)}"
    drift = made.drift if made.leaves else None
    return replace(made, action=Action.RESTORE_ADAPTER, says=says, worst_case=WORST_CASE, drift=drift)


def _leaves(good: Release, around: Surroundings) -> str:
    """Return the version that is gone away from: of several the one that was marked last."""
    others = set(around.seen.current.values()) - {"", good.config}
    marked = {release.config: release.marked_at.timestamp() for release in around.releases}
    return max(sorted(others), key=lambda path: marked.get(path, 0.0), default="")


def _told(current: Mapping[str, str]) -> str:
    counted = Counter(current.values())
    return ", ".join(f"{path or 'nothing'} on {times}" for path, times in sorted(counted.items()))
