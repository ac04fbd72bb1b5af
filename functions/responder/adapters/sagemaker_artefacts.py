"""What a release is made of, as digests: its configuration, its models' definitions and the objects they load.

    config               SHA-256 of the endpoint configuration's definition
    model/<name>         SHA-256 of the model's definition
    s3://bucket/key      SHA-256 checksum of the object, or its ETag where it was stored without one

What cannot be read is listed as missing, and a release with anything missing is never trusted.
"""

from collections.abc import Iterator
from typing import Any

from responder.adapters import aws
from responder.domain.plain import canonical, sha256
from responder.domain.release import Artefacts, Configuration

_NOT_DEFINITION = frozenset({"ResponseMetadata", "CreationTime", "EndpointConfigArn", "ModelArn"})
Fact = dict[str, Any]


def look_at(sagemaker: Any, s3: Any, name: str) -> Configuration:  # noqa: ANN401  # boto3 has no types
    """Read a configuration, its models and their objects."""
    config = _ask(sagemaker.describe_endpoint_config, EndpointConfigName=name)
    if config is None:
        return Configuration((), Artefacts(missing=(f"endpoint configuration {name}",)))
    variants = config.get("ProductionVariants", [])
    digests: dict[str, str | None] = {"config": _digest(config)}
    for model_name in sorted({v["ModelName"] for v in variants if v.get("ModelName")}):
        digests |= _of_model(sagemaker, s3, model_name)
    return Configuration(tuple(sorted(v["VariantName"] for v in variants)), _sorted_out(digests))


def look_at_model(sagemaker: Any, s3: Any, name: str) -> Artefacts:  # noqa: ANN401  # boto3 has no types
    """Read a model and its objects."""
    return _sorted_out(_of_model(sagemaker, s3, name))


def look_at_object(s3: Any, uri: str) -> Artefacts:  # noqa: ANN401  # boto3 has no types
    return _sorted_out({uri: object_digest(s3, uri)})


def _of_model(sagemaker: Any, s3: Any, name: str) -> dict[str, str | None]:  # noqa: ANN401  # boto3 has no types
    model = _ask(sagemaker.describe_model, ModelName=name)
    digests = {f"model/{name}": _digest(model) if model else None}
    return digests | {uri: object_digest(s3, uri) for uri in _uris(model or {})}


def _sorted_out(digests: dict[str, str | None]) -> Artefacts:
    found = {what: digest for what, digest in digests.items() if digest}
    return Artefacts(found, tuple(what for what, digest in digests.items() if not digest))


def _ask(call: Any, **asked: str) -> Fact | None:  # noqa: ANN401  # boto3 has no types
    """Return what is there, nothing when it is not there, not ours to see, or nobody answers."""
    try:
        answer: Fact = call(**asked)
    except aws.TROUBLE:
        return None
    return answer


def _digest(definition: Fact) -> str:
    return sha256(canonical({key: value for key, value in definition.items() if key not in _NOT_DEFINITION}))


def _uris(model: Fact) -> Iterator[str]:
    """Name everything the containers load; a prefix ends in a slash and stays one."""
    primary = [model["PrimaryContainer"]] if model.get("PrimaryContainer") else []
    for container in [*primary, *model.get("Containers", [])]:
        sources = [container.get("ModelDataSource", {}), *container.get("AdditionalModelDataSources", [])]
        places = [container.get("ModelDataUrl"), *(s.get("S3DataSource", {}).get("S3Uri") for s in sources)]
        yield from dict.fromkeys(place for place in places if place)


def object_digest(s3: Any, uri: str) -> str | None:  # noqa: ANN401  # boto3 has no types
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    if not uri.startswith("s3://") or not key or key.endswith("/"):
        return None  # not one object: what is in it cannot be vouched for
    found = _ask(s3.head_object, Bucket=bucket, Key=key, ChecksumMode="ENABLED")
    if found is None:
        return None
    return f"sha256:{found['ChecksumSHA256']}" if "ChecksumSHA256" in found else f"etag:{found.get('ETag', '')}"
