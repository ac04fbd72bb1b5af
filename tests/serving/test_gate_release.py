import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.serving.promtool import ROOT, run
from tests.serving.test_release_gate import GOOD
from tests.world import CHAT, NOON, Practice, a_message, a_release, broken

from responder.adapters.in_memory import InMemoryMetrics
from responder.domain.evidence import Sample
from responder.domain.journal import Change
from responder.domain.release import uncleared
from responder.domain.serving.canary_questions import questions
from responder.domain.serving.release_gate import Gate, Verdict
from responder.domain.serving.service_level import ServiceLevel, parse_service_levels
from responder.errors import CannotKnow, TryAgain
from responder.workflow.gate_release import Asking, Gatehouse, gate_newcomer, gate_release, level_of

LEVELS = parse_service_levels((ROOT / "runbooks" / "service_levels.yaml").read_text(), "service_levels.yaml")
ASKING = Asking("chat", "v3")
STREAM = "release-gate/chat"
NEWCOMERS = 'count by (version) (infer_model_info{model="chat"})'


@dataclass
class Canaries(InMemoryMetrics):
    """A Prometheus that knows one canary."""

    measured: dict[str, float] = field(default_factory=lambda: dict(GOOD))
    serving: tuple[str, ...] = ("v1", "v3")

    def query(self, expression: str, at: datetime) -> list[Sample]:
        super().query(expression, at)
        names = {query: name for name, query in asked().items()}
        if expression == NEWCOMERS:
            return [Sample({"version": version}, 1) for version in self.serving]
        value = self.measured.get(names[expression])
        return [] if value is None else [Sample({}, value)]


def asked(version: str = "v3") -> dict[str, str]:
    return questions(LEVELS[0], CHAT.series, version, ASKING.window)


def a_gatehouse(practice: Practice | None = None, **changes: Any) -> Gatehouse:  # noqa: ANN401  # fields of the gatehouse
    world = (practice or Practice()).world()
    house = Gatehouse(world.library, LEVELS, world.journal, world.releases, Canaries(), world.actor)
    return replace(house, **changes)


def gate(practice: Practice | None = None, asking: Asking = ASKING, **measured: float) -> Gate:
    seen = Canaries(measured={**GOOD, **measured})
    return gate_release(asking, a_gatehouse(practice, metrics=seen), NOON)


def test_a_good_canary_on_a_quiet_target_advances() -> None:
    assert gate().verdict is Verdict.ADVANCE


def test_a_slow_canary_is_rolled_back() -> None:
    assert gate(slow=0.3).verdict is Verdict.ROLL_BACK


def test_an_incident_on_the_target_holds() -> None:
    practice = Practice()
    practice.deliver(a_message())

    answer = gate(practice)

    assert answer.verdict is Verdict.HOLD
    assert "is open on this target" in answer.reason


def test_a_rollback_holds_until_a_person_has_cleared_it() -> None:
    practice = Practice()
    bad = a_release("v2", minutes_ago=20, good=False, blamed="incident 1")
    practice.releases.save(bad)

    before = gate(practice)
    practice.releases.save(replace(bad, cleared="ann"))

    assert (before.verdict, gate(practice).verdict) == (Verdict.HOLD, Verdict.ADVANCE)
    assert "responder releases clear chat --version v2" in before.reason


def test_what_was_rolled_back_after_it_is_not_forgotten_with_it() -> None:
    first = a_release("v2", minutes_ago=60, blamed="incident 1", cleared="ann")
    second = a_release("v3", minutes_ago=20, blamed="incident 2")

    assert uncleared([first, second]) == second
    assert uncleared([first]) is None


def test_a_canary_nobody_has_heard_of_holds() -> None:
    answer = gate_release(ASKING, a_gatehouse(metrics=Canaries(measured={})), NOON)

    assert answer.verdict is Verdict.HOLD
    assert "does the exporter tell its version?" in answer.reason


def test_a_number_that_is_none_holds() -> None:
    assert gate(failed=float("nan")).verdict is Verdict.HOLD


def test_prometheus_down_holds() -> None:
    metrics = Canaries()

    with broken(metrics, CannotKnow("Prometheus does not answer")):
        assert gate_release(ASKING, a_gatehouse(metrics=metrics), NOON).verdict is Verdict.HOLD


def test_no_prometheus_at_all_holds() -> None:
    assert gate_release(ASKING, a_gatehouse(metrics=None), NOON).verdict is Verdict.HOLD


def test_an_unreadable_journal_holds() -> None:
    practice = Practice()

    with broken(practice.journal, TryAgain("the table does not answer")):
        assert gate(practice).verdict is Verdict.HOLD


def test_an_unknown_target_holds() -> None:
    assert gate(asking=Asking("nobody", "v3")).verdict is Verdict.HOLD


def test_a_product_without_promises_holds() -> None:
    code = ServiceLevel("code", {"model": "code"})

    answer = gate_release(ASKING, a_gatehouse(levels=[code]), NOON)

    assert answer.reason == "service_levels.yaml promises nothing for chat"


def test_the_promises_of_the_product_come_before_those_for_every_model() -> None:
    own = ServiceLevel("chat", {"model": "chat"})

    assert level_of(CHAT, [LEVELS[0], own]) == own


def test_a_version_is_a_value_whatever_it_holds() -> None:
    query = asked('v3"} or vector(1) #')["requests"]

    assert query == r'sum(increase(infer_latency_ms_count{model="chat",version="v3\"} or vector(1) #"}[10m]))'


def test_the_gate_writes_its_decisions_down_and_changes_nothing_else() -> None:
    practice = Practice()
    before = practice.journal.read(CHAT.resource)

    gate(practice, slow=0.3)
    gate(practice)

    assert practice.journal.read(CHAT.resource) == before
    told = [json.loads(text)["data"] for text in practice.journal.entries(STREAM, 1)]
    assert [(one["seq"], one["verdict"], one["asked"]["version"]) for one in told] == [
        (1, "roll_back", "v3"),
        (2, "advance", "v3"),
    ]
    assert {"name", "says", "measured", "allowed"} <= told[0]["checks"][-1].keys()


def test_a_decision_reaches_the_audit_with_the_next_sweep() -> None:
    practice = Practice()
    gate(practice)

    practice.sweep()

    assert [json.loads(text)["type"] for text in practice.audit.read(STREAM)] == ["llm.responder.gated"]


def test_a_decision_nobody_could_write_down_lets_nothing_through() -> None:
    practice = Practice()

    class Full(type(practice.journal)):  # type: ignore[misc]  # a journal that can only be read
        def write(self, _: object) -> None:
            raise TryAgain("the table takes nothing")

    house = replace(a_gatehouse(practice), journal=Full())
    answer = gate_release(ASKING, house, NOON)

    assert answer.verdict is Verdict.HOLD
    assert answer.reason.startswith("the decision (advance: every check passes) cannot be written down")


def test_what_is_written_down_is_what_is_answered_even_when_the_lease_cannot_be_given_back() -> None:
    practice = Practice()
    written: list[object] = []

    class Tired(type(practice.journal)):  # type: ignore[misc]  # a journal that takes two changes and no third
        def write(self, change: Change) -> None:
            written.append(change)
            if len(written) > 2:
                raise TryAgain("the table takes nothing more")
            super().write(change)

    answer = gate_release(ASKING, replace(a_gatehouse(practice), journal=Tired()), NOON)

    assert answer.verdict is Verdict.ADVANCE


def test_a_target_nobody_knows_leaves_no_stream_behind() -> None:
    practice = Practice()
    gate(practice, asking=Asking("nobody", "v3"))

    assert practice.journal.entries("release-gate/nobody", 1) == []


def test_every_question_is_promql(tmp_path: Path) -> None:
    rules = [{"record": f"canary:{name}", "expr": query} for name, query in asked().items()]
    (tmp_path / "q.yml").write_text(yaml.safe_dump({"groups": [{"name": "q", "rules": rules}]}))

    assert run("check", "rules", tmp_path / "q.yml") is None


def test_a_pipeline_that_cannot_say_its_version_is_asked_about_the_one_that_is_new() -> None:
    assert gate_newcomer("chat", a_gatehouse(), NOON).verdict is Verdict.ADVANCE


@pytest.mark.parametrize(("serving", "says"), [(("v1",), "0 versions"), (("v1", "v3", "v4"), "2 versions")])
def test_no_new_version_or_several_of_them_hold(serving: tuple[str, ...], says: str) -> None:
    practice = Practice()
    answer = gate_newcomer("chat", a_gatehouse(practice, metrics=Canaries(serving=serving)), NOON)

    assert answer.verdict is Verdict.HOLD
    assert len(practice.journal.entries(STREAM, 1)) == 1
    assert says in answer.reason
