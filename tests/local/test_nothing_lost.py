"""What is given up, and what is no longer heard, on the standing stack: the real functions, roles and command line."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from infra.local.errors import LocalCloudError
from infra.local.house import House, Plan, up
from infra.local.pipeline import respond_command
from infra.local.practice import built_artifact
from infra.local.progress import silent
from infra.local.stack.stand import NAME
from infra.local.web import ask
from tests.world import a_message, an_alert

from responder.domain.books import SILENCE
from responder.domain.dead_letter import MOST_REDRIVES, resource_of
from responder.domain.message import Message, encode
from responder.domain.plain import stamp

pytestmark = pytest.mark.e2e
POISON = '{"v": 1, "written by": "somebody else"}'


@pytest.fixture(scope="module")
def standing() -> Iterator[House]:
    with up(Plan(built_artifact()), silent) as house:
        assert house.metrics is not None, "the real Alertmanager is needed: python -m infra.local install"
        yield house


def test_poison_is_set_aside_paged_shown_and_discarded_only_with_a_reason(standing: House) -> None:
    _send(standing, "AlertsQueueUrl", POISON)
    incident = _eventually(lambda: _incident(standing, resource_of(POISON)))

    assert _eventually(lambda: incident in _paged(standing))
    assert incident in respond_command(standing, "dead-letters", "list")
    shown = respond_command(standing, "dead-letters", "show", incident)
    assert "cause: unreadable" in shown
    assert POISON in shown
    with pytest.raises(LocalCloudError, match="still cannot be read"):
        respond_command(standing, "dead-letters", "redrive", incident)
    with pytest.raises(LocalCloudError, match="--reason"):
        respond_command(standing, "dead-letters", "discard", incident)

    respond_command(standing, "dead-letters", "discard", incident, "--reason", "a test wrote it")

    assert "discarded" in respond_command(standing, "dead-letters", "list")
    assert "a test wrote it" in respond_command(standing, "audit", "show", incident)


def test_what_failed_only_for_a_while_is_redriven_by_itself(standing: House) -> None:
    message = _unknown("ForAWhile")

    _send(standing, "DeadLettersQueueUrl", encode(message))

    assert _eventually(lambda: _incident(standing, message.resource))
    assert _incident(standing, resource_of(encode(message))) is None


def test_what_failed_in_every_round_is_set_aside_and_a_person_can_redrive_it(standing: House) -> None:
    message = replace(_unknown("TooOften"), redrives=MOST_REDRIVES)
    _send(standing, "DeadLettersQueueUrl", encode(message))
    incident = _eventually(lambda: _incident(standing, resource_of(encode(message))))
    assert _incident(standing, message.resource) is None

    respond_command(standing, "dead-letters", "redrive", incident)

    assert _eventually(lambda: _incident(standing, message.resource))
    assert "redriven" in respond_command(standing, "dead-letters", "list")


def test_the_watchdog_is_heard_and_its_silence_pages(standing: House) -> None:
    """From our rule through Prometheus, Alertmanager's route, the front door and the queue; only the wait is cut."""
    heard = _eventually(lambda: _state(standing, "watchdog").get("heard"))
    respond_command(standing, "releases", "adopt", "chat", "--version", "v1")
    assert "Watchdog             heard from alertmanager" in respond_command(standing, "doctor")

    standing.processes.stop("alertmanager")
    time.sleep(3)
    _write_heard(standing, dict.fromkeys(heard, stamp(datetime.now(UTC) - SILENCE - timedelta(minutes=1))))
    balanced = _invoke(standing, "BalanceBooksFunction")

    assert "errorMessage" not in balanced
    assert balanced["lost"] == 0
    silence = _eventually(lambda: _incident(standing, "books/silent"))
    assert _eventually(lambda: silence in _paged(standing))


def _unknown(name: str) -> Message:
    """An alert about nothing that may be touched, which still fires."""
    return a_message(an_alert(alertname=name, model="nobody-knows"), target=None, at=datetime.now(UTC))


def _send(house: House, queue: str, body: str) -> None:
    url = house.stack.outputs[queue]
    ids = {"MessageGroupId": resource_of(body), "MessageDeduplicationId": resource_of(body).rpartition("/")[2]}
    house.clouds.client("sqs").send_message(QueueUrl=url, MessageBody=body, **ids)


def _incident(house: House, resource: str) -> str | None:
    found = _state(house, resource).get("incident")
    return str(found["id"]) if found else None


def _state(house: House, resource: str) -> dict[str, Any]:
    item = house.clouds.client("dynamodb").get_item(**_item(house, resource)).get("Item")
    found: dict[str, Any] = json.loads(item["state"]["S"]) if item else {}
    return found


def _item(house: House, resource: str) -> dict[str, Any]:
    key = {"pk": {"S": f"TARGET#{resource}"}, "sk": {"S": "STATE"}}
    return {"TableName": house.stack.outputs["JournalTable"], "Key": key}


def _write_heard(house: House, heard: dict[str, str]) -> None:
    state = {"S": json.dumps({**_state(house, "watchdog"), "heard": heard})}
    house.clouds.client("dynamodb").update_item(
        **_item(house, "watchdog"),
        UpdateExpression="SET #state = :state",
        ExpressionAttributeNames={"#state": "state"},
        ExpressionAttributeValues={":state": state},
    )


def _paged(house: House) -> set[str]:
    return {one["dedup_key"] for one in ask("GET", f"{house.pagerduty}/incidents").json()["incidents"]}


def _invoke(house: House, logical: str) -> dict[str, Any]:
    found = house.clouds.client("cloudformation").describe_stack_resource(StackName=NAME, LogicalResourceId=logical)
    name = found["StackResourceDetail"]["PhysicalResourceId"]
    said: dict[str, Any] = json.loads(
        house.clouds.client("lambda").invoke(FunctionName=name, Payload=b"{}")["Payload"].read()
    )
    return said


def _eventually(asked: Callable[[], Any], within: float = 60.0) -> Any:  # noqa: ANN401  # whatever is asked for
    deadline = time.monotonic() + within
    while not (found := asked()):
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.3)
    return found
