import math
from typing import Any

import pytest
from tests.adapters.web import Web
from tests.world import NOON

from responder.adapters.http import Http
from responder.adapters.prometheus import Prometheus
from responder.domain.evidence import Sample
from responder.errors import CannotKnow


def asked(web: Web, **answer: Any) -> list[Sample]:  # noqa: ANN401  # parts of Prometheus' answer
    web.says({"status": "success", **answer})
    return Prometheus(f"{web.url}/prometheus/", Http()).query("up", NOON)


def vector(*values: object) -> dict[str, Any]:
    result = [{"metric": {"series": str(n)}, "value": [1.5, value]} for n, value in enumerate(values)]
    return {"resultType": "vector", "result": result}


def test_the_query_travels_as_a_form_with_its_moment_and_its_deadline(web: Web) -> None:
    web.says({"status": "success", "data": vector()})

    Prometheus(f"{web.url}/prometheus/", Http(seconds=7)).query('up{job="a&b"} > 0.5', NOON)

    request = web.asked[0]
    assert (request.method, request.path) == ("POST", "/prometheus/api/v1/query")
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert request.form == {"query": ['up{job="a&b"} > 0.5'], "time": ["1795608000.000"], "timeout": ["7s"]}


def test_a_scalar_is_one_sample_without_labels(web: Web) -> None:
    assert asked(web, data={"resultType": "scalar", "result": [1.5, "3"]}) == [Sample({}, 3.0)]


def test_what_is_no_number_is_passed_on_as_it_is(web: Web) -> None:
    values = [sample.value for sample in asked(web, data=vector("NaN", "+Inf", "-Inf"))]

    assert math.isnan(values[0])
    assert values[1:] == [math.inf, -math.inf]


@pytest.mark.parametrize(
    "data",
    [
        {"resultType": "matrix", "result": []},
        {"resultType": "string", "result": [1.5, "text"]},
        {"resultType": "vector", "result": [{"metric": {}, "histogram": [1.5, {"count": "3"}]}]},
        {"resultType": "vector", "result": [{"metric": {}, "value": [1.5, "many"]}]},
        {"resultType": "vector", "result": None},
        {},
        None,
    ],
)
def test_an_answer_of_another_shape_is_not_known(web: Web, data: object) -> None:
    with pytest.raises(CannotKnow, match="something else"):
        asked(web, data=data)


@pytest.mark.parametrize("body", [[], "text", {"status": "error", "error": "query timed out"}, {}])
def test_an_answer_that_is_no_success_is_not_known(web: Web, body: object) -> None:
    web.says(body)

    with pytest.raises(CannotKnow):
        Prometheus(web.url, Http()).query("up", NOON)


def test_a_refused_query_says_what_prometheus_said(web: Web) -> None:
    web.says({"status": "error", "errorType": "bad_data", "error": "parse error at char 3"}, 400)

    with pytest.raises(CannotKnow, match=r"answered 400: .*parse error at char 3"):
        Prometheus(web.url, Http()).query("up{", NOON)


def test_an_answer_that_may_be_partial_is_not_known(web: Web) -> None:
    with pytest.raises(CannotKnow, match="may be partial"):
        asked(web, data=vector("1"), warnings=["remote read: no store answered"])


def test_a_remark_about_the_expression_does_not_matter(web: Web) -> None:
    remark = "PromQL info: metric might not be a counter"

    assert asked(web, data=vector("1"), warnings=[remark]) == [Sample({"series": "0"}, 1.0)]
