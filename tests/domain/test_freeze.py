from dataclasses import replace

from tests.world import CHAT

from responder.domain.plans.freeze import plan_freeze
from responder.domain.plans.rollback import CANARY, VERSION
from responder.domain.remediation import NoPlan, Plan, Snapshot, Surroundings
from responder.domain.runbook import Action, IfNotRecovered, Step
from responder.domain.touch import LambdaAlias, Touch, TouchKind

STEP = Step(Action.FREEZE, IfNotRecovered.KEEP)
ALIAS = replace(CHAT, touch=Touch(lambda_alias=LambdaAlias("chat", "live")))


def _frozen(canary: str) -> Plan | NoPlan:
    seen = Snapshot({VERSION: "7", CANARY: canary}, "on version 7", settled=True)
    return plan_freeze(ALIAS, TouchKind.LAMBDA_ALIAS, STEP, Surroundings(seen))


def test_the_canary_loses_its_traffic_and_nothing_else_moves() -> None:
    made = _frozen("8=0.1")

    assert isinstance(made, Plan)
    assert made.desired == {VERSION: "7", CANARY: ""}
    assert made.leaves == "8"


def test_a_freeze_is_not_undone_by_itself_but_a_person_is_told_how() -> None:
    made = _frozen("8=0.1")

    assert isinstance(made, Plan)
    assert not made.undoable
    assert made.command.endswith("""--function-version 7 --routing-config '{"AdditionalVersionWeights":{}}'""")
    assert made.undo_command.endswith("""--routing-config '{"AdditionalVersionWeights":{"8":0.1}}'""")


def test_without_a_rollout_there_is_nothing_to_freeze() -> None:
    made = _frozen("")

    assert isinstance(made, NoPlan)
    assert made.reason == "nothing_to_freeze"
