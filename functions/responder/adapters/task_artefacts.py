"""What a release on ECS is made of, as digests: its task definition, and the image of each container.

    config               SHA-256 of the task definition
    image/<container>    the image's own digest: as it is named, or as ECR has it under the tag

A tag can be moved, so an image whose digest nobody tells is listed as missing. What was deregistered cannot be run.
"""

import re
from collections.abc import Collection
from typing import Any

from responder.adapters import aws
from responder.domain.plain import canonical, sha256
from responder.domain.release import Artefacts
from responder.domain.target import Target

_SAYS_NOTHING = frozenset(
    {"registeredAt", "registeredBy", "deregisteredAt", "status", "compatibilities", "requiresAttributes"}
)
_OF_ECR = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[\w-]+)\.amazonaws\.com(\.cn)?/(?P<name>[^:@]+)(:(?P<tag>[^@]+))?"
)
Fact = dict[str, Any]


def look_at(ecs: Any, ecr: Any, name: str, target: Target, repositories: Collection[str]) -> Artefacts:  # noqa: ANN401  # boto3 has no types
    """Read a task definition and the digests of its images."""
    found = _ask(ecs.describe_task_definition, taskDefinition=name)
    task: Fact = found["taskDefinition"] if found else {}
    if not task or task.get("status") != "ACTIVE":
        return Artefacts(missing=(f"task definition {name}",))
    digests: dict[str, str | None] = {"config": _digest(task)}
    for container in task["containerDefinitions"]:
        digests[f"image/{container['name']}"] = _image(ecr, container["image"], target, repositories)
    known = {what: digest for what, digest in digests.items() if digest}
    return Artefacts(known, tuple(what for what, digest in digests.items() if not digest))


def _digest(task: Fact) -> str:
    return sha256(canonical({key: value for key, value in task.items() if key not in _SAYS_NOTHING}))


def _image(ecr: Any, image: str, target: Target, repositories: Collection[str]) -> str | None:  # noqa: ANN401  # boto3 has no types
    _, _, digest = image.partition("@")
    if digest:
        return digest
    at = _OF_ECR.fullmatch(image)
    if not at or at["name"] not in repositories or at["region"] != target.region:
        return None
    asked = {
        "registryId": at["account"],
        "repositoryName": at["name"],
        "imageIds": [{"imageTag": at["tag"] or "latest"}],
    }
    found = _ask(ecr.describe_images, **asked)
    details = found["imageDetails"] if found else []
    return str(details[0]["imageDigest"]) if details else None


def _ask(call: Any, **asked: Any) -> Fact | None:  # noqa: ANN401  # boto3 has no types
    """Return what is there, nothing when it is not there, not ours to see, or nobody answers."""
    try:
        answer: Fact = call(**asked)
    except aws.TROUBLE:
        return None
    return answer
