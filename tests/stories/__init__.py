"""Whole incidents, one for every action and every way it can go; each file is a family of actions."""

from tests.stories import (
    adapters,
    circuits,
    drift,
    letters,
    limits,
    load,
    people,
    profiles,
    registries,
    releases,
    rollouts,
)
from tests.stories.play import Between, Crash, failing_at, play
from tests.stories.story import Story

STORIES = (
    *releases.STORIES,
    *people.STORIES,
    *limits.STORIES,
    *registries.STORIES,
    *profiles.STORIES,
    *circuits.STORIES,
    *letters.STORIES,
    *load.STORIES,
    *adapters.STORIES,
    *rollouts.STORIES,
    *drift.STORIES,
)
__all__ = ["STORIES", "Between", "Crash", "Story", "failing_at", "play"]
