"""Prometheus and Alertmanager as a team would run them, with our own rules and receiver, thirty times faster."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from infra.local.clouds import plain_env
from infra.local.install import Monitoring
from infra.local.paths import RECEIVER, RULES
from infra.local.processes import Processes, Program, free_ports
from infra.local.scaling import scale_route, scale_rules
from infra.local.web import answers

JOB = "fleet"
ENVIRONMENT = "practice"
"""An external label: alerts carry it to Alertmanager and beyond, Prometheus' own series do not."""


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


def start_monitoring(
    processes: Processes, programs: Monitoring, at: Addresses, services: Mapping[str, int], door: Door
) -> None:
    """Write both configurations into the run's folder and start both programs; `services` are names and ports."""
    folder = processes.folder / "monitoring"
    (folder / "rules").mkdir(parents=True)
    for rules in RULES.glob("*.yml"):
        (folder / "rules" / rules.name).write_text(scale_rules(rules.read_text(encoding="utf-8")), encoding="utf-8")
    _write(folder / "prometheus.yml", prometheus_config(at.alertmanager_port, services))
    _write(folder / "alertmanager.yml", alertmanager_config(yaml.safe_load(RECEIVER.read_text(encoding="utf-8")), door))
    processes.start(alertmanager(programs.alertmanager, folder, at))
    processes.start(_prometheus(programs.prometheus, folder, at))


def prometheus_config(alertmanager_port: int, services: Mapping[str, int]) -> dict[str, Any]:
    """Look at every service each second, apply our rules, and tell Alertmanager."""
    looked_at = [
        {"targets": [f"127.0.0.1:{port}"], "labels": {"__metrics_path__": f"/services/{name}/metrics"}}
        for name, port in services.items()
    ]
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
