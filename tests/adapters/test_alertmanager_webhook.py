import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.world import NOON

from responder.adapters.alertmanager_webhook import read_notification
from responder.domain.alert import Alert, Notification, Status, fingerprint_of
from responder.errors import CannotRead

SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.json"))
ALERT: dict[str, Any] = {
    "status": "firing",
    "labels": {"alertname": "LLMHighP95", "model": "chat"},
    "annotations": {"summary": "slow"},
    "startsAt": "2026-11-25T12:00:00Z",
    "endsAt": "0001-01-01T00:00:00Z",
    "generatorURL": "",
    "fingerprint": "00000000000000aa",
}


def read(*alerts: object, **more: object) -> tuple[Notification, list[tuple[bytes, str]]]:
    body = {"version": "4", "receiver": "responder", "status": "firing", "alerts": list(alerts), **more}
    return read_notification(json.dumps(body).encode(), "alertmanager", "trace-1", NOON)


def one(**changes: object) -> Alert:
    notification, unreadable = read({**ALERT, **changes})
    assert not unreadable
    return notification.alerts[0]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_what_a_real_alertmanager_sent_is_read_whole(path: Path) -> None:
    sent = json.loads(path.read_text())["body"]

    notification, unreadable = read_notification(json.dumps(sent).encode(), "alertmanager", "trace-1", NOON)

    assert not unreadable
    assert [alert.fingerprint for alert in notification.alerts] == [alert["fingerprint"] for alert in sent["alerts"]]
    assert [fingerprint_of(alert.labels) for alert in notification.alerts] == [
        alert.fingerprint for alert in notification.alerts
    ]
    assert notification.truncated == sent["truncatedAlerts"]


def test_who_sent_it_when_and_under_which_trace_is_kept() -> None:
    notification, _ = read(ALERT, truncatedAlerts=3)

    assert notification.source == "alertmanager"
    assert (notification.trace_id, notification.received_at) == ("trace-1", NOON)
    assert notification.truncated == 3


def test_fields_of_newer_versions_are_ignored() -> None:
    newer = {"notification_reason": "new alerts added", "routeLabels": {"team": "ml"}, "somethingNew": [1]}

    notification, unreadable = read({**ALERT, "somethingNew": {"a": None}}, **newer)

    assert len(notification.alerts) == 1
    assert not unreadable


def test_grafana_sends_the_same_shape_with_more_in_it() -> None:
    grafana = {**ALERT, "values": {"B": 3.2}, "valueString": "[ var='B' ]", "silenceURL": "https://grafana/s"}

    notification, unreadable = read(grafana, version="1", orgId=1, title="slow", state="alerting")

    assert notification.alerts[0].labels["model"] == "chat"
    assert not unreadable


def test_the_receivers_name_is_unescaped() -> None:
    assert read(receiver=r"team\.llm-hook")[0].receiver == "team.llm-hook"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-23T09:21:00.437933131Z", datetime(2026, 11, 23, 9, 21, 0, 437933, UTC)),
        ("2026-11-23T17:21:00+08:00", datetime(2026, 11, 23, 9, 21, tzinfo=UTC)),
        ("2026-11-23T09:21:00.4Z", datetime(2026, 11, 23, 9, 21, 0, 400000, UTC)),
        ("2026-11-23T05:51:00-03:30", datetime(2026, 11, 23, 9, 21, tzinfo=UTC)),
    ],
)
def test_a_start_is_read_in_every_form_go_writes(written: str, meant: datetime) -> None:
    assert one(startsAt=written).starts_at == meant


@pytest.mark.parametrize("zero", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+08:00"])
def test_the_year_one_is_no_end(zero: str) -> None:
    assert one(endsAt=zero).ends_at is None
    assert one(status="resolved", endsAt=zero).ends_at is None


def test_only_what_is_resolved_has_ended() -> None:
    """Grafana writes an end into alerts that still fire: it is when they would expire."""
    end = "2026-11-25T12:30:00Z"

    assert one(endsAt=end).ends_at is None
    assert one(status="resolved", endsAt=end).ends_at == NOON + timedelta(minutes=30)


@pytest.mark.parametrize("given_as", [None, "", "not hex", "ABCDEF0123456789"])
def test_a_fingerprint_that_is_missing_or_none_is_computed(given_as: str | None) -> None:
    alert = {k: v for k, v in ALERT.items() if k != "fingerprint"} | (
        {"fingerprint": given_as} if given_as is not None else {}
    )

    assert read(alert)[0].alerts[0].fingerprint == fingerprint_of(ALERT["labels"])


@pytest.mark.parametrize(
    ("broken", "cause"),
    [
        ({**ALERT, "labels": {}}, "labels"),
        ({**ALERT, "labels": {"alertname": 7}}, "labels.alertname"),
        ({**ALERT, "labels": {"alertname": "\ud800"}}, "labels.alertname"),
        ({**ALERT, "status": "pending"}, "status"),
        ({**ALERT, "startsAt": "yesterday"}, "startsAt"),
        ({**ALERT, "startsAt": "0001-01-01T00:00:00Z"}, "startsAt"),
        ({**ALERT, "startsAt": "2026-11-25T12:00:00"}, "startsAt"),
        ({**ALERT, "startsAt": 1795608000}, "startsAt"),
        ({**ALERT, "endsAt": "9999-12-31T23:59:59-05:00"}, "endsAt"),
        ({k: v for k, v in ALERT.items() if k != "startsAt"}, "startsAt"),
        ("text", "body"),
        (None, "body"),
    ],
)
def test_one_unreadable_alert_is_set_apart_and_the_others_are_read(broken: object, cause: str) -> None:
    notification, unreadable = read(ALERT, broken, ALERT)

    assert len(notification.alerts) == 2
    assert json.loads(unreadable[0][0]) == broken
    assert unreadable[0][1].startswith(f"alerts.1: {cause}")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "not JSON"),
        (b"<html>", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "notification"),
        (b"{}", "receiver: Field required"),
        (b'{"receiver": "r"}', "alerts: Field required"),
        (b'{"receiver": "r", "alerts": {}}', "alerts: Input should be a valid list"),
        (b'{"receiver": "r", "alerts": [], "truncatedAlerts": -1}', "truncatedAlerts: "),
    ],
)
def test_a_body_that_is_no_notification_is_refused_saying_where(body: bytes, says: str) -> None:
    with pytest.raises(CannotRead, match=says):
        read_notification(body, "alertmanager", "trace-1", NOON)


def test_a_group_without_alerts_is_a_notification() -> None:
    assert read() == (Notification("alertmanager", "responder", (), 0, "trace-1", NOON), [])


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(changed=st.dictionaries(st.sampled_from(list(ALERT)), json_like, max_size=3))
def test_whatever_stands_in_an_alert_it_is_either_read_or_set_apart(changed: dict[str, object]) -> None:
    notification, unreadable = read({**ALERT, **changed})

    assert len(notification.alerts) + len(unreadable) == 1


@given(body=st.binary(max_size=200))
def test_whatever_bytes_come_nothing_but_cannot_read_is_raised(body: bytes) -> None:
    with pytest.raises(CannotRead):
        read_notification(body, "alertmanager", "trace-1", NOON)


@given(starts=st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.timezones()))  # noqa: DTZ001  # the strategy adds the zone
def test_every_moment_survives_the_way_of_its_offset(starts: datetime) -> None:
    written = starts.isoformat()

    assert one(startsAt=written).starts_at == datetime.fromisoformat(written)
    assert one(startsAt=written).status is Status.FIRING
