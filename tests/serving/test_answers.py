import pytest

from responder.domain.serving.answers import exact_match, f1


@pytest.mark.parametrize(
    ("answer", "expected", "match", "overlap"),
    [
        ("The Eiffel Tower!", ["eiffel tower"], 1, 1),
        ("in Paris, France", ["Paris"], 0, 0.5),
        ("London", ["Paris"], 0, 0),
        ("Paris", ["Lyon", "Paris"], 1, 1),
        ("", [""], 1, 1),
        ("", ["Paris"], 0, 0),
        ("straße", ["STRASSE"], 1, 1),
        ("Paris", [], 0, 0),
    ],
)
def test_answers_are_counted_as_squad_does(answer: str, expected: list[str], match: float, overlap: float) -> None:
    assert exact_match(answer, expected) == match
    assert f1(answer, expected) == pytest.approx(overlap)
