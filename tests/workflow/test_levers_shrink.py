"""The same for every lever: whatever is taken away or broken, what is done only shrinks.

Every change asked for is one of those asked for undisturbed, or leads back to where everything began.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from tests.stories import STORIES, Story
from tests.workflow.test_guards_shrink import DISTURBANCES, Poorer
from tests.world import an_alert

NAMES = (
    "alias",
    "parameter",
    "service",
    "usage plan, lifted again",
    "document, lifted again",
    "frozen canary",
    "stopped deployment",
    "stopped configuration",
    "re-evaluation asked for",
    "registry restored",
    "MLflow restored",
    "approvals restored",
    "serving gently",
    "scaled out, and given back",
    "rebalanced",
    "drained, and put back",
    "circuit, probed and closed",
)
PLAYED = [story for story in STORIES if story.name in NAMES]
OF_THE_ENDPOINT = ("no series", "no match", "remediator.observe says", "remediator.configuration says", "no things")
SAMPLE = 20
Done = list[tuple[str, dict[str, str]]]


def _done(story: Story, disturb: Iterable[Callable[[Poorer], None]]) -> Done:
    world = Poorer()
    story.arrange(world.practice)
    world.alert = replace(an_alert(alertname=story.alert), annotations={"runbook": f"runbooks/{story.runbook}.md"})
    world.practice.fires(world.alert)
    for one in disturb:
        one(world)
    world.done()
    return [(resource, desired) for resource, desired, _ in world.practice.applied]


def _chosen(request: pytest.FixtureRequest, story: Story) -> list[str]:
    fitting = [name for name in DISTURBANCES if not name.startswith(OF_THE_ENDPOINT)]
    if request.config.getoption("--proof"):
        return fitting
    return sorted(Random(story.name).sample(fitting, SAMPLE))  # noqa: S311  # a sample, not a secret


@pytest.mark.parametrize("story", PLAYED, ids=lambda s: s.name)
def test_one_disturbance_never_adds_or_changes_an_action(story: Story, request: pytest.FixtureRequest) -> None:
    undisturbed = _done(story, [])
    allowed = {str(desired) for _, desired in undisturbed}
    assert undisturbed

    faults: dict[str, Any] = {}
    for name in _chosen(request, story):
        done = _done(story, [DISTURBANCES[name]])
        if {str(desired) for _, desired in done} - allowed - _way_back(story):
            faults[name] = done

    assert faults == {}


def _way_back(story: Story) -> set[str]:
    """The values everything began with: taking back is no new action."""
    world = Poorer()
    story.arrange(world.practice)
    stands = [seen.current for twin in world.practice.things.values() for seen in twin.things.values()]
    return {str(current) for current in stands} | {str(world.practice.registry.registry.values(("chat",)))}
