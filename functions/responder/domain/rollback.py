"""Plan the rollback of a SageMaker endpoint to its last known good configuration.

Only the configuration's name moves; instance counts and weights stay (`RetainAllVariantProperties`), so the
variants of both configurations must have the same names, and nothing else may be in flight.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from responder.domain.release import Artefacts, Release, candidates, last_known_good, running
from responder.domain.remediation import Plan, Snapshot
from responder.domain.runbook import Action, Step
from responder.domain.target import Target

CONFIG = "endpoint_config"


@dataclass(frozen=True)
class NoPlan:
    """Why there is nothing safe to do."""

    reason: str
    says: str


@dataclass(frozen=True)
class Surroundings:
    """What a rollback was decided on: the endpoint, its releases, their artefacts and variant names as they are now."""

    seen: Snapshot
    releases: tuple[Release, ...]
    artefacts: dict[str, Artefacts]
    shapes: dict[str, tuple[str, ...]]


def plan_rollback(target: Target, step: Step, around: Surroundings) -> Plan | NoPlan:
    """Choose the release to go back to; every precondition that fails is named."""
    current = around.seen.current.get(CONFIG, "")
    if around.seen.failed or not around.seen.settled:
        return NoPlan("not_settled", f"the endpoint is {around.seen.state}; something else is in flight")
    good, refused = last_known_good(candidates(around.releases, current), around.artefacts)
    if good is None:
        return NoPlan("no_known_good", _why_none(around.releases, current, refused))
    shape = around.shapes.get(good.config, ())
    if shape != around.seen.shape:
        return NoPlan(
            "variants_differ", f"{good.config} has variants {_names(shape)}, the endpoint {_names(around.seen.shape)}"
        )
    return _plan(target, step, current, good, running(around.releases, current))


def _plan(target: Target, step: Step, current: str, good: Release, bad: Release | None) -> Plan:
    endpoint = target.touch.sagemaker_endpoint or ""
    return Plan(
        action=Action.ROLLBACK,
        resource=target.resource,
        before={CONFIG: current},
        desired={CONFIG: good.config},
        converge_within=step.converge_within,
        says=f"roll endpoint {endpoint} back from {bad.version if bad else current}"
        f" to {good.version} ({good.known_good} good)",
        command=_command(target, endpoint, good.config),
        undo_command=_command(target, endpoint, current),
    )


def _command(target: Target, endpoint: str, config: str) -> str:
    return (
        f"aws sagemaker update-endpoint --region {target.region} --endpoint-name {endpoint}"
        f" --endpoint-config-name {config} --retain-all-variant-properties"
    )


def _why_none(releases: Sequence[Release], current: str, refused: tuple[str, ...]) -> str:
    if refused:
        return "no known good release can be trusted: " + "; ".join(refused)
    others = [r.version for r in releases if r.config != current]
    if not others:
        return "no earlier release is recorded; vouch for one with: responder releases adopt"
    return f"none of {', '.join(others)} is known to be good; vouch for one with: responder releases adopt"


def _names(shape: Sequence[str]) -> str:
    return ", ".join(shape) or "(none)"


def surroundings_facts(around: Surroundings, now_s: float) -> Mapping[str, str | float]:
    """Return what conditions may read under `release`; empty when the running release carries no marker."""
    release = running(around.releases, around.seen.current.get(CONFIG, ""))
    if release is None:
        return {}
    return {"version": release.version, "age_s": now_s - release.marked_at.timestamp()}
