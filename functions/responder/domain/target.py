"""Find what an alert is about.

`services.yaml` is the allow-list. Labels select an entry and are never interpolated into anything.
An alert that selects no entry, or two, has no target: nothing may be touched and a person decides.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from responder.domain.alert import Urgency
from responder.domain.duration import Duration
from responder.domain.touch import REGISTRIES, Touch, TouchKind


@dataclass(frozen=True)
class Links:
    """Where a person looks next; shown as text, never fetched."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    dashboard: str | None = None


@dataclass(frozen=True)
class Team:
    """Where a team's pages and tickets go: a name in the PagerDuty secret, a Jira project; else the stack's own."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    pagerduty: str | None = None
    jira: str | None = None


@dataclass(frozen=True)
class Target:
    """One entry of services.yaml.

    `tell` is the loudest its team wants to be told: a team that has its own paging may begin with notes.
    `logs` are log groups and `bedrock_model` is a model id whose counters are evidence. `releases` are the names,
    with `*`, of the configurations and models the endpoint may be pointed at (default `<endpoint>-*`); `artefacts`
    are the `s3://bucket/prefix/` under which their files lie. These two only shape the remediation role.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    name: str
    match: dict[str, str | list[str]]
    account: str
    region: str
    touch: Touch
    team: str
    tell: Urgency = Urgency.PAGE
    series: dict[str, str] = field(default_factory=dict)
    role_arn: str | None = None
    external_id: str | None = None
    default: bool = False
    soak: Duration = timedelta(minutes=30)
    links: Links = field(default_factory=Links)
    logs: tuple[str, ...] = ()
    bedrock_model: Annotated[str, Field(pattern=r"^[\w.:/-]+$")] | None = None
    releases: tuple[str, ...] = ()
    artefacts: tuple[str, ...] = ()

    @property
    def resource(self) -> str:
        """The first thing that may be touched: what incidents are kept under."""
        return next(iter(self.things.values()), f"{self.account}/{self.region}/nothing/{self.name}")

    @property
    def things(self) -> dict[TouchKind, str]:
        """Everything that may be touched, by kind, each with a name that is unique in the world."""
        at = f"{self.account}/{self.region}"
        return {kind: f"{at}/{kind.replace('_', '-')}/{name}" for kind, name in self.touch.names.items()}

    @property
    def claims(self) -> tuple[str, ...]:
        """The names of all that is this target's alone; of a registry each model, of an adapter each replica."""
        at, named = f"{self.account}/{self.region}", [getattr(self.touch, kind) for kind in REGISTRIES]
        models = [f"{at}/{claim}" for registry in named if registry for claim in registry.claims]
        adapter = self.touch.adapter
        loaded = [f"adapter/{adapter.adapter}@{host}" for host in adapter.hosts] if adapter else []
        apart = (*REGISTRIES, TouchKind.ADAPTER)
        wholes = [whole for kind, whole in self.touch.wholes.items() if kind not in apart] + loaded
        return (*(f"{at}/{whole}" for whole in dict.fromkeys(wholes)), *models)

    @property
    def registry(self) -> str:
        """The name of the model registry that says which version is in force, if one is named."""
        return self.things[self.touch.registered[0]] if self.touch.registered else ""

    def is_adapter(self, config: str) -> bool:
        """Say whether a release is one of the target's adapter; something else may run releases beside it."""
        return self.touch.adapter is not None and self.touch.adapter.version_of(config) is not None

    @property
    def selector(self) -> str:
        """The label matchers put into a query for `$series`, values escaped as PromQL strings."""
        return ",".join(f"{name}={quoted(value)}" for name, value in sorted(self.series.items()))


@dataclass(frozen=True)
class NoTarget:
    """Why an alert has no target, and what its owner should do about it."""

    reason: Literal["no_target", "ambiguous_target"]
    says: str


def quoted(value: str) -> str:
    """Write a PromQL string, so that its text can neither end it nor add matchers."""
    return '"' + re.sub(r'([\\"])', r"\\\1", value).replace("\n", r"\n") + '"'


def find_target(labels: Mapping[str, str], targets: Sequence[Target]) -> Target | NoTarget:
    """Select the one entry whose matchers all agree; the default entry takes alerts without target labels."""
    found = [t for t in targets if _matches(t, labels)]
    if len(found) > 1:
        names = ", ".join(t.name for t in found)
        return NoTarget(
            "ambiguous_target",
            f"the labels match {len(found)} entries of services.yaml: {names}; make their matchers exclude each other",
        )
    if found:
        return found[0]
    defaults = [t for t in targets if t.default and not labels.keys() & t.match.keys()]
    if len(defaults) == 1:
        return defaults[0]
    wanted = sorted({name for t in targets for name in t.match})
    return NoTarget("no_target", _advice(wanted))


def _advice(wanted: list[str]) -> str:
    if not wanted:
        return "services.yaml names no target yet; add an entry for the service this alert is about"
    return f"no entry of services.yaml matches; give the alert rule the labels {', '.join(wanted)}, or add an entry"


def _matches(target: Target, labels: Mapping[str, str]) -> bool:
    return all(
        labels.get(name) in (wanted if isinstance(wanted, list) else [wanted]) for name, wanted in target.match.items()
    )
