"""The audit bucket's protection, as it stands."""

from collections.abc import Callable

import pytest
from tests.adapters.cloud import a_bucket

from responder.adapters.audit_lock import AuditLock
from responder.adapters.in_memory import InMemoryLock
from responder.errors import NotThere
from responder.ports import LockView

Making = Callable[[bool], LockView]


@pytest.fixture(params=["twin", "bucket"])
def a_lock(request: pytest.FixtureRequest) -> Making:
    if request.param == "twin":
        return lambda locked: InMemoryLock(says="GOVERNANCE, 1 days" if locked else "")
    request.getfixturevalue("cloud")
    return lambda locked: AuditLock("audit", a_bucket("audit", locked=locked))


def test_mode_and_length_of_the_lock_are_said(a_lock: Making) -> None:
    assert a_lock(True).describe() == "GOVERNANCE, 1 days"


def test_a_bucket_that_locks_nothing_is_an_alarm(a_lock: Making) -> None:
    with pytest.raises(NotThere):
        a_lock(False).describe()
