"""`responder gameday`: rehearse on the simulated clock, with the production code and your pages; touches nothing."""

import argparse
from collections.abc import Iterator, Sequence

from responder.commands import connect
from responder.domain.plain import canonical, to_plain
from responder.errors import NotThere
from responder.rehearsal.gameday import Result, play
from responder.rehearsal.scenarios import SCENARIOS, Scenario

_HEAD = ("scenario", "diagnosed as", "did", "acted", "well", "bad", "nobody", "reflex", "harm", "audit", "")


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("gameday", help="rehearse how services break, beside doing nothing and a reflex")
    parser.add_argument("scenario", nargs="*", help="which ones; all when none is named")
    parser.add_argument("--json", action="store_true", help="the same as JSON")
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    """Play, print the table, and return 1 unless every scenario ended as it must."""
    library = connect.library()
    results = [play(scenario, library) for scenario in _chosen(asked.scenario)]
    if asked.json:
        print(canonical([{**to_plain(result), "passed": result.passed} for result in results]))
    else:
        print("\n".join(_table(results)))
    return 0 if all(result.passed for result in results) else 1


def _chosen(names: Sequence[str]) -> list[Scenario]:
    unknown = set(names) - {scenario.name for scenario in SCENARIOS}
    if unknown:
        known = ", ".join(scenario.name for scenario in SCENARIOS)
        raise NotThere(f"no scenario {', '.join(sorted(unknown))}; there are {known}")
    return [scenario for scenario in SCENARIOS if not names or scenario.name in names]


def _table(results: Sequence[Result]) -> Iterator[str]:
    rows = [_HEAD, *(_row(result) for result in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    yield ""
    yield "acted, well: minutes from the onset; bad, nobody, reflex: bad minutes with us, with nobody, with a reflex;"
    yield "harm: minutes that were bad with us and would have been good with nobody."


def _row(result: Result) -> tuple[str, ...]:
    did = result.did
    times = ["-" if minutes is None else f"{minutes} min" for minutes in (result.acted_after, result.recovered_after)]
    counts = [str(n) for n in (result.bad, result.bad_with_nothing, result.bad_with_reflex, result.harm)]
    done = f"{' -> '.join(did.actions) or 'nothing'}; {did.ends}, {did.told}"
    verdict = "as it must" if result.passed else f"WRONG, expected {result.expected}"
    return (result.scenario, result.diagnosed, done, *times, *counts, "yes" if result.audit_complete else "NO", verdict)
