from dataclasses import replace
from typing import Any

import pytest
from botocore.stub import ANY
from tests.adapters.cloud import scripted

from responder.adapters.sns_topic import LARGEST, SnsTopic
from responder.domain.target import Team
from responder.errors import NotThere
from responder.ports import Letter

ARN = "arn:aws:sns:us-east-1:123456789012:pages"
LETTER = Letter(
    "incident-1", "page", "critical", "chat is slow", "p95 is 2.5 s", "chat", 2, (("runbook", "https://wiki/slow"),)
)


def published(letter: Letter, **expected: Any) -> None:  # noqa: ANN401  # parameters of Publish
    """Send the letter, expecting these parameters and any other."""
    client, script = scripted("sns")
    anything = {"TopicArn": ARN, "Subject": ANY, "Message": ANY, "MessageAttributes": ANY}
    script.add_response("publish", {"MessageId": "message-1"}, {**anything, **expected})

    assert SnsTopic(ARN, client).send(letter) == "message-1"


def test_a_letter_carries_its_links_its_key_and_its_number() -> None:
    published(LETTER, Message="p95 is 2.5 s\nrunbook: https://wiki/slow\n\nincident-1 number 2, from chat")


@pytest.mark.parametrize(
    ("subject", "sent"),
    [
        ("chat is slow", "chat is slow"),
        ("two\nlines\tand\x07 noise", "two lines and? noise"),
        ("größer", "gr??er"),
        ("x" * 200, "x" * 100),
        ("  ", "(no subject)"),
    ],
)
def test_a_subject_is_what_the_topic_takes(subject: str, sent: str) -> None:
    published(replace(LETTER, subject=subject), Subject=sent)


@pytest.mark.parametrize(
    ("kind", "sent"),
    [("page", "page"), ("ticket", "ticket"), ("note", "note"), ("update", "note"), ("resolve", "note")],
)
def test_subscribers_can_filter_by_kind(kind: str, sent: str) -> None:
    attribute = {"kind": {"DataType": "String", "StringValue": sent}}

    published(replace(LETTER, kind=kind), MessageAttributes=attribute)


def test_subscribers_can_filter_by_team() -> None:
    said = {name: {"DataType": "String", "StringValue": text} for name, text in {"kind": "page", "team": "ml"}.items()}

    published(replace(LETTER, team="ml"), MessageAttributes=said)


def test_a_letter_too_long_is_cut_but_keeps_its_end() -> None:
    client, script = scripted("sns")
    script.add_response("publish", {"MessageId": "message-1"})
    sent: list[str] = []
    client.meta.events.register("provide-client-params.sns.Publish", lambda params, **_: sent.append(params["Message"]))

    SnsTopic(ARN, client).send(replace(LETTER, body="ü" * 200_000))

    assert len(sent[0].encode()) <= LARGEST
    assert sent[0].endswith("from chat")


@pytest.mark.parametrize("arns", [[], ["PendingConfirmation"]])
def test_a_topic_nobody_listens_to_would_take_everything_and_is_told(arns: list[str]) -> None:
    client, script = scripted("sns")
    listed = [{"SubscriptionArn": arn} for arn in arns]
    script.add_response("list_subscriptions_by_topic", {"Subscriptions": listed}, {"TopicArn": ARN})

    with pytest.raises(NotThere, match="nobody has confirmed"):
        SnsTopic(ARN, client).look(Team())


def test_a_link_that_stands_in_the_text_is_not_said_twice() -> None:
    client, script = scripted("sns")
    anything = {"TopicArn": ARN, "Subject": ANY, "Message": ANY, "MessageAttributes": ANY}
    script.add_response("publish", {"MessageId": "m"}, anything)
    sent: list[str] = []
    client.meta.events.register("provide-client-params.sns.Publish", lambda params, **_: sent.append(params["Message"]))
    links = (("dashboard", "https://g/1"), ("Prometheus", "https://p/2"))

    SnsTopic(ARN, client).send(Letter("i", "page", "critical", "s", "dashboard: https://g/1", "chat", 1, links))

    assert (sent[0].count("https://g/1"), sent[0].count("https://p/2")) == (1, 1)


def test_who_has_confirmed_is_counted() -> None:
    client, script = scripted("sns")
    listed = [{"SubscriptionArn": arn} for arn in (f"{ARN}:1", "PendingConfirmation", f"{ARN}:2")]
    script.add_response("list_subscriptions_by_topic", {"Subscriptions": listed})

    assert SnsTopic(ARN, client).look(Team()) == "2 confirmed subscribers"
