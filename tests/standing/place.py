"""What outlives every kill: the emulated cloud with our table, queues and buckets, and the practice PagerDuty."""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from infra.local import install
from infra.local.clouds import ACCOUNT, CA_FILE, REGION, Clouds, cloud_settings, plain_env
from infra.local.house import new_run
from infra.local.paths import HERE, ROOT
from infra.local.processes import Processes, Program, free_ports
from infra.local.web import answers, ask
from tests.adapters.cloud import TABLE, a_bucket, a_table
from tests.world import CHAT, SHIPPED

from responder.adapters import aws
from responder.adapters.runbook_files import write_compiled
from responder.domain.target import Target
from responder.domain.touch import Touch

TOKEN = "token-of-the-kill-test"  # noqa: S105  # opens nothing but this test's own front door
FRONT_DOOR_LOG, STREAM = "/aws/lambda/receive_alerts", "intake-0"
RUNBOOKS = "runbooks.json"
VISIBILITY_S = 18  # 360 s, as in the template, in the hurried time of the workers


@dataclass(frozen=True)
class Place:
    """Where everything is, and the environment that leads a worker there."""

    folder: Path
    env: dict[str, str]
    pagerduty: str
    queues: tuple[str, str]

    @property
    def waiting(self) -> int:
        """Count what is in both queues, in flight included."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        sqs = aws.client("sqs")
        found = [sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"] for url in self.queues]
        return sum(int(attributes[name]) for attributes in found for name in names)

    def items(self) -> list[dict[str, Any]]:
        """Return everything in the table."""
        pages = aws.client("dynamodb").get_paginator("scan").paginate(TableName=TABLE, ConsistentRead=True)
        return [item for page in pages for item in page["Items"]]

    def pages(self) -> list[dict[str, Any]]:
        """Return what PagerDuty has, one per key."""
        found: list[dict[str, Any]] = ask("GET", f"{self.pagerduty}/incidents").json()["incidents"]
        return found


def targets(count: int) -> tuple[Target, ...]:
    """Name that many endpoints which alerts can be about."""
    return tuple(
        replace(
            CHAT, name=f"model-{n}", match={"model": f"model-{n}"}, touch=Touch(sagemaker_endpoint=f"model-{n}"),
            series={"model": f"model-{n}"},
        )
        for n in range(count)
    )  # fmt: skip


@contextmanager
def standing(count: int) -> Iterator[Place]:
    """Bring it up for that many targets, and lead this process there too."""
    before = dict(os.environ)
    folder = new_run()
    with Processes(folder) as processes:
        env = _start(processes)
        os.environ.update(env)
        try:
            yield _furnish(folder, env, count)
        finally:
            os.environ.clear()
            os.environ.update(before)
            aws.client.cache_clear()
    shutil.rmtree(folder, ignore_errors=True)  # what failed keeps its logs


def _start(processes: Processes) -> dict[str, str]:
    folder, (cloud_port, pager_port) = processes.folder, free_ports(2)
    (folder / "tmp").mkdir(exist_ok=True)
    clouds = Clouds(f"https://127.0.0.1:{cloud_port}", "http://127.0.0.1:1", folder / CA_FILE)
    ours = plain_env(folder)
    theirs = ours | cloud_settings(clouds) | {"AUTH": "false"}  # who may do what is tested where the template stands
    server = HERE / "ministack_server.py"
    program: list[str | Path] = [install.cloud_python(), "-P", server, str(cloud_port), folder, "0"]
    ready = answers(f"{clouds.aws_url}/_ministack/health", clouds.ca_file)
    processes.start(Program("cloud", program, theirs, ready))
    pager: list[str | Path] = [sys.executable, "-m", "infra.local.pagerduty", str(pager_port), folder]
    ready = answers(f"http://127.0.0.1:{pager_port}/incidents")
    processes.start(Program("pagerduty", pager, ours | {"PYTHONPATH": str(ROOT)}, ready))
    path = os.pathsep.join([str(ROOT / "functions"), str(ROOT)])  # for the server the workers are forked from
    return clouds.env | {"PAGERDUTY_URL": f"http://127.0.0.1:{pager_port}/v2/enqueue", "PYTHONPATH": path}


def _furnish(folder: Path, env: dict[str, str], count: int) -> Place:
    a_table()
    a_bucket("audit", locked=True)
    a_bucket("quarantine")
    dead = _queue("dead.fifo", {})
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead.fifo"
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5})
    alerts = _queue("alerts.fifo", {"RedrivePolicy": redrive})
    for name, text in (("webhook", json.dumps({"alertmanager": [TOKEN]})), ("pagerduty", "k" * 32)):
        aws.client("secretsmanager").create_secret(Name=name, SecretString=text)
    aws.client("ssm").put_parameter(Name="/mode/global", Value="observe", Type="String")
    topic = aws.client("sns").create_topic(Name="pages")["TopicArn"]
    write_compiled(replace(SHIPPED, targets=targets(count)), folder / RUNBOOKS)
    aws.client("logs").create_log_group(logGroupName=FRONT_DOOR_LOG)
    aws.client("logs").create_log_stream(logGroupName=FRONT_DOOR_LOG, logStreamName=STREAM)
    told = {
        "FRONT_DOOR_LOG": FRONT_DOOR_LOG,
        "JOURNAL_TABLE": TABLE,
        "AUDIT_BUCKET": "audit",
        "QUARANTINE_BUCKET": "quarantine",
        "ALERTS_QUEUE_URL": alerts,
        "WEBHOOK_TOKENS_SECRET": "webhook",
        "PAGERDUTY_SECRET": "pagerduty",
        "MODE_PREFIX": "/mode",
        "PAGES_TOPIC_ARN": topic,
    }
    pager = env["PAGERDUTY_URL"].removesuffix("/v2/enqueue")
    return Place(folder, {**env, **told}, pager, (alerts, dead))


def _queue(name: str, more: dict[str, str]) -> str:
    attributes = {"FifoQueue": "true", "VisibilityTimeout": str(VISIBILITY_S), **more}
    return str(aws.client("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])
