"""All of it, up and down: the clouds, the real stack, the practice fleet, the monitoring, and who would be told."""

import contextlib
import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from infra.local import install
from infra.local.clouds import Clouds, plain_env, start_clouds
from infra.local.errors import LocalCloudError
from infra.local.history import remember
from infra.local.inbox import Inbox, subscribe
from infra.local.leftovers import find_leftovers
from infra.local.monitoring import JOB, Addresses, Door, Scraped, choose_addresses, knock, start_monitoring
from infra.local.paths import ROOT, RUNS
from infra.local.practice import with_practice, write_practice_runbooks
from infra.local.processes import Processes, Program, free_ports
from infra.local.progress import Say
from infra.local.replicas import instances
from infra.local.stack.stand import NAME, Settings, Standing, stand_up
from infra.local.stage import set_stage
from infra.local.sweeper import Sweeper
from infra.local.troupe import read_targets
from infra.local.web import answers
from responder.rehearsal.scenarios import Scenario


@dataclass(frozen=True)
class Plan:
    """What to bring up."""

    artifact: bytes
    monitored: bool = True
    update_seconds: float = 3.0
    """How long SageMaker takes to roll an endpoint; on AWS it is minutes to tens of minutes."""
    scenarios: Sequence[Scenario] = ()
    """Which game-day scenarios are to be played; each brings services of its own."""
    spent_before: Mapping[str, float] = field(default_factory=dict)
    """Which services have spent how many times their budget's pace for hours."""


@dataclass(frozen=True)
class House:
    """Everything that is up, and how to reach it."""

    clouds: Clouds
    stack: Standing
    fleet: str
    pagerduty: str
    metrics: Addresses | None
    inbox: Inbox
    sweeper: Sweeper
    processes: Processes
    programs: install.Monitoring | None = None

    @property
    def env(self) -> dict[str, str]:
        """Give what a command line needs: the way to the clouds, the stack, and the runbooks it was built with."""
        return self.clouds.env | self.runbooks | {"RESPONDER_STACK": NAME}

    @property
    def runbooks(self) -> dict[str, str]:
        """Lay the practice runbooks over the shipped ones, as the artifact has them."""
        return {"RUNBOOKS_DIR": str(self.processes.folder / "runbooks")}


@contextlib.contextmanager
def up(plan: Plan, say: Say) -> Iterator[House]:
    """Bring everything up, and take it down again however the block ends; what failed keeps its logs."""
    folder = new_run()
    try:
        with contextlib.ExitStack() as opened:
            yield _bring_up(plan, say, folder, opened)
    except Exception:
        say(f"the logs are in {folder / 'logs'}")
        raise
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)


def new_run() -> Path:
    """Make a folder for this run, unless an earlier one left processes behind."""
    if left := find_leftovers():
        names = ", ".join(f"{one.name} ({one.pid})" for one in left)
        raise LocalCloudError(
            f"an earlier run was killed and left {names} running: end them with `python -m infra.local down`"
        )
    folder = RUNS / f"{time.strftime('%H%M%S')}-{os.getpid()}"
    folder.mkdir(parents=True)
    return folder


def _bring_up(plan: Plan, say: Say, folder: Path, opened: contextlib.ExitStack) -> House:
    say("looking for the programs")
    python, programs = install.cloud_python(), _monitoring(plan, say)
    processes = opened.enter_context(Processes(folder))
    fleet_port, pager_port = free_ports(2)
    addresses = choose_addresses() if programs else None
    say("starting the cloud, and SageMaker beside it")
    clouds = start_clouds(processes, python, plan.update_seconds)
    runbooks = folder / "runbooks"
    write_practice_runbooks(runbooks, set_stage(clouds, plan.scenarios))
    artifact = with_practice(plan.artifact, runbooks)
    say("deploying infra/template.yaml")
    stack = stand_up(clouds, artifact, _settings(addresses, pager_port), runbooks / "services.yaml")
    say(f"compared {stack.compared} resources with the template: no drift")
    targets = read_targets(runbooks / "services.yaml")
    say(f"starting the practice fleet, everything on release v1: {', '.join(target.name for target in targets)}")
    _start_own(processes, "fleet", fleet_port, clouds.env, "/services")
    _start_own(processes, "pagerduty", pager_port, {}, "/incidents")
    inbox = subscribe(clouds, stack.outputs["PagesTopicArn"])
    if programs and addresses:
        say("starting Prometheus and Alertmanager")
        fleet = [Scraped(target.name, fleet_port, instances(target.touch)) for target in targets]
        looked_at = {"job": JOB, "instance": f"127.0.0.1:{fleet_port}"}
        (folder / "monitoring").mkdir()
        remember(programs.promtool, folder / "monitoring", plan.spent_before, looked_at)
        door = _door(stack, clouds, folder)
        knock(door)
        start_monitoring(processes, programs, addresses, fleet, door)
    sweeper = opened.enter_context(Sweeper(clouds.client("lambda"), stack.outputs["SweepFunction"]))
    return House(
        clouds,
        stack,
        f"http://127.0.0.1:{fleet_port}",
        f"http://127.0.0.1:{pager_port}",
        addresses,
        inbox,
        sweeper,
        processes,
        programs,
    )


def _monitoring(plan: Plan, say: Say) -> install.Monitoring | None:
    if not plan.monitored:
        return None
    try:
        return install.monitoring()
    except LocalCloudError as error:
        say(f"no Prometheus and Alertmanager: {error}")
        return None


def _settings(addresses: Addresses | None, pager_port: int) -> Settings:
    settings = Settings(pagerduty_url=f"http://127.0.0.1:{pager_port}/v2/enqueue")
    if addresses is None:
        return settings
    return replace(settings, prometheus_url=addresses.prometheus, alertmanager_url=addresses.alertmanager)


def _door(stack: Standing, clouds: Clouds, folder: Path) -> Door:
    token = folder / "token"
    token.write_text(stack.token, encoding="utf-8")
    token.chmod(0o600)
    return Door(stack.webhook, token, clouds.ca_file)


def _start_own(processes: Processes, name: str, port: int, env: dict[str, str], path: str) -> None:
    argv: list[str | Path] = [sys.executable, "-m", f"infra.local.{name}", str(port), processes.folder]
    ours = plain_env(processes.folder) | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "functions")])} | env
    processes.start(Program(name, argv, ours, answers(f"http://127.0.0.1:{port}{path}")))
