"""A document in AppConfig; moto has no environments, so every answer is scripted."""

import io
import json
from dataclasses import replace
from typing import Any

import pytest
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber
from tests.adapters.cloud import OneClient, scripted
from tests.world import CHAT

from responder.adapters.appconfig_document import AppConfigDocument
from responder.domain.plans.document import DOCUMENT
from responder.domain.remediation import Snapshot, Standing, classify
from responder.domain.things.documents import LimitsDocument as Touched
from responder.domain.touch import Touch, TouchKind
from responder.errors import CannotKnow, NotThere

APPLICATION, ENVIRONMENT, PROFILE = "abcdef1", "abcdef2", "abcdef3"
TARGET = replace(CHAT, touch=Touch(limits_document=Touched(APPLICATION, ENVIRONMENT, PROFILE, {"max_tokens": 256})))
HIGH, LOW = {DOCUMENT: '{"max_tokens":1024}'}, {DOCUMENT: '{"max_tokens":512}'}


@pytest.fixture
def script() -> Stubber:
    return scripted("appconfig")[1]


def _deployed(script: Stubber, *states: str) -> None:
    """Script deployments of version 1, 2, … in these states, oldest first."""
    items = [
        {"DeploymentNumber": n, "ConfigurationProfileId": PROFILE, "ConfigurationVersion": str(n), "State": state}
        for n, state in enumerate(states, start=1)
    ]
    asked = {"ApplicationId": APPLICATION, "EnvironmentId": ENVIRONMENT, "MaxResults": ANY}
    script.add_response("list_deployments", {"Items": items}, asked)


def _document(script: Stubber, version: int, text: str) -> None:
    asked = {"ApplicationId": APPLICATION, "ConfigurationProfileId": PROFILE, "VersionNumber": version}
    body = StreamingBody(io.BytesIO(text.encode()), len(text))
    script.add_response("get_hosted_configuration_version", {"Content": body}, asked)


def _document_of(script: Stubber) -> AppConfigDocument:
    return AppConfigDocument(TouchKind.LIMITS_DOCUMENT, OneClient(script.client))


def test_what_stands_is_the_document_deployed_last(script: Stubber) -> None:
    _deployed(script, "COMPLETE", "COMPLETE")
    _document(script, 2, '{ "max_tokens": 1024 }')

    seen = _document_of(script).observe(TARGET)

    assert (seen.current, seen.settled, seen.revision) == (HIGH, True, "2")


@pytest.mark.parametrize("state", ["VALIDATING", "DEPLOYING", "BAKING"])
def test_a_deployment_under_way_is_in_progress(script: Stubber, state: str) -> None:
    _deployed(script, "COMPLETE", state)
    _document(script, 1, HIGH[DOCUMENT])
    _document(script, 2, LOW[DOCUMENT])

    assert classify(_document_of(script).observe(TARGET), HIGH, LOW) is Standing.IN_PROGRESS


def test_a_deployment_that_was_rolled_back_changed_nothing(script: Stubber) -> None:
    _deployed(script, "COMPLETE", "ROLLED_BACK")
    _document(script, 1, HIGH[DOCUMENT])

    assert classify(_document_of(script).observe(TARGET), HIGH, LOW) is Standing.BEFORE


def test_other_documents_of_the_environment_are_left_out_but_count_for_what_came_last(script: Stubber) -> None:
    items = [
        {"DeploymentNumber": n, "ConfigurationVersion": "1", "State": "COMPLETE"}
        | ({"ConfigurationProfileId": PROFILE} if n == 1 else {})
        for n in (1, 2)
    ]
    asked = {"ApplicationId": APPLICATION, "EnvironmentId": ENVIRONMENT}
    script.add_response("list_deployments", {"Items": items}, {**asked, "MaxResults": ANY})
    script.add_response("get_deployment", {"ConfigurationProfileId": "another"}, {**asked, "DeploymentNumber": 2})
    _document(script, 1, HIGH[DOCUMENT])

    seen = _document_of(script).observe(TARGET)

    assert (seen.current, seen.revision) == (HIGH, "2")


def test_where_nothing_was_deployed_there_is_nothing(script: Stubber) -> None:
    _deployed(script)

    with pytest.raises(NotThere, match="nothing was ever deployed"):
        _document_of(script).observe(TARGET)


def test_a_document_that_is_not_json_is_not_known(script: Stubber) -> None:
    _deployed(script, "COMPLETE")
    _document(script, 1, "max_tokens: 1024")

    with pytest.raises(CannotKnow, match="not JSON"):
        _document_of(script).observe(TARGET)


def test_a_change_stores_the_document_and_deploys_it_on_top_of_what_was_seen(script: Stubber) -> None:
    stored: dict[str, Any] = {"ApplicationId": APPLICATION, "ConfigurationProfileId": PROFILE}
    kept = {**stored, "Content": LOW[DOCUMENT].encode(), "ContentType": "application/json", "Description": ANY}
    script.add_response("create_hosted_configuration_version", {"VersionNumber": 3}, kept)
    deployed = {
        **stored,
        "EnvironmentId": ENVIRONMENT,
        "DeploymentStrategyId": "AppConfig.AllAtOnce",
        "ConfigurationVersion": "3",
        "Description": "responder action action-1",
        "LatestDeploymentNumber": 2,
    }
    script.add_response("start_deployment", {"DeploymentNumber": 3}, deployed)
    seen = Snapshot(HIGH, "COMPLETE", settled=True, revision="2")

    assert _document_of(script).apply(TARGET, seen, LOW, "action-1").result == "accepted"
    assert json.loads(LOW[DOCUMENT]) == {"max_tokens": 512}


def test_a_deployment_of_somebody_else_in_between_is_refused_there(script: Stubber) -> None:
    script.add_response("create_hosted_configuration_version", {"VersionNumber": 3})
    script.add_client_error("start_deployment", "ConflictException", "the latest deployment is 4", 409)
    seen = Snapshot(HIGH, "COMPLETE", settled=True, revision="2")

    assert _document_of(script).apply(TARGET, seen, LOW, "action-1").result == "refused"
