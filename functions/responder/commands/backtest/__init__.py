"""`responder backtest`: recorded notifications through the production decisions, on a simulated clock."""

import argparse
import io
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from responder.adapters.runbook_files import read_library
from responder.commands import connect
from responder.commands.backtest.recordings import Delivery, read_recordings
from responder.commands.backtest.replay import Assumed, Replay
from responder.commands.backtest.report import Story, as_text, difference, stories, summary
from responder.domain.duration import parse_duration, write_duration
from responder.domain.mode import Mode
from responder.domain.plain import canonical, to_plain
from responder.domain.runbook import Library
from responder.errors import CannotRead

_ABOUT = """Feeds recordings through the code that decides in production, and says what would have been done.

A recording is a webhook body (or a sample of events/), the JSON lines of Alertmanager's event recorder, or the
answer of a Prometheus range query of ALERTS{alertstate="firing"}. Same input, same bytes."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "backtest",
        help="what would have been done about recorded notifications",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", nargs="+", type=Path)
    parser.add_argument("--against", metavar="REV", help="compare with the runbooks of this git revision")
    parser.add_argument("--mode", choices=[m.value for m in Mode], default="auto", help="assumed mode (default auto)")
    parser.add_argument(
        "--release-age", default="1h", help="assumed age of what runs when an alert begins (default 1h)"
    )
    parser.add_argument("--does-not-help", action="store_true", help="assume that no change helps")
    parser.add_argument("--json", action="store_true", help="the same as JSON")
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    deliveries = read_recordings(asked.file)
    assumed = Assumed(asked.mode, _age(asked.release_age), helps=not asked.does_not_help)
    told = replayed(deliveries, connect.library(), assumed)
    if asked.against:
        old = replayed(deliveries, library_at(asked.against), assumed)
        lines = list(difference(old, told))
        print("\n".join(lines) or f"no decision differs from {asked.against}")
        return 0
    sums = summary(deliveries, told)
    if asked.json:
        print(canonical({"summary": sums, "incidents": [to_plain(one) for one in told]}))
        return 0
    print("\n".join(as_text(sums, told)))
    print(
        f"\nassumed: mode {assumed.mode}, releases {write_duration(assumed.release_age)} old with a known good one"
        f" before, changes {'help' if assumed.helps else 'do not help'}; metrics and logs of the time are not known,"
        " and of all but releases not how they stood"
    )
    return 0


def replayed(deliveries: Sequence[Delivery], library: Library, assumed: Assumed) -> list[Story]:
    replay = Replay(library, assumed, now=deliveries[0].at)
    replay.run(deliveries)
    return stories(replay)


def library_at(revision: str) -> Library:
    """Read the shipped runbooks as they were at a git revision, with RUNBOOKS_DIR laid over them as it is now."""
    git = shutil.which("git")
    if git is None:
        raise CannotRead("there is no git on PATH to read that revision with")
    command = [git, "-C", str(connect.HERE), "archive", revision, "runbooks"]
    got = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  # git refuses what is no revision
    if got.returncode:
        raise CannotRead(f"git knows no runbooks at {revision!r}: {got.stderr.decode(errors='replace').strip()}")
    own = os.environ.get("RUNBOOKS_DIR")
    with tempfile.TemporaryDirectory() as folder, tarfile.open(fileobj=io.BytesIO(got.stdout)) as archive:
        archive.extractall(folder, filter="data")
        return read_library(Path(folder, "runbooks"), *([Path(own)] if own else []))


def _age(written: str) -> timedelta:
    try:
        return parse_duration(written)
    except ValueError as error:
        raise CannotRead(f"--release-age: {error}") from error
