"""`responder rules`: make the Prometheus rules from the service levels, or check that they are still the same."""

import argparse
import os
from collections.abc import Mapping
from pathlib import Path

from responder.commands import connect
from responder.domain.serving.rule_files import build_rules
from responder.domain.serving.service_level import ServiceLevel, parse_service_levels
from responder.errors import CannotRead

FILE = "service_levels.yaml"
OUTPUT = connect.HERE / "infra" / "prometheus" / "rules"


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("rules", help="Prometheus rules, made from service_levels.yaml")
    verbs = parser.add_subparsers(dest="verb", required=True)
    build = verbs.add_parser("build", help="write the recording and alerting rules")
    check = verbs.add_parser("check", help="exit 1 when the written rules are not what would be built")
    for verb in (build, check):
        verb.add_argument(
            "--levels", type=Path, help=f"the service levels (default: {FILE} of RUNBOOKS_DIR, else the shipped ones)"
        )
        verb.add_argument("--output", type=Path, default=OUTPUT, help="the directory of the rule files")
    build.add_argument("--check", action="store_true", help="the same as `rules check`")
    build.set_defaults(run=run)
    check.set_defaults(run=run, check=True)


def run(asked: argparse.Namespace) -> int:
    built = build_rules(read_levels(asked.levels))
    if asked.check:
        return _compare(built, asked.output)
    asked.output.mkdir(parents=True, exist_ok=True)
    for name, text in built.items():
        (asked.output / name).write_text(text, encoding="utf-8")
    print(f"{len(built)} rule files in {asked.output}: {', '.join(sorted(built))}")
    return 0


def read_levels(path: Path | None = None) -> tuple[ServiceLevel, ...]:
    """Read the service levels that were named, else the adopter's own, else the shipped ones."""
    own = Path(os.environ["RUNBOOKS_DIR"], FILE) if os.environ.get("RUNBOOKS_DIR") else None
    file = path or (own if own and own.exists() else connect.HERE / "runbooks" / FILE)
    try:
        return parse_service_levels(file.read_text(encoding="utf-8"), str(file))
    except OSError as error:
        raise CannotRead(f"{file}: {error.strerror}; name the service levels with --levels") from error


def _compare(built: Mapping[str, str], directory: Path) -> int:
    differing = [name for name, text in sorted(built.items()) if _text(directory / name) != text]
    for name in differing:
        print(f"{directory / name}: not what the service levels say; write it with responder rules build")
    if not differing:
        print(f"{len(built)} rule files are what the service levels say")
    return 1 if differing else 0


def _text(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.exists() else None
