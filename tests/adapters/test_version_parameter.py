"""What only the real parameter says; the rest is in the contract."""

from dataclasses import replace

import pytest
from tests.adapters.cloud import a_bucket, a_parameter
from tests.world import CHAT

from responder.adapters import aws
from responder.adapters.roles import RemediationRoles
from responder.adapters.version_parameter import VersionParameter
from responder.domain.plans.rollback import VERSION
from responder.domain.touch import Touch
from responder.domain.touch import VersionParameter as Touched

OBJECTS = ("s3://models/chat/{version}/model",)
TARGET = replace(CHAT, touch=Touch(version_parameter=Touched("/chat/version", OBJECTS)))


@pytest.fixture
def parameter(cloud: None) -> VersionParameter:  # noqa: ARG001  # gives the account
    a_parameter("/chat/version", "v2")
    return VersionParameter(RemediationRoles("", None))


def test_somebody_who_wrote_in_the_same_moment_is_told_of(parameter: VersionParameter) -> None:
    seen = parameter.observe(TARGET)
    aws.make_client("ssm").put_parameter(Name="/chat/version", Value="v3", Overwrite=True)

    done = parameter.apply(TARGET, seen, {VERSION: "v1"}, "action-1")

    assert done.result == "accepted"
    assert "somebody else wrote in the same moment" in done.says


@pytest.mark.parametrize("name", ["../other", "", "a/b", "v1 v2", "{version}"])
def test_what_is_no_version_is_put_into_no_name(parameter: VersionParameter, name: str) -> None:
    assert parameter.configuration(TARGET, name).artefacts.missing == (f"{name!r}, which is no version",)


def test_a_version_without_its_object_is_missing(parameter: VersionParameter) -> None:
    a_bucket("empty")
    target = replace(
        TARGET, touch=Touch(version_parameter=Touched("/chat/version", (*OBJECTS, "s3://empty/{version}")))
    )

    found = parameter.configuration(target, "v1").artefacts

    assert found.missing == ("s3://empty/v1",)
    assert "s3://models/chat/v1/model" in found.digests
