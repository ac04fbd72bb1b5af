"""A trail is checked in one go, and in the same memory however long it is; a million records by hand."""

import json
import subprocess
import sys

from tests.world import ROOT


def measured(records: int) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.verify_trail", str(records)]
    environment = {"PYTHONPATH": f"{ROOT / 'functions'}:{ROOT}"}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment, cwd=ROOT)  # noqa: S603  # our own arguments
    told: dict[str, float] = json.loads(done.stdout)
    return told


def test_ten_thousand_records_take_seconds_and_ten_times_as_many_no_more_memory() -> None:
    ten, hundred = measured(10_000), measured(100_000)

    assert (ten["records"], ten["findings"]) == (10_000, 0)
    assert (hundred["records"], hundred["findings"]) == (100_000, 0)
    assert ten["seconds"] < 30
    assert hundred["peak_mb"] < ten["peak_mb"] + 40
