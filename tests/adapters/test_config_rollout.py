"""A rollout of AppConfig; moto has no environments, so every answer is scripted."""

from dataclasses import replace

import pytest
from botocore.stub import Stubber
from tests.adapters.cloud import OneClient, scripted
from tests.world import CHAT

from responder.adapters.config_rollout import ConfigRollout
from responder.domain.plans.rollout import DEPLOYMENT
from responder.domain.remediation import Standing, classify
from responder.domain.things.rollouts import ConfigRollout as Touched
from responder.domain.touch import Touch
from responder.errors import CannotKnow, NotThere

APPLICATION, ENVIRONMENT, PROFILE = "abcdef1", "abcdef2", "abcdef3"
WHERE = {"ApplicationId": APPLICATION, "EnvironmentId": ENVIRONMENT}
TARGET = replace(CHAT, touch=Touch(config_rollout=Touched(APPLICATION, ENVIRONMENT, PROFILE)))
STOPPED = {DEPLOYMENT: ""}


@pytest.fixture
def script() -> Stubber:
    return scripted("appconfig")[1]


def _rollout(script: Stubber, *states: str, profile: str = PROFILE) -> ConfigRollout:
    items = [
        {"DeploymentNumber": n, "ConfigurationProfileId": profile, "State": state} for n, state in enumerate(states, 1)
    ]
    script.add_response("list_deployments", {"Items": items}, {**WHERE, "MaxResults": 50})
    return ConfigRollout(OneClient(script.client))


@pytest.mark.parametrize("states", [(), ("COMPLETE",), ("COMPLETE", "ROLLED_BACK"), ("REVERTED",)])
def test_what_is_over_is_no_rollout(script: Stubber, states: tuple[str, ...]) -> None:
    seen = _rollout(script, *states).observe(TARGET)

    assert (seen.current, seen.settled) == (STOPPED, True)


@pytest.mark.parametrize("state", ["VALIDATING", "DEPLOYING", "BAKING"])
def test_what_is_under_way_is_named_by_its_number(script: Stubber, state: str) -> None:
    seen = _rollout(script, "COMPLETE", state).observe(TARGET)

    assert (seen.current, seen.state, seen.settled) == ({DEPLOYMENT: "2"}, state, True)


def test_another_profiles_rollout_is_none_of_ours(script: Stubber) -> None:
    assert _rollout(script, "DEPLOYING", profile="other").observe(TARGET).current == STOPPED


def test_where_the_list_does_not_name_the_profile_the_deployment_is_asked(script: Stubber) -> None:
    script.add_response(
        "list_deployments",
        {"Items": [{"DeploymentNumber": 3, "State": "DEPLOYING"}]},
        {**WHERE, "MaxResults": 50},
    )
    script.add_response("get_deployment", {"ConfigurationProfileId": PROFILE}, {**WHERE, "DeploymentNumber": 3})

    assert ConfigRollout(OneClient(script.client)).observe(TARGET).current == {DEPLOYMENT: "3"}


def test_what_is_rolling_back_is_on_its_way(script: Stubber) -> None:
    seen = _rollout(script, "COMPLETE", "ROLLING_BACK").observe(TARGET)

    assert classify(seen, {DEPLOYMENT: "2"}, STOPPED) is Standing.IN_PROGRESS


@pytest.mark.parametrize(("state", "more"), [("DEPLOYING", {}), ("BAKING", {"AllowRevert": True})])
def test_it_is_stopped_by_its_number_and_taken_back_where_it_only_bakes(
    script: Stubber, state: str, more: dict[str, bool]
) -> None:
    rollout = _rollout(script, "COMPLETE", state)
    seen = rollout.observe(TARGET)
    script.add_response("stop_deployment", {}, {**WHERE, "DeploymentNumber": 2, **more})

    assert rollout.apply(TARGET, seen, STOPPED, "action-1").result == "accepted"
    script.assert_no_pending_responses()


def test_what_ended_meanwhile_is_a_refusal(script: Stubber) -> None:
    rollout = _rollout(script, "DEPLOYING")
    seen = rollout.observe(TARGET)
    script.add_client_error("stop_deployment", "BadRequestException", http_status_code=400)

    assert rollout.apply(TARGET, seen, STOPPED, "action-1").result == "refused"


@pytest.mark.parametrize(
    ("code", "kind"), [("ResourceNotFoundException", NotThere), ("InternalServerException", CannotKnow)]
)
def test_what_is_not_there_is_told_from_what_cannot_be_seen(script: Stubber, code: str, kind: type[Exception]) -> None:
    script.add_client_error("list_deployments", code, http_status_code=404)

    with pytest.raises(kind):
        ConfigRollout(OneClient(script.client)).observe(TARGET)


def test_a_target_without_a_rollout_has_none(script: Stubber) -> None:
    with pytest.raises(NotThere):
        ConfigRollout(OneClient(script.client)).observe(CHAT)
