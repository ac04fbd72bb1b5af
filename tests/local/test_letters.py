"""Work dies while nobody answers it in time, is moved back letter by letter, and is answered then."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from infra.local.clouds import Clouds, start_clouds
from infra.local.eyes import Eyes, Stand
from infra.local.letters import POISON, TRIES, url_of
from infra.local.paths import CLOUD_VENV
from infra.local.processes import Processes
from infra.local.service import Service
from infra.local.things import make
from infra.local.workers import COMING, Worker
from tests.world import CHAT

from responder.adapters.dead_letter_queue import DeadLetterQueue
from responder.adapters.roles import RemediationRoles
from responder.domain.plans.requeue import plan_requeue
from responder.domain.remediation import Plan, Standing, Surroundings, classify
from responder.domain.runbook import Action, FollowUp
from responder.domain.target import Target
from responder.domain.things.queue import DeadLetters
from responder.domain.touch import Touch, TouchKind
from responder.rehearsal.fleet import Health

pytestmark = pytest.mark.e2e
ANY = "arn:aws:sqs:us-east-1:123456789012:any"
LETTERS = Touch(dead_letters=DeadLetters(ANY, (f"{ANY}-work",), most=100, rate=5))


@pytest.fixture(scope="module")
def clouds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clouds]:
    with Processes(Path(tmp_path_factory.mktemp("letters"))) as processes:
        yield start_clouds(processes, CLOUD_VENV / "bin" / "python", 1.0)


class Roles(RemediationRoles):
    """Lead to the local cloud, whose root may do anything."""

    def __init__(self, clouds: Clouds) -> None:
        super().__init__("", None)
        self._clouds = clouds

    def client(self, service: str, target: Target) -> object:  # noqa: ARG002  # one account
        return self._clouds.client(service)

    def client_once(self, service: str, target: Target, session: str) -> object:  # noqa: ARG002  # as above
        return self._clouds.client(service)


def a_worker(clouds: Clouds, name: str, timeouts: float) -> Worker:
    named = make(clouds, name, LETTERS).dead_letters
    assert named
    service = Service(name, lambda _: Health(timeouts=timeouts), Stand)
    service.look()
    return Worker(clouds.client("sqs"), named, service)


def until_dead(clouds: Clouds, worker: Worker, letters: int) -> None:
    """Work until as many lie in the dead letters."""
    deadline = time.monotonic() + 20
    while int(lying(clouds, worker)["letters"]) < letters and time.monotonic() < deadline:
        worker.work()
        time.sleep(0.3)


def lying(clouds: Clouds, worker: Worker) -> dict[str, str]:
    seen = Eyes(clouds.client).look(Touch(dead_letters=worker.named)).things
    return dict(seen[TouchKind.DEAD_LETTERS])


def test_what_nobody_answers_dies_and_is_answered_once_it_was_moved_back(clouds: Clouds) -> None:
    worker = a_worker(clouds, "letters-left", timeouts=1.0)
    until_dead(clouds, worker, 5 * COMING)
    died = int(lying(clouds, worker)["letters"])
    assert (died >= 5 * COMING, worker.answered) == (True, 0)
    target, queue = replace(CHAT, touch=Touch(dead_letters=worker.named)), DeadLetterQueue(Roles(clouds))
    seen = queue.observe(target)
    plan = plan_requeue(target, TouchKind.DEAD_LETTERS, FollowUp(Action.REQUEUE).step, Surroundings(seen))
    assert isinstance(plan, Plan), plan

    assert queue.apply(target, seen, plan.desired, "action-1").result == "accepted"
    running = queue.observe(target)
    refused = queue.apply(target, running, plan.desired, "action-2")
    time.sleep(died / 5 + 0.5)
    over = queue.observe(target)

    assert (classify(running, plan.before, plan.desired), running.settled) == (Standing.DESIRED, False)
    assert (refused.result, "UnsupportedOperation" in refused.says) == ("refused", True)
    assert (classify(over, plan.before, plan.desired), over.settled, over.waiting) == (Standing.DESIRED, True, 0)
    assert lying(clouds, worker) == {"letters": "0", "move": "completed"}
    worker.service.behaves = lambda _: Health()
    worker.service.look()
    for _ in range(died):
        worker.work()
    assert worker.answered >= died


def test_a_move_that_is_stopped_leaves_the_rest_where_it_lay(clouds: Clouds) -> None:
    worker = a_worker(clouds, "letters-stopped", timeouts=1.0)
    until_dead(clouds, worker, 5 * COMING)
    target, queue = replace(CHAT, touch=Touch(dead_letters=worker.named)), DeadLetterQueue(Roles(clouds))
    seen = queue.observe(target)
    plan = plan_requeue(target, TouchKind.DEAD_LETTERS, FollowUp(Action.REQUEUE).step, Surroundings(seen))
    assert isinstance(plan, Plan), plan
    queue.apply(target, seen, plan.desired, "action-1")

    stopped = queue.apply(target, queue.observe(target), plan.stop, "action-1")
    time.sleep(1.0)

    after = queue.observe(target)
    assert (stopped.result, classify(after, plan.desired, plan.stop)) == ("accepted", Standing.DESIRED)
    assert after.waiting > 0
    assert lying(clouds, worker)["move"] == "cancelled"


def test_poison_dies_of_itself_whatever_answers(clouds: Clouds) -> None:
    worker = a_worker(clouds, "letters-die-again", timeouts=0.0)
    worker.sqs.send_message(QueueUrl=url_of(worker.sqs, worker.named.of[0]), MessageBody=POISON)

    until_dead(clouds, worker, 1)

    assert lying(clouds, worker)["letters"] == "1"
    assert worker.answered > TRIES


def test_what_is_nobodys_dead_letters_cannot_be_moved(clouds: Clouds) -> None:
    sqs = clouds.client("sqs")
    url = sqs.create_queue(QueueName="lonely")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    with pytest.raises(ClientError, match="Dead Letter Queue"):
        sqs.start_message_move_task(SourceArn=arn)
