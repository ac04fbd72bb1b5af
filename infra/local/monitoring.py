"""Prometheus and Alertmanager as a team would run them, with our own rules and receiver, thirty times faster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from infra.local.clouds import plain_env
from infra.local.errors import LocalCloudError
from infra.local.install import Monitoring
from infra.local.paths import PRACTICE_RULES, RECEIVER, RULES
from infra.local.processes import Processes, Program, free_ports
from infra.local.scaling import scale_route, scale_rules
from infra.local.web import answers, ask

JOB = "fleet"
ENVIRONMENT = "practice"
"""An external label: alerts carry it to Alertmanager and beyond, Prometheus' own series do not."""
WAKES_WITHIN = 60.0


@dataclass(frozen=True)
class Door:
    """Where notifications go, and what opens it."""

    url: str
    token_file: Path
    ca_file: Path


@dataclass(frozen=True)
class Addresses:
    """Where both are; known before they run, because the stack is told first."""

    prometheus_port: int
    alertmanager_port: int

    @property
    def prometheus(self) -> str:
        """Give Prometheus' base URL."""
        return f"http://127.0.0.1:{self.prometheus_port}"

    @property
    def alertmanager(self) -> str:
        """Give Alertmanager's base URL."""
        return f"http://127.0.0.1:{self.alertmanager_port}"


def choose_addresses() -> Addresses:
    """Find two free ports."""
    return Addresses(*free_ports(2))


@dataclass(frozen=True)
class Scraped:
    """A service to look at: where it says how it is, and for which instances if there are several."""

    service: str
    port: int
    instances: tuple[str, ...] = ()

    @property
    def targets(self) -> list[dict[str, Any]]:
        """Write what Prometheus is to look at; an instance goes by its own name, whoever answers for it."""
        at, path = [f"127.0.0.1:{self.port}"], f"/services/{self.service}/metrics"
        if not self.instances:
            return [{"targets": at, "labels": {"__metrics_path__": path}}]
        named = {one: {"__metrics_path__": f"{path}/{one}", "instance": one} for one in self.instances}
        return [{"targets": at, "labels": labels} for labels in named.values()]


def start_monitoring(
    processes: Processes, programs: Monitoring, at: Addresses, services: Sequence[Scraped], door: Door
) -> None:
    """Write both configurations into the run's folder and start both programs."""
    folder = processes.folder / "monitoring"
    (folder / "rules").mkdir(parents=True)
    for rules in (*RULES.glob("*.yml"), *PRACTICE_RULES.glob("*.yml")):
        (folder / "rules" / rules.name).write_text(scale_rules(rules.read_text(encoding="utf-8")), encoding="utf-8")
    _write(folder / "prometheus.yml", prometheus_config(at.alertmanager_port, services))
    _write(folder / "alertmanager.yml", alertmanager_config(yaml.safe_load(RECEIVER.read_text(encoding="utf-8")), door))
    processes.start(alertmanager(programs.alertmanager, folder, at))
    processes.start(_prometheus(programs.prometheus, folder, at))


def knock(door: Door) -> None:
    """Wake the front door with a notification about nothing.

    On a busy machine it starts more slowly than Alertmanager waits, who then wakes another one, and another.
    """
    token = door.token_file.read_text(encoding="utf-8")
    nothing = {"version": "4", "status": "firing", "receiver": "responder", "alerts": []}
    answer = ask("POST", door.url, nothing, {"Authorization": f"Bearer {token}"}, door.ca_file, within=WAKES_WITHIN)
    if answer.status != 200:  # noqa: PLR2004  # taken
        raise LocalCloudError(f"the front door refused a notification: {answer.status} {answer.body.decode()}")


def prometheus_config(alertmanager_port: int, services: Sequence[Scraped]) -> dict[str, Any]:
    """Look at every service each second, apply our rules, and tell Alertmanager."""
    looked_at = [target for service in services for target in service.targets]
    return {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s", "external_labels": {"env": ENVIRONMENT}},
        "rule_files": ["rules/*.yml"],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{alertmanager_port}"]}]}]},
        "scrape_configs": [{"job_name": JOB, "static_configs": looked_at}],
    }


def alertmanager_config(shipped: Mapping[str, Any], door: Door) -> dict[str, Any]:
    """Point the shipped receiver here; Debian's Alertmanager is 0.25 and knows no `timeout` of a webhook."""
    (receiver,) = shipped["receivers"]
    (webhook,) = receiver["webhook_configs"]
    here = {name: one for name, one in webhook.items() if name != "timeout"} | {
        "url": door.url,
        "http_config": {
            "authorization": {"credentials_file": str(door.token_file)},
            "tls_config": {"ca_file": str(door.ca_file)},
        },
    }
    return {"route": scale_route(shipped["route"]), "receivers": [{**receiver, "webhook_configs": [here]}]}


def _prometheus(program: Path, folder: Path, at: Addresses) -> Program:
    argv: list[str | Path] = [
        program,
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={folder}/prometheus",
        f"--web.listen-address=127.0.0.1:{at.prometheus_port}",
        "--rules.alert.resend-delay=2s",
        "--log.level=warn",
    ]
    return Program("prometheus", argv, plain_env(folder.parent), answers(f"{at.prometheus}/-/ready"))


def alertmanager(program: Path, folder: Path, at: Addresses) -> Program:
    """Describe Alertmanager, to be started now, and again by whoever stops it."""
    argv: list[str | Path] = [
        program,
        f"--config.file={folder}/alertmanager.yml",
        f"--storage.path={folder}/alertmanager",
        f"--web.listen-address=127.0.0.1:{at.alertmanager_port}",
        "--cluster.listen-address=",
        "--log.level=info",
    ]
    ready = answers(f"{at.alertmanager}/-/ready")
    return Program(
        "alertmanager", argv, plain_env(folder.parent), ready, cwd=program.parent
    )  # an unpacked one looks beside itself


def _write(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(yaml.safe_dump(dict(content), sort_keys=False), encoding="utf-8")
