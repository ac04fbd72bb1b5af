"""Keep the generated blocks of `template.yaml` equal to `services.yaml`.

    python -m infra.remediation_blocks check SERVICES...                  1 and a diff when they differ
    python -m infra.remediation_blocks write SERVICES...                  rewrite the template
    python -m infra.remediation_blocks write SERVICES... --output FILE    write a copy: build/template.yaml
    python -m infra.remediation_blocks elsewhere SERVICES... --role ARN   print the stack for another account

Several SERVICES are laid over each other; later entries win.
"""

import argparse
import difflib
import json
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

import yaml

from infra.grants import Service
from infra.remediation_policy import Statement, assume_statements, role_elsewhere, snapshot_statements, statements

TEMPLATE = Path(__file__).with_name("template.yaml")


class _Plain(yaml.SafeDumper):
    """Write twice what is repeated: CloudFormation knows no YAML aliases."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  # the signature is PyYAML's
        return True


def read_services(paths: Sequence[Path]) -> list[Service]:
    """Read the entries in the order of their names."""
    entries: dict[str, Service] = {}
    for path in paths:
        entries |= yaml.safe_load(path.read_text(encoding="utf-8"))["services"] or {}
    return [entries[name] for name in sorted(entries)]


def render(template: str, services: Sequence[Service]) -> str:
    """Return the template with its blocks made from the entries."""
    filled = _fill(template, "targets", statements(services))
    filled = _fill(filled, "registries", snapshot_statements(services))
    return _fill(filled, "roles", assume_statements(services))


def _fill(template: str, block: str, content: list[Statement]) -> str:
    begin, end = f"# {block} from services.yaml: begin\n", f"# {block} from services.yaml: end\n"
    before, rest = template.split(begin)
    old, after = rest.split(end)
    indent = old.rsplit("\n", 1)[-1]
    dumped = yaml.dump(content, Dumper=_Plain, sort_keys=False, width=200) if content else ""
    return before + begin + textwrap.indent(dumped, indent) + indent + end + after


def _check(template: str, services: Sequence[Service]) -> int:
    wanted = render(template, services)
    old, new = template.splitlines(keepends=True), wanted.splitlines(keepends=True)
    sys.stdout.writelines(difflib.unified_diff(old, new, "template.yaml", "made from services.yaml"))
    return int(wanted != template)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the commands above."""
    asked = _parser().parse_args(arguments)
    services, template = read_services(asked.services), TEMPLATE.read_text(encoding="utf-8")
    match asked.command:
        case "check":
            return _check(template, services)
        case "elsewhere":
            json.dump(role_elsewhere(services, asked.role), sys.stdout, indent=2)
        case _:
            asked.output.write_text(render(template, services), encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("command", choices=["check", "write", "elsewhere"])
    parser.add_argument("services", nargs="+", type=Path)
    parser.add_argument("--output", type=Path, default=TEMPLATE)
    parser.add_argument("--role")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
