"""The outside thing a target is: look at it, look at what it could be pointed at, ask for a change."""

from dataclasses import replace

import pytest
from tests.adapters.cloud import an_endpoint
from tests.world import CHAT

from responder.adapters import aws
from responder.adapters.in_memory import InMemoryRemediator
from responder.adapters.roles import RemediationRoles
from responder.adapters.sagemaker_endpoint import SageMakerEndpoint
from responder.domain.release import Artefacts
from responder.domain.rollback import CONFIG
from responder.domain.target import Touch
from responder.errors import NotThere
from responder.ports import Configuration, Remediator


@pytest.fixture(params=["twin", "sagemaker"])
def remediator(request: pytest.FixtureRequest) -> Remediator:
    """Stand on chat-v2, with chat-v1 to go back to."""
    if request.param == "twin":
        twin = InMemoryRemediator()
        twin.stand(CHAT, "chat-v2")
        for version in ("v1", "v2"):
            known = Artefacts({"config": f"sha-{version}", f"model/chat-{version}": f"sha-{version}"})
            twin.configurations[f"chat-{version}"] = Configuration(("AllTraffic",), known)
        return twin
    request.getfixturevalue("cloud")
    an_endpoint("chat", "chat-v2", others=("chat-v1",))
    return SageMakerEndpoint(RemediationRoles("", aws.make_client("sts")))


def test_an_endpoint_in_service_is_settled_on_its_configuration(remediator: Remediator) -> None:
    seen = remediator.observe(CHAT)

    assert (seen.current, seen.settled, seen.failed) == ({CONFIG: "chat-v2"}, True, False)
    assert seen.shape == ("AllTraffic",)


def test_an_endpoint_that_does_not_exist_is_not_there(remediator: Remediator) -> None:
    with pytest.raises(NotThere):
        remediator.observe(replace(CHAT, touch=Touch(sagemaker_endpoint="gone")))


def test_a_configuration_is_known_by_its_shape_and_its_digests(remediator: Remediator) -> None:
    found = remediator.configuration(CHAT, "chat-v1")

    assert found.shape == ("AllTraffic",)
    assert {"config", "model/chat-v1"} <= found.artefacts.digests.keys()
    assert not found.artefacts.missing


def test_two_releases_have_different_digests(remediator: Remediator) -> None:
    first, second = (remediator.configuration(CHAT, name).artefacts.digests for name in ("chat-v1", "chat-v2"))

    assert first["config"] != second["config"]


def test_a_configuration_that_does_not_exist_is_missing(remediator: Remediator) -> None:
    found = remediator.configuration(CHAT, "chat-v0")

    assert found.artefacts.missing
    assert not found.artefacts.digests
