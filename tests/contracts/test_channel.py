"""A way to reach a person."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from tests.adapters.cloud import a_secret
from tests.adapters.web import Web

from responder.adapters import aws
from responder.adapters.http import Http
from responder.adapters.in_memory import InMemoryChannel
from responder.adapters.pagerduty import PagerDuty
from responder.adapters.secret import Secret
from responder.adapters.sns_topic import SnsTopic
from responder.errors import ActionFailed
from responder.ports import Channel, Letter


@dataclass
class Wire:
    """A channel, and how it is cut."""

    channel: Channel
    cut: Callable[[], None]


@pytest.fixture(params=["twin", "pagerduty", "sns"])
def wire(request: pytest.FixtureRequest) -> Wire:
    match request.param:
        case "twin":
            twin = InMemoryChannel()
            return Wire(twin, lambda: setattr(twin, "trouble", ActionFailed("down")))
        case "pagerduty":
            request.getfixturevalue("cloud")
            served: Web = request.getfixturevalue("web")
            served.says({"status": "success", "dedup_key": "incident-1"}, 202)
            routing_key = Secret("pagerduty", a_secret("pagerduty", "0" * 32))
            return Wire(PagerDuty(served.url, routing_key, Http()), lambda: _breaks(served))
        case _:
            request.getfixturevalue("cloud")
            client = aws.make_client("sns")
            arn = client.create_topic(Name="pages")["TopicArn"]
            return Wire(SnsTopic(arn, client), lambda: client.delete_topic(TopicArn=arn))


def _breaks(web: Web) -> None:
    web.answers = [(500, b"{}")]


def a_letter(kind: str = "page") -> Letter:
    return Letter("incident-1", kind, "critical", "[critical] chat is slow", "p95 is 2.5 s", "chat", 1)


@pytest.mark.parametrize("kind", ["page", "resolve"])
def test_what_is_sent_gets_the_outsides_id(wire: Wire, kind: str) -> None:
    assert wire.channel.takes(kind)
    assert wire.channel.send(a_letter(kind))


def test_what_does_not_reach_anybody_has_failed(wire: Wire) -> None:
    wire.cut()

    with pytest.raises(ActionFailed):
        wire.channel.send(a_letter())
