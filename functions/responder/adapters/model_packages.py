"""Model package groups of SageMaker's Model Registry: see which version is in force, and decide which one is.

SageMaker compares nothing: approvals are read again right before they are changed. Only versions that somebody decided
about are looked at, the newest ones: what is pending is nobody's yet. Each change tells EventBridge, and what listens
there deploys.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from responder.adapters.answers import ask_once, look, one_by_one
from responder.adapters.roles import RemediationRoles
from responder.adapters.stored_parts import PINNED, parts_now, version_of
from responder.domain.plans.registry import APPROVED, REJECTED, ModelVersion, Registry, in_force
from responder.domain.plans.restore import moves, package_arn
from responder.domain.release import Artefacts
from responder.domain.remediation import Outcome, Snapshot
from responder.domain.target import Target
from responder.domain.things.registries import ModelPackages as Named
from responder.errors import ActionFailed, NotThere

LOOKED_AT = 10  # the newest versions of a group that something was decided of
PAGES = 5  # of a hundred versions each
Fact = dict[str, Any]


class ModelPackages:
    """List and describe to look, one update for each version to change."""

    def __init__(self, roles: RemediationRoles) -> None:
        self._roles = roles

    def observe(self, target: Target) -> Snapshot:
        found = self.read(target)
        return Snapshot(found.values(_named(target).groups), found.told, settled=True, piecemeal=True)

    def apply(self, target: Target, seen: Snapshot, desired: Mapping[str, str], token: str) -> Outcome:
        try:
            stands = self._approvals(target)
        except ActionFailed as error:
            return Outcome("refused", str(error))  # nothing was asked for yet
        if stands != {entry: value.split(" ")[0] for entry, value in seen.current.items()}:
            return Outcome("refused", "the approvals changed since they were looked at")
        return one_by_one(moves(seen.current, desired), partial(self._decide, target, token), "versions were decided")

    def read(self, target: Target) -> Registry:
        s3 = self._roles.client("s3", target)
        approvals: dict[str, str] = {}
        versions: list[ModelVersion] = []
        for group in _named(target).groups:
            rows = self._decided(target, group)
            if APPROVED not in [row["ModelApprovalStatus"] for row in rows]:
                raise NotThere(f"no version of group {group} is approved")
            approvals |= {f"{group}@{row['ModelPackageVersion']}": row["ModelApprovalStatus"] for row in rows}
            versions += [_version(s3, group, self._described(target, row)) for row in rows]
        return Registry(in_force(approvals), tuple(versions), approvals)

    def artefacts(self, target: Target, version: ModelVersion) -> Artefacts:
        return parts_now(self._roles.client("s3", target), version)

    def _decide(self, target: Target, token: str, move: tuple[str, str, str]) -> Outcome:
        asked = {"ModelPackageArn": package_arn(target, move[0]), "ModelApprovalStatus": move[2]}
        return ask_once(self._roles, "sagemaker", target, token, partial(_update, token, asked))

    def _approvals(self, target: Target) -> dict[str, str]:
        rows = [(group, row) for group in _named(target).groups for row in self._decided(target, group)]
        return {f"{group}@{row['ModelPackageVersion']}": row["ModelApprovalStatus"] for group, row in rows}

    def _decided(self, target: Target, group: str) -> list[Fact]:
        found = [row for row in self._rows(target, group) if row.get("ModelApprovalStatus") in (APPROVED, REJECTED)]
        return sorted(found, key=lambda row: int(row["ModelPackageVersion"]), reverse=True)[:LOOKED_AT]

    def _rows(self, target: Target, group: str) -> Iterator[Fact]:
        """List the newest first, and no further than it takes."""
        asked: Fact = {
            "ModelPackageGroupName": group,
            "SortBy": "CreationTime",
            "SortOrder": "Descending",
            "MaxResults": 100,
        }
        for _ in range(PAGES):
            found = look(self._roles, "sagemaker", target, f"group {group}", lambda c: c.list_model_packages(**asked))
            yield from found["ModelPackageSummaryList"]
            if not found.get("NextToken"):
                return
            asked["NextToken"] = found["NextToken"]

    def _described(self, target: Target, row: Fact) -> Fact:
        name = row["ModelPackageArn"]
        found: Fact = look(
            self._roles, "sagemaker", target, name, lambda c: c.describe_model_package(ModelPackageName=name)
        )
        return found


def _update(token: str, asked: Fact, sagemaker: Any) -> Fact:  # noqa: ANN401  # boto3 has no types
    done: Fact = sagemaker.update_model_package(**asked, ApprovalDescription=f"llm-alert-responder {token}")
    return done


def _version(s3: Any, group: str, said: Fact) -> ModelVersion:  # noqa: ANN401  # boto3 has no types
    marks, containers = said.get("CustomerMetadataProperties") or {}, (said.get("InferenceSpecification") or {})
    found = dict(_places(containers.get("Containers") or []))
    return version_of(s3, group, str(said["ModelPackageVersion"]), marks, found)


def _places(containers: list[Fact]) -> Iterator[tuple[str, str]]:
    """Name what each container is: its model's data, what it loads besides, and its image where that has a digest."""
    for number, container in enumerate(containers):
        which = f"-{number}" if number else ""
        source = (container.get("ModelDataSource") or {}).get("S3DataSource") or {}
        if place := container.get("ModelDataUrl") or source.get("S3Uri"):
            yield f"model{which}", place
        if besides := (container.get("AdditionalS3DataSource") or {}).get("S3Uri"):
            yield f"additional{which}", besides
        if digest := container.get("ImageDigest"):
            yield f"image{which}", f"{container['Image'].partition('@')[0]}{PINNED}{digest.removeprefix('sha256:')}"


def _named(target: Target) -> Named:
    if not target.touch.model_packages:
        raise NotThere(f"{target.name} names no model packages")
    return target.touch.model_packages
