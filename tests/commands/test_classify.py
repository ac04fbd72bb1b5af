import json
from dataclasses import fields
from pathlib import Path

import pytest

from responder.adapters.runbook_files import read_library
from responder.cli import main
from responder.commands.classify import Question, Unreadable, classify

BOOK = read_library(Path(__file__).parents[2] / "runbooks").book


def answer(**question: object) -> dict[str, object]:
    (line,) = classify([json.dumps({"id": "q", **question})], BOOK)
    return dict(json.loads(line))


def test_a_log_line_is_answered_with_mode_confidence_reasons_and_runner_up() -> None:
    given = answer(logs=["CUDA out of memory. Tried to allocate 2.00 GiB"])

    assert set(given) == {"id", "failure_mode", "confidence", "because", "runner_up"}
    assert given["failure_mode"] == "out_of_memory"


def test_labels_metrics_and_logs_are_all_optional() -> None:
    assert answer()["failure_mode"] == "unknown"
    assert answer(metrics={"projected_budget_ratio": 1.5})["failure_mode"] == "cost_overrun"
    assert answer(labels={"alertname": "KubePodOOMKilled"})["failure_mode"] == "out_of_memory"


def test_doubt_says_what_it_doubts() -> None:
    given = answer(logs=["budget exceeded; the embeddings drifted"])

    assert given["failure_mode"] == "unknown"
    assert given["runner_up"] in {"cost_overrun", "data_drift"}
    assert f"not sure enough of {given['runner_up']}" in str(given["because"])


def test_a_bad_line_is_answered_in_place_and_fails_at_the_end() -> None:
    lines = ['{"id": "a"}', "not json", '{"id": "b", "logs": [7]}', "", '{"id": "c"}']
    answering = classify(lines, BOOK)

    out = [json.loads(next(answering)) for _ in range(4)]

    with pytest.raises(Unreadable, match="2 lines could not be read"):
        next(answering)
    assert [o["id"] for o in out] == ["a", None, "b", "c"]
    assert "line 2" in out[1]["error"]
    assert "line 3" in out[2]["error"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"id": 1, "log": ["x"]}', "line 1: unknown key log; did you mean logs?"),
        ('{"id": 1, "label": {}}', "line 1: unknown key label; did you mean labels?"),
        ('{"logs": ["x"]}', "line 1: id is missing; write text or a whole number"),
        ('{"id": [1], "logs": ["x"]}', "line 1: id is [1]; write text or a whole number"),
        ('{"id": true}', "line 1: id is True; write text or a whole number"),
        ("[1]", "line 1: not a JSON object; write for example"),
    ],
)
def test_what_would_not_be_read_is_told_in_words(line: str, said: str) -> None:
    given = json.loads(next(classify([line], BOOK)))

    assert said in given["error"]


def test_what_somebody_else_keeps_in_a_line_is_let_be() -> None:
    ours = {"id": 1, "labels": {"alertname": "ChatSlow"}, "logs": ["CUDA out of memory"]}
    theirs = {"kind": "log", "text": "x", "failure_mode": "?", "also": [], "source": "vllm", "difficulty": "easy"}

    assert list(classify([json.dumps(ours | theirs)], BOOK)) == list(classify([json.dumps(ours)], BOOK))


@pytest.mark.parametrize("name", ["text", 7])
def test_a_mark_of_the_byte_order_is_no_part_of_the_first_line(name: str | int) -> None:
    line = json.dumps({"id": name, "logs": "CUDA out of memory"})

    assert list(classify(["\ufeff" + line], BOOK)) == list(classify([line], BOOK))


def test_help_tells_the_keys_of_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["classify", "--help"])

    told = capsys.readouterr().out
    assert all(f"\n  {f.name} " in told for f in fields(Question))


def test_the_same_input_gives_the_same_bytes() -> None:
    question = json.dumps({"id": "q", "labels": {"alertname": "HighLatency"}, "logs": ["p95 over 2s"]})

    assert list(classify([question], BOOK)) == list(classify([question], BOOK))
