from dataclasses import replace

import pytest
from tests.world import CHAT, NOON, SHIPPED, a_configuration, a_release, a_snapshot, a_surrounding

from responder.domain.failure_mode import FailureMode
from responder.domain.plans.rollback import ARTEFACT, POINTERS, plan_rollback, release_facts
from responder.domain.release import Release
from responder.domain.remediation import NoPlan, Plan, Snapshot, Surroundings
from responder.domain.touch import Touch, TouchKind

ENDPOINT = TouchKind.SAGEMAKER_ENDPOINT
STEP = SHIPPED.book.page(FailureMode.LATENCY_SPIKE).policy.remediation[0]
V1, V2 = a_release("v1", minutes_ago=2880), a_release("v2", minutes_ago=20, good=False)


def _around(*releases: Release, seen: Snapshot | None = None) -> Surroundings:
    return a_surrounding(seen=seen or a_snapshot("chat-v2"), releases=releases or (V1, V2))


def _refused(around: Surroundings) -> str:
    found = plan_rollback(CHAT, ENDPOINT, STEP, around)
    assert isinstance(found, NoPlan)
    return found.reason


def test_the_endpoint_goes_back_to_its_last_known_good_configuration() -> None:
    plan = plan_rollback(CHAT, ENDPOINT, STEP, _around())

    assert isinstance(plan, Plan)
    assert plan.before == {"endpoint_config": "chat-v2"}
    assert plan.desired == {"endpoint_config": "chat-v1"}
    assert plan.says == "roll endpoint chat back from v2 to v1 (adopted good)"


def test_a_plan_carries_what_a_person_would_type_for_each_way() -> None:
    plan = plan_rollback(CHAT, ENDPOINT, STEP, _around())

    assert isinstance(plan, Plan)
    typed = "aws sagemaker update-endpoint --region us-east-1 --endpoint-name chat --endpoint-config-name"
    assert plan.command == f"{typed} chat-v1 --retain-all-variant-properties"
    assert plan.undo_command == f"{typed} chat-v2 --retain-all-variant-properties"


def test_an_endpoint_that_is_moving_or_failed_is_left_alone() -> None:
    moving = a_snapshot("chat-v2", state="Updating", settled=False)
    failed = a_snapshot("chat-v2", state="Failed", settled=True, failed=True)

    assert _refused(_around(seen=moving)) == "not_settled"
    assert _refused(_around(seen=failed)) == "not_settled"


def test_without_a_known_good_release_there_is_no_plan_and_a_way_to_get_one_is_named() -> None:
    found = plan_rollback(CHAT, ENDPOINT, STEP, _around(replace(V1, known_good=None), V2))

    assert found == NoPlan(
        "no_known_good", "none of v1 is known to be good; vouch for one with: responder releases adopt"
    )


def test_without_an_earlier_release_that_is_said() -> None:
    found = plan_rollback(CHAT, ENDPOINT, STEP, _around(V2))

    assert isinstance(found, NoPlan)
    assert found.says.startswith("no earlier release is recorded")


def test_a_known_good_release_that_was_tampered_with_is_no_way_back() -> None:
    around = replace(_around(), configurations={"chat-v1": a_configuration("tampered")})

    assert _refused(around) == "no_known_good"


def test_variants_of_other_names_are_a_reason_not_to_act() -> None:
    other = {"chat-v1": a_configuration("v1", shape=("Canary", "Main"))}

    found = plan_rollback(CHAT, ENDPOINT, STEP, replace(_around(), configurations=other))

    assert isinstance(found, NoPlan)
    assert found.says.endswith("v1: it has variants Canary, Main, in service are AllTraffic")


def test_conditions_read_the_age_and_version_of_the_running_release() -> None:
    assert release_facts(_around(), NOON.timestamp()) == {"version": "v2", "age_s": 1200.0}


def test_a_running_release_without_a_marker_tells_conditions_nothing() -> None:
    assert release_facts(_around(V1), NOON.timestamp()) == {}


def test_a_command_is_safe_to_paste_whatever_a_configuration_is_called() -> None:
    around = _around(seen=a_snapshot("chat-v2; rm -rf ~"))

    plan = plan_rollback(CHAT, ENDPOINT, STEP, around)

    assert isinstance(plan, Plan)
    assert "--endpoint-config-name 'chat-v2; rm -rf ~' --retain" in plan.undo_command


@pytest.mark.parametrize(
    ("artefact", "filtered"),
    [
        ("chat-v1", '.ModelName = "chat-v1"'),
        ("s3://models/v1.tar.gz", '.Container.ArtifactUrl = "s3://models/v1.tar.gz"'),
    ],
)
def test_a_person_exchanges_only_the_artefact_of_an_inference_component(artefact: str, filtered: str) -> None:
    target = replace(CHAT, touch=Touch(inference_component="chat"))

    command = POINTERS[TouchKind.INFERENCE_COMPONENT].command(target, {ARTEFACT: artefact})

    assert command.startswith(
        "aws sagemaker update-inference-component --region us-east-1 --inference-component-name chat --specification"
        ' "$(aws sagemaker describe-inference-component --region us-east-1 --inference-component-name chat'
    )
    assert f"| jq -c '{filtered}" in command
    assert command.endswith("')\"")
