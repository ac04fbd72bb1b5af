"""The game day on the simulated clock: every scenario ends as it must, better than nobody and than a reflex."""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from tests.world import SHIPPED

from responder.adapters.runbook_files import write_compiled
from responder.cli import main
from responder.rehearsal.gameday import play
from responder.rehearsal.scenarios import SCENARIOS, Scenario
from responder.rehearsal.verdict import Result

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def results() -> dict[str, Result]:
    return {scenario.name: play(scenario, SHIPPED) for scenario in SCENARIOS}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_a_scenario_ends_as_it_must(scenario: Scenario, results: dict[str, Result]) -> None:
    result = results[scenario.name]

    assert (result.did, result.harm, result.audit_complete) == (scenario.expected, 0, True)
    assert result.passed


def test_nowhere_are_there_more_bad_minutes_than_with_nobody_or_with_a_reflex(results: dict[str, Result]) -> None:
    worse = [r.scenario for r in results.values() if r.bad > min(r.bad_with_nothing, r.bad_with_reflex)]

    assert worse == []


def test_all_in_all_the_service_is_well_much_longer_than_with_either(results: dict[str, Result]) -> None:
    total = Counter[str]()
    for r in results.values():
        total.update(ours=r.bad, nobody=r.bad_with_nothing, reflex=r.bad_with_reflex)

    assert total["ours"] < 0.5 * total["nobody"]
    assert total["ours"] < total["reflex"]


def test_it_can_be_read_by_a_machine(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gameday", "slow_release", "--json"]) == 0

    (row,) = json.loads(capsys.readouterr().out)
    assert (row["scenario"], row["passed"], row["did"]["actions"]) == ("slow_release", True, ["rollback"])


def test_the_table_has_a_line_for_each_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gameday", "slow_release", "crowd"]) == 0

    shown = capsys.readouterr().out
    assert "throttle -> lift -> lift; recovered, ticket" in shown


def test_a_scenario_nobody_wrote_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gameday", "fire"]) == 1
    assert "no scenario fire. There are slow_release, " in capsys.readouterr().err


def test_a_misspelt_scenario_is_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gameday", "slow-relase"]) == 1
    assert "no scenario slow-relase, did you mean slow_release? There are " in capsys.readouterr().err


def test_live_needs_a_checkout_and_says_so(tmp_path: Path) -> None:
    """Where only the artifact is, there is no practice cloud."""
    shutil.copytree(ROOT / "functions", tmp_path / "functions", ignore=shutil.ignore_patterns("__pycache__"))
    write_compiled(SHIPPED, tmp_path / "functions" / "runbooks.json")
    argv = [sys.executable, "-m", "responder.cli", "gameday", "slow_release", "--live"]
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path / "functions")}

    ran = subprocess.run(argv, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)  # noqa: S603  # our own

    assert (ran.returncode, ran.stdout) == (1, "")
    assert "--live plays in the practice cloud of a checkout" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_storm_wakes_one_person_once_and_touches_nothing(results: dict[str, Result]) -> None:
    assert results["storm"].pages == 1
    assert results["storm"].did.actions == ()


def test_nobody_is_paged_twice_for_one_incident(results: dict[str, Result]) -> None:
    """Flapping is an incident for every time it comes back."""
    assert {name for name, r in results.items() if r.pages > 1} == {"flapping"}
