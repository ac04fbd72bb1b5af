"""The main story: an alert comes in, the right thing is done, checked, told and proved."""

from tests.world import Practice

from responder.domain.audit import check_chain
from responder.domain.incident import Disposition, State


def test_a_slow_release_is_rolled_back_verified_and_closed() -> None:
    practice = Practice()

    practice.deliver()
    practice.wait(minutes=4)
    practice.wait(minutes=6)
    practice.resolve()
    practice.wait(minutes=1)

    assert practice.running() == "chat-v1"
    assert practice.state is State.CLOSED
    assert practice.incident.disposition is Disposition.RECOVERED
    assert len(practice.remediator.applied) == 1
    assert [letter.kind for letter in practice.letters] == ["ticket"]


def test_every_step_is_in_the_audit_and_the_chain_holds() -> None:
    practice = Practice()
    practice.deliver()
    practice.wait(minutes=10)
    practice.resolve()
    practice.wait(minutes=2)

    records = practice.audit.read(practice.incident.id)

    assert check_chain(records) == []
    kinds = [record.split('"type":"llm.responder.')[1].split('"')[0] for record in records]
    assert kinds == ["received", "decided", "acted", "converged", "verified", "told", "received", "closed"]
