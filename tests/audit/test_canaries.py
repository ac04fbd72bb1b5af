"""Secrets and people are sown wherever others can put text, and must come up nowhere."""

from collections.abc import Iterator
from dataclasses import asdict, replace

import pytest
from tests.world import CHAT, Practice, a_notification, an_alert

from responder.domain.guard import Firing
from responder.domain.message import to_messages
from responder.domain.remediation import Outcome
from responder.errors import ActionFailed, CannotKnow
from responder.observability import emit, log_steps, logger
from responder.workflow.hold import Written
from responder.workflow.measures import of_steps
from responder.workflow.respond import respond
from responder.workflow.sweep import audit_flips

CANARIES = {
    "label": "kim.canary@example.org",
    "annotation": "sk-canaryannotation0123456789",
    "named label": "canary-hunter2",
    "evidence": "password=canary-evidence",
    "outcome": "Bearer canaryoutcome.0123456789",
    "firing": "ghp_canaryfiring0123456789",
    "channel": "canary.channel@example.org",
    "log": "AKIACANARY0123456789",
}
SOWN = replace(
    an_alert(user=CANARIES["label"], db_password=CANARIES["named label"]),
    annotations={"summary": f"slow for {CANARIES['annotation']}", "runbook": "runbooks/latency_spike.md"},
)


def a_sown_practice() -> Practice:
    practice = Practice()
    practice.remediator.reply = Outcome("refused", f"denied for {CANARIES['outcome']}")
    practice.alerts.firing = {SOWN.fingerprint: Firing("firing", f"not silenced by {CANARIES['firing']}")}
    return practice


def written(practice: Practice) -> Iterator[str]:
    yield from practice.audit.objects.values()
    yield from practice.journal.states.values()
    yield from (text for stream in practice.journal.streams.values() for text in stream.values())
    yield from (str(asdict(letter)) for letter in practice.letters)


def found(texts: Iterator[str] | list[str]) -> set[str]:
    return {where for text in texts for where, canary in CANARIES.items() if canary in text}


def play(practice: Practice) -> None:
    (message,) = to_messages(a_notification(SOWN), [CHAT])
    practice.deliver(message)
    practice.wait(minutes=20)


def test_what_acts_says_and_what_alerts_say_comes_up_nowhere() -> None:
    practice = a_sown_practice()

    play(practice)

    assert practice.letters
    assert practice.remediator.applied
    assert found(written(practice)) == set()


def test_what_evidence_says_comes_up_nowhere() -> None:
    practice = a_sown_practice()
    practice.metrics.trouble = CannotKnow(f"401 for {CANARIES['evidence']}")

    play(practice)

    assert practice.letters
    assert found(written(practice)) == set()


def test_what_a_channel_says_comes_up_nowhere() -> None:
    practice = a_sown_practice()
    practice.pages.trouble = ActionFailed(f"550 no such user {CANARIES['channel']}")

    play(practice)

    assert "redacted email" in "".join(written(practice))
    assert found(written(practice)) == set()


def fail(says: str) -> None:
    raise ActionFailed(says)


def test_log_lines_tracebacks_and_metrics_say_none_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    practice = a_sown_practice()
    (message,) = to_messages(a_notification(SOWN), [CHAT])
    steps: list[Written] = list(respond(message, practice.world(), practice.now).written)
    log_steps(steps)
    emit(of_steps(steps, practice.now))
    logger().warning("try again", extra={"why": f"for {CANARIES['channel']}"})
    try:
        fail(f"with {CANARIES['log']}")
    except ActionFailed:
        logger().exception("broke")

    said = capsys.readouterr()

    assert "redacted aws_key" in said.out + said.err
    assert found([said.out, said.err]) == set()


def test_the_record_counts_what_was_taken_out() -> None:
    practice = a_sown_practice()

    play(practice)

    records = "".join(practice.audit.objects.values())
    assert '"redactions":{"api_key":1,"email":1,"secret":1}' in records
    assert '"redactions":{"bearer":2}' in records


def test_the_name_of_who_flipped_a_switch_stays() -> None:
    practice = Practice()
    practice.modes.who = "arn:aws:sts::123456789012:assumed-role/ops/ann@example.org"
    practice.modes.set("global", "auto")

    audit_flips(practice.modes, practice.world(), practice.now)

    assert "ann@example.org" in practice.audit.read("control")[0]
