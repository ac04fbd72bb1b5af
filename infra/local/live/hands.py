"""How people and accidents touch the practice cloud during a game day: a pipeline, a console, a process that is killed.

Nothing here goes through the responder, except where a person would use its command line.
"""

import contextlib
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from infra.local.clouds import Client
from infra.local.errors import LocalCloudError
from infra.local.house import House
from infra.local.live.deployments import way_of
from infra.local.live.trail import Trail
from infra.local.monitoring import alertmanager
from infra.local.pipeline import respond_command
from infra.local.seed import BUCKET
from infra.local.web import ask
from responder.adapters.releases_table import ReleasesTable
from responder.adapters.sagemaker_artefacts import object_digest
from responder.domain.release import Release
from responder.domain.target import Target

PATIENCE_SECONDS = 120.0
TWO_DAYS = timedelta(days=2)


@dataclass
class Hands:
    """What can be done to one service; `trail` is what the responder did about it so far."""

    house: House
    target: Target
    trail: Callable[[], Trail]
    done: set[str] = field(default_factory=set)

    @property
    def service(self) -> str:
        """Name the service."""
        return self.target.name

    @property
    def acted(self) -> bool:
        """Tell whether the responder changed something."""
        return self.trail().has("acted")

    @property
    def minute(self) -> int:
        """Tell the minute of the scenario."""
        return int(self.state["minute"])

    @property
    def state(self) -> Mapping[str, Any]:
        """Ask the fleet how the service is."""
        found: Mapping[str, Any] = ask("GET", f"{self.house.fleet}/services/{self.service}").json()
        return found

    def once(self, what: str) -> bool:
        """Say yes the first time."""
        fresh = what not in self.done
        self.done.add(what)
        return fresh

    def tell(self, order: str, body: Mapping[str, float] | None = None) -> None:
        """Give the service of the fleet an order."""
        ask("POST", f"{self.house.fleet}/services/{self.service}/{order}", body)

    def vouch(self, version: str = "v1", before: timedelta = TWO_DAYS) -> None:
        """Let a version be what a person vouched for so long ago; v1 has run for two days."""
        self._mark(version, datetime.now(UTC) - before, good=True)

    def release(self, version: str) -> None:
        """Roll out a version as a pipeline does, mark it, and wait until it is in service."""
        self.mark(version)
        way = way_of(self.target)
        way.send(self.house.clouds, self.target, version)
        self.wait(lambda: way.arrived(self.house.clouds, self.target), "the release was not in service")
        self.tell("leave")

    def mark(self, version: str) -> None:
        """Write down that a version is rolled out now."""
        self._mark(version, datetime.now(UTC))

    def roll_back(self, version: str) -> None:
        """Roll back by hand, and not wait."""
        way_of(self.target).send(self.house.clouds, self.target, version)

    def canary(self, version: str, share: float) -> None:
        """Lead some of the traffic of the alias to the newest version."""
        self.mark(version)
        named = self.target.touch.lambda_alias
        weights = {version.removeprefix("v"): share}
        self._client("lambda").update_alias(
            FunctionName=self.service,
            Name=named.alias if named else "",
            RoutingConfig={"AdditionalVersionWeights": weights},
        )
        self.tell("leave")

    def register(self, model: str, number: str) -> None:
        """Write a version into the registry, with the digests of what it is made of."""
        s3 = self._client("s3")
        digests: dict[str, dict[str, str]] = {}
        objects: dict[str, dict[str, str]] = {}
        for part in ("model", "tokenizer"):
            key = f"{self.service}/registry/{number}/{part}"
            s3.put_object(Bucket=BUCKET, Key=key, Body=key.encode(), ChecksumAlgorithm="SHA256")
            objects[part] = {"S": f"s3://{BUCKET}/{key}"}
            digests[part] = {"S": object_digest(s3, objects[part]["S"]) or ""}
        item = {
            "pk": {"S": f"MODEL#{model}"},
            "sk": {"S": f"VERSION#{number}"},
            "digests": {"M": digests},
            "objects": {"M": objects},
        }
        self._client("dynamodb").put_item(TableName=self._table, Item=item)

    def point(self, model: str, number: str) -> None:
        """Point the live alias of a model at a version, past everybody."""
        item = {"pk": {"S": f"MODEL#{model}"}, "sk": {"S": "ALIAS#live"}, "version": {"S": number}}
        self._client("dynamodb").put_item(TableName=self._table, Item=item)
        self.tell("leave")

    def snapshot(self) -> None:
        """Let the registry be written down twice: the second time it is known that the service ran well on it."""
        for _ in range(2):
            time.sleep(1.1)
            answer = self._client("lambda").invoke(
                FunctionName=self._function("SnapshotRegistryFunction"), Payload=b"{}"
            )
            if "FunctionError" in answer:
                raise LocalCloudError(f"the registry could not be written down: {answer['Payload'].read().decode()}")

    def switch_off(self) -> None:
        """Set the mode of this target to off, as a person would."""
        respond_command(self.house, "mode", "off", "--target", self.service)

    def stop_alertmanager(self) -> None:
        """End Alertmanager, and let it forget everything."""
        self.house.processes.stop("alertmanager")
        shutil.rmtree(self.house.processes.folder / "monitoring" / "alertmanager", ignore_errors=True)

    def start_alertmanager(self) -> None:
        """Start it again."""
        if self.house.programs is None or self.house.metrics is None:
            raise LocalCloudError("there is no Alertmanager to start")
        folder = self.house.processes.folder / "monitoring"
        self.house.processes.start(alertmanager(self.house.programs.alertmanager, folder, self.house.metrics))

    def enlarge(self) -> None:
        """Let the model be so large that an update of its endpoint takes three times as long."""
        note = self.house.processes.folder / "large" / self.service
        note.parent.mkdir(exist_ok=True)
        note.touch()

    def kill_in_the_act(self) -> None:
        """Let SageMaker do the next update of this endpoint and not answer; kill the process that waits for it.

        On a thread of its own: it must be quicker than the process' own patience.
        """
        note = self.house.processes.folder / "unanswered" / self.service
        note.parent.mkdir(exist_ok=True)
        note.touch()
        threading.Thread(target=self._kill_when_named, args=(note,), daemon=True).start()

    def wait(self, over: Callable[[], bool], problem: str) -> None:
        """Wait until something is so; raise with the problem when it does not come."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not over():
            if time.monotonic() > deadline:
                raise LocalCloudError(f"{self.service}: {problem} within {PATIENCE_SECONDS:.0f} s")
            time.sleep(0.05)

    def _kill_when_named(self, note: Path) -> None:
        self.wait(lambda: bool(note.read_text(encoding="utf-8")), "nobody asked for the update")
        group, port = os.getpgid(self.house.processes.pids["cloud"]), int(note.read_text(encoding="utf-8"))
        for pid in _owners(port):
            if os.getpgid(pid) == group and pid != group:
                os.kill(pid, signal.SIGKILL)
                self.once("killed")

    @property
    def _table(self) -> str:
        return self.target.touch.registry.table if self.target.touch.registry else ""

    def _function(self, logical: str) -> str:
        return self.house.stack.stack.physical[logical]

    def _client(self, service: str) -> Client:
        return self.house.clouds.client(service)

    def _mark(self, version: str, at: datetime, *, good: bool = False) -> None:
        config, digests = way_of(self.target).made_of(self.house.clouds, self.target, version)
        made = Release(self.service, version, config, dict(digests), at, "pipeline")
        if good:
            made = replace(made, known_good="adopted", known_good_at=at, known_good_by="a person")
        ReleasesTable(self.house.stack.outputs["JournalTable"], self._client("dynamodb")).save(made)


def _owners(port: int) -> list[int]:
    """Find who holds a connection from this port of this machine, the way Linux tells."""
    table = Path("/proc/net/tcp")
    if not table.exists():
        raise LocalCloudError("to kill exactly the process that waits, /proc is needed: play this scenario on Linux")
    rows = [line.split() for line in table.read_text(encoding="ascii").splitlines()[1:]]
    inodes = {f"socket:[{row[9]}]" for row in rows if int(row[1].rsplit(":", 1)[1], 16) == port}
    return [int(folder.name) for folder in Path("/proc").glob("[0-9]*") if _holds(folder, inodes)]


def _holds(folder: Path, inodes: set[str]) -> bool:
    with contextlib.suppress(OSError):
        return any(str(link.readlink()) in inodes for link in (folder / "fd").iterdir())
    return False
