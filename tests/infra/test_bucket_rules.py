"""What the buckets refuse, asked of their policies; each refusal has a twin that is let through."""

import pytest
from tests.infra.denials import denied_by

RECORD = "AuditBucket/audit/v1/2026-11-23T10/incident/00000001.json"
AS_WE_WRITE = {"aws:SecureTransport": "true", "aws:PrincipalArn": "RespondRole", "s3:if-none-match": "*"}
AS_AN_ADMINISTRATOR = {"aws:SecureTransport": "true", "aws:PrincipalArn": "Administrator", "s3:if-none-match": "*"}


@pytest.mark.parametrize("role", ["RespondRole", "SweepRole"])
def test_a_record_of_the_responder_is_taken(role: str) -> None:
    assert not denied_by("AuditBucketPolicy", "s3:PutObject", RECORD, AS_WE_WRITE | {"aws:PrincipalArn": role})


def test_a_record_of_anybody_else_is_refused() -> None:
    assert denied_by("AuditBucketPolicy", "s3:PutObject", RECORD, AS_AN_ADMINISTRATOR) == ["WrittenByTheResponderOnly"]


def test_a_seal_of_the_sealer_is_taken_and_one_of_anybody_else_refused() -> None:
    seal, as_the_sealer = "AuditBucket/seal/v1/2026-11-23T10.json", AS_WE_WRITE | {"aws:PrincipalArn": "SealAuditRole"}

    assert not denied_by("AuditBucketPolicy", "s3:PutObject", seal, as_the_sealer)
    assert denied_by("AuditBucketPolicy", "s3:PutObject", seal, AS_WE_WRITE) == ["SealedByTheSealerOnly"]
    assert denied_by("AuditBucketPolicy", "s3:PutObject", RECORD, as_the_sealer) == ["WrittenByTheResponderOnly"]


def test_a_record_that_might_overwrite_another_is_refused() -> None:
    unconditional = {key: value for key, value in AS_WE_WRITE.items() if key != "s3:if-none-match"}

    assert denied_by("AuditBucketPolicy", "s3:PutObject", RECORD, unconditional) == ["CreateOnce"]


def test_nothing_is_written_beside_the_records() -> None:
    assert denied_by("AuditBucketPolicy", "s3:PutObject", "AuditBucket/notes.txt", AS_WE_WRITE) == [
        "NothingOutsideAudit"
    ]


@pytest.mark.parametrize("action", ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"])
def test_nobody_takes_a_record_out(action: str) -> None:
    assert denied_by("AuditBucketPolicy", action, RECORD, AS_WE_WRITE) == ["NothingIsTakenOut"]


@pytest.mark.parametrize(
    ("lock", "refused"),
    [
        (
            {"s3:object-lock-remaining-retention-days": "399", "s3:object-lock-mode": "COMPLIANCE"},
            ["NeverLockedForLess"],
        ),
        (
            {"s3:object-lock-remaining-retention-days": "500", "s3:object-lock-mode": "GOVERNANCE"},
            ["NeverLockedInAnotherMode"],
        ),
        ({"s3:object-lock-remaining-retention-days": "500", "s3:object-lock-mode": "COMPLIANCE"}, []),
    ],
)
def test_a_lock_may_be_extended_but_never_weakened(lock: dict[str, str], refused: list[str]) -> None:
    assert denied_by("AuditBucketPolicy", "s3:PutObjectRetention", RECORD, AS_AN_ADMINISTRATOR | lock) == refused


@pytest.mark.parametrize(
    "action", ["s3:PutBucketVersioning", "s3:PutBucketObjectLockConfiguration", "s3:PutLifecycleConfiguration"]
)
def test_the_rules_of_the_audit_change_by_deploy_only(action: str) -> None:
    by_deploy = AS_AN_ADMINISTRATOR | {"aws:CalledVia": "cloudformation.amazonaws.com"}

    assert denied_by("AuditBucketPolicy", action, "AuditBucket", AS_AN_ADMINISTRATOR) == ["RulesChangeByDeployOnly"]
    assert not denied_by("AuditBucketPolicy", action, "AuditBucket", by_deploy)


def test_the_quarantine_opens_for_its_reader_and_for_nobody_else() -> None:
    reader = AS_AN_ADMINISTRATOR | {"aws:PrincipalArn": "QuarantineReaderRole"}
    kept = "QuarantineBucket/quarantine/2026-11-23/0f"

    assert denied_by("QuarantineBucketPolicy", "s3:GetObject", kept, AS_AN_ADMINISTRATOR) == ["ReadByItsReaderOnly"]
    assert not denied_by("QuarantineBucketPolicy", "s3:GetObject", kept, reader)
    assert not denied_by("QuarantineBucketPolicy", "s3:PutObject", kept, AS_WE_WRITE)


@pytest.mark.parametrize("policy", ["AuditBucketPolicy", "QuarantineBucketPolicy"])
def test_plain_http_is_refused(policy: str) -> None:
    bucket = policy.removesuffix("Policy")
    in_the_clear = AS_WE_WRITE | {"aws:SecureTransport": "false"}

    assert denied_by(policy, "s3:GetObject", f"{bucket}/audit/x", in_the_clear)[0] == "TlsOnly"
