"""What would have been done: one line per incident, and the sums an owner asks for."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from responder.commands.backtest.recordings import Delivery
from responder.commands.backtest.replay import Replay


@dataclass(frozen=True)
class Story:
    """One incident of the replay."""

    opened_at: str
    resource: str
    alerts: tuple[str, ...]
    diagnosed: str
    decided: str
    refusal: str | None
    acted_at: tuple[str, ...]
    told: tuple[str, ...]
    ended: str

    @property
    def decision(self) -> tuple[str, str]:
        """What two versions of the runbooks are compared by."""
        return self.diagnosed, self.decided


def stories(replay: Replay) -> list[Story]:
    return [
        _story([json.loads(text) for text in replay.journal.entries(i, 1)])
        for i, _, _ in sorted(replay.journal.opened, key=lambda o: (o[2], o[1]))
    ]


def summary(deliveries: Sequence[Delivery], told: Sequence[Story]) -> dict[str, Any]:
    acted = sorted(datetime.fromisoformat(at) for one in told for at in one.acted_at)
    unknown = Counter(name for one in told if one.diagnosed.startswith("unknown") for name in one.alerts)
    return {
        "notifications": len(deliveries),
        "incidents": len(told),
        "actions": len(acted),
        "most_actions_in_an_hour": max((sum(a <= b < a + timedelta(hours=1) for b in acted) for a in acted), default=0),
        "refusals": dict(sorted(Counter(one.refusal for one in told if one.refusal).items())),
        "acted_twice": [f"{one.opened_at} {one.resource}" for one in told if len(one.acted_at) > 1],
        "alerts_without_a_failure_mode": dict(sorted(unknown.items())),
        "told": dict(sorted(Counter(kind for one in told for kind in one.told).items())),
    }


def as_text(sums: dict[str, Any], told: Sequence[Story]) -> Iterator[str]:
    for one in told:
        yield f"{one.opened_at}  {', '.join(one.alerts)} on {one.resource}"
        yield f"    {one.diagnosed} -> {one.decided}; told {', '.join(one.told) or 'nobody'}; ended {one.ended}"
    yield ""
    for name, value in sums.items():
        shown = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
        yield f"{name.replace('_', ' '):32} {shown if shown not in ('', []) else 'none'}"


def difference(old: Sequence[Story], new: Sequence[Story]) -> Iterator[str]:
    """Say which incidents two versions of the runbooks decide differently."""
    before = {(one.opened_at, one.resource): one for one in old}
    after = {(one.opened_at, one.resource): one for one in new}
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        if was is None or now is None or was.decision != now.decision:
            yield f"{' '.join(key)}"
            yield f"  - {' -> '.join(was.decision) if was else 'no incident'}"
            yield f"  + {' -> '.join(now.decision) if now else 'no incident'}"


def _story(records: Sequence[dict[str, Any]]) -> Story:
    facts = [(record["type"].rsplit(".", 1)[-1], record["data"]) for record in records]
    opened, decided = facts[0][1], [fact for kind, fact in facts if kind == "decided"]
    names = {e["name"] for e in (*opened["started"], *opened["never_seen_firing"])}
    believed = decided[0]["diagnosis"] if decided else None
    return Story(
        opened_at=opened["recorded_at"],
        resource=opened["target"] or records[0]["subject"],
        alerts=tuple(sorted(names)),
        diagnosed=f"{believed['failure_mode']} {believed['confidence']:.2f}" if believed else "not diagnosed",
        decided="; ".join(_decision(fact) for fact in decided) or "nothing to decide",
        refusal=next((str(fact["refusal"]) for fact in decided if fact.get("refusal")), None),
        acted_at=tuple(f["recorded_at"] for k, f in facts if k == "acted" and f["outcome"]["result"] == "accepted"),
        told=tuple(str(fact["notice"]["kind"]) for kind, fact in facts if kind == "told"),
        ended=str(next((f["disposition"] for _, f in reversed(facts) if f.get("disposition")), "still open")),
    )


def _decision(fact: dict[str, Any]) -> str:
    if fact.get("refusal"):
        return f"refused ({fact['refusal']}: {fact['says']})"
    return str(fact["intent"]["plan"]["says"])
