"""The command line as somebody types it: exit codes, and words that say what to do."""

import json
from pathlib import Path

import pytest
from tests.world import ROOT

from responder.cli import main

SAMPLES = sorted((ROOT / "events" / "alertmanager").glob("*.json"))


@pytest.fixture(autouse=True)
def _nothing_connected(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RESPONDER_STACK", "JOURNAL_TABLE", "RUNBOOKS_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda p: p.stem)
def test_every_sample_is_explained(sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(sample)]) == 0

    told = capsys.readouterr().out
    assert "diagnosis" in told or "nothing new" in told or "only ends" in told


def test_the_explanation_as_json_has_every_guard(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(ROOT / "events/alertmanager/latency_spike.json"), "--json"]) == 0

    (explained,) = json.loads(capsys.readouterr().out)
    assert explained["diagnosis"]["failure_mode"] == "latency_spike"
    assert {"mode", "allow_list", "still_firing", "cooldown"} <= {guard["guard"] for guard in explained["guards"]}
    assert explained["acts"] is False


def test_the_same_input_gives_the_same_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["explain", str(ROOT / "events/alertmanager/latency_spike.json"), "--json"]
    main(asked)
    first = capsys.readouterr().out
    main(asked)

    assert capsys.readouterr().out == first


def test_a_target_of_ones_own_is_found(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("RUNBOOKS_DIR", str(ROOT / "infra/local/runbooks"))

    main(["explain", str(ROOT / "events/alertmanager/latency_spike.json")])

    assert "about chat" in capsys.readouterr().out


def test_what_would_be_done_afterwards_is_explained_beforehand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    queues = "arn:aws:sqs:us-east-1:123456789012"
    letters = f'{{queue: "{queues}:chat-dead", of: ["{queues}:chat-work"], most: 500}}'
    entry = 'match: {model: chat}, account: "123456789012", region: us-east-1, series: {model: chat}, team: t'
    place = "application: chat, environment: live, profile: routing"
    circuit = f"{{{place}, open: {{primary: 0}}, half_open: {{primary: 0.1}}}}"
    touch = f"touch: {{circuit: {circuit}, dead_letters: {letters}}}"
    (tmp_path / "services.yaml").write_text(f"services: {{chat: {{{entry}, {touch}}}}}\n", encoding="utf-8")
    monkeypatch.setenv("RUNBOOKS_DIR", str(tmp_path))

    main(["explain", str(ROOT / "events/alertmanager/api_timeout.json")])

    told = capsys.readouterr().out
    assert "requeue, once that made it well and its alerts have ended: move the dead letters of chat-dead back" in told
    assert "at most 500, 10 a second" in told


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (["explain", "nothing.json"], "nothing.json: No such file or directory"),
        (["explain", "README.md"], "is not JSON"),
        (["incidents"], "--stack NAME"),
        (["doctor"], "--stack NAME"),
        (["audit", "show", "abc"], "--stack NAME"),
    ],
)
def test_what_cannot_be_done_says_why_and_what_to_do(
    typed: list[str], says: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)

    assert main(typed) == 1

    assert says in capsys.readouterr().err


@pytest.mark.parametrize("typed", [[], ["nonsense"], ["mode", "sometimes"], ["releases", "mark", "chat"]])
def test_a_wrong_call_is_answered_with_the_usage(typed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(typed)

    assert left.value.code == 2
    assert "usage: responder" in capsys.readouterr().err


def test_lint_names_file_line_and_what_to_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "runbooks/latency_spike.md").read_text(encoding="utf-8")
    (tmp_path / "latency_spike.md").write_text(page.replace("cooldown:", "cooldwon:"), encoding="utf-8")

    assert main(["lint", str(tmp_path)]) == 1

    told = capsys.readouterr().out
    assert "latency_spike.md:" in told
    assert "cooldown" in told
