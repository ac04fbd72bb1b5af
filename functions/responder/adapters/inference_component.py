"""A SageMaker inference component as a target: look at it, and give it another artefact, be it a model or an adapter.

Only the artefact moves: image, environment, memory and copies stay as they are described. UpdateInferenceComponent
takes whole specifications and compares nothing, so that what is sent is what stood there a moment before, looked at
again, with the one name in it exchanged.
"""

from collections.abc import Mapping
from typing import Any

from responder.adapters.answers import ask_once, look
from responder.adapters.roles import RemediationRoles
from responder.adapters.sagemaker_artefacts import look_at_model, look_at_object
from responder.domain.plans.rollback import ARTEFACT, IN_S3
from responder.domain.release import Artefacts, Configuration
from responder.domain.remediation import Outcome, Snapshot
from responder.domain.target import Target
from responder.errors import ActionFailed, CannotKnow, NotThere

Fact = dict[str, Any]
_SETTLED = "InService"
_FAILED = frozenset({"Failed", "Deleting"})


class InferenceComponent:
    """One call to look at it, two to change it."""

    def __init__(self, roles: RemediationRoles) -> None:
        self._roles = roles

    def observe(self, target: Target) -> Snapshot:
        return _snapshot(self._described(target))

    def configuration(self, target: Target, name: str) -> Configuration:
        try:
            sagemaker, s3 = (self._roles.client(service, target) for service in ("sagemaker", "s3"))
        except ActionFailed as error:
            return Configuration((), Artefacts(missing=(f"{name} ({error})",)))
        found = look_at_object(s3, name) if name.startswith(IN_S3) else look_at_model(sagemaker, s3, name)
        return Configuration(_sort(name), found)

    def apply(self, target: Target, seen: Snapshot, desired: Mapping[str, str], token: str) -> Outcome:
        try:
            found = self._described(target)
        except (CannotKnow, NotThere) as error:
            return Outcome("refused", f"nothing was asked: {error}")
        now = _snapshot(found)
        if (now.current, now.settled) != (seen.current, seen.settled):
            return Outcome("refused", f"it changed since it was looked at: {now.state}, {now.release}")
        asked = {
            "InferenceComponentName": _component(target),
            "Specification": _with(found["Specification"], desired[ARTEFACT]),
        }
        return ask_once(self._roles, "sagemaker", target, token, lambda c: c.update_inference_component(**asked))

    def _described(self, target: Target) -> Fact:
        name = _component(target)
        what = f"inference component {name}"
        found: Fact = look(
            self._roles,
            "sagemaker",
            target,
            what,
            lambda c: c.describe_inference_component(InferenceComponentName=name),
        )
        if found.get("Specifications"):
            raise NotThere(f"{what} has a specification for each instance type; only a single one can be rolled back")
        return found


def _snapshot(found: Fact) -> Snapshot:
    artefact, status = _artefact(found.get("Specification", {})), found.get("InferenceComponentStatus", "")
    return Snapshot(
        current={ARTEFACT: artefact},
        state=status,
        settled=status == _SETTLED,
        failed=status in _FAILED,
        shape=_sort(artefact),
        says=found.get("FailureReason", ""),
        release=artefact,
    )


def _artefact(specification: Fact) -> str:
    """Name what it serves: a model of SageMaker's, else the object its container loads."""
    return str(specification.get("ModelName") or specification.get("Container", {}).get("ArtifactUrl", ""))


def _sort(artefact: str) -> tuple[str, ...]:
    """A model is never put in the place of an object, nor the other way round."""
    return ("artefact",) if artefact.startswith(IN_S3) else ("model",)


def _with(specification: Fact, artefact: str) -> Fact:
    """Exchange the artefact; an image is described otherwise than it is asked for."""
    if not artefact.startswith(IN_S3):
        return {**specification, "ModelName": artefact}
    container = {key: value for key, value in specification["Container"].items() if key != "DeployedImage"}
    image = specification["Container"].get("DeployedImage", {}).get("SpecifiedImage")
    return {**specification, "Container": {**container, **({"Image": image} if image else {}), "ArtifactUrl": artefact}}


def _component(target: Target) -> str:
    if not target.touch.inference_component:
        raise NotThere(f"{target.name} names no inference component")
    return target.touch.inference_component
