"""Approvals in SageMaker's Model Registry; the contract they share with others is tests/contracts."""

from dataclasses import replace

import pytest
from botocore.exceptions import ClientError
from tests.adapters.registries import a_group, decide, packaged
from tests.world import CHAT

from responder.adapters import aws
from responder.adapters.model_packages import LOOKED_AT, ModelPackages
from responder.adapters.roles import RemediationRoles
from responder.adapters.stored_parts import parts_now, version_of
from responder.domain.plans.registry import UNREAD
from responder.domain.remediation import Snapshot
from responder.domain.target import Target
from responder.domain.things.registries import ModelPackages as Named
from responder.domain.touch import Touch
from responder.errors import CannotKnow, NotThere

SEEN = ModelPackages(RemediationRoles("", None))
PENDING = "PendingManualApproval"

pytestmark = pytest.mark.usefixtures("cloud")


def _target(*groups: str) -> Target:
    return replace(CHAT, touch=Touch(model_packages=Named(groups)))


def _arn(group: str, number: str) -> str:
    return f"arn:aws:sagemaker:us-east-1:123456789012:model-package/{group}/{number}"


def _described(group: str, number: str) -> dict[str, str]:
    found = aws.make_client("sagemaker").describe_model_package(ModelPackageName=_arn(group, number))
    return {name: found[name] for name in ("ModelApprovalStatus", "ApprovalDescription") if name in found}


def test_in_force_is_the_newest_that_is_approved_and_what_is_pending_is_left_out() -> None:
    group = a_group()
    for number, approval in (("1", "Approved"), ("2", "Approved"), ("3", "Rejected"), ("4", PENDING)):
        packaged(group, approval, number)

    found = SEEN.read(_target(group))

    assert found.aliases == {f"{group}@approved": "2"}
    assert found.approvals == {f"{group}@3": "Rejected", f"{group}@2": "Approved", f"{group}@1": "Approved"}


def test_what_was_decided_says_for_which_action() -> None:
    group = a_group()
    packaged(group, "Approved", "1")
    packaged(group, "Approved", "2")
    target = _target(group)
    seen = SEEN.observe(target)

    SEEN.apply(target, seen, {**seen.current, f"{group}@2": "Rejected x"}, "action-1")

    assert _described(group, "2") == {
        "ModelApprovalStatus": "Rejected",
        "ApprovalDescription": "llm-alert-responder action-1",
    }
    assert "ApprovalDescription" not in _described(group, "1")


def test_the_good_one_is_approved_before_the_other_is_rejected() -> None:
    group = a_group()
    packaged(group, "Rejected", "1")
    packaged(group, "Approved", "2")
    target = _target(group)
    seen = SEEN.observe(target)
    broken = _Refusing("2")

    done = ModelPackages(broken).apply(
        target, seen, {f"{group}@1": "Approved x", f"{group}@2": "Rejected x"}, "action-1"
    )

    assert (done.result, done.says.partition(";")[0]) == ("accepted", "1 of 2 versions were decided")
    assert [_described(group, number)["ModelApprovalStatus"] for number in ("1", "2")] == ["Approved", "Approved"]


def test_a_group_where_nothing_is_approved_is_not_there() -> None:
    group = a_group()
    packaged(group, PENDING, "1")

    with pytest.raises(NotThere, match="no version"):
        SEEN.observe(_target(group))


def test_no_more_than_the_newest_decisions_are_looked_at() -> None:
    group = a_group()
    for number in range(1, LOOKED_AT + 3):
        packaged(group, "Approved", str(number))
    packaged(group, PENDING, str(LOOKED_AT + 3))

    assert len(SEEN.observe(_target(group)).current) == LOOKED_AT
    assert f"{group}@2" not in SEEN.observe(_target(group)).current


def test_several_groups_are_one_registry() -> None:
    groups = (a_group(), a_group())
    for group in groups:
        packaged(group, "Approved", "1")

    assert SEEN.read(_target(*groups)).aliases == {f"{group}@approved": "1" for group in groups}


def test_an_object_that_was_overwritten_is_another_version() -> None:
    group = a_group()
    packaged(group, "Approved", "1")
    before = SEEN.observe(_target(group)).current
    aws.make_client("s3").put_object(Bucket="models", Key=f"{group}/1/model", Body=b"evil", ChecksumAlgorithm="SHA256")

    assert SEEN.observe(_target(group)).current != before


def test_metadata_say_of_what_a_version_is_made() -> None:
    group = a_group()
    packaged(group, "Approved", "1", **{"object.tokenizer": "s3://models/t", "digest.tokenizer": "sha256:t"})

    (version,) = SEEN.read(_target(group)).versions

    assert (version.digests, version.objects) == ({"tokenizer": "sha256:t"}, {"tokenizer": "s3://models/t"})


def test_an_image_that_is_pinned_is_what_it_says() -> None:
    pinned = {"image": "1.dkr.ecr.us-east-1.amazonaws.com/chat:1@sha256:abc"}
    version = version_of(None, "chat", "1", {}, pinned)

    assert version.digests == {"image": "sha256:abc"}
    assert parts_now(None, version).digests == {"image": "sha256:abc"}


@pytest.mark.parametrize(("status", "transient"), [(404, False), (403, False), (503, True), (429, True)])
def test_a_busy_store_is_another_moment_and_a_missing_object_is_unread(status: int, transient: bool) -> None:  # noqa: FBT001  # a case of the table
    store = _Store(status)

    if transient:
        with pytest.raises(CannotKnow):
            version_of(store, "chat", "1", {}, {"model": "s3://models/x"})
    else:
        assert version_of(store, "chat", "1", {}, {"model": "s3://models/x"}).digests == {"model": UNREAD}


def test_somebody_who_decided_since_is_not_overruled() -> None:
    group = a_group()
    packaged(group, "Approved", "1")
    packaged(group, "Approved", "2")
    target = _target(group)
    seen = SEEN.observe(target)
    decide(group, "2", "Rejected")

    assert SEEN.apply(target, seen, {**seen.current, f"{group}@1": "Rejected x"}, "action-1").result == "refused"
    assert _described(group, "1")["ModelApprovalStatus"] == "Approved"


def test_what_a_target_does_not_name_is_not_there() -> None:
    with pytest.raises(NotThere):
        SEEN.observe(CHAT)
    assert SEEN.apply(CHAT, Snapshot({}, "", settled=True), {}, "action-1").result == "refused"


class _Store:
    """An S3 that answers everything with one status."""

    def __init__(self, status: int) -> None:
        self._status = status

    def head_object(self, **_: str) -> dict[str, str]:
        answer = {"Error": {"Code": str(self._status)}, "ResponseMetadata": {"HTTPStatusCode": self._status}}
        raise ClientError(answer, "HeadObject")


class _Refusing(RemediationRoles):
    """Makes clients that may not decide about one version."""

    def __init__(self, number: str) -> None:
        super().__init__("", None)
        self._number = number

    def client_once(self, service: str, target: Target, session: str) -> object:
        client = super().client_once(service, target, session)
        ours = client.update_model_package

        def refuses(**asked: str) -> dict[str, str]:
            if asked["ModelPackageArn"].endswith(f"/{self._number}"):
                said = {"Error": {"Code": "ConflictException"}, "ResponseMetadata": {"HTTPStatusCode": 400}}
                raise ClientError(said, "UpdateModelPackage")
            return ours(**asked)  # type: ignore[no-any-return]  # boto3 has no types

        client.update_model_package = refuses
        return client
