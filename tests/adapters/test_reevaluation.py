import json
from dataclasses import replace
from typing import Any

import pytest
from botocore.stub import Stubber
from tests.adapters.cloud import OneClient, scripted
from tests.world import CHAT, NOON

from responder.adapters import aws
from responder.adapters.event_bus import EventBus
from responder.adapters.reevaluation import Reevaluation
from responder.adapters.roles import RemediationRoles
from responder.domain.plans.reevaluation import ASKED, FEATURES, NOTHING_ASKED
from responder.domain.remediation import Snapshot
from responder.domain.target import Target
from responder.domain.things.evaluation import Evaluation
from responder.domain.touch import Touch
from responder.errors import ActionFailed, CannotKnow, NotThere

TARGET = replace(CHAT, touch=Touch(evaluation=Evaluation("chat", "/chat/reevaluation")))
NOTHING = Snapshot(dict(NOTHING_ASKED), "nothing asked for", settled=True)
WANTED = {ASKED: "incident-1", FEATURES: "length,language"}


class Heard(RemediationRoles):
    """Roles that remember which events were put on which bus."""

    def __init__(self) -> None:
        super().__init__("", None)
        self.entries: list[dict[str, Any]] = []

    def client_once(self, service: str, target: Target, session: str) -> Any:  # noqa: ANN401  # boto3 has no types
        return listened_to(super().client_once(service, target, session), self.entries)


def listened_to(client: Any, entries: list[dict[str, Any]]) -> Any:  # noqa: ANN401  # boto3 has no types
    def hear(params: dict[str, Any], **_: object) -> None:
        entries.extend(params["Entries"])

    client.meta.events.register("provide-client-params.events.PutEvents", hear)
    return client


@pytest.mark.usefixtures("cloud")
def test_whoever_listens_hears_which_model_and_why() -> None:
    heard = Heard()
    reevaluation = Reevaluation(heard)

    reevaluation.apply(TARGET, reevaluation.observe(TARGET), WANTED, "action-1")

    (entry,) = heard.entries
    assert (entry["Source"], entry["DetailType"]) == ("llm-alert-responder", "ReevaluationNeeded")
    assert entry["EventBusName"] == "default"
    assert json.loads(entry["Detail"]) == {
        "specversion": "1.0",
        "id": "reevaluation/incident-1",
        "source": "llm-alert-responder",
        "type": "ReevaluationNeeded",
        "subject": TARGET.resource,
        "datacontenttype": "application/json",
        "data": {"model": "chat", "features": ["length", "language"], "asked_for": "incident-1"},
    }


@pytest.mark.usefixtures("cloud")
def test_what_was_never_asked_for_needs_no_parameter() -> None:
    assert Reevaluation(RemediationRoles("", None)).observe(TARGET).current == NOTHING_ASKED


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize("text", ["v7", "[]", '{"asked_for": "x"}'])
def test_a_parameter_that_is_something_else_is_not_guessed_at(text: str) -> None:
    aws.make_client("ssm").put_parameter(Name="/chat/reevaluation", Value=text, Type="String")

    with pytest.raises(CannotKnow):
        Reevaluation(RemediationRoles("", None)).observe(TARGET)


def _scripted(service: str) -> tuple[Reevaluation, Stubber]:
    client, script = scripted(service)
    return Reevaluation(OneClient(client)), script


def test_an_event_that_is_not_taken_is_a_refusal_and_nothing_is_noted() -> None:
    reevaluation, script = _scripted("events")
    script.add_response("put_events", {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException"}]})

    outcome = reevaluation.apply(TARGET, NOTHING, WANTED, "action-1")

    assert (outcome.result, "ThrottlingException" in outcome.says) == ("refused", True)
    script.assert_no_pending_responses()


def test_an_answer_that_is_lost_leaves_open_whether_it_was_sent() -> None:
    reevaluation, script = _scripted("events")
    script.add_client_error("put_events", "InternalFailure", http_status_code=500)

    assert reevaluation.apply(TARGET, NOTHING, WANTED, "action-1").result == "unknown"


def test_a_target_without_an_evaluation_has_none() -> None:
    with pytest.raises(NotThere):
        Reevaluation(RemediationRoles("", None)).observe(CHAT)


@pytest.mark.usefixtures("cloud")
def test_the_schedule_asks_in_the_same_words_and_once_an_hour() -> None:
    entries: list[dict[str, Any]] = []
    bus = EventBus(listened_to(aws.make_client("events"), entries))

    bus.start("chat", ["input_len"], NOON)
    bus.start("chat", ["input_len"], NOON)

    details = [json.loads(entry["Detail"]) for entry in entries]
    assert len(details) == 2
    assert {detail["id"] for detail in details} == {details[0]["id"]}
    assert details[0]["data"] | {"asked_for": ""} == {"model": "chat", "features": ["input_len"], "asked_for": ""}


def test_a_bus_that_takes_nothing_is_a_failure() -> None:
    client, script = scripted("events")
    script.add_response("put_events", {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure"}]})

    with pytest.raises(ActionFailed, match="InternalFailure"):
        EventBus(client).start("chat", [], NOON)
