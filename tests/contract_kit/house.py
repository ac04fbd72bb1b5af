"""The real front door, the real stories and the real books, between the model of Alertmanager and the twins."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.contract_kit.alertmanager import Cluster, Peer, of_bodies
from tests.contract_kit.fifo import Fifo
from tests.stories import Crash
from tests.world import Practice, Seam

from responder.adapters.alertmanager_webhook import read_notification
from responder.adapters.in_memory import InMemoryAlertList, InMemoryLedger, InMemoryQuarantine, InMemoryTokens
from responder.domain.books import GRACE, book, read_book
from responder.domain.incident import Disposition, State
from responder.domain.message import Message, decode_any
from responder.errors import ResponderError, TryAgain
from responder.workflow.balance_books import Balanced, Books, balance
from responder.workflow.drain_dead_letters import drain, tell_directly
from responder.workflow.receive_alerts import Answer, FrontDoor
from responder.workflow.respond import respond


@dataclass
class House:
    """`fault` is asked at every call to the outside: it may raise before the call, or let it happen and raise after."""

    cluster: Cluster = field(default_factory=lambda: Cluster([Peer(0), Peer(1)]))
    practice: Practice = field(default_factory=Practice)
    accepted: list[bytes] = field(default_factory=list)
    ledger: InMemoryLedger = field(default_factory=InMemoryLedger)
    quarantine: InMemoryQuarantine = field(default_factory=InMemoryQuarantine)

    def __post_init__(self) -> None:
        self.fifo = Fifo(lambda: self.practice.now)
        self.door = FrontDoor(
            Seam("queue", self.fifo, self.practice._call),
            self.quarantine,
            InMemoryTokens(tokens={"alertmanager": ["token"]}),
            read_notification,
            self.practice.library.targets,
        )

    def minute(self) -> None:
        """Let a minute pass: Alertmanager flushes, the queue delivers, the sweeper and the drain do their rounds."""
        self.practice.now += timedelta(minutes=1)
        self.cluster.flush(self.practice.now, self._post)
        for _ in range(3):
            self.fifo.deliver(self._respond)
        self.practice._converge()
        _survive(self.practice.sweep)
        self.fifo.drain(self._drain)

    def settle(self, minutes: int = 60) -> None:
        """Let everything heal and end, and wait until nothing moves any more."""
        self.practice.between = None
        self.cluster.partitioned = False
        for _ in range(minutes):
            self.minute()

    @property
    def is_quiet(self) -> bool:
        """Say whether every incident has ended and no message is left."""
        records = [self.practice.journal.read(resource) for resource in self.practice.journal.states]
        return self.fifo.empty and all(_has_ended(r.incident) for r in records if r.incident)

    def balance(self) -> Balanced:
        self.practice.now += GRACE
        books = Books(self.ledger, InMemoryAlertList(), self.fifo, "responder")
        return balance(books, self.practice.world(), self.practice.now)

    def faults(self) -> list[str]:
        """Say everything that is wrong after all has settled."""
        records = [self.practice.journal.read(resource) for resource in self.practice.journal.states]
        incidents = [r.incident for r in records if r.incident]
        wrong = [f"{i.resource} ended {i.state} {i.disposition}" for i in incidents if not _has_ended(i)]
        wrong += [f"{r.resource} is still held" for r in records if r.lease_until]
        wrong += self._unknown()  # before the books, which name what they miss
        wrong += [f"lost {b.fingerprint} {b.status}" for b in self.balance().lost]
        wrong += [f"the front door answered {a}" for a in set(self.cluster.answers) - {200, 503}]
        return wrong + ([] if self.fifo.empty else ["messages are left"])

    def _unknown(self) -> list[str]:
        """Whatever was said in an accepted body stands in some record, independently of what the books think."""
        texts = "".join(text for stream in self.practice.journal.streams.values() for text in stream.values())
        return [f"{f} is in no record" for f, _, _ in set(of_bodies(self.accepted)) if f not in texts]

    def _post(self, body: bytes, at: datetime) -> int:
        self.practice.now = max(self.practice.now, at)
        try:
            answer = self.door.receive(body, "Bearer token", "trace", self.practice.now)
        except Crash:
            return 503  # what the gateway answers for a function that died, by its gateway responses
        self._note(answer, body)
        return answer.status

    def _note(self, answer: Answer, body: bytes) -> None:
        if answer.status == 200:
            self.accepted.append(body)
        self.ledger.lines += [b for m in answer.messages for b in read_book(book(m), self.practice.now)]

    def _respond(self, body: str) -> bool:
        message = decode_any(body)
        assert isinstance(message, Message)
        return _survive(lambda: respond(message, self.practice.world(), self.practice.now))

    def _drain(self, body: str, receives: int) -> bool:
        try:
            drain(body, self.practice.world(), self.fifo, self.quarantine, self.practice.now)
        except (Crash, ResponderError) as error:
            why = str(error)
            _survive(lambda: tell_directly(body, receives, why, [self.practice.pages], self.practice.now))
            return False
        return True


def _has_ended(incident: Any) -> bool:  # noqa: ANN401  # an incident of any resource
    return incident.state is State.CLOSED and incident.disposition in set(Disposition)


def _survive(work: Callable[[], object]) -> bool:
    try:
        work()
    except (Crash, TryAgain):
        return False
    return True
