"""Prometheus, or whatever speaks its query API; every kind of trouble is "cannot know", never "no series"."""

from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, Field, ValidationError

from responder.adapters.http import Answer, Http
from responder.domain.evidence import Sample
from responder.domain.plain import faults
from responder.errors import CannotKnow


class _Series(BaseModel):
    metric: dict[str, str]
    value: tuple[float, float]


class _Vector(BaseModel):
    resultType: Literal["vector"]  # noqa: N815  # Prometheus' spelling
    result: list[_Series]


class _Scalar(BaseModel):
    resultType: Literal["scalar"]  # noqa: N815  # Prometheus' spelling
    result: tuple[float, float]


class _Success(BaseModel):
    status: Literal["success"]
    data: Annotated[_Vector | _Scalar, Field(discriminator="resultType")]
    warnings: list[str] = []


class Prometheus:
    """One request per query, within the deadline of the connection."""

    def __init__(self, url: str, http: Http) -> None:
        self._url, self._http = f"{url.rstrip('/')}/api/v1/query", http

    def query(self, expression: str, at: datetime) -> list[Sample]:
        asked = {"query": expression, "time": f"{at.timestamp():.3f}", "timeout": f"{self._http.seconds:g}s"}
        answer = self._http.ask("POST", self._url, urlencode(asked).encode(), "application/x-www-form-urlencoded")
        match _understand(answer).data:
            case _Vector(result=result):
                return [Sample(series.metric, series.value[1]) for series in result]
            case _Scalar(result=(_, value)):
                return [Sample({}, value)]


def _understand(answer: Answer) -> _Success:
    if not answer.ok:
        raise CannotKnow(f"Prometheus answered {answer.status}: {answer.excerpt}")
    try:
        success = _Success.model_validate(answer.json())
    except ValidationError as error:
        raise CannotKnow(f"Prometheus answered something else: {faults(error)}") from error
    if partial := [w for w in success.warnings if not w.startswith("PromQL ")]:  # those are about the expression
        raise CannotKnow(f"Prometheus warned that the answer may be partial: {partial[0]}")
    return success
