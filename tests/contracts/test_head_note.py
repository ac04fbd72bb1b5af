"""The head of the seals, noted where the bucket's writers cannot reach."""

import pytest

from responder.adapters import aws
from responder.adapters.head_parameter import HeadParameter
from responder.adapters.in_memory_trail import InMemoryHead
from responder.domain.seal import Head
from responder.errors import ActionFailed
from responder.ports import HeadNote


@pytest.fixture(params=["twin", "parameter"])
def heads(request: pytest.FixtureRequest) -> HeadNote:
    if request.param == "twin":
        return InMemoryHead()
    request.getfixturevalue("cloud")
    return HeadParameter("/responder/audit/head", aws.make_client("ssm"))


def test_nothing_is_noted_at_first(heads: HeadNote) -> None:
    assert heads.read() is None


def test_the_last_head_that_was_noted_is_read(heads: HeadNote) -> None:
    heads.write(Head("2026-11-25T12", "first"))
    heads.write(Head("2026-11-25T13", "second"))

    assert heads.read() == Head("2026-11-25T13", "second")


@pytest.mark.usefixtures("cloud")
def test_a_parameter_that_is_no_head_stops_the_sealer() -> None:
    ssm = aws.make_client("ssm")
    ssm.put_parameter(Name="/responder/audit/head", Value="what?", Type="String")

    with pytest.raises(ActionFailed, match="no head"):
        HeadParameter("/responder/audit/head", ssm).read()
