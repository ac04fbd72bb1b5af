"""The redacted traces as Firehose wrote them, and beside them what evaluation keeps."""

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from responder.adapters import aws
from responder.domain.plain import canonical, from_plain, stamp, to_plain
from responder.domain.serving.drift import Baseline
from responder.domain.serving.evaluation import Evaluation, Trace
from responder.errors import CannotKnow

MOST = 50_000  # traces of one reading: more say nothing new about a distribution
HOUR = timedelta(hours=1)


class TracesBucket:
    """One prefix per hour; a line per trace."""

    def __init__(self, bucket: str, client: Any) -> None:  # noqa: ANN401  # boto3 has no types
        self._bucket, self._s3 = bucket, client

    def read(self, since: datetime, until: datetime) -> list[Trace]:
        found: list[Trace] = []
        for line in self._lines(since, until):
            found.append(line)
            if len(found) == MOST:
                break
        return found

    def baselines(self, model: str) -> dict[str, Baseline] | None:
        try:
            body = self._s3.get_object(Bucket=self._bucket, Key=_baseline(model))["Body"].read()
        except aws.TROUBLE as error:
            if aws.code_of(error) == "NoSuchKey":
                return None
            raise CannotKnow(f"baseline of {model}: {aws.code_of(error)}") from error
        return {feature: from_plain(Baseline, one, feature) for feature, one in json.loads(body).items()}

    def freeze(self, model: str, baselines: Mapping[str, Baseline]) -> None:
        self._put(_baseline(model), canonical({feature: to_plain(one) for feature, one in baselines.items()}))

    def keep(self, evaluation: Evaluation) -> None:
        key = f"evaluation/reports/{_safe(evaluation.model)}/{stamp(evaluation.at)}.json"
        self._put(key, canonical(to_plain(evaluation)))

    def _lines(self, since: datetime, until: datetime) -> Iterator[Trace]:
        hour = since
        while hour < until:
            yield from self._of_hour(f"traces/{hour:%Y-%m-%dT%H}/")
            hour += HOUR

    def _of_hour(self, prefix: str) -> Iterator[Trace]:
        try:
            for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix):
                for found in page.get("Contents", []):
                    body = self._s3.get_object(Bucket=self._bucket, Key=found["Key"])["Body"].read()
                    yield from map(json.loads, gzip.decompress(body).splitlines())
        except (*aws.TROUBLE, OSError, ValueError) as error:
            raise CannotKnow(f"traces {prefix}: {error}") from error

    def _put(self, key: str, text: str) -> None:
        try:
            self._s3.put_object(Bucket=self._bucket, Key=key, Body=text.encode(), ContentType="application/json")
        except aws.TROUBLE as error:
            raise CannotKnow(f"{key}: {aws.code_of(error)}") from error


def _baseline(model: str) -> str:
    return f"evaluation/baselines/{_safe(model)}.json"


def _safe(model: str) -> str:
    """A model's name comes from the records; it is never a path."""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", model)[:100]
