import json
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.world import CHAT, NOON, Given, a_message, a_notification, an_alert

from responder.domain.alert import Alert
from responder.domain.message import CHUNK, LARGEST, MOST_ALERTS, SAID, Message, decode, encode, to_messages
from responder.domain.target import NoTarget
from responder.domain.touch import Touch
from responder.errors import CannotRead, TryAgain

SEARCH = replace(CHAT, name="search", match={"model": "search"}, touch=Touch(sagemaker_endpoint="search"))


def _id(*alerts: Alert, **changes: Given) -> str:
    return replace(to_messages(a_notification(*alerts), [CHAT])[0], **changes).deduplication_id


def test_alerts_about_one_resource_travel_together() -> None:
    chat, also_chat, search = an_alert(), an_alert(route="/chat"), an_alert(model="search")

    messages = to_messages(a_notification(chat, search, also_chat), [CHAT, SEARCH])

    assert [m.target for m in messages] == ["chat", "search"]
    assert messages[0].alerts == (chat, also_chat)
    assert messages[0].group_id != messages[1].group_id


def test_an_alert_without_a_target_stands_alone_under_its_fingerprint() -> None:
    one, other = an_alert(model="billing"), an_alert(model="search")

    messages = to_messages(a_notification(one, other), [CHAT])

    assert [m.resource for m in messages] == [f"alert/{one.fingerprint}", f"alert/{other.fingerprint}"]
    assert all(isinstance(m.why_no_target, NoTarget) and m.target is None for m in messages)


def test_an_alert_that_matches_two_entries_stands_alone() -> None:
    (message,) = to_messages(a_notification(an_alert()), [CHAT, replace(CHAT, name="twin")])

    assert message.target is None
    assert message.why_no_target is not None
    assert message.why_no_target.reason == "ambiguous_target"


def test_the_peers_of_an_ha_pair_send_one_message() -> None:
    """They differ in annotations, order and end, and in what is not even read: external and generator URLs."""
    alert, other = an_alert(), an_alert(route="/chat")
    as_peer = replace(alert, annotations={"summary": "p95 is 2.6 s"})

    assert _id(alert, other) == _id(other, as_peer)
    assert _id(an_alert("resolved", ends=NOON)) == _id(an_alert("resolved", ends=NOON + timedelta(seconds=15)))


def test_two_flaps_within_five_minutes_are_four_messages() -> None:
    later = NOON + timedelta(minutes=2)

    ids = {
        _id(an_alert(at=NOON)),
        _id(an_alert("resolved", at=NOON, ends=NOON + timedelta(minutes=1))),
        _id(an_alert(at=later)),
        _id(an_alert("resolved", at=later, ends=later + timedelta(minutes=1))),
    }

    assert len(ids) == 4


@pytest.mark.parametrize("changed", [{"source": "grafana"}, {"receiver": "other"}, {"resource": "other"}, {"part": 1}])
def test_who_sent_it_and_what_it_is_about_tell_messages_apart(changed: dict[str, object]) -> None:
    assert _id(an_alert(), **changed) != _id(an_alert())


def test_ids_fit_what_sqs_takes() -> None:
    message = a_message()

    assert len(message.group_id) <= 128
    assert len(message.deduplication_id) <= 128
    assert (message.group_id + message.deduplication_id).isalnum()


def test_a_message_is_read_back_as_it_was_written() -> None:
    message = a_message(an_alert(team="größe"), an_alert("resolved", ends=NOON, route="/x"))

    assert decode(encode(message)) == message


def test_a_message_above_one_billing_chunk_is_packed() -> None:
    message = a_message(*(an_alert(route=f"/{n}") for n in range(MOST_ALERTS)))

    assert len(encode(message)) < CHUNK
    assert encode(message).isascii()
    assert decode(encode(message)) == message


def test_a_group_of_a_thousand_is_split_and_no_alert_is_lost() -> None:
    alerts = [an_alert(route=f"/{n}") for n in range(1000)]

    messages = to_messages(a_notification(*alerts), [CHAT])

    assert [a for m in messages for a in m.alerts] == alerts
    assert all(len(m.alerts) <= MOST_ALERTS and len(encode(m)) < LARGEST for m in messages)
    assert [m.part for m in messages] == list(range(len(messages)))
    assert len({m.deduplication_id for m in messages}) == len(messages)


def test_secrets_are_taken_out_before_anything_is_queued() -> None:
    alert = replace(an_alert(), annotations={"summary": "ann@example.com was refused"})

    (message,) = to_messages(a_notification(alert), [CHAT])

    assert "ann@example.com" not in encode(message)
    assert message.redacted == {"email": 1}


def test_labels_select_the_target_before_they_are_redacted() -> None:
    owned = replace(CHAT, match={"owner": "ann@example.com"})

    (message,) = to_messages(a_notification(an_alert(owner="ann@example.com")), [owned])

    assert message.target == "chat"
    assert message.alerts[0].labels["owner"] == "[redacted email]"


def test_a_message_of_a_newer_version_is_try_again() -> None:
    newer = json.loads(encode(a_message())) | {"v": SAID + 1, "alerts": "something else entirely"}

    with pytest.raises(TryAgain, match="a newer responder will take it"):
        decode(json.dumps(newer))


def test_keys_of_a_newer_responder_do_not_stop_this_one() -> None:
    newer = json.loads(encode(a_message())) | {"priority": 1}

    assert decode(json.dumps(newer)) == a_message()


@pytest.mark.parametrize(
    "body", ["", "not json", "[]", "{}", '{"v": null}', '{"v": "1"}', '{"v": 0}', '{"v": 1}', "z1:!!!", "z1:AAAA"]
)
def test_a_message_that_makes_no_sense_is_not_tried_again(body: str) -> None:
    with pytest.raises(CannotRead, match=r"^message"):
        decode(body)


def test_a_message_says_how_many_alerts_the_sender_left_out() -> None:
    (message,) = to_messages(replace(a_notification(an_alert()), truncated=7), [CHAT])

    assert isinstance(message, Message)
    assert message.truncated == 7
