"""`responder audit verify`: is the trail what was sealed? On the bucket, or on a folder without any credentials.

Exit codes for CI: 0 clean, 1 findings, 2 could not be checked.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from responder.adapters.audit_folder import AuditFolder
from responder.adapters.streams_on_disk import StreamsOnDisk
from responder.commands.audit import limits
from responder.commands.audit.source import add_place
from responder.commands.audit.subject import add_trust, subject_of
from responder.domain.audit_check import AuditCheck
from responder.domain.finding import MEANS, Fault, Finding
from responder.domain.plain import to_plain
from responder.errors import ResponderError
from responder.ports import Trail
from responder.workflow.verify_audit import verify_audit

CANNOT = 2
SAY_EVERY = 2.0  # seconds


@dataclass(frozen=True)
class Checked:
    """What came of a check."""

    check: AuditCheck
    findings: list[Finding]
    unknown: list[str]


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = verbs.add_parser(
        "verify", help="check every version of the trail; exit 0 clean, 1 findings, 2 could not be checked"
    )
    parser.add_argument("directory", nargs="?", type=Path, help="a folder made by copy; without it, the bucket")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of text")
    add_trust(parser)
    add_place(parser)
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    try:
        checked = check(asked, (lambda _: None) if asked.json else print)
    except (ResponderError, BotoCoreError, ClientError) as error:
        print(f"responder: it could not be checked: {error}", file=sys.stderr)
        return CANNOT
    print(_json(checked) if asked.json else "\n".join(_summary(checked)))
    return 1 if checked.findings else 0


def check(asked: argparse.Namespace, say: Callable[[Finding], None] = lambda _: None) -> Checked:
    """Check what was asked for; each finding is said as soon as it is found."""
    from responder.adapters.signatures import PublicKeys  # noqa: PLC0415  # needs the extra `audit`

    subject = subject_of(asked)
    with StreamsOnDisk() as streams:
        signed, versioned = PublicKeys(subject.keys).check, subject.versioned
        running = AuditCheck(signed, streams, subject.policy, subject.heads, subject.as_of, versioned=versioned)
        running.progress = Progress()
        findings = []
        for finding in _everything(subject.trail, running):
            findings.append(finding)
            say(finding)
    return Checked(running, findings, [*subject.unknown, *limits.of_tally(running.tally)])


def _everything(trail: Trail, check: AuditCheck) -> Iterator[Finding]:
    yield from verify_audit(trail, check)
    for version in trail.strays() if isinstance(trail, AuditFolder) else ():
        yield Finding(Fault.UNREFERENCED, version.key, version.id, "the manifest does not name this file")


class Progress:
    """Says every two seconds how far it is."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self, hour: str, records: int) -> None:
        if time.monotonic() - self._last > SAY_EVERY:
            self._last = time.monotonic()
            print(f"{hour}: {records:,} records so far", file=sys.stderr, flush=True)


def _summary(checked: Checked) -> Iterator[str]:
    tally = checked.check.tally
    head = f"{tally.head.hour} {tally.head.sha256}" if tally.head else "none"
    yield f"{tally.records:,} records, {tally.seals:,} seals, {len(tally.keys)} signing keys"
    yield f"from {tally.first or 'nowhere'}, head: {head}"
    for fault, times in sorted(Counter(f.fault for f in checked.findings).items()):
        yield f"{times:6} {fault}: {MEANS[fault]}"
    yield "FINDINGS: the trail is not what was sealed" if checked.findings else "clean: it is what was sealed"
    yield from (f"cannot be known from here: {line}" for line in checked.unknown)


def _json(checked: Checked) -> str:
    findings = [asdict(finding) for finding in checked.findings]
    told = {
        "clean": not findings,
        "findings": findings,
        "checked": to_plain(checked.check.tally),
        "unknown": checked.unknown,
    }
    return json.dumps(told, indent=2)
