from collections.abc import Iterator
from dataclasses import replace
from threading import Thread

import boto3
import pytest
from infra.local.desk import door
from infra.local.ops_center import OpsCenter

from responder.adapters.ops_items import OpsItems
from responder.errors import ActionFailed, CannotKnow, NotThere
from responder.ports import Letter

LETTER = Letter("incident-1", "ticket", "warning", "chat is slow", "p95 is 2.5 s", "chat", 1, (("dash", "https://g"),))


@pytest.fixture
def center() -> OpsCenter:
    return OpsCenter()


@pytest.fixture
def ops_items(cloud: None, center: OpsCenter) -> Iterator[OpsItems]:  # noqa: ARG001  # credentials that lead nowhere
    server = door(center)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    yield OpsItems(boto3.client("ssm", endpoint_url=url, region_name="us-east-1"))
    server.shutdown()
    server.server_close()


def test_a_ticket_is_an_item_that_can_be_searched_by_its_incident(ops_items: OpsItems, center: OpsCenter) -> None:
    made = ops_items.send(LETTER)

    item = center.items[made]
    assert (item["Title"], item["Description"], item["Severity"]) == ("chat is slow", "p95 is 2.5 s", "3")
    assert item["OperationalData"]["incident"] == {"Type": "SearchableString", "Value": "incident-1"}
    assert item["OperationalData"]["links"]["Value"] == "dash: https://g"


def test_while_it_is_open_a_second_try_is_the_same_item(ops_items: OpsItems, center: OpsCenter) -> None:
    assert ops_items.send(LETTER) == ops_items.send(replace(LETTER, number=2))
    assert len(center.items) == 1


def test_the_end_resolves_it(ops_items: OpsItems, center: OpsCenter) -> None:
    made = ops_items.send(LETTER)

    ops_items.resolve(replace(LETTER, kind="resolve", body="it ended"), made)

    assert (center.items[made]["Status"], center.items[made]["Description"]) == ("Resolved", "it ended")


def test_what_a_description_cannot_hold_is_under_operational_data(ops_items: OpsItems, center: OpsCenter) -> None:
    made = ops_items.send(replace(LETTER, body="first line\n" + "ü" * 50_000, subject="s" * 3000))
    ops_items.update(replace(LETTER, body="ü" * 50_000), made)

    assert center.items[made]["Description"].endswith("the rest is under operational data")
    assert center.items[made]["OperationalData"]["story"]["Value"].startswith("first line\nü")


def test_an_item_that_is_not_there_is_gone(ops_items: OpsItems) -> None:
    with pytest.raises(NotThere):
        ops_items.update(LETTER, "oi-0123456789ab")


def test_what_is_refused_has_failed(ops_items: OpsItems, center: OpsCenter) -> None:
    center.down = True

    with pytest.raises(ActionFailed, match="AccessDenied"):
        ops_items.send(LETTER)


@pytest.mark.usefixtures("cloud")
def test_an_answer_that_does_not_come_leaves_it_open() -> None:
    nowhere = boto3.client("ssm", endpoint_url="http://127.0.0.1:9", region_name="us-east-1")

    with pytest.raises(CannotKnow):
        OpsItems(nowhere).send(LETTER)
