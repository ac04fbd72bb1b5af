"""Write what may be touched: the statements of the remediation roles, from the entries of `services.yaml`.

One role per account. Entries without `role_arn` are in the stack's own account and end in a block of the
template. The others are touched through their role, which the owner of that account deploys from
`role_elsewhere`. No entries means an explicit deny, because IAM has no empty policy. Names come from the
allow-list, never from an alert.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from infra.grants import Grant, Service, grants, looks_at_registries

Statement = dict[str, Any]

CALLERS = ("RespondRoleArn", "SweepRoleArn")
"""Who may assume the role of another account: outputs of the stack."""

NOTHING: Statement = {"Sid": "NothingMayBeTouched", "Effect": "Deny", "Action": "*", "Resource": "*"}


def statements(services: Iterable[Service]) -> list[Statement]:
    """Allow exactly what remediating the entries of the stack's own account takes."""
    return _allow([entry for entry in services if not entry.get("role_arn")])


def snapshot_statements(services: Iterable[Service]) -> list[Statement]:
    """Let snapshot_registry look at the registries of the stack's own account; it can change none."""
    home = [entry for entry in services if not entry.get("role_arn")]
    return _by_action(grant for entry in home for grant in looks_at_registries(entry))


def assume_statements(services: Iterable[Service]) -> list[Statement]:
    """Let respond and sweep assume the roles of other accounts, each with its external id."""
    others = [entry for entry in services if entry.get("role_arn")]
    roles = sorted({(entry["role_arn"], entry.get("external_id") or "") for entry in others})
    return [
        {
            "Sid": f"TouchTargetsElsewhere{number}",
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Resource": role,
            **_only_with([external_id]),
        }
        for number, (role, external_id) in enumerate(roles, start=1)
    ]


def role_elsewhere(services: Iterable[Service], role_arn: str) -> dict[str, Any]:
    """Make the stack another account deploys: the role, what it may touch and who may assume it."""
    entries = [entry for entry in services if entry.get("role_arn") == role_arn]
    properties = {
        "RoleName": role_arn.rsplit("/", 1)[-1],
        "AssumeRolePolicyDocument": _document([_trust(entries)]),
        "Policies": [{"PolicyName": "targets", "PolicyDocument": _document(_allow(entries))}],
    }
    asked = {"Type": "String", "Description": "Output of the responder's stack"}
    return {
        "Parameters": dict.fromkeys(CALLERS, asked),
        "Resources": {"RemediationRole": {"Type": "AWS::IAM::Role", "Properties": properties}},
    }


def _allow(services: Sequence[Service]) -> list[Statement]:
    return _by_action(grant for entry in services for grant in grants(entry)) or [NOTHING]


def _by_action(granted: Iterable[Grant]) -> list[Statement]:
    allowed: dict[tuple[str, str], list[Any]] = {}
    for sid, action, resource in granted:
        resources = allowed.setdefault((sid, action), [])
        resources += [resource] if resource not in resources else []
    return [
        {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resources}
        for (sid, action), resources in allowed.items()
    ]


def _trust(entries: Sequence[Service]) -> Statement:
    callers = [{"Ref": name} for name in CALLERS]
    trusted = {"Effect": "Allow", "Principal": {"AWS": callers}, "Action": "sts:AssumeRole"}
    return trusted | _only_with(sorted({entry.get("external_id") or "" for entry in entries}))


def _only_with(external_ids: Sequence[str]) -> Statement:
    """Ask for one of the external ids; nothing is asked where no entry has one."""
    given = [external_id for external_id in external_ids if external_id]
    return {"Condition": {"StringEquals": {"sts:ExternalId": given}}} if given else {}


def _document(content: list[Statement]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": content}
