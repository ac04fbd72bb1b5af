"""Prometheus rules as data, and how they are written down."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from textwrap import dedent
from typing import Any, Literal

import yaml

from responder.domain.duration import write_duration
from responder.domain.failure_mode import FailureMode
from responder.domain.serving.service_level import ServiceLevel

INTERVAL = timedelta(seconds=30)
NOTHING = timedelta()


@dataclass(frozen=True)
class Record:
    """A series that Prometheus computes and keeps."""

    record: str
    expr: str
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Alarm:
    """An alerting rule; `names_mode` where the alert is the failure itself and not a symptom of several."""

    alert: str
    expr: str
    severity: Literal["page", "ticket"]
    runbook: FailureMode
    summary: str
    description: str
    pending: timedelta = NOTHING
    keeps: timedelta = NOTHING
    names_mode: bool = True
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Heartbeat:
    """An alerting rule that always fires: nobody is told of it, only of its silence."""

    alert: str
    summary: str


Rule = Record | Alarm | Heartbeat


@dataclass(frozen=True)
class Group:
    """One rule file: its name, why it is the way it is, and its rules."""

    name: str
    why: str
    rules: tuple[Rule, ...]


def series(name: str, level: ServiceLevel, *matchers: str) -> str:
    """Name a series of our exporter, as far as the product's `match` reaches."""
    return select(name, level.match, *matchers)


def select(name: str, wanted: Mapping[str, str], *matchers: str) -> str:
    ours = [f"{label}={quote(value)}" for label, value in sorted(wanted.items())]
    inside = ",".join([*ours, *matchers])
    return f"{name}{{{inside}}}" if inside else name


def quote(text: str) -> str:
    """Write a text as PromQL does; anything in a label value stays a value."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def write_group(group: Group, origin: str) -> str:
    """Write a rule file; the same rules always give the same text."""
    comment = "".join(f"# {line}".rstrip() + "\n" for line in [origin, "", *dedent(group.why).strip().splitlines()])
    body = {"name": f"llm-{group.name}", "interval": write_duration(INTERVAL), "rules": [*map(_written, group.rules)]}
    return (
        comment + "\n" + yaml.dump({"groups": [body]}, Dumper=_Dumper, sort_keys=False, width=118, allow_unicode=True)
    )


def _written(rule: Rule) -> dict[str, Any]:
    if isinstance(rule, Record):
        labels = {"labels": rule.labels} if rule.labels else {}
        return {"record": rule.record, "expr": _expression(rule.expr), **labels}
    if isinstance(rule, Heartbeat):
        quiet = {"labels": {"severity": "none"}, "annotations": {"summary": rule.summary}}
        return {"alert": rule.alert, "expr": "vector(1)", **quiet}
    mode = {"failure_mode": rule.runbook.value} if rule.names_mode else {}
    waits = {"for": rule.pending, "keep_firing_for": rule.keeps}
    return {
        "alert": rule.alert,
        "expr": _expression(rule.expr),
        **{name: write_duration(wait) for name, wait in waits.items() if wait},
        "labels": {"severity": rule.severity, **mode, **rule.labels},
        "annotations": {
            "summary": rule.summary,
            "description": " ".join(rule.description.split()),
            "runbook": f"runbooks/{rule.runbook}.md",
        },
    }


def _expression(text: str) -> str:
    lines = dedent(text).strip().splitlines()
    return lines[0] if len(lines) == 1 else "\n".join(line.rstrip() for line in lines) + "\n"


class _Dumper(yaml.SafeDumper):
    """Expressions of several lines stay several lines; lists stand inside their key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002  # the base class's signature
        super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)
