"""Lint every IAM policy of the template, as it stands after SAM's transform, with parliament.

`Fn::If` takes the branch that grants something, so what is optional is linted too. Offline, in `.venv-sam`:

    .venv-sam/bin/python -m infra.lint_policies [TEMPLATE]
"""

import json
import logging
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
from samtranslator.parser.parser import Parser  # type: ignore[import-not-found]  # lives in .venv-sam
from samtranslator.translator.translator import Translator  # type: ignore[import-not-found]  # as above

from infra.local.stack.template import read_template, with_artifact
from infra.policies.documents import policies
from infra.policies.exceptions import EXCEPTIONS
from infra.policies.values import Values

warnings.filterwarnings("ignore", message="pkg_resources is deprecated")
import parliament  # type: ignore[import-not-found]  # noqa: E402  # as above; it warns when it is imported

TEMPLATE = Path(__file__).with_name("template.yaml")
SERVING = Path(__file__).with_name("serving.yaml")

Finding = tuple[str, str, str]
"""Policy, issue, detail."""


def transform(path: Path) -> dict[str, Any]:
    """Expand the SAM template to plain CloudFormation, without an account."""
    logging.disable(logging.WARNING)  # SAM announces features it has not switched on
    template = with_artifact(read_template(path), "s3://artifacts/functions.zip")
    defaults = {name: str(given.get("Default", "given")) for name, given in template["Parameters"].items()}
    session = boto3.Session(region_name="us-east-1")
    plain: dict[str, Any] = Translator({}, Parser(), boto_session=session).translate(template, defaults)
    return plain


def findings(template: dict[str, Any]) -> Iterator[Finding]:
    """Yield everything parliament says, excused or not."""
    values = Values(template)
    for name, document in policies(template["Resources"]):
        for found in parliament.analyze_policy_string(json.dumps(values.of(document))).findings:
            yield name, found.issue, json.dumps(found.detail, default=str)


def complaints(found: list[Finding]) -> Iterator[str]:
    """Say once per policy and issue what is wrong, and which excuse has outlived its reason."""
    times = Counter((name, issue) for name, issue, _ in found)
    first = {(name, issue): detail for name, issue, detail in reversed(found)}
    for name, issue in sorted(times.keys() - EXCEPTIONS.keys()):
        yield f"{name}: {issue}, {times[name, issue]} times, first: {first[name, issue]}"
    for name, issue in sorted(EXCEPTIONS.keys() - times.keys()):
        yield f"{name}: {issue} is excused but no longer found; remove the excuse"


def main() -> int:
    """Print what is wrong; 1 when something is."""
    templates = [Path(sys.argv[1])] if sys.argv[1:] else [TEMPLATE, SERVING]
    wrong = list(complaints([found for template in templates for found in findings(transform(template))]))
    summary = f"policies: clean ({len(EXCEPTIONS)} findings excused, each with a reason)"
    sys.stdout.write("\n".join(wrong or [summary]) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
