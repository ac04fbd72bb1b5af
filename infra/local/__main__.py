"""The local cloud from the command line, run from the repository's root.

python -m infra.local install    fetch what it runs on (once; needs a network)
python -m infra.local demo       a bad release, found, rolled back and proved, in two minutes
python -m infra.local up         the same house, standing until Ctrl-C, for you to play with
python -m infra.local down       end what a killed run left behind
"""

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from types import FrameType

from infra.local import install
from infra.local.demo import run_demo
from infra.local.errors import LocalCloudError
from infra.local.house import House, Plan, up
from infra.local.leftovers import end_leftovers
from infra.local.paths import ENV_FILE
from infra.local.practice import built_artifact
from infra.local.progress import Progress, write
from infra.local.welcome import env_lines, welcome


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; every failure is one sentence on standard error."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m infra.local", description=__doc__, formatter_class=raw)
    parser.add_argument("command", choices=["install", "up", "demo", "down"])
    asked = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _leave)
    try:
        return _run(asked.command)
    except LocalCloudError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        write("stopped")
        return 130


def _run(command: str) -> int:
    match command:
        case "install":
            install.cloud_python()
            install.monitoring()
        case "up":
            _stay_up()
        case "down":
            _tidy_up()
        case _:
            run_demo(Progress())
    return 0


def _tidy_up() -> None:
    ended = end_leftovers()
    write("\n".join(f"ended {one.name} ({one.pid})" for one in ended) or "nothing was left running")
    if ended:
        ENV_FILE.unlink(missing_ok=True)


def _stay_up() -> None:
    with up(Plan(built_artifact()), Progress()) as house:
        ENV_FILE.write_text(env_lines(house), encoding="utf-8")
        ENV_FILE.chmod(0o600)
        write(welcome(house))
        try:
            _wait(house)
        finally:
            ENV_FILE.unlink(missing_ok=True)
            write("stopping")


def _wait(house: House) -> None:
    """Stay, and pass on what people would be told."""
    told = 0
    while True:
        time.sleep(1)
        for notice in house.inbox.read()[told:]:
            write(f"{notice.kind}: {notice.subject}")
        told = len(house.inbox.notices)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    """Leave through the front: a plain SIGTERM would skip everything that stops what was started."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    raise SystemExit(main())
