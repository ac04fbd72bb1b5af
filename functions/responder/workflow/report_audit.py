"""Read the incidents that were opened in a period, with everything that was recorded about them later."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from responder.domain.audit_story import Step, Story, step_of, story_of
from responder.domain.seal import RECORDS, hour_of
from responder.ports import Trail


@dataclass(frozen=True)
class Asked:
    """Which incidents: opened in [since, until), of this service and failure mode where one is named."""

    since: datetime
    until: datetime
    service: str | None = None
    mode: str | None = None

    def wants(self, story: Story) -> bool:
        return (
            self.since <= story.opened_at < self.until
            and self.service in (None, story.service)
            and self.mode in (None, story.failure_mode)
        )


def read_stories(trail: Trail, asked: Asked) -> list[Story]:
    """Return the incidents asked for, newest first; of every record the version that was written first counts."""
    streams: dict[str, dict[int, Step]] = defaultdict(dict)
    resources: dict[str, str] = {}
    for stream, resource, step in _steps(trail, asked):
        streams[stream][step.seq] = step
        resources[stream] = resource
    found = (story_of(stream, resources[stream], steps.values()) for stream, steps in streams.items())
    stories = [story for story in found if story and asked.wants(story)]
    return sorted(stories, key=lambda story: story.opened_at, reverse=True)


def _steps(trail: Trail, asked: Asked) -> Iterator[tuple[str, str, Step]]:
    for version, held in trail.look(trail.versions(f"{RECORDS}{hour_of(asked.since)}/", "audit/v10")):
        if held is None:
            continue
        try:
            event = json.loads(held.content)
            step = step_of(event, version.key, held.content)
            yield str(event["data"]["stream"]), str(event["subject"]), step
        except (ValueError, KeyError, TypeError):
            continue  # verify names what is no record; a report tells what can be read
