"""`responder gate`: may this canary advance? The exit code lets a pipeline branch: 0 advance, 3 hold, 4 roll back."""

import argparse
import json
from datetime import timedelta
from pathlib import Path

from responder.commands import connect
from responder.commands.rules import read_levels
from responder.domain.duration import parse_duration
from responder.domain.plain import to_plain
from responder.domain.serving.release_gate import SAMPLES, Gate, Verdict
from responder.workflow.gate_release import Asking, Gatehouse, gate_release

EXIT = {Verdict.ADVANCE: 0, Verdict.HOLD: 3, Verdict.ROLL_BACK: 4}


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("gate", help="may a canary advance? exit 0 advance, 3 hold, 4 roll back")
    parser.add_argument("target", help="a target of services.yaml")
    parser.add_argument("--version", required=True, help="the canary's version, as its exporter tells it")
    parser.add_argument(
        "--window", type=parse_duration, default=timedelta(minutes=10), help="how much of its life counts (default 10m)"
    )
    parser.add_argument("--samples", type=float, default=SAMPLES, help=f"requests it takes (default {SAMPLES})")
    parser.add_argument("--levels", type=Path, help="the service levels (default: your own, else the shipped ones)")
    parser.add_argument("--json", action="store_true", help="every number and reason as JSON")
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    here = connect.connected(asked.stack)
    asking = Asking(asked.target, asked.version, asked.window, asked.samples)
    world = here.world
    levels = read_levels(asked.levels)
    gatehouse = Gatehouse(world.library, levels, world.journal, world.releases, world.metrics, world.actor)
    gate = gate_release(asking, gatehouse, connect.now())
    print(json.dumps(to_plain(gate), indent=2) if asked.json else "\n".join(_lines(gate)))
    return EXIT[gate.verdict]


def _lines(gate: Gate) -> list[str]:
    return [
        f"{gate.verdict}: {gate.reason}",
        *(f"  {check.verdict:10} {check.name:10} {check.says}" for check in gate.checks),
    ]
