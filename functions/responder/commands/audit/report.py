"""`responder audit report`: the evidence pack of a period, from the bucket or from a copy of it."""

import argparse
import shlex
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from responder.commands import connect
from responder.commands.audit import verify
from responder.commands.audit.page import Cover, Proof, render
from responder.commands.audit.source import add_place, trail_of
from responder.commands.audit.subject import add_trust
from responder.commands.audit.tables import as_csv, as_jsonl
from responder.domain.audit_report import summarise
from responder.domain.failure_mode import FailureMode
from responder.errors import CannotRead
from responder.workflow.report_audit import Asked, read_stories

SHOWN = 20  # findings on the page; verify prints all


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = verbs.add_parser("report", help="what happened in a period: one page to read, print and file")
    parser.add_argument("directory", nargs="?", type=Path, help="a folder made by copy; without it, the bucket")
    parser.add_argument("--from", dest="since", type=_moment, help="first day, or moment (UTC); default 90 days ago")
    parser.add_argument("--to", dest="until", type=_moment, help="the day after the last, or moment; default now")
    parser.add_argument("--service", help="only this target of services.yaml")
    parser.add_argument("--mode", choices=[m.value for m in FailureMode], help="only this failure mode")
    parser.add_argument("--format", choices=["html", "csv", "jsonl"], default="html", help="default html")
    parser.add_argument("--output", type=Path, help="write here instead of to standard output")
    parser.add_argument("--no-verify", action="store_true", help="leave the verification out; the page says so")
    add_trust(parser)
    add_place(parser)
    parser.set_defaults(run=run, json=False)


def run(asked: argparse.Namespace) -> int:
    now = connect.now()
    wanted = Asked(asked.since or now - timedelta(days=90), asked.until or now, asked.service, asked.mode)
    if wanted.since >= wanted.until:
        raise CannotRead(f"--from {wanted.since:%Y-%m-%d %H:%M} is not before --to {wanted.until:%Y-%m-%d %H:%M}")
    stories = read_stories(trail_of(asked), wanted)
    match asked.format:
        case "csv":
            _write(as_csv(stories), asked.output)
        case "jsonl":
            _write(as_jsonl(stories), asked.output)
        case _:
            made_from = str(asked.directory or asked.bucket or asked.stack or "the audit bucket")
            only = ", ".join(one for one in (asked.service, asked.mode) if one)
            cover = Cover(wanted.since, wanted.until, now, made_from, only)
            _write(render(cover, _proof(asked), summarise(stories), stories), asked.output)
    print(f"{len(stories)} incidents", file=sys.stderr)
    return 0


def _proof(asked: argparse.Namespace) -> Proof:
    command = shlex.join(
        ["responder", *(["--stack", asked.stack] if asked.stack else []), "audit", "verify", *_same(asked)]
    )
    if asked.no_verify:
        return Proof(None, "The trail was not checked when this page was made.", command)
    checked = verify.check(asked)
    tally = checked.check.tally
    head = f" Head {tally.head.hour}, sha256 {tally.head.sha256}." if tally.head else ""
    says = (
        f"{tally.records:,} records under {tally.seals:,} signed hourly seals, {len(checked.findings)} findings.{head}"
    )
    findings = tuple(map(str, checked.findings[:SHOWN]))
    return Proof(not checked.findings, says, command, findings, tuple(checked.unknown))


def _same(asked: argparse.Namespace) -> list[str]:
    """Write the arguments with which the same thing is checked again."""
    named = [str(asked.directory)] if asked.directory else ["--bucket", asked.bucket] if asked.bucket else []
    keys = [part for path in asked.key for part in ("--key", str(path))]
    return [*named, *keys, *[part for head in asked.head for part in ("--head", head)]]


def _write(written: str, path: Path | None) -> None:
    if path:
        path.write_text(written, encoding="utf-8", newline="")
    else:
        sys.stdout.write(written)


def _moment(written: str) -> datetime:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{written!r} is no date; write it like 2026-11-25") from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
