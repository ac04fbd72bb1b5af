from dataclasses import replace

import pytest
from tests.world import a_plan, a_snapshot

from responder.domain.remediation import Snapshot, Standing, action_id, classify

BEFORE, DESIRED = {"endpoint_config": "chat-v2"}, {"endpoint_config": "chat-v1"}


def _moving(**pending: str) -> Snapshot:
    return a_snapshot("chat-v2", state="Updating", settled=False, pending=pending)


@pytest.mark.parametrize(
    ("seen", "standing"),
    [
        (a_snapshot("chat-v2"), Standing.BEFORE),
        (a_snapshot("chat-v1"), Standing.DESIRED),
        (a_snapshot("chat-v3"), Standing.OTHER),
        (a_snapshot(""), Standing.OTHER),
        (_moving(endpoint_config="chat-v1"), Standing.IN_PROGRESS),
        (_moving(), Standing.IN_PROGRESS),
        (_moving(endpoint_config="chat-v3"), Standing.OTHER),
        (a_snapshot("chat-v2", state="Failed", settled=False, failed=True), Standing.FAILED),
        (a_snapshot("chat-v1", state="Failed", settled=False, failed=True), Standing.FAILED),
    ],
    ids=lambda v: v.value if isinstance(v, Standing) else f"{v.state} {v.current} {v.pending}",
)
def test_what_is_seen_is_told_from_before_and_desired(seen: Snapshot, standing: Standing) -> None:
    assert classify(seen, BEFORE, DESIRED) is standing


def test_an_action_keeps_its_id_over_every_retry_and_each_attempt_has_its_own() -> None:
    assert action_id("incident", 0, 1) == action_id("incident", 0, 1)
    assert len({action_id("incident", 0, 1), action_id("incident", 0, 2), action_id("incident", 1, 1)}) == 3


def test_a_plan_is_known_by_what_it_changes_not_by_how_it_is_worded() -> None:
    plan = a_plan()

    assert replace(plan, says="other words").sha256 == plan.sha256
    assert replace(plan, desired={"endpoint_config": "chat-v0"}).sha256 != plan.sha256
