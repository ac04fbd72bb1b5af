"""`responder lint`: read the runbooks, services and alert rules as strictly as the machine will."""

import argparse
import os
from pathlib import Path

from responder.adapters.runbook_files import read_library
from responder.commands import connect
from responder.domain.lint import lint
from responder.domain.rules import AlertRule, parse_rules
from responder.errors import CannotRead

RULES = connect.HERE / "infra" / "prometheus" / "rules"


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("lint", help="check runbooks, services and alert rules; exit 1 with findings")
    parser.add_argument(
        "directory",
        nargs="*",
        type=Path,
        help="your own pages and services.yaml, laid over the shipped ones (default RUNBOOKS_DIR)",
    )
    parser.add_argument(
        "--rules", action="append", type=Path, help="a Prometheus rule file (repeatable; default: the shipped ones)"
    )
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    own = asked.directory or [Path(d) for d in [os.environ.get("RUNBOOKS_DIR")] if d]
    try:
        library = read_library(connect.HERE / "runbooks", *own)
        rules = _rules(asked.rules or sorted(RULES.glob("*.yml")))
    except CannotRead as error:
        print(error)
        return 1
    findings = lint(library, rules, connect.now())
    for finding in findings:
        print(finding)
    if not findings:
        print(
            f"{len(library.book.runbooks)} runbooks, {len(library.targets)} targets,"
            f" {len(rules)} alert rules: nothing to say"
        )
    return 1 if findings else 0


def _rules(files: list[Path]) -> list[AlertRule]:
    return [rule for file in files for rule in parse_rules(_text(file), str(file))]


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise CannotRead(f"{file}: {error.strerror}") from error
