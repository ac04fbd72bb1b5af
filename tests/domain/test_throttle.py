import json
from dataclasses import replace
from typing import Any

import pytest
from tests.world import CHAT

from responder.domain.plans.document import DOCUMENT
from responder.domain.plans.throttle import RATE, method_path, plan_throttle
from responder.domain.remediation import NoPlan, Plan, Snapshot, Surroundings
from responder.domain.runbook import Action, IfNotRecovered, Step
from responder.domain.target import Target
from responder.domain.things.documents import LimitsDocument
from responder.domain.things.gateway import LiteLlmTeam
from responder.domain.touch import ApiStage, Touch, TouchKind, UsagePlan

STEP = Step(Action.THROTTLE, IfNotRecovered.UNDO, to=0.5, lift_in=2)
PLAN = replace(CHAT, touch=Touch(usage_plan=UsagePlan("plan-1", least=20)))
LIMITS = replace(CHAT, touch=Touch(limits_document=LimitsDocument("app", "prod", "limits", {"max_tokens": 256})))


def _seen(current: dict[str, str], **changes: Any) -> Surroundings:  # noqa: ANN401  # fields of Snapshot
    return Surroundings(replace(Snapshot(current, "limited", settled=True), **changes))


def _throttled(rate: float, target: Target = PLAN, step: Step = STEP) -> Plan:
    made = plan_throttle(target, TouchKind.USAGE_PLAN, step, _seen({RATE: f"{rate:g}"}))
    assert isinstance(made, Plan)
    return made


def _refused(around: Surroundings) -> str:
    made = plan_throttle(PLAN, TouchKind.USAGE_PLAN, STEP, around)
    assert isinstance(made, NoPlan)
    return made.reason


def test_a_limit_goes_down_to_its_share_as_an_absolute_value() -> None:
    made = _throttled(100)

    assert (made.before, made.desired) == ({RATE: "100"}, {RATE: "50"})
    assert made.says == "throttle plan-1 from rate 100 to rate 50, then lift it again in 2 steps"


def test_it_is_lifted_in_even_steps_and_ends_where_it_was() -> None:
    assert _throttled(100).lift == ({RATE: "75"}, {RATE: "100"})
    assert [step[RATE] for step in _throttled(100, step=replace(STEP, lift_in=5)).lift] == [
        "60",
        "70",
        "80",
        "90",
        "100",
    ]


def test_without_steps_it_stays_until_a_person_lifts_it() -> None:
    kept = _throttled(100, step=replace(STEP, lift_in=0))

    assert kept.lift == ()
    assert kept.says.endswith("until a person lifts it")


def test_it_never_goes_below_what_the_owner_allows() -> None:
    assert _throttled(30).desired == {RATE: "20"}


@pytest.mark.parametrize(
    ("around", "reason"),
    [
        (_seen({RATE: "20"}), "at_least"),
        (_seen({}), "no_limit"),
        (_seen({RATE: "100"}, settled=False), "not_settled"),
        (_seen({RATE: "100"}, failed=True), "not_settled"),
    ],
)
def test_where_nothing_can_be_lowered_that_is_said(around: Surroundings, reason: str) -> None:
    assert _refused(around) == reason


def test_a_document_keeps_everything_but_the_limits_that_may_be_lowered() -> None:
    before = {DOCUMENT: json.dumps({"max_tokens": 1024, "model": "chat", "temperature": 0.7})}

    made = plan_throttle(LIMITS, TouchKind.LIMITS_DOCUMENT, STEP, _seen(before))

    assert isinstance(made, Plan)
    assert json.loads(made.desired[DOCUMENT]) == {"max_tokens": 512, "model": "chat", "temperature": 0.7}
    assert made.lift[-1] == before


def test_a_person_can_paste_the_way_there_and_the_way_back() -> None:
    made = _throttled(100)

    typed = "aws apigateway update-usage-plan --region us-east-1 --usage-plan-id plan-1 --patch-operations op=replace"
    assert made.command == f"{typed},path=/throttle/rateLimit,value=50"
    assert made.undo_command == f"{typed},path=/throttle/rateLimit,value=100"


def test_a_method_is_named_as_a_patch_names_it() -> None:
    assert method_path("POST /v1/chat") == "/~1v1~1chat/POST"
    assert method_path("*/*") == "/*/*"


def test_a_stage_is_throttled_by_its_method() -> None:
    stage = replace(CHAT, touch=Touch(api_stage=ApiStage("api-1", "live", least=20, method="POST /v1/chat")))

    made = plan_throttle(stage, TouchKind.API_STAGE, STEP, _seen({RATE: "100"}))

    assert isinstance(made, Plan)
    assert "path=/~1v1~1chat/POST/throttling/rateLimit,value=50" in made.command


def test_limits_per_minute_are_whole_numbers_on_the_whole_way_and_end_to_the_letter() -> None:
    team = LiteLlmTeam("http://gateway", "chat", {"rpm_limit": 10, "tpm_limit": 1000}, "chat/gateway")
    target = replace(CHAT, touch=Touch(litellm_team=team))
    before = {"rpm_limit": "101", "tpm_limit": "1234567"}

    made = plan_throttle(target, TouchKind.LITELLM_TEAM, STEP, Surroundings(Snapshot(before, "", settled=True)))

    assert isinstance(made, Plan)
    assert made.desired == {"rpm_limit": "50", "tpm_limit": "617283"}
    assert made.lift == ({"rpm_limit": "75", "tpm_limit": "925925"}, before)
    assert '"rpm_limit":50,"team_id":"chat","tpm_limit":617283' in made.command
    assert "from rpm_limit 101, tpm_limit 1234567 to rpm_limit 50, tpm_limit 617283, then" in made.says
