"""Where bytes go that nobody could read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta, timezone

import pytest
from tests.adapters.cloud import a_bucket
from tests.world import NOON

from responder.adapters.in_memory import InMemoryQuarantine
from responder.adapters.quarantine import S3Quarantine
from responder.domain.plain import sha256
from responder.ports import Quarantine

GARBAGE = b"\xff not json"


@dataclass
class Ward:
    """A quarantine, and what is kept under a key: the bytes and their cause."""

    quarantine: Quarantine
    kept: Callable[[str], tuple[bytes, str]]


@pytest.fixture(params=["twin", "s3"])
def ward(request: pytest.FixtureRequest) -> Ward:
    if request.param == "twin":
        twin = InMemoryQuarantine()
        return Ward(twin, twin.kept.__getitem__)
    request.getfixturevalue("cloud")
    client = a_bucket("quarantine")

    def kept(key: str) -> tuple[bytes, str]:
        found = client.get_object(Bucket="quarantine", Key=key)
        return found["Body"].read(), found["Metadata"]["cause"]

    return Ward(S3Quarantine("quarantine", client), kept)


def test_bytes_are_kept_under_their_digest_with_the_cause(ward: Ward) -> None:
    key = ward.quarantine.keep(GARBAGE, "not JSON", NOON)

    assert key == f"quarantine/2026-11-25/{sha256(GARBAGE)}"
    assert ward.kept(key) == (GARBAGE, "not JSON")


def test_the_same_bytes_twice_are_kept_once_with_the_first_cause(ward: Ward) -> None:
    first = ward.quarantine.keep(b"again", "first cause", NOON)
    second = ward.quarantine.keep(b"again", "second cause", NOON + timedelta(hours=1))

    assert first == second
    assert ward.kept(first) == (b"again", "first cause")


def test_the_day_is_the_one_of_utc(ward: Ward) -> None:
    local = NOON.astimezone(timezone(timedelta(hours=13)))

    assert ward.quarantine.keep(b"x", "cause", local).startswith("quarantine/2026-11-25/")
