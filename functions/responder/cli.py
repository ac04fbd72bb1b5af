"""`responder`: the command line; begin with `responder explain events/alertmanager/latency_spike.json`."""

import argparse
import sys
from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError

from responder.commands import (
    approve,
    audit,
    backtest,
    classify,
    connect,
    dead_letters,
    doctor,
    explain,
    gameday,
    gate,
    incidents,
    lint,
    mode,
    registry,
    releases,
    rules,
)
from responder.errors import ResponderError

COMMANDS = (
    explain,
    classify,
    backtest,
    lint,
    gameday,
    incidents,
    approve,
    dead_letters,
    audit,
    releases,
    registry,
    rules,
    gate,
    mode,
    doctor,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command: 0 well, 1 with what is wrong on standard error, 2 for a wrong call."""
    asked = _parser().parse_args(arguments)
    try:
        return int(asked.run(asked))
    except (ResponderError, BotoCoreError, ClientError) as error:
        print(f"responder: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="responder",
        description="Answers the alerts of an LLM service: finds the failure mode, does the one safe thing,"
        " checks it, proves it.",
        epilog="begin with: responder explain events/alertmanager/latency_spike.json",
    )
    parser.add_argument(
        "--stack",
        help=f"the deployed stack (default ${connect.VARIABLE});"
        " explain, classify, backtest, lint, gameday and rules need none",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
