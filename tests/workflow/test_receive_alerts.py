"""The front door: 2xx only when all is queued, 5xx for every fault of ours, 4xx for what no repetition can mend."""

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from tests.world import CHAT, NOON

from responder.adapters.alertmanager_webhook import read_notification
from responder.adapters.in_memory import InMemoryQuarantine, InMemoryQueue, InMemoryTokens
from responder.domain.touch import Touch
from responder.errors import ActionFailed, TryAgain
from responder.workflow.receive_alerts import LARGEST, REFETCH_EVERY, Answer, FrontDoor, owner_of

SEARCH = replace(CHAT, name="search", match={"model": "search"}, touch=Touch(sagemaker_endpoint="search"))


def an_element(**labels: str) -> dict[str, Any]:
    given = {"alertname": "LLMHighP95", "severity": "page", "model": "chat", **labels}
    return {"status": "firing", "labels": given, "annotations": {}, "startsAt": "2026-11-25T12:00:00Z"}


def a_body(*elements: object, **changes: Any) -> bytes:  # noqa: ANN401  # any JSON
    whole = {"receiver": "responder", "version": "4", "alerts": list(elements) or [an_element()], **changes}
    return json.dumps(whole).encode()


@dataclass
class Door:
    """The front door and what lies behind it."""

    queue: InMemoryQueue = field(default_factory=InMemoryQueue)
    quarantine: InMemoryQuarantine = field(default_factory=InMemoryQuarantine)
    tokens: InMemoryTokens = field(default_factory=lambda: InMemoryTokens(tokens={"alertmanager": ["new", "old"]}))

    def __post_init__(self) -> None:
        self.front = FrontDoor(self.queue, self.quarantine, self.tokens, read_notification, [CHAT, SEARCH])

    def post(self, body: bytes | None = None, says: str = "new", after: timedelta = timedelta()) -> Answer:
        return self.front.receive(a_body() if body is None else body, f"Bearer {says}", "trace-1", NOON + after)


def test_what_is_accepted_is_queued() -> None:
    door = Door()

    answer = door.post()

    assert (answer.status, answer.accepted, answer.source) == (200, 1, "alertmanager")
    assert [m.target for m in door.queue.messages] == ["chat"]
    assert door.queue.messages[0].trace_id == "trace-1"
    assert json.loads(answer.body) == {"status": 200, "message": "1 alerts queued"}


def test_a_group_about_two_things_becomes_two_messages() -> None:
    door = Door()

    answer = door.post(a_body(an_element(), an_element(model="search"), an_element(route="/chat")))

    assert (answer.accepted, [m.target for m in door.queue.messages]) == (3, ["chat", "search"])


def test_an_empty_group_is_fine_and_queues_nothing() -> None:
    door = Door()

    assert door.post(json.dumps({"receiver": "r", "alerts": []}).encode()).status == 200
    assert door.queue.messages == []


def test_the_same_notification_again_is_accepted_and_queued_once() -> None:
    door = Door()

    assert [door.post().status, door.post().status] == [200, 200]
    assert len(door.queue.messages) == 1


def test_alerts_the_sender_left_out_are_reported() -> None:
    assert Door().post(a_body(truncatedAlerts=12)).truncated == 12


def test_what_was_redacted_is_counted_by_kind_over_all_messages() -> None:
    body = a_body(an_element(user="ann@example.com"), an_element(model="search", user="bob@example.com"))

    assert Door().post(body).redacted == {"email": 2}


@pytest.mark.parametrize("token", ["new", "old"])
def test_during_a_rotation_both_tokens_are_valid(token: str) -> None:
    assert Door().post(says=token).status == 200


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "Bearer wrong", "Basic new", "new", "Bearer néw"])
def test_without_a_valid_token_nothing_is_read_and_nothing_queued(authorization: str) -> None:
    door = Door()

    answer = door.front.receive(b"not even json", authorization, "trace-1", NOON)

    assert answer.status == 401
    assert (door.queue.messages, door.quarantine.kept) == ([], {})


def test_the_scheme_is_read_in_any_case() -> None:
    assert Door().front.receive(a_body(), "bearer new", "trace-1", NOON).status == 200


def test_a_token_that_was_just_added_to_the_secret_is_found() -> None:
    door = Door()
    door.post()
    door.tokens.tokens["grafana"] = ["newest"]

    assert door.post(says="newest").source == "grafana"


def test_wrong_tokens_cost_one_read_of_the_secret_now_and_then() -> None:
    door = Door()
    door.post(says="wrong")
    door.tokens.tokens["grafana"] = ["newest"]

    early, late = (
        door.post(says="newest", after=after).status for after in (REFETCH_EVERY - timedelta(seconds=1), REFETCH_EVERY)
    )
    assert (early, late) == (401, 200)


def test_an_unreadable_secret_is_our_fault() -> None:
    door = Door()
    door.tokens.trouble = TryAgain("Secrets Manager is down")

    assert door.post().status == 503


def test_a_token_nobody_could_look_up_stays_our_fault_until_it_can_be() -> None:
    """Alertmanager repeats within a second; a 401 then would lose the group."""
    door = Door()
    door.post()
    door.tokens.tokens["grafana"] = ["newest"]
    door.tokens.trouble = TryAgain("Secrets Manager is down")

    during = [door.post(says="newest", after=timedelta(seconds=n)).status for n in (0, 1)]
    door.tokens.trouble = None
    assert [*during, door.post(says="newest", after=timedelta(seconds=2)).status] == [503, 503, 200]


def test_known_senders_are_served_while_the_secret_is_unreadable() -> None:
    door = Door()
    door.post()
    door.tokens.trouble = TryAgain("Secrets Manager is down")

    assert door.post(a_body(an_element(route="/chat"))).status == 200


@pytest.mark.parametrize("trouble", [TryAgain("throttled"), ActionFailed("denied")])
def test_a_queue_that_fails_is_our_fault_and_nothing_is_lost(trouble: TryAgain | ActionFailed) -> None:
    door = Door()
    door.queue.trouble = trouble
    assert door.post().status == 503

    door.queue.trouble = None
    assert door.post().status == 200
    assert len(door.queue.messages) == 1


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b"{}", b'{"receiver": "r", "alerts": {}}', b"\xff\xfe"])
def test_a_body_that_makes_no_sense_is_kept_and_refused_for_good(body: bytes) -> None:
    door = Door()

    answer = door.post(body)

    assert (answer.status, answer.quarantined) == (400, 1)
    assert answer.says.startswith("notification")
    assert [content for content, _ in door.quarantine.kept.values()] == [body]
    assert door.queue.messages == []


def test_one_unreadable_alert_in_a_good_group_is_set_aside_and_the_rest_accepted() -> None:
    door = Door()

    answer = door.post(a_body(an_element(), {"status": "firing"}, an_element(model="search")))

    assert (answer.status, answer.accepted, answer.quarantined) == (200, 2, 1)
    assert [m.target for m in door.queue.messages] == ["chat", "search"]
    ((content, cause),) = door.quarantine.kept.values()
    assert json.loads(content) == {"status": "firing"}
    assert cause.startswith("alerts.1: labels")


@pytest.mark.parametrize("body", [a_body(an_element(), "nonsense"), b"not json"])
def test_what_cannot_be_set_aside_is_our_fault(body: bytes) -> None:
    door = Door()
    door.quarantine.trouble = ActionFailed("S3 is down")

    assert door.post(body).status == 503
    assert door.queue.messages == []


def test_a_body_too_large_is_refused_with_what_to_do() -> None:
    answer = Door().post(b" " * (LARGEST + 1))

    assert answer.status == 413
    assert answer.says.endswith("set max_alerts: 1000 in the receiver")


def test_a_body_just_small_enough_is_read() -> None:
    body = a_body()

    assert Door().post(body + b" " * (LARGEST - len(body))).status == 200


def test_a_thousand_alerts_of_one_group_are_all_queued() -> None:
    door = Door()

    answer = door.post(a_body(*(an_element(route=f"/{n}") for n in range(1000))))

    assert (answer.status, answer.accepted) == (200, 1000)
    assert sum(len(m.alerts) for m in door.queue.messages) == 1000


def test_every_valid_token_has_its_owner() -> None:
    tokens = {"alertmanager": ["new", "old"], "grafana": ["theirs"]}

    assert [owner_of(t, tokens) for t in ("new", "old", "theirs")] == ["alertmanager", "alertmanager", "grafana"]


@pytest.mark.parametrize("token", ["", "ne", "neww", "NEW", "new ", "alertmanager"])
def test_anything_near_a_token_is_not_the_token(token: str) -> None:
    assert owner_of(token, {"alertmanager": ["new", "old"]}) is None


def test_every_token_is_compared_however_early_one_matches() -> None:
    """Whoever measures the time learns neither which token matched nor how many there are before it."""
    compared: list[str] = []

    class Watched(list[str]):
        def __iter__(self) -> Any:  # noqa: ANN401  # a generator
            for token in super().__iter__():
                compared.append(token)
                yield token

    owner = owner_of("new", {"alertmanager": Watched(["new", "old"]), "grafana": Watched(["theirs"])})

    assert (owner, compared) == ("alertmanager", ["new", "old", "theirs"])
