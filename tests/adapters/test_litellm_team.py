"""The limits of a team of LiteLLM's proxy, over the wire."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.adapters.cloud import a_secret
from tests.adapters.gateways import Gateway, a_gateway
from tests.adapters.web import Web
from tests.world import CHAT

from responder.adapters.litellm_team import LiteLlmTeam
from responder.adapters.roles import RemediationRoles
from responder.domain.remediation import Snapshot
from responder.domain.target import Target
from responder.domain.things.gateway import LiteLlmTeam as Named
from responder.domain.touch import Touch
from responder.errors import CannotKnow, NotThere

SEEN = LiteLlmTeam(RemediationRoles("", None))
KEY = "the-key"
NAME = "chat/gateway"
FULL = {"rpm_limit": 600, "tpm_limit": 1234567, "max_budget": 10.0, "models": ["chat"]}

pytestmark = pytest.mark.usefixtures("cloud")


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    made = a_gateway({"chat": dict(FULL)}, KEY)
    yield made
    made.close()


def _target(url: str, team: str = "chat") -> Target:
    a_secret(f"{NAME}-{team}", KEY)
    return replace(CHAT, touch=Touch(litellm_team=Named(url, team, {"rpm_limit": 60}, f"{NAME}-{team}")))


def _team(gateway: Gateway) -> dict[str, Any]:
    return gateway.proxy.teams["chat"]


def test_only_the_limits_move_and_they_are_whole_numbers(gateway: Gateway) -> None:
    target = _target(gateway.url)
    seen = SEEN.observe(target)

    done = SEEN.apply(target, seen, {**seen.current, "rpm_limit": "300"}, "action-1")

    assert seen.current == {"rpm_limit": "600", "tpm_limit": "1234567"}
    assert done.result == "accepted"
    assert _team(gateway) == {**FULL, "rpm_limit": 300}
    assert gateway.proxy.asked == [{"team_id": "chat", "rpm_limit": 300, "tpm_limit": 1234567}]


def test_a_limit_the_team_does_not_have_is_not_made(gateway: Gateway) -> None:
    _team(gateway)["tpm_limit"] = None
    target = _target(gateway.url)
    seen = SEEN.observe(target)

    SEEN.apply(target, seen, {"rpm_limit": "300"}, "action-1")

    assert seen.current == {"rpm_limit": "600"}
    assert _team(gateway)["tpm_limit"] is None


def test_a_team_the_proxy_does_not_know_is_not_there(gateway: Gateway) -> None:
    target = _target(gateway.url, "other")

    with pytest.raises(NotThere, match="no such thing"):
        SEEN.observe(target)
    assert SEEN.apply(target, Snapshot({}, "", settled=True), {"rpm_limit": "1"}, "a").result == "refused"


def test_with_another_key_it_cannot_be_looked_at_and_nothing_is_changed(gateway: Gateway) -> None:
    gateway.proxy.key = "rotated"
    target = _target(gateway.url)

    with pytest.raises(CannotKnow, match="401"):
        SEEN.observe(target)
    done = SEEN.apply(target, Snapshot({}, "", settled=True), {"rpm_limit": "1"}, "action-1")

    assert done.result == "refused"
    assert _team(gateway) == FULL


def test_without_its_key_nothing_is_asked(gateway: Gateway) -> None:
    target = replace(CHAT, touch=Touch(litellm_team=Named(gateway.url, "chat", {"rpm_limit": 60}, "none")))

    with pytest.raises(CannotKnow, match="none"):
        SEEN.observe(target)
    assert SEEN.apply(target, Snapshot({}, "", settled=True), {"rpm_limit": "1"}, "action-1").result == "unknown"
    assert gateway.proxy.asked == []


@pytest.mark.parametrize(("status", "result"), [(400, "refused"), (422, "refused"), (500, "unknown"), (503, "unknown")])
def test_a_refusal_is_an_answer_and_a_fault_of_theirs_leaves_it_open(web: Web, status: int, result: str) -> None:
    web.says({"error": "its words"}, status)

    done = SEEN.apply(_target(web.url), Snapshot({}, "", settled=True), {"rpm_limit": "1"}, "action-1")

    assert done.result == result
    assert "its words" in done.says


def test_an_answer_of_another_shape_is_no_answer(web: Web) -> None:
    web.says({"team": {}})

    with pytest.raises(CannotKnow, match="team_info"):
        SEEN.observe(_target(web.url))
