"""`responder mode`: how much the responder may do; shows it, or sets it."""

import argparse

from responder.adapters import aws
from responder.adapters.modes import ModeParameters
from responder.commands import connect
from responder.domain.failure_mode import FailureMode
from responder.domain.mode import Mode
from responder.errors import CannotRead


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("mode", help="how much the responder may do: off, observe, suggest or auto")
    parser.add_argument("set", nargs="?", choices=[m.value for m in Mode], help="set this mode; without it, show all")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--runbook", choices=[m.value for m in FailureMode], help="for one runbook only")
    where.add_argument("--target", help="for one target of services.yaml only")
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    here = connect.connected(asked.stack)
    modes = ModeParameters(here.settings.mode_prefix, aws.client("ssm"))
    if asked.set:
        name = _name(asked, here)
        modes.set(name, asked.set)
        print(f"mode {name} is {asked.set} from now on; the sweeper writes the change into the audit")
        return 0
    for name in sorted(modes.versions()):
        print(f"{name:32} {modes.read([name]).get(name, '(unreadable)')}")
    print("the strictest of global, runbook, target and the runbook's own autonomy wins")
    return 0


def _name(asked: argparse.Namespace, here: connect.Connected) -> str:
    if asked.runbook:
        return f"runbook/{asked.runbook}"
    if not asked.target:
        return "global"
    if here.world.library.target(asked.target) is None:
        raise CannotRead(f"services.yaml has no target {asked.target!r}")
    return f"target/{asked.target}"
