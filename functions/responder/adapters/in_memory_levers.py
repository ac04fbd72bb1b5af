"""In-memory twins of what can be touched: endpoints, aliases, parameters and limits, with the same promises.

One twin stands for one thing as one lever sees it. What moves at once in AWS moves at once here; an endpoint
and a limits document arrive when `arrive` is called.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from responder.adapters.in_memory import Twin
from responder.domain.levers import PLANNERS
from responder.domain.plain import canonical
from responder.domain.plans.document import DOCUMENT
from responder.domain.plans.drain import SHARDS, members
from responder.domain.plans.rollback import ARTEFACT, CANARY, CONFIG, TASK, VERSION
from responder.domain.plans.throttle import RATE
from responder.domain.release import Artefacts, Configuration
from responder.domain.remediation import Lever, Outcome, Snapshot
from responder.domain.target import Target
from responder.domain.touch import DOCUMENTS, TouchKind
from responder.errors import NotThere

SLOW = DOCUMENTS | {
    TouchKind.SAGEMAKER_ENDPOINT,
    TouchKind.CODEDEPLOY_GROUP,
    TouchKind.ECS_SERVICE,
    TouchKind.INFERENCE_COMPONENT,
    TouchKind.CAPACITY,
    TouchKind.VARIANT_WEIGHTS,
    TouchKind.TARGET_GROUP,
}
COMPARES = frozenset({TouchKind.LAMBDA_ALIAS}) | DOCUMENTS
PIECEMEAL = frozenset({TouchKind.ADAPTER, TouchKind.LITELLM_CIRCUIT})
Applied = tuple[str, dict[str, str], str]


@dataclass
class InMemoryThings(Twin):
    """Everything of one kind: `things` maps the name in the world to how it stands, `applied` is what was asked.

    `reply` is what the next call is answered; a lost answer ("unknown") still has its effect unless `lost`. Parts that
    are `stuck` do not follow.
    """

    kind: TouchKind = TouchKind.SAGEMAKER_ENDPOINT
    things: dict[str, Snapshot] = field(default_factory=dict)
    configurations: dict[str, Configuration] = field(default_factory=dict)
    applied: list[Applied] = field(default_factory=list)
    reply: Outcome = field(default_factory=lambda: Outcome("accepted", "accepted", "request-1"))
    lost: bool = False
    stuck: frozenset[str] = frozenset()

    def observe(self, target: Target) -> Snapshot:
        self._up()
        name = target.things.get(self.kind, "")
        if name not in self.things:
            raise NotThere(f"no {self.kind} of {target.name}")
        return self.things[name]

    def configuration(self, target: Target, name: str) -> Configuration:  # noqa: ARG002  # one twin world, one set of names
        self._up()
        return self.configurations.get(name, Configuration((), Artefacts(missing=("config",))))

    def apply(self, target: Target, seen: Snapshot, desired: Mapping[str, str], token: str) -> Outcome:
        self._up()
        name = target.things[self.kind]
        now = self.things[name]
        if self.kind in COMPARES and seen.revision != now.revision:
            return Outcome("refused", "PreconditionFailed: it changed since it was looked at")
        self.applied.append((name, dict(desired), token))
        if self.reply.result == "accepted" or (self.reply.result == "unknown" and not self.lost):
            self.things[name] = replace(now, state="moving", settled=False, pending=dict(desired))
            if self.kind not in SLOW:
                self.arrive(name)
        return self.reply

    def arrive(self, name: str) -> None:
        """Finish what is in flight."""
        now = self.things[name]
        wanted = now.pending or now.current
        current = {part: now.current[part] if part in self.stuck else value for part, value in wanted.items()}
        shape, revision = tuple(_shards(current)) or now.shape, str(int(now.revision or 0) + 1)
        self.things[name] = replace(standing(self.kind, current), shape=shape, revision=revision)

    def stand(self, target: Target, **current: str) -> None:
        """Put the thing where these values say: an endpoint has one variant, the shards of a group are all healthy."""
        shape = ("AllTraffic",) if self.kind is TouchKind.SAGEMAKER_ENDPOINT else tuple(_shards(current))
        self.things[target.things[self.kind]] = replace(standing(self.kind, current), shape=shape, revision="1")


def _shards(values: Mapping[str, str]) -> list[str]:
    return members(values) if SHARDS in values else []


def standing(kind: TouchKind, current: Mapping[str, str]) -> Snapshot:
    """How a settled thing of this kind looks with these values."""
    canary = current.get(CANARY, "").partition("=")[0]
    release = canary or next((current[word] for word in (CONFIG, VERSION, TASK, ARTEFACT) if current.get(word)), "")
    if kind is TouchKind.ADAPTER and len(set(current.values())) == 1:
        release = next(iter(current.values()))
    state = "InService" if kind is TouchKind.SAGEMAKER_ENDPOINT else "settled"
    return Snapshot(dict(current), state, settled=True, release=release, piecemeal=kind in PIECEMEAL)


def levers(things: Mapping[TouchKind, InMemoryThings]) -> dict[Lever, InMemoryThings]:
    """Let every lever pull on the twin of its kind."""
    return {lever: things[lever.kind] for lever in PLANNERS if lever.kind in things}


def limits(rate: float) -> dict[str, str]:
    return {RATE: f"{rate:g}"}


def document(**fields: object) -> dict[str, str]:
    return {DOCUMENT: canonical(fields)}
