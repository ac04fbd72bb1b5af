"""A shard is drained by what is measured now; where one is not measured none is drained, and a person is told."""

from dataclasses import replace
from datetime import datetime

from tests.stories import STORIES
from tests.stories.load import SHARDS
from tests.world import Practice, a_message, an_alert

from responder.domain.incident import State


def _alerted(*, blind: bool) -> Practice:
    practice = Practice()
    next(story for story in STORIES if story.name == "drained, and put back").arrange(practice)
    if blind:
        practice.metrics.loads = _of_two
    alert = replace(an_alert(alertname="LLMHotShard"), annotations={"runbook": "runbooks/hot_spot_shard.md"})
    practice.fires(alert)
    practice.deliver(a_message(alert, at=practice.now, target=practice.target))
    return practice


def _of_two(_: datetime) -> dict[str, float]:
    """The third shard is measured by nobody: it may be hotter still."""
    return {SHARDS[0]: 1.0, SHARDS[1]: 9.0}


def test_the_hot_one_is_drained() -> None:
    ((_, desired, _),) = _alerted(blind=False).applied

    assert desired == {"shards": f"{SHARDS[0]},{SHARDS[2]}"}


def test_where_one_shard_is_not_measured_none_is_drained() -> None:
    practice = _alerted(blind=True)

    assert practice.applied == []
    assert practice.state is State.ESCALATED
    assert f"nobody measures the load of {SHARDS[2]}" in practice.incident.says
