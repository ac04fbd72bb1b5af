"""Recorded notifications through the production decisions: what would have been done, always in the same bytes."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.commands.every_kind import EVERY_KIND, written
from tests.world import ROOT

from responder.adapters.runbook_files import read_library
from responder.cli import main
from responder.commands.backtest import replayed
from responder.commands.backtest.recordings import read_recordings
from responder.commands.backtest.replay import Assumed, witness
from responder.domain.condition import holds
from responder.domain.plans.rollback import POINTERS
from responder.domain.runbook import Library
from responder.domain.services import parse_services
from responder.domain.touch import REGISTRIES, TouchKind
from responder.errors import CannotRead

BEGAN = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
LABELS = {"alertname": "LLMHighP95", "severity": "page", "model": "chat", "env": "practice"}
NOTES = {"runbook": "runbooks/latency_spike.md"}


@pytest.fixture(autouse=True)
def _practice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNBOOKS_DIR", str(ROOT / "infra/local/runbooks"))


def _events(*, minutes: int, labels: dict[str, str], pairs: bool) -> str:
    """Two lines of the event recorder, in the schema with a list of pairs or with a map."""
    written: Any = {"labels": [{"key": k, "value": v} for k, v in labels.items()]} if pairs else labels
    notes: Any = {"labels": [{"key": k, "value": v} for k, v in NOTES.items()]} if pairs else NOTES
    alert = {"labels": written, "annotations": notes, "startsAt": BEGAN.isoformat()}
    ended = {"hash": "1", "details": alert} if pairs else alert
    lines = [
        {"@timestamp": BEGAN.isoformat(), "data": {"alertCreated": {"alert": alert}}},
        {"@timestamp": BEGAN.isoformat(), "data": {"notification": {"reason": "NOTIFY_REASON_FIRST_NOTIFICATION"}}},
        {
            "@timestamp": (BEGAN + timedelta(minutes=minutes)).isoformat(),
            "data": {"alertResolved": {"alert": ended}},
        },
    ]
    return "\n".join(map(json.dumps, lines))


def _matrix(*gaps: tuple[int, int]) -> str:
    """An answer of a range query with a sample a minute in each of these spans of minutes."""
    at = [BEGAN.timestamp() + 60 * m for begin, end in gaps for m in range(begin, end)]
    metric = {"__name__": "ALERTS", "alertstate": "firing", **LABELS}
    result = [{"metric": metric, "values": [[t, "1"] for t in at]}]
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}})


def _told(written: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    file = tmp_path / "recording"
    file.write_text(written, encoding="utf-8")
    assert main(["backtest", str(file), "--json", *options]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


@pytest.mark.parametrize("labels_are", ["pairs", "a map"])
def test_the_event_recorder_is_read_in_both_schemas(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], labels_are: str
) -> None:
    told = _told(_events(minutes=40, labels=LABELS, pairs=labels_are == "pairs"), tmp_path, capsys)

    (one,) = told["incidents"]
    assert one["diagnosed"].startswith("latency_spike")
    assert one["decided"].startswith("roll endpoint chat back")
    assert (one["ended"], told["summary"]["actions"]) == ("recovered", 1)


@pytest.mark.parametrize("sample", sorted((ROOT / "events/alertmanager").glob("[!u]*.json")), ids=lambda p: p.stem)
def test_every_sample_is_diagnosed_as_what_it_is(sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A question of one page's verification is no evidence for it: nobody knows what was measured then."""
    main(["backtest", str(sample), "--json"])

    (one,) = json.loads(capsys.readouterr().out)["incidents"]
    assert one["diagnosed"].startswith(sample.stem)


SHIPPED = read_library(ROOT / "runbooks")
SAMPLES = [
    ROOT / f"events/alertmanager/{mode}.json"
    for mode in ("api_timeout", "error_rate", "hot_spot_shard", "latency_spike", "quality_regression")
]


def _library(kind: TouchKind) -> Library:
    return replace(SHIPPED, targets=parse_services(written(kind), "services.yaml").targets)


@pytest.mark.parametrize("kind", TouchKind)
def test_no_kind_of_thing_breaks_a_backtest(kind: TouchKind) -> None:
    told = [replayed(read_recordings([one]), _library(kind), Assumed()) for one in SAMPLES]

    acted = [story for stories in told for story in stories if story.acted_at]
    assert all(told)
    assert not acted or kind in POINTERS


@pytest.mark.parametrize(
    ("kind", "sample"),
    [
        *((kind, "quality_regression") for kind in REGISTRIES),
        (TouchKind.CIRCUIT, "api_timeout"),
        (TouchKind.LITELLM_CIRCUIT, "api_timeout"),
        (TouchKind.LISTENER_WEIGHTS, "hot_spot_shard"),
        (TouchKind.TARGET_GROUP, "hot_spot_shard"),
        (TouchKind.CAPACITY, "latency_spike"),
    ],
)
def test_how_anything_but_a_release_stood_is_not_known_and_the_refusal_says_so(kind: TouchKind, sample: str) -> None:
    recorded = read_recordings([ROOT / f"events/alertmanager/{sample}.json"])

    (one,) = replayed(recorded, _library(kind), Assumed())

    assert "backtest does not know how it stood" in one.decided
    assert "`responder gameday` plays" in one.decided


def test_every_kind_has_an_entry_to_play_with() -> None:
    assert EVERY_KIND.keys() == set(TouchKind)


def test_a_gap_in_the_series_is_two_episodes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = _told(_matrix((0, 30), (600, 630)), tmp_path, capsys)

    assert told["summary"]["incidents"] == 2
    assert told["summary"]["actions"] == 2


def test_a_second_one_within_the_cooldown_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = _told(_matrix((0, 15), (22, 40)), tmp_path, capsys)

    assert told["summary"]["refusals"] == {"cooldown": 1}


def test_what_does_not_help_is_taken_back_and_a_person_is_paged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = _told(_matrix((0, 120)), tmp_path, capsys, "--does-not-help")

    (one,) = told["incidents"]
    assert "page" in one["told"]
    assert one["ended"] == "escalated"


def test_an_old_release_explains_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = _told(_matrix((0, 30)), tmp_path, capsys, "--release-age", "3d")

    assert told["summary"]["actions"] == 0


def test_observing_only_says_what_would_have_been_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = _told(_matrix((0, 30)), tmp_path, capsys, "--mode", "observe")

    assert told["summary"]["refusals"] == {"mode": 1}


def test_an_alert_nobody_knows_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labels = {"alertname": "SomethingElseEntirely", "severity": "page"}

    told = _told(_events(minutes=5, labels=labels, pairs=False).replace("latency_spike", "other"), tmp_path, capsys)

    assert told["summary"]["alerts_without_a_failure_mode"] == {"SomethingElseEntirely": 1}


def test_the_same_input_gives_the_same_bytes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = _told(_matrix((0, 30)), tmp_path, capsys)

    assert _told(_matrix((0, 30)), tmp_path, capsys) == first


def test_what_is_no_recording_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "recording"
    file.write_text('{"@timestamp": "2026-11-20T03:00:00Z", "data": {}}\n{"else": 1}\n', encoding="utf-8")

    with pytest.raises(CannotRead, match=r"recording:2: neither a webhook body"):
        read_recordings([file])


@pytest.mark.parametrize("condition", ["value < `1.2`", "value > `0.999`", "value <= `0.001`", "value >= `0`"])
def test_a_witness_makes_a_condition_true_and_another_makes_it_false(condition: str) -> None:
    for holding in (True, False):
        assert holds(condition, {"value": witness(condition, holding=holding)}) is holding
