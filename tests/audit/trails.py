"""Honest trails for the tests of the audit: real stories, exported as they happened, sealed as the hours went by."""

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tests.audit.signer import SIGNER, LocalSigner
from tests.world import NOON, Practice, a_message, an_alert

from responder.adapters.in_memory_trail import InMemoryHead, InMemoryTrail
from responder.adapters.signatures import PublicKeys
from responder.domain.alert import Alert, Status
from responder.domain.audit import Actor
from responder.domain.audit_check import AuditCheck, Tally
from responder.domain.finding import Finding
from responder.ports import Trail
from responder.workflow.seal_audit import Sealed, Sealing, seal_audit
from responder.workflow.verify_audit import verify_audit

NEVER_SEEN = 3  # the fourth kind of story: an end without a beginning


@dataclass
class Kept:
    """A bucket, the head noted elsewhere, and what it takes to seal and to check."""

    trail: InMemoryTrail = field(default_factory=InMemoryTrail)
    heads: InMemoryHead = field(default_factory=InMemoryHead)
    signer: LocalSigner = field(default_factory=lambda: SIGNER)
    now: datetime = NOON

    def sealing(self, enough_time: Callable[[], bool] = lambda: True) -> Sealing:
        actor = Actor("function", "seal_audit", "test")
        policy = self.trail.policy
        return Sealing(self.trail, self.trail, self.signer, self.heads, actor, lambda: policy, enough_time)

    def seal(self, now: datetime) -> Sealed:
        self.trail.now = self.now = now
        return seal_audit(self.sealing(), now)

    def verify(self, *keys: bytes, heads: tuple[str, ...] = (), of: Trail | None = None) -> list[Finding]:
        return self.check(*keys, heads=heads, of=of)[0]

    def check(self, *keys: bytes, heads: tuple[str, ...] = (), of: Trail | None = None) -> tuple[list[Finding], Tally]:
        check = AuditCheck(PublicKeys(keys or (SIGNER.der,)).check, {}, None, heads, self.now)
        return list(verify_audit(of or self.trail, check)), check.tally


@functools.cache
def honest_records() -> dict[str, str]:
    """Play a day of one service: healed, taken back, only observed, never seen firing, and a switch that is flipped."""
    practice = Practice()
    for number in range(8):
        practice = Practice(now=practice.now, journal=practice.journal, audit=practice.audit)
        practice.metrics.p95["chat-v1"] = 2.6 if number % 4 == 1 else 0.3
        practice.modes.settings["global"] = "observe" if number % 4 == 2 else "auto"
        _story(practice, an_alert(at=practice.now, pod=f"pod-{number}"), number % 4)
    return dict(practice.audit.objects)


def _story(practice: Practice, alert: Alert, which: int) -> None:
    if which != NEVER_SEEN:
        practice.fires(alert)
        practice.deliver(a_message(alert, at=practice.now))
        practice.wait(minutes=65 if which else 13)
    practice.resolve(replace(alert, status=Status.RESOLVED, ends_at=practice.now))
    practice.wait(minutes=95)


def an_honest_trail() -> Kept:
    """Write the records as they were exported, and seal every hour when its time has come; one came late."""
    kept = Kept()
    waiting = sorted((_recorded(text), key, text) for key, text in honest_records().items())
    now, late = waiting[0][0].replace(minute=0), waiting[len(waiting) // 2][1]
    while waiting:
        now += timedelta(hours=1)
        for at, key, text in [one for one in waiting if one[0] + timedelta(hours=one[1] == late) < now]:
            kept.trail.write(key, text.encode(), max(at, now - timedelta(hours=1)))
            waiting.remove((at, key, text))
        kept.seal(now + timedelta(minutes=10))
    kept.seal(now + timedelta(hours=3, minutes=10))
    return kept


def _recorded(text: str) -> datetime:
    return datetime.fromisoformat(json.loads(text)["data"]["recorded_at"])
