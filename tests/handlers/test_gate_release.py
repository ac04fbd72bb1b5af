"""The release gate's door: three kinds of callers, and whatever breaks holds."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.serving.test_gate_release import Canaries, a_gatehouse

import gate_release
from responder import bootstrap
from responder.workflow.gate_release import Gatehouse

ASKED = {"target": "chat", "version": "v3"}
HTTP = {"requestContext": {"http": {"method": "POST"}}, "body": json.dumps(ASKED)}
HOOK = {"DeploymentId": "d-1", "LifecycleEventHookExecutionId": "e-1"}


@dataclass
class Hooks:
    """A CodeDeploy that remembers what it was told."""

    told: list[tuple[str, str, bool]] = field(default_factory=list)

    def answer(self, deployment: str, execution: str, *, advance: bool) -> None:
        self.told.append((deployment, execution, advance))


@pytest.fixture
def hooks(monkeypatch: pytest.MonkeyPatch) -> Hooks:
    heard = Hooks()
    monkeypatch.setattr(gate_release, "hooks", lambda: heard)
    monkeypatch.setattr(gate_release, "hook_target", lambda: "chat")
    return heard


def gatehouse(monkeypatch: pytest.MonkeyPatch, **measured: float) -> None:
    built: Gatehouse = a_gatehouse(metrics=Canaries(**({"measured": measured} if measured else {})))  # type: ignore[arg-type]  # one field
    monkeypatch.setattr(gate_release, "gatehouse", lambda: built)


def ask(event: dict[str, Any]) -> dict[str, Any]:
    return gate_release.handler(event, None)


def test_a_step_functions_task_gets_the_verdict_to_branch_on(monkeypatch: pytest.MonkeyPatch) -> None:
    gatehouse(monkeypatch)

    answer = ask(ASKED)

    assert answer["verdict"] == "advance"
    assert {"name", "verdict", "says"} <= set(answer["checks"][0])


def test_a_request_that_may_advance_is_a_200_and_every_other_answer_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    gatehouse(monkeypatch)
    good = ask(HTTP)
    gatehouse(monkeypatch, requests=3.0)
    few = ask(HTTP)

    assert (good["statusCode"], few["statusCode"]) == (200, 409)
    assert json.loads(few["body"])["verdict"] == "hold"


@pytest.mark.parametrize("event", [{}, {"target": "chat"}, {**HTTP, "body": "no json"}, {**ASKED, "samples": 0}])
def test_what_cannot_be_read_holds(event: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    gatehouse(monkeypatch)

    answer = ask(event)

    assert (json.loads(answer["body"]) if "body" in answer else answer)["verdict"] == "hold"


def test_an_unconfigured_gate_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JOURNAL_TABLE", raising=False)
    bootstrap.gatehouse.cache_clear()

    assert ask(ASKED)["verdict"] == "hold"


def test_a_hook_is_told_to_go_on_for_the_one_version_that_is_new(monkeypatch: pytest.MonkeyPatch, hooks: Hooks) -> None:
    gatehouse(monkeypatch)

    ask(HOOK)

    assert hooks.told == [("d-1", "e-1", True)]


def test_a_hook_is_told_to_go_back_when_the_gate_holds(monkeypatch: pytest.MonkeyPatch, hooks: Hooks) -> None:
    """CodeDeploy knows no third answer, and the old version is the one that is known."""
    gatehouse(monkeypatch, requests=3.0)

    ask(HOOK)

    assert hooks.told == [("d-1", "e-1", False)]
