from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.stub import Stubber
from tests.adapters.cloud import scripted
from tests.world import CHAT, NOON

from responder.adapters.roles import RemediationRoles
from responder.errors import CannotKnow, NotThere

HOME = "arn:aws:iam::123456789012:role/remediation"
ELSEWHERE = replace(CHAT, role_arn="arn:aws:iam::999999999999:role/theirs", external_id="ext-1", region="eu-west-1")


@dataclass
class Desk:
    """Roles, the script of STS, and a clock."""

    roles: RemediationRoles
    script: Stubber
    now: list[datetime]

    def will_give(self, key: str, **expected: Any) -> None:  # noqa: ANN401  # parameters of AssumeRole
        given = {
            "AccessKeyId": f"ASIA{key:0>16}",
            "SecretAccessKey": "s" * 16,
            "SessionToken": key,
            "Expiration": self.now[0] + timedelta(minutes=15),
        }
        self.script.add_response("assume_role", {"Credentials": given}, {"DurationSeconds": 900, **expected})


@pytest.fixture
def desk() -> Desk:
    client, script = scripted("sts")
    now = [NOON]
    return Desk(RemediationRoles(HOME, client, lambda: now[0]), script, now)


def session_token(client: Any) -> str:  # noqa: ANN401  # boto3 has no types
    return str(client._request_signer._credentials.token)


def test_the_home_role_is_assumed_once_for_all_looking(desk: Desk) -> None:
    desk.will_give("look", RoleArn=HOME, RoleSessionName="observe")

    first = desk.roles.client("sagemaker", CHAT)

    assert desk.roles.client("sagemaker", CHAT) is first
    assert session_token(desk.roles.client("s3", CHAT)) == "look"
    desk.script.assert_no_pending_responses()


def test_another_account_is_touched_through_its_own_role_and_external_id(desk: Desk) -> None:
    desk.will_give("look", RoleArn=ELSEWHERE.role_arn, RoleSessionName="observe", ExternalId="ext-1")

    client = desk.roles.client("sagemaker", ELSEWHERE)

    assert client.meta.region_name == "eu-west-1"


def test_an_action_is_a_session_of_its_own(desk: Desk) -> None:
    desk.will_give("look", RoleArn=HOME, RoleSessionName="observe")
    desk.will_give("act", RoleArn=HOME, RoleSessionName="action-1")

    desk.roles.client("sagemaker", CHAT)
    client = desk.roles.client_once("sagemaker", CHAT, "action-1")

    assert session_token(client) == "act"
    assert client.meta.config.retries["total_max_attempts"] == 1


def test_credentials_about_to_expire_are_renewed(desk: Desk) -> None:
    desk.will_give("first", RoleArn=HOME, RoleSessionName="observe")
    desk.roles.client("sagemaker", CHAT)
    desk.now[0] += timedelta(minutes=14)
    desk.will_give("second", RoleArn=HOME, RoleSessionName="observe")

    assert session_token(desk.roles.client("sagemaker", CHAT)) == "second"


def test_a_role_that_does_not_trust_us_is_not_there(desk: Desk) -> None:
    desk.script.add_client_error("assume_role", "AccessDenied", http_status_code=403)

    with pytest.raises(NotThere, match=HOME):
        desk.roles.client("sagemaker", CHAT)


def test_a_role_that_is_not_answered_for_is_not_known(desk: Desk) -> None:
    desk.script.add_client_error("assume_role", "ServiceUnavailable", http_status_code=503)

    with pytest.raises(CannotKnow):
        desk.roles.client("sagemaker", CHAT)


def test_without_a_role_nobody_is_asked_for_credentials() -> None:
    client, _ = scripted("sts")

    assert RemediationRoles("", client).client("sagemaker", CHAT).meta.region_name == CHAT.region
