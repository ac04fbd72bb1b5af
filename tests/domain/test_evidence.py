from tests.world import NOON

from responder.domain.evidence import Evidence, as_facts


def test_what_was_answered_can_be_read_by_conditions() -> None:
    answered = Evidence("p95", "prometheus", "q", NOON, value=2.5)

    assert as_facts((answered,)) == {"p95": 2.5}


def test_a_missing_answer_stays_missing() -> None:
    missing = Evidence("p95", "prometheus", "q", NOON, missing="empty answer")

    assert as_facts((missing,)) == {}


def test_zero_and_the_empty_text_are_answers() -> None:
    zero = Evidence("errors", "prometheus", "q", NOON, value=0.0)
    empty = Evidence("reason", "logs", "q", NOON, value="")

    assert as_facts((zero, empty)) == {"errors": 0.0, "reason": ""}
