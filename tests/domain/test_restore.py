"""Plans for registries other than our own table; those for the table stand in test_registry.py."""

from dataclasses import replace

import pytest
from tests.registry import A_TARGET, IN_MLFLOW, PACKAGED, V6, V7, a_snapshot, a_version, found, written_down
from tests.registry import DIGESTS as STORE

from responder.domain.plans.registry import Registry, candidate, in_force
from responder.domain.plans.restore import moves, package_arn, plan_restore
from responder.domain.remediation import NoPlan, Plan, Snapshot, Surroundings
from responder.domain.runbook import Action, IfNotRecovered, Step
from responder.domain.touch import Touch, TouchKind

STEP = Step(Action.RESTORE_REGISTRY, IfNotRecovered.NEXT)
V8 = a_version("8")


def _planned(touch: Touch, then: Registry, now: Registry) -> Plan | NoPlan:
    target = replace(A_TARGET, touch=touch)
    good = candidate(written_down(touch, then), target, now, found(STORE))
    seen = Snapshot(now.values(touch.models), now.told, settled=True, piecemeal=True)
    kind = TouchKind.MODEL_PACKAGES if touch.model_packages else TouchKind.MLFLOW_REGISTRY
    return plan_restore(target, kind, STEP, Surroundings(seen, candidates=(good,)))


def _decided(**approvals: str) -> Registry:
    named = {f"chat@{number.removeprefix('v')}": said for number, said in approvals.items()}
    return Registry(in_force(named), (V6, V7, V8), named)


def _pointing(number: str) -> Registry:
    return Registry({"chat@live": number}, (V6, V7))


def test_the_good_version_is_approved_and_every_later_approved_one_rejected() -> None:
    made = _planned(PACKAGED, _decided(v6="Approved"), _decided(v6="Rejected", v7="Approved", v8="Approved"))

    assert isinstance(made, Plan)
    assert made.desired == {
        "chat@6": f"Approved {V6.fingerprint}",
        "chat@7": f"Rejected {V7.fingerprint}",
        "chat@8": f"Rejected {V8.fingerprint}",
    }
    assert made.worst_case == 3 * Plan.worst_case
    assert made.before["chat@6"] == f"Rejected {V6.fingerprint}"
    assert moves(made.before, made.desired)[0] == ("chat@6", "Rejected", "Approved")
    assert moves(made.desired, made.before)[-1] == ("chat@6", "Approved", "Rejected")


def test_earlier_versions_stay_as_they_were_decided() -> None:
    made = _planned(
        PACKAGED, _decided(v6="Approved", v7="Approved"), _decided(v6="Rejected", v7="Approved", v8="Approved")
    )

    assert isinstance(made, Plan)
    assert moves(made.before, made.desired) == [("chat@8", "Approved", "Rejected")]


def test_a_good_version_that_is_under_review_again_is_not_approved_by_us() -> None:
    made = _planned(PACKAGED, _decided(v6="Approved"), _decided(v7="Approved"))

    assert isinstance(made, NoPlan)
    assert (made.reason, made.says.partition(" is in")[0]) == ("entry_gone", "chat@6")


def test_what_is_approved_as_it_was_needs_nothing() -> None:
    made = _planned(PACKAGED, _decided(v6="Approved"), _decided(v6="Approved", v7="Rejected"))

    assert isinstance(made, NoPlan)
    assert made.reason == "as_it_was"


def test_a_person_can_paste_the_decisions_for_each_way() -> None:
    made = _planned(PACKAGED, _decided(v6="Approved"), _decided(v6="Approved", v7="Approved"))

    assert isinstance(made, Plan)
    arn = "arn:aws:sagemaker:us-east-1:123456789012:model-package/chat/7"
    ask = f"aws sagemaker update-model-package --region us-east-1 --model-package-arn {arn} --model-approval-status"
    assert (made.command, made.undo_command) == (f"{ask} Rejected", f"{ask} Approved")


@pytest.mark.parametrize(("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")])
def test_versions_are_named_where_they_are(region: str, partition: str) -> None:
    target = replace(A_TARGET, region=region)

    assert package_arn(target, "Chat@7") == f"arn:{partition}:sagemaker:{region}:123456789012:model-package/chat/7"


def test_an_alias_of_mlflow_goes_back_and_a_person_can_paste_it() -> None:
    made = _planned(IN_MLFLOW, _pointing("6"), _pointing("7"))

    assert isinstance(made, Plan)
    assert made.says.endswith("chat@live from 7 to 6")
    assert made.command == (
        "curl --fail-with-body -H 'Content-Type: application/json'"
        """ -d '{"alias":"live","name":"chat","version":"6"}' http://mlflow/api/2.0/mlflow/registered-models/alias"""
    )
    assert '"version":"7"' in made.undo_command


def test_with_a_token_the_command_names_where_it_goes() -> None:
    named = IN_MLFLOW.mlflow_registry
    assert named is not None
    made = _planned(Touch(mlflow_registry=replace(named, token="chat/mlflow")), _pointing("6"), _pointing("7"))  # noqa: S106  # a name

    assert isinstance(made, Plan)
    assert '-H "Authorization: Bearer $MLFLOW_TRACKING_TOKEN"' in made.command


def test_what_another_registry_held_is_nobody_elses() -> None:
    target = replace(A_TARGET, touch=IN_MLFLOW)

    assert candidate(a_snapshot(), target, _pointing("7"), {}).fault == "it has no entry of chat"
