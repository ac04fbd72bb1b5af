"""A way to reach a person."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Thread
from typing import Any

import boto3
import pytest
from infra.local.desk import Desk, door
from infra.local.jira import JiraDesk
from infra.local.ops_center import OpsCenter
from tests.adapters.cloud import a_secret
from tests.adapters.web import Web

from responder.adapters import aws
from responder.adapters.http import Http
from responder.adapters.in_memory import InMemoryChannel
from responder.adapters.jira import Jira, basic
from responder.adapters.ops_items import OpsItems
from responder.adapters.pagerduty import PagerDuty
from responder.adapters.secret import Secret
from responder.adapters.sns_topic import SnsTopic
from responder.domain.target import Team
from responder.errors import ActionFailed
from responder.ports import Channel, Letter

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def serve() -> Iterator[Callable[[Desk], str]]:
    """Serve a vendor on this machine until the test is over."""
    servers = []

    def begin(desk: Desk) -> str:
        server = door(desk)
        servers.append(server)
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield begin
    for server in servers:
        server.shutdown()
        server.server_close()


def aws_client_at(service: str, url: str) -> Any:  # noqa: ANN401  # boto3 has no types
    return boto3.client(service, endpoint_url=url, region_name="us-east-1")


@dataclass
class Wire:
    """A channel, and how it is cut."""

    channel: Channel
    cut: Callable[[], None]


@pytest.fixture(params=["twin", "pagerduty", "sns", "jira", "ops_items"])
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
        case "jira":
            request.getfixturevalue("cloud")
            desk = JiraDesk()
            url = request.getfixturevalue("serve")(desk)
            token = Secret("jira", a_secret("jira", '{"email": "bot@example.com", "token": "t"}'))
            jira = Jira(url, "OPS", "Task", Http(basic(token)))
            return Wire(jira, lambda: setattr(desk, "projects", ()))
        case "ops_items":
            request.getfixturevalue("cloud")
            center = OpsCenter()
            client = aws_client_at("ssm", request.getfixturevalue("serve")(center))
            return Wire(OpsItems(client), lambda: setattr(center, "down", True))
        case _:
            request.getfixturevalue("cloud")
            client = aws.make_client("sns")
            arn = client.create_topic(Name="pages")["TopicArn"]
            client.subscribe(TopicArn=arn, Protocol="email", Endpoint="on-call@example.com")
            return Wire(SnsTopic(arn, client), lambda: client.delete_topic(TopicArn=arn))


def _breaks(web: Web) -> None:
    web.answers = [(500, b"{}")]


def a_letter(channel: Channel, **changes: Any) -> Letter:  # noqa: ANN401  # fields of Letter
    kind = next(iter(channel.kinds))
    return replace(
        Letter("incident-1", kind, "critical", "[critical] chat is slow", "p95 is 2.5 s", "chat", 1), **changes
    )


def test_what_is_sent_gets_the_outsides_id(wire: Wire) -> None:
    assert wire.channel.send(a_letter(wire.channel))


def test_what_was_sent_can_be_added_to_and_ended_and_ending_twice_is_fine(wire: Wire) -> None:
    letter = a_letter(wire.channel)
    sent = wire.channel.send(letter)

    wire.channel.update(replace(letter, kind="update"), sent)
    wire.channel.resolve(replace(letter, kind="resolve"), sent)
    wire.channel.resolve(replace(letter, kind="resolve", number=2), sent)


def test_the_same_notice_sent_again_after_a_lost_answer_is_the_same_thing_where_the_outside_keeps_things(
    wire: Wire,
) -> None:
    letter = a_letter(wire.channel)
    sent = wire.channel.send(letter)

    again = wire.channel.send(replace(letter, number=2, begun_at=LONG_AGO))

    assert again == sent or wire.channel.name == "sns"


def test_a_look_says_that_it_would_work_and_leaves_nothing_behind(wire: Wire) -> None:
    assert wire.channel.look(Team())

    letter = a_letter(wire.channel)
    assert wire.channel.send(letter)


def test_a_look_at_what_would_not_work_says_so(wire: Wire) -> None:
    wire.cut()

    with pytest.raises(ActionFailed):
        wire.channel.look(Team())


def test_what_does_not_reach_anybody_has_failed(wire: Wire) -> None:
    wire.cut()

    with pytest.raises(ActionFailed):
        wire.channel.send(a_letter(wire.channel))
