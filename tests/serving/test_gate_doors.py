"""The same canaries at each door of the gate: Step Functions, HTTP, CodeDeploy's hook and the command line."""

import json
from dataclasses import fields, replace

import pytest
from tests.audit.test_record_schema import VALIDATOR
from tests.handlers.test_gate_release import ASKED, HOOK, HTTP, Hooks
from tests.serving.test_gate_release import Canaries, a_gatehouse
from tests.serving.test_release_gate import GOOD
from tests.world import NOON, Practice, a_message, a_release

import gate_release
from responder.cli import main
from responder.commands import connect
from responder.domain.serving.release_gate import Verdict
from responder.settings import RespondSettings

ADVANCE, HOLD, ROLL_BACK = Verdict.ADVANCE, Verdict.HOLD, Verdict.ROLL_BACK
CANARIES: dict[str, tuple[dict[str, float], Verdict]] = {
    "passes": ({}, ADVANCE),
    "slow": ({"slow": 0.3}, ROLL_BACK),
    "failing": ({"failed": 0.05}, ROLL_BACK),
    "unsafe": ({"unsafe": 0.02}, ROLL_BACK),
    "expensive": ({"price": 0.2}, ROLL_BACK),
    "too few samples": ({"requests": 80}, HOLD),
    "open incident": ({}, HOLD),
    "uncleared rollback": ({}, HOLD),
}


def situation(name: str) -> tuple[Practice, Canaries]:
    practice = Practice()
    if name == "open incident":
        practice.deliver(a_message())
    if name == "uncleared rollback":
        practice.releases.save(a_release("v2", minutes_ago=20, good=False, blamed="incident 1"))
    return practice, Canaries(measured={**GOOD, **CANARIES[name][0]})


@pytest.fixture(params=CANARIES)
def canary(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[Practice, Canaries, Verdict]:
    practice, seen = situation(request.param)
    monkeypatch.setattr(gate_release, "gatehouse", lambda: a_gatehouse(practice, metrics=seen))
    return practice, seen, CANARIES[request.param][1]


def test_a_step_functions_task_branches_on_the_verdict(canary: tuple[Practice, Canaries, Verdict]) -> None:
    answer = gate_release.handler(ASKED, None)

    assert (answer["verdict"], bool(answer["reason"])) == (canary[2], True)
    assert recorded(canary[0]) == [canary[2]]


def test_http_answers_200_to_what_may_advance_alone(canary: tuple[Practice, Canaries, Verdict]) -> None:
    answer = gate_release.handler(HTTP, None)

    assert answer["statusCode"] == (200 if canary[2] is ADVANCE else 409)
    assert json.loads(answer["body"])["verdict"] == canary[2]


def test_codedeploy_goes_on_with_what_may_advance_alone(
    canary: tuple[Practice, Canaries, Verdict], monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = Hooks()
    monkeypatch.setattr(gate_release, "hooks", lambda: heard)
    monkeypatch.setattr(gate_release, "hook_target", lambda: "chat")

    gate_release.handler(HOOK, None)

    assert heard.told == [("d-1", "e-1", canary[2] is ADVANCE)]
    assert recorded(canary[0]) == [canary[2]]


def test_the_command_exits_by_the_verdict(
    canary: tuple[Practice, Canaries, Verdict],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    practice, seen, verdict = canary
    world = replace(practice.world(), metrics=seen)
    settings = RespondSettings(**{one.name: "" for one in fields(RespondSettings) if one.name != "metrics_auth"})
    monkeypatch.setattr(connect, "connected", lambda _: connect.Connected(world, settings, "ann"))
    monkeypatch.setattr(connect, "now", lambda: NOON)

    code = main(["gate", "chat", "--version", "v3", "--json"])

    assert code == {ADVANCE: 0, HOLD: 3, ROLL_BACK: 4}[verdict]
    assert json.loads(capsys.readouterr().out)["verdict"] == verdict
    assert recorded(practice) == [verdict]


def recorded(practice: Practice) -> list[str]:
    records = [json.loads(text) for text in practice.journal.entries("release-gate/chat", 1)]
    assert [error.message for one in records for error in VALIDATOR.iter_errors(one)] == []
    return [one["data"]["verdict"] for one in records]
