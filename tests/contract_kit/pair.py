"""Two real Alertmanagers that gossip, told what fires as Prometheus tells them, killed and parted by process id."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import urllib3
import yaml
from infra.local import install
from infra.local.clouds import plain_env
from infra.local.house import new_run
from infra.local.monitoring import Door, alertmanager_config
from infra.local.paths import RECEIVER
from infra.local.processes import Processes, Program, free_ports
from infra.local.web import answers, ask
from tests.contract_kit.alertmanager import Alert

SHIPPED = yaml.safe_load(RECEIVER.read_text(encoding="utf-8"))
TOKEN = "token"  # noqa: S105  # opens nothing but the door of a test
PEERS = (0, 1)
GOSSIP = ("gossip-interval=50ms", "pushpull-interval=1s", "probe-interval=200ms", "reconnect-interval=1s")
TOLD_FOR_S = 30.0  # Prometheus goes on telling of an end for a while, for an Alertmanager that was away


@dataclass
class Pair:
    """Both peers; `alive` are those that run, `alerts` what Prometheus has to tell of."""

    processes: Processes
    web_ports: list[int]
    gossip_ports: list[int]
    alive: set[int] = field(default_factory=set)
    alerts: list[Alert] = field(default_factory=list)

    def start(self, peer: int, *, alone: bool = False) -> None:
        """Run one with its own disk; `alone` it knows of no other peer, as behind a partition."""
        folder = self.processes.folder
        others = [] if alone else [f"--cluster.peer=127.0.0.1:{p}" for p in self.gossip_ports]
        place = "" if alone else f"127.0.0.1:{self.gossip_ports[peer]}"
        url = f"http://127.0.0.1:{self.web_ports[peer]}"
        argv: list[str | Path] = [
            install.monitoring().alertmanager,
            f"--config.file={folder}/alertmanager.yml",
            f"--storage.path={folder}/peer-{peer}",
            f"--web.listen-address=127.0.0.1:{self.web_ports[peer]}",
            f"--web.external-url={url}",
            f"--cluster.listen-address={place}",
            "--cluster.peer-timeout=1s",
            "--cluster.settle-timeout=2s",
            *(f"--cluster.{setting}" for setting in GOSSIP),
            *others,
        ]
        ready = answers(f"{url}/-/ready")
        here = install.monitoring().alertmanager.parent  # an unpacked one looks beside itself
        self.processes.start(Program(f"peer-{peer}", argv, plain_env(folder), ready, cwd=here))
        self.alive.add(peer)

    def kill(self, peer: int) -> None:
        """End it without a chance to write anything down."""
        self.alive.discard(peer)
        os.kill(self.processes.pids[f"peer-{peer}"], signal.SIGKILL)
        self.processes.stop(f"peer-{peer}")

    def part(self) -> None:
        """Let the second go on by itself: both notify, and neither hears that the other did."""
        self.kill(1)
        self.start(1, alone=True)

    def mend(self) -> None:
        self.kill(1)
        self.start(1)

    def tell(self) -> None:
        """Tell everybody of everything, as Prometheus does again and again."""
        now = datetime.now(UTC)
        told = [a for a in self.alerts if a.ends is None or (now - a.ends).total_seconds() < TOLD_FOR_S]
        for peer in sorted(self.alive):
            with suppress(urllib3.exceptions.HTTPError):  # one that is away is told again
                ask("POST", f"http://127.0.0.1:{self.web_ports[peer]}/api/v2/alerts", [_posted(a) for a in told])


@contextmanager
def two_alertmanagers(url: str) -> Iterator[Pair]:
    """Run both with the shipped receiver, thirty times faster, pointed at this address."""
    with Processes(new_run()) as processes:
        ports = free_ports(2 * len(PEERS))
        pair = Pair(processes, ports[: len(PEERS)], ports[len(PEERS) :])
        config = processes.folder / "alertmanager.yml"
        config.write_text(yaml.safe_dump(_config(processes.folder, url)), encoding="utf-8")
        for peer in PEERS:
            pair.start(peer)
        yield pair
    shutil.rmtree(processes.folder, ignore_errors=True)  # what failed keeps its logs


def _config(folder: Path, url: str) -> dict[str, Any]:
    """Take the shipped one; only the address speaks no TLS."""
    token = folder / "token"
    token.write_text(TOKEN, encoding="utf-8")
    config = alertmanager_config(SHIPPED, Door(url, token, folder / "none.pem"))
    (webhook,) = config["receivers"][0]["webhook_configs"]
    del webhook["http_config"]["tls_config"]
    return config


def _posted(alert: Alert) -> dict[str, Any]:
    ends = {"endsAt": alert.ends.isoformat()} if alert.ends else {}
    return {"labels": alert.labels, "annotations": {"summary": "made up"}, "startsAt": alert.starts.isoformat()} | ends
