"""`responder gameday`: rehearse how services break, with the production code and your pages.

On the simulated clock nothing is touched. `--live` needs a checkout: there the same scenarios are played in the
practice cloud of infra/local, with the real template, Prometheus and Alertmanager; that is never deployed.
"""

import argparse
import difflib
import importlib
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

from responder.commands import connect
from responder.domain.plain import canonical, to_plain
from responder.domain.runbook import Library
from responder.errors import NotThere
from responder.rehearsal.gameday import play
from responder.rehearsal.scenarios import SCENARIOS, Scenario
from responder.rehearsal.verdict import Result

_HEAD = ("scenario", "diagnosed as", "did", "acted", "well", "bad", "nobody", "reflex", "harm", "audit", "")


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("gameday", help="rehearse how services break, beside doing nothing and a reflex")
    parser.add_argument("scenario", nargs="*", help="which ones; all when none is named")
    parser.add_argument("--json", action="store_true", help="the same as JSON")
    parser.add_argument("--live", action="store_true", help="in the practice cloud of a checkout; takes minutes")
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    """Play, print the table, and return 1 unless every scenario ended as it must."""
    library = connect.library()
    chosen = _chosen(asked.scenario)
    results = _play_live(chosen, library) if asked.live else [play(scenario, library) for scenario in chosen]
    if asked.json:
        print(canonical([{**to_plain(result), "passed": result.passed} for result in results]))
    else:
        print("\n".join(_table(results)))
        print("\n".join(_left_out(chosen, results)))
    return 0 if all(result.passed for result in results) else 1


def _play_live(chosen: Sequence[Scenario], library: Library) -> list[Result]:
    """Find the practice cloud beside this checkout, and play there."""
    sys.path.insert(0, str(connect.HERE))
    began = time.monotonic()
    try:
        stage: Any = importlib.import_module("infra.local.live.gameday")
    except ImportError as error:
        raise NotThere(f"--live plays in the practice cloud of a checkout, after `make setup`: {error}") from error
    try:
        results: list[Result] = stage.play_live(
            chosen, library, lambda line: print(f"[{time.monotonic() - began:6.1f} s] {line}", file=sys.stderr)
        )
    except stage.LocalCloudError as error:
        raise NotThere(str(error)) from error
    return results


def _left_out(chosen: Sequence[Scenario], results: Sequence[Result]) -> Iterator[str]:
    played = {result.scenario for result in results}
    if missing := [scenario.name for scenario in chosen if scenario.name not in played]:
        yield f"not arranged for the practice cloud, so not played: {', '.join(missing)}"


def _chosen(names: Sequence[str]) -> list[Scenario]:
    known = [scenario.name for scenario in SCENARIOS]
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name.replace("-", "_"), known, n=1)
            meant = f", did you mean {near[0]}?" if near else "."
            raise NotThere(f"no scenario {name}{meant} There are {', '.join(known)}")
    return [scenario for scenario in SCENARIOS if not names or scenario.name in names]


def _table(results: Sequence[Result]) -> Iterator[str]:
    rows = [_HEAD, *(_row(result) for result in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    yield ""
    yield "acted, well: time from the onset; bad, nobody, reflex: bad minutes with us, with nobody, with a reflex;"
    yield "harm: minutes that were bad with us and would have been good with nobody."
    if any(result.unit == "s" for result in results):
        yield "live: two seconds are a minute; nobody and reflex are what the simulated clock says of the scenario."


def _row(result: Result) -> tuple[str, ...]:
    did = result.did
    times = [
        "-" if after is None else f"{after} {result.unit}" for after in (result.acted_after, result.recovered_after)
    ]
    counts = [str(n) for n in (result.bad, result.bad_with_nothing, result.bad_with_reflex, result.harm)]
    done = f"{' -> '.join(did.actions) or 'nothing'}; {did.ends}, {did.told}"
    verdict = "as it must" if result.passed else f"WRONG, expected {result.expected}"
    return (result.scenario, result.diagnosed, done, *times, *counts, "yes" if result.audit_complete else "NO", verdict)
