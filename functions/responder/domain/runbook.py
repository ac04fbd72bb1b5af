"""A runbook is the program: its front matter is what the machine may do, its prose is what a person reads.

Few keys, each read by code, unknown keys refused. The SHA-256 of the whole file goes into every decision.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from string import Template
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer

from responder.domain.alert import Severity, Urgency
from responder.domain.duration import Duration, longest_range, parse_duration, write_duration
from responder.domain.failure_mode import FailureMode
from responder.domain.sighting import SignalIndex
from responder.domain.signal import Signal
from responder.domain.target import Target, Team
from responder.domain.vocabulary import Vocabulary

HEADINGS = ("Meaning", "Impact", "Diagnosis", "Remediation", "Verification")
_STRICT = ConfigDict(extra="forbid")


class Autonomy(StrEnum):
    """How far automation may go; also the vocabulary of the mode, which knows `off` as well."""

    OBSERVE = "observe"
    SUGGEST = "suggest"
    AUTO = "auto"


class Action(StrEnum):
    """The closed list of remediations."""

    ROLLBACK = "rollback"
    RESTORE_REGISTRY = "restore_registry"
    RESTORE_ADAPTER = "restore_adapter"
    THROTTLE = "throttle"
    FREEZE = "freeze"
    REEVALUATE = "reevaluate"
    SWITCH_PROFILE = "switch_profile"
    OPEN_CIRCUIT = "open_circuit"
    SCALE_OUT = "scale_out"
    REBALANCE = "rebalance"
    DRAIN = "drain"
    REQUEUE = "requeue"


AFTERWARDS = frozenset({Action.REQUEUE})  # what is only done once the service is well again, and never to heal it


class IfNotRecovered(StrEnum):
    """What becomes of a step that did not help."""

    UNDO = "undo"
    KEEP = "keep"
    NEXT = "next"


@dataclass(frozen=True)
class Quota:
    """At most `times` within `span`; written `2 per 1h`."""

    times: int
    span: timedelta


def parse_quota(written: object) -> Quota:
    if isinstance(written, Quota):
        return written
    found = re.fullmatch(r"(\d+) per (\w+)", written) if isinstance(written, str) else None
    if not found:
        raise ValueError(f"{written!r} is not a limit; write for example 2 per 1h")
    return Quota(int(found[1]), parse_duration(found[2]))


def _many(written: object) -> object:
    return tuple(map(parse_quota, written if isinstance(written, list | tuple) else [written]))


def write_quota(quota: Quota) -> str:
    return f"{quota.times} per {write_duration(quota.span)}"


def _write_quotas(quotas: tuple[Quota, ...]) -> list[str]:
    return [write_quota(quota) for quota in quotas]


Quotas = Annotated[tuple[Quota, ...], BeforeValidator(_many), PlainSerializer(_write_quotas)]


@dataclass(frozen=True)
class Step:
    """One rung of the ladder; `when` is a condition over the documented context.

    A throttle goes down `to` this share of the limit in force. What has a way back is led back in `lift_in` steps once
    the service is well: a limit in so many even ones, everything else in the steps it has; with 0 it stays until a
    person takes it back.
    """

    __pydantic_config__ = _STRICT

    action: Action
    if_not_recovered: IfNotRecovered
    when: str | None = None
    converge_within: Duration = timedelta(minutes=45)
    to: Annotated[float, Field(gt=0, lt=1)] = 0.5
    lift_in: Annotated[int, Field(ge=0, le=10)] = 2


@dataclass(frozen=True)
class FollowUp:
    """What is done once the service is well again and its alerts have ended; it is stopped when that does not last."""

    __pydantic_config__ = _STRICT

    action: Action
    converge_within: Duration = timedelta(minutes=45)

    @property
    def step(self) -> Step:
        return Step(self.action, IfNotRecovered.UNDO, converge_within=self.converge_within)


@dataclass(frozen=True)
class Limits:
    """How often; several windows may be given, and each step spends an attempt."""

    __pydantic_config__ = _STRICT

    per_target: Quotas = (Quota(2, timedelta(hours=1)),)
    per_runbook: Quotas = (Quota(5, timedelta(hours=1)),)
    cooldown: Duration = timedelta(minutes=30)
    attempts: Annotated[int, Field(ge=1, le=10)] = 2
    max_age: Duration = timedelta(hours=2)


@dataclass(frozen=True)
class Traffic:
    """The floor below which a measurement says nothing."""

    __pydantic_config__ = _STRICT

    query: str
    at_least: float


@dataclass(frozen=True)
class Verify:
    """Recovered when `condition` held of the query's `value` for `soak`; not recovered only at `within`."""

    __pydantic_config__ = _STRICT

    query: str
    condition: str
    soak: Duration
    within: Duration
    traffic: Traffic

    @property
    def shortest_within(self) -> timedelta:
        """The query's longest range plus the soak: any less and yesterday's bad minutes undo a good rollback."""
        return longest_range(self.query) + self.soak


@dataclass(frozen=True)
class Escalate:
    """Who is brought in for which severity, and how long automation may try before a page goes out."""

    __pydantic_config__ = _STRICT

    critical: Urgency = Urgency.PAGE
    error: Urgency = Urgency.PAGE
    warning: Urgency = Urgency.TICKET
    info: Urgency = Urgency.NOTE
    none: Urgency = Urgency.NOTE
    page_after: Duration = timedelta(minutes=5)

    def urgency(self, severity: Severity) -> Urgency:
        return Urgency(getattr(self, severity.value))


@dataclass(frozen=True)
class Policy:
    """The front matter; `words` are names for lists of words, which patterns use as `{name}`."""

    __pydantic_config__ = _STRICT

    failure_mode: FailureMode
    title: str
    owner: str
    reviewed: date
    autonomy: Autonomy
    words: dict[str, str] = field(default_factory=dict)
    signals: tuple[Signal, ...] = ()
    remediation: tuple[Step, ...] = ()
    afterwards: tuple[FollowUp, ...] = ()
    limits: Limits = field(default_factory=Limits)
    verify: Verify | None = None
    escalate: Escalate = field(default_factory=Escalate)


@dataclass(frozen=True)
class Runbook:
    """One page: its policy, its prose by heading, and the SHA-256 of the file as it was written."""

    policy: Policy
    prose: dict[str, str]
    sha256: str
    path: str

    @property
    def failure_mode(self) -> FailureMode:
        return self.policy.failure_mode


@dataclass(frozen=True)
class Book:
    """All runbooks by failure mode; made once when the artifact is built."""

    runbooks: dict[FailureMode, Runbook]
    vocabulary: Vocabulary = field(default_factory=Vocabulary)

    @cached_property
    def index(self) -> SignalIndex:
        """All signals, arranged for looking them up; made once per book."""
        return SignalIndex(tuple((m, s) for m, page in self.runbooks.items() for s in page.policy.signals))

    def page(self, mode: FailureMode) -> Runbook:
        """Return the page of a mode; a mode without one is answered by the page `unknown`, which never acts."""
        return self.runbooks.get(mode) or self.runbooks[FailureMode.UNKNOWN]


FLEET: Quotas = (Quota(10, timedelta(hours=1)),)
STORM = Quota(3, timedelta(minutes=10))
OneQuota = Annotated[Quota, BeforeValidator(parse_quota), PlainSerializer(write_quota)]


@dataclass(frozen=True)
class Library:
    """What the artifact carries: the pages, the targets and their teams, and how often the fleet may be touched.

    `storm` says how many targets in trouble within which time have one cause.
    """

    book: Book
    targets: tuple[Target, ...]
    fleet: Quotas = FLEET
    teams: dict[str, Team] = field(default_factory=dict)
    storm: OneQuota = STORM

    def target(self, name: str | None) -> Target | None:
        return next((t for t in self.targets if t.name == name), None)


def fill(query: str, selector: str) -> str:
    """Put the target's selector into a query; everything else is the runbook author's own text."""
    return Template(query).safe_substitute(series=selector)


def context(alert: Mapping[str, Any], evidence: Mapping[str, Any], release: Mapping[str, Any]) -> dict[str, Any]:
    """Build what conditions may read.

    `alert.name`, `alert.severity`, `alert.age_s`, `evidence.<name>`, `release.version`, `release.age_s`.
    """
    return {"alert": dict(alert), "evidence": dict(evidence), "release": dict(release)}
