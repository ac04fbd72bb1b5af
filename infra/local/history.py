"""What Prometheus is to remember from before it was started: a service that has been too expensive for hours.

Written as Prometheus' own tool writes recorded data (`promtool tsdb create-blocks-from openmetrics`), in the same
series as the service goes on with.
"""

import subprocess
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

from infra.local.behaviour import SECONDS_IN_A_WEEK, WEEKLY_BUDGET_USD
from infra.local.errors import LocalCloudError
from infra.local.scaling import SPEEDUP

REMEMBERED = timedelta(hours=8) / SPEEDUP
"""Longer than the longest window in which money is looked at."""
STEP_SECONDS = 5


def remember(promtool: Path, folder: Path, burns: Mapping[str, float], labels: Mapping[str, str]) -> None:
    """Let each of these services have spent so many times its budget's pace, up to now."""
    if not burns:
        return
    now = int(time.time())
    lines = [line for service, burn in burns.items() for line in _spent(service, burn, labels, now)]
    text = "# TYPE infer_cost_usd counter\n" + "\n".join(lines) + "\n# EOF\n"
    written = folder / "history.txt"
    written.write_text(text, encoding="utf-8")
    ran = subprocess.run(  # noqa: S603  # our own file, and a program we found ourselves
        [str(promtool), "tsdb", "create-blocks-from", "openmetrics", str(written), str(folder / "prometheus")],
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise LocalCloudError(f"promtool cannot write what was spent before: {ran.stderr.strip()}")


def _spent(service: str, burn: float, labels: Mapping[str, str], now: int) -> Iterator[str]:
    named = {**labels, "adapter": "none", "model": service, "route": "/v1/chat", "version": "v1"}
    written = ",".join(f'{name}="{value}"' for name, value in sorted(named.items()))
    seconds = int(REMEMBERED.total_seconds())
    for ago in range(seconds, 0, -STEP_SECONDS):
        spent = burn * WEEKLY_BUDGET_USD / SECONDS_IN_A_WEEK * (seconds - ago)
        yield f"infer_cost_usd_total{{{written}}} {spent} {now - ago}"
