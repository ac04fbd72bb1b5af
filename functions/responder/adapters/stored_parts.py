"""What the parts of a registered version are: as the registry records them, and as the store has them now.

A part lies in an object of S3. Where the registry records no digest of it, what the object is at this moment is
recorded instead: whoever overwrites it later makes another version of it in our eyes.
"""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from responder.adapters import aws
from responder.adapters.sagemaker_artefacts import object_digest
from responder.domain.plans.registry import UNREAD, ModelVersion
from responder.domain.release import Artefacts
from responder.domain.things.registries import DIGEST, OBJECT, marked
from responder.errors import CannotKnow

PINNED = "@sha256:"  # an image that is named by its digest cannot become another one
_THEIR_FAULT, _TOO_OFTEN = 500, 429


def version_of(s3: Any, model: str, number: str, marks: Mapping[str, str], found: Mapping[str, str]) -> ModelVersion:  # noqa: ANN401  # boto3 has no types
    """Make a version of its marks (tags, metadata), or of the objects that were found where it marks none."""
    objects, recorded = marked(marks, OBJECT) or dict(found), marked(marks, DIGEST)
    read = {part: _now(s3, place) for part, place in objects.items() if part not in recorded}
    return ModelVersion(model, number, {**read, **recorded}, objects)


def parts_now(s3: Any, version: ModelVersion) -> Artefacts:  # noqa: ANN401  # boto3 has no types
    """Say what the parts of a version are now; what cannot be read is listed as missing."""
    digests = {part: _pinned(place) or object_digest(s3, place) for part, place in _places(version).items()}
    found = {part: digest for part, digest in digests.items() if digest}
    return Artefacts(found, tuple(part for part in digests if part not in found))


def _places(version: ModelVersion) -> dict[str, str]:
    return {part: version.objects.get(part, "") for part in version.digests}


def _now(s3: Any, place: str) -> str:  # noqa: ANN401  # boto3 has no types
    """Return the digest; raise CannotKnow when the store is busy, because another moment would tell another version."""
    if digest := _pinned(place) or object_digest(s3, place):
        return digest
    bucket, _, key = place.removeprefix("s3://").partition("/")
    if not place.startswith("s3://") or not key or key.endswith("/"):
        return UNREAD
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except aws.TROUBLE as error:
        if not isinstance(error, ClientError) or _passes(aws.http_status(error)):
            raise CannotKnow(f"{place}: {aws.code_of(error)}") from error
    return UNREAD


def _passes(status: int) -> bool:
    return status >= _THEIR_FAULT or status == _TOO_OFTEN


def _pinned(place: str) -> str:
    return f"sha256:{place.partition(PINNED)[2]}" if PINNED in place else ""
