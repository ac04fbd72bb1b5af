"""`responder releases`: every deploy leaves a marker, and a record of it in the audit."""

import json
from dataclasses import fields, replace
from typing import Any

import pytest
from tests.audit.test_record_schema import VALIDATOR
from tests.world import Practice, a_release

from responder.cli import main
from responder.commands import connect
from responder.domain.release import Artefacts, Configuration
from responder.domain.things.adapter import Adapter
from responder.domain.touch import Touch, TouchKind
from responder.settings import RespondSettings

STREAM = "release/chat"


@pytest.fixture
def practice(monkeypatch: pytest.MonkeyPatch) -> Practice:
    world = Practice()
    settings = RespondSettings(**{one.name: "" for one in fields(RespondSettings) if one.name != "metrics_auth"})
    monkeypatch.setattr(connect, "connected", lambda _: connect.Connected(world.world(), settings, "ann"))
    monkeypatch.setattr(connect, "now", lambda: world.now)
    return world


def recorded(practice: Practice) -> list[dict[str, Any]]:
    records = [json.loads(text) for text in practice.audit.read(STREAM)]
    assert [error.message for one in records for error in VALIDATOR.iter_errors(one)] == []
    return records


def test_a_deploy_is_marked_with_version_digests_and_who_and_reaches_the_audit(practice: Practice) -> None:
    assert main(["releases", "mark", "chat", "--version", "v2"]) == 0

    (record,) = recorded(practice)
    (marker,) = [one for one in practice.releases.of("chat") if one.marked_at == practice.now]
    assert (record["type"], record["data"]["version"], record["data"]["by"]) == ("llm.responder.marked", "v2", "ann")
    assert record["data"]["digests"] == marker.digests != {}


def test_who_vouches_and_who_clears_stands_in_the_audit(practice: Practice) -> None:
    practice.releases.save(replace(a_release("v3", minutes_ago=10, good=False), blamed="incident 1"))

    assert main(["releases", "adopt", "chat", "--version", "v2"]) == 0
    assert main(["releases", "clear", "chat", "--version", "v3"]) == 0

    told = [(one["type"].rsplit(".", 1)[-1], one["data"]["version"], one["data"]["by"]) for one in recorded(practice)]
    assert told == [("adopted", "v2", "ann"), ("cleared", "v3", "ann")]


def test_what_nobody_rolled_back_cannot_be_cleared(practice: Practice, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["releases", "clear", "chat", "--version", "v1"]) != 0
    assert "there is nothing to clear" in capsys.readouterr().err
    assert recorded(practice) == []


def _with_an_adapter(practice: Practice, a: str, b: str) -> None:
    adapter = Adapter("support-de", "/adapters/{version}", ("http://a", "http://b"), ())
    practice.touch(Touch(sagemaker_endpoint="chat", adapter=adapter))
    practice.remediator.stand(practice.target, endpoint_config="chat-v2")
    practice.things[TouchKind.ADAPTER].stand(practice.target, a=a, b=b)
    practice.things[TouchKind.ADAPTER].configurations["/adapters/1"] = Configuration((), Artefacts({"adapter x": "1"}))


def test_an_adapter_is_vouched_for_beside_what_else_the_target_runs(
    practice: Practice, capsys: pytest.CaptureFixture[str]
) -> None:
    _with_an_adapter(practice, "/adapters/1", "/adapters/1")

    assert main(["releases", "adopt", "chat", "--version", "de-1", "--adapter"]) == 0
    assert main(["releases", "list", "chat"]) == 0

    marker = next(one for one in practice.releases.of("chat") if one.version == "de-1")
    assert (marker.config, marker.digests, marker.known_good) == ("/adapters/1", {"adapter x": "1"}, "adopted")
    running = [line.split()[2] for line in capsys.readouterr().out.splitlines() if line.startswith("*")]
    assert running == ["v2", "de-1"]


def test_replicas_with_different_adapters_cannot_be_vouched_for(
    practice: Practice, capsys: pytest.CaptureFixture[str]
) -> None:
    _with_an_adapter(practice, "/adapters/1", "")

    assert main(["releases", "adopt", "chat", "--version", "de-1", "--adapter"]) != 0
    assert "runs no one version" in capsys.readouterr().err
