"""Run promtool on our own files; it is fetched when it is not there."""

import functools
import subprocess
from pathlib import Path

from infra.local import install

ROOT = Path(__file__).parent.parent.parent
RULES = ROOT / "infra" / "prometheus" / "rules"
TESTS = ROOT / "infra" / "prometheus" / "tests"


@functools.cache
def promtool() -> Path:
    return install.monitoring().promtool


def run(*arguments: str | Path) -> str | None:
    """Return what it complains about, None when it is content."""
    ran = subprocess.run([promtool(), *arguments], capture_output=True, text=True, check=False)  # noqa: S603  # our own files
    return ran.stdout + ran.stderr if ran.returncode else None
