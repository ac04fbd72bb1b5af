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
from responder.domain.things.adapter import call_for
from responder.domain.touch import TouchKind

CONFIG = "endpoint_config"
VERSION = "version"
TASK = "task_definition"
CANARY = "canary"
ARTEFACT = "artefact"
IN_S3 = "s3://"
NO_KNOWN_GOOD = "no_known_good"


@dataclass(frozen=True)
class Pointer:
    """How a kind of thing is pointed at a release: as plan values, and as a person types it."""

    word: str
    at: Callable[[Target, str], dict[str, str]]
    command: Callable[[Target, Mapping[str, str]], str]


def plan_rollback(target: Target, kind: TouchKind, step: Step, around: Surroundings) -> Plan | NoPlan:
    """Choose the release to go back to; every precondition that fails is named."""
    seen, word = around.seen, POINTERS[kind].word
    if seen.failed or not seen.settled:
        return NoPlan("not_settled", f"the {word} is {seen.state}; something else is in flight")
    choices = candidates(around.releases, seen.release, around.left)
    good, refused = last_known_good(choices, around.configurations, seen.shape)
    if good is None:
        return NoPlan(NO_KNOWN_GOOD, why_none(around.releases, seen.release, refused))
    return plan_to(good, target, kind, step, around)


def plan_to(good: Release, target: Target, kind: TouchKind, step: Step, around: Surroundings) -> Plan:
    """Plan the way to a release that was chosen."""
    pointer, before, current = POINTERS[kind], around.seen.current, around.seen.release
    bad = running(around.releases, current)
    desired, name = pointer.at(target, good.config), f"{pointer.word} {target.touch.names[kind]}"
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


def _service(target: Target, values: Mapping[str, str]) -> str:
    named = target.touch.ecs_service
    return (
        f"aws ecs update-service --region {quote(target.region)} --cluster {quote(named.cluster if named else '')}"
        f" --service {quote(named.service if named else '')} --task-definition {quote(values.get(TASK, ''))}"
    )


def _component(target: Target, values: Mapping[str, str]) -> str:
    """Write what is described back with another artefact: SageMaker takes only whole specifications."""
    name = quote(target.touch.inference_component or "")
    named = f"--region {quote(target.region)} --inference-component-name {name}"
    return (
        f"aws sagemaker update-inference-component {named} --specification"
        f' "$(aws sagemaker describe-inference-component {named} --query Specification --output json'
        f' | jq -c {quote(_put_in(values.get(ARTEFACT, "")))})"'
    )


def _put_in(artefact: str) -> str:
    """Write the jq that puts an artefact in; images are described otherwise than they are asked for."""
    if not artefact.startswith(IN_S3):
        return f".ModelName = {canonical(artefact)}"
    image = "if .DeployedImage then .Image = .DeployedImage.SpecifiedImage | del(.DeployedImage) else . end"
    return f".Container.ArtifactUrl = {canonical(artefact)} | .Container |= ({image})"


def _on_every_replica(target: Target, path: str) -> dict[str, str]:
    return dict.fromkeys(target.touch.adapter.hosts, path) if target.touch.adapter else {}


def _adapter(target: Target, values: Mapping[str, str]) -> str:
    """Write one call for each replica, as a person would paste them; the key stays in their shell."""
    named = target.touch.adapter
    asked = [(named, host, path) for host, path in sorted(values.items())] if named else []
    return " && ".join(
        f"curl --fail-with-body -H \"Authorization: Bearer $VLLM_API_KEY\" -H 'Content-Type: application/json'"
        f" {quote(adapter.url(host) + call_for(path))} -d {quote(canonical(adapter.asked(path)))}"
        for adapter, host, path in asked
    )


POINTERS: Mapping[TouchKind, Pointer] = {
    TouchKind.SAGEMAKER_ENDPOINT: Pointer("endpoint", lambda _, config: {CONFIG: config}, _endpoint),
    TouchKind.LAMBDA_ALIAS: Pointer("alias", lambda _, version: {VERSION: version, CANARY: ""}, alias_command),
    TouchKind.VERSION_PARAMETER: Pointer("parameter", lambda _, version: {VERSION: version}, _parameter),
    TouchKind.ECS_SERVICE: Pointer("service", lambda _, task: {TASK: task}, _service),
    TouchKind.INFERENCE_COMPONENT: Pointer("inference component", lambda _, artefact: {ARTEFACT: artefact}, _component),
    TouchKind.ADAPTER: Pointer("adapter", _on_every_replica, _adapter),
}


def why_none(releases: Sequence[Release], current: str, refused: tuple[str, ...]) -> str:
    """Say why there is nothing to go back to, and what a person can do about it."""
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
