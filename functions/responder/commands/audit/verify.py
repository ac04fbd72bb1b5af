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
from datetime import datetime
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from responder.adapters.audit_folder import AuditFolder
from responder.adapters.streams_on_disk import StreamsOnDisk
from responder.commands import connect
from responder.commands.audit import limits
from responder.commands.audit.source import Place, add_place, place
from responder.domain.audit_check import AuditCheck
from responder.domain.finding import MEANS, Fault, Finding
from responder.domain.plain import to_plain
from responder.domain.seal import Head, Policy
from responder.errors import ResponderError
from responder.ports import Trail
from responder.workflow.verify_audit import verify_audit

CANNOT = 2
SAY_EVERY = 2.0  # seconds


@dataclass(frozen=True)
class Subject:
    """What is checked, and against what it is held."""

    trail: Trail
    keys: tuple[bytes, ...]
    heads: tuple[str, ...]
    policy: Policy | None
    as_of: datetime | None
    unknown: tuple[str, ...]
    versioned: bool = True


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


def add_trust(parser: argparse.ArgumentParser) -> None:
    """Add what a reviewer brings along, because the bucket cannot vouch for itself."""
    parser.add_argument("--key", action="append", type=Path, default=[], help="public key to trust, PEM (repeatable)")
    parser.add_argument("--head", action="append", default=[], help="sha256 of a seal you noted earlier (repeatable)")
    parser.add_argument("--lock", type=_policy, help="least lock of every version, like COMPLIANCE:400 (mode:days)")


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

    subject = _in_folder(asked) if asked.directory else _in_bucket(asked)
    with StreamsOnDisk() as streams:
        signed, versioned = PublicKeys(subject.keys).check, subject.versioned
        running = AuditCheck(
            signed, streams, subject.policy, subject.heads, subject.as_of, versioned=versioned
        )
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


def _in_bucket(asked: argparse.Namespace) -> Subject:
    source = place(asked)
    keys, head = _keys(asked), source.head()
    return Subject(
        trail=source.trail,
        keys=keys or _from_kms(source),
        heads=_heads(asked, head),
        policy=asked.lock or source.trail.policy(),
        as_of=connect.now(),
        unknown=limits.of_bucket(keys=bool(keys), noted=head is not None, head=bool(asked.head)),
    )


def _in_folder(asked: argparse.Namespace) -> Subject:
    folder = AuditFolder(asked.directory)
    about, keys = folder.about(), _keys(asked)
    return Subject(
        trail=folder,
        keys=keys,
        heads=_heads(asked, about.head if about else None),
        policy=asked.lock or (about.policy if about else None),
        as_of=about.copied_at if about else None,
        unknown=limits.of_folder(keys=bool(keys), manifest=folder.has_manifest, head=bool(asked.head)),
        versioned=folder.has_manifest,
    )


def _keys(asked: argparse.Namespace) -> tuple[bytes, ...]:
    from responder.adapters.signatures import read_public_key  # noqa: PLC0415  # needs the extra `audit`

    return tuple(read_public_key(path) for path in asked.key)


def _from_kms(source: Place) -> tuple[bytes, ...]:
    return (source.public_key(),) if source.key_id else ()


def _heads(asked: argparse.Namespace, noted: Head | None) -> tuple[str, ...]:
    return (*asked.head, *([noted.sha256] if noted else []))


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


def _policy(written: str) -> Policy:
    mode, _, days = written.partition(":")
    if mode not in {"COMPLIANCE", "GOVERNANCE"} or not days.isdigit():
        raise argparse.ArgumentTypeError(f"{written!r} is not like COMPLIANCE:400")
    return Policy(mode, int(days))
