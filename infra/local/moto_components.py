"""Inference components, which moto 5.2.5 does not know: made, looked at, and given another model, which takes a while.

What serves meanwhile is what served before, and whoever updates one that is being updated is refused, as by AWS.
"""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.responses import SageMakerResponse

Moto = Any  # moto's backends and responses, which are ours to extend at run time only
Fact = dict[str, Any]


@dataclass
class Component:
    """One component of an endpoint: what it serves, and what it is to serve once its time has come."""

    name: str
    endpoint: str
    arn: str
    variant: str
    specification: Fact
    coming: Fact | None = None
    done_at: float = 0.0
    made_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def settle(self) -> None:
        """Serve what was asked for, once it has taken its time."""
        if self.coming is not None and time.monotonic() >= self.done_at:
            self.specification, self.coming = self.coming, None

    def described(self) -> Fact:
        """Say what DescribeInferenceComponent says."""
        return {
            "InferenceComponentName": self.name,
            "InferenceComponentArn": f"{self.arn}:inference-component/{self.name}",
            "EndpointName": self.endpoint,
            "EndpointArn": f"{self.arn}:endpoint/{self.endpoint}",
            "VariantName": self.variant,
            "Specification": self.specification,
            "CreationTime": self.made_at,
            "LastModifiedTime": self.made_at,
            "InferenceComponentStatus": "InService" if self.coming is None else "Updating",
        }


def add_components(seconds: float) -> None:
    """Add the calls; an update takes so many seconds."""

    def create(response: Moto) -> Moto:
        backend, asked = response.sagemaker_backend, response._get_params()  # noqa: SLF001  # reaching into moto
        name, arn = asked["InferenceComponentName"], f"arn:aws:sagemaker:{backend.region_name}:{backend.account_id}"
        backend.describe_endpoint(asked["EndpointName"])
        made = Component(name, asked["EndpointName"], arn, asked["VariantName"], asked["Specification"])
        _of(backend)[name] = made
        return _arn(made)

    def describe(response: Moto) -> Moto:
        return ActionResult(_found(response).described())

    def update(response: Moto) -> Moto:
        found, asked = _found(response), response._get_params()  # noqa: SLF001  # as above
        if found.coming is not None:
            raise ValidationError(f'Cannot update inference component "{found.name}" while it is Updating.')
        found.coming, found.done_at = asked["Specification"], time.monotonic() + seconds
        return _arn(found)

    responses: Moto = SageMakerResponse
    responses.create_inference_component = create
    responses.describe_inference_component = describe
    responses.update_inference_component = update


def _of(backend: Moto) -> dict[str, Component]:
    """Give the components of this account and region; they are forgotten when the backend is."""
    components: dict[str, Component] = backend.__dict__.setdefault("components", {})
    return components


def _found(response: Moto) -> Component:
    name = response._get_params()["InferenceComponentName"]  # noqa: SLF001  # as above
    found = _of(response.sagemaker_backend).get(name)
    if found is None:
        raise ValidationError(f'Could not find inference component "{name}".')
    found.settle()
    return found


def _arn(component: Component) -> Moto:
    return ActionResult({"InferenceComponentArn": component.described()["InferenceComponentArn"]})
