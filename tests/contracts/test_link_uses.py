"""What is remembered about an invitation: tries up to a bound, and one answer for good."""

from collections.abc import Callable

import pytest
from tests.adapters.cloud import TABLE, a_table

from responder.adapters.in_memory_links import InMemoryLinkUses
from responder.adapters.link_uses import LinkUsesTable
from responder.ports import LinkUses

MAKERS: dict[str, Callable[[], LinkUses]] = {
    "twin": InMemoryLinkUses,
    "table": lambda: LinkUsesTable(TABLE, a_table()),
}


@pytest.fixture(params=MAKERS)
def uses(request: pytest.FixtureRequest) -> LinkUses:
    if request.param == "table":
        request.getfixturevalue("cloud")
    return MAKERS[request.param]()


def test_tries_are_counted_up_to_the_bound_and_not_beyond(uses: LinkUses) -> None:
    assert [uses.count_try("a", 3) for _ in range(5)] == [1, 2, 3, None, None]


def test_each_link_has_tries_of_its_own(uses: LinkUses) -> None:
    uses.count_try("a", 1)

    assert uses.count_try("b", 1) == 1


def test_the_first_answer_stands(uses: LinkUses) -> None:
    assert uses.answer("a") is None
    assert [uses.settle("a", "yes"), uses.settle("a", "no"), uses.settle("a", "yes")] == ["yes"] * 3
    assert (uses.answer("a"), uses.answer("b")) == ("yes", None)


def test_an_answer_leaves_the_tries_as_they_are(uses: LinkUses) -> None:
    uses.count_try("a", 5)
    uses.settle("a", "no")

    assert uses.count_try("a", 5) == 2
