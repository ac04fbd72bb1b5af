"""The audit bucket with its versions: the twin, the bucket, and a copy of the bucket on disk."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.adapters.cloud import a_bucket

from responder.adapters.audit_copy import write_copy
from responder.adapters.audit_folder import About, AuditFolder
from responder.adapters.audit_trail import AuditTrail
from responder.adapters.in_memory_trail import InMemoryTrail
from responder.domain.seal import Policy, Version
from responder.errors import CannotRead
from responder.ports import SealShelf, Trail

NOW = datetime.now(UTC)
FIRST, SECOND, SEAL = (
    "audit/v1/2026-11-25T12/i1/00000001.json",
    "audit/v1/2026-11-25T13/i1/00000002.json",
    "seal/v1/x.json",
)


@dataclass
class Bucket:
    """Something to write to, as anybody with the right might, and how to look at it."""

    write: Callable[[str, bytes], None]
    delete: Callable[[str], None]
    trail: Callable[[], Trail]


def _twin() -> Bucket:
    twin = InMemoryTrail()
    return Bucket(lambda k, c: twin.write(k, c, NOW), lambda k: twin.delete(k, NOW), lambda: twin)


def _real(s3: Any) -> Bucket:  # noqa: ANN401  # boto3 has no types
    return Bucket(
        lambda k, c: s3.put_object(Bucket="audit", Key=k, Body=c, ChecksumAlgorithm="SHA256"),
        lambda k: s3.delete_object(Bucket="audit", Key=k),
        lambda: AuditTrail("audit", s3),
    )


def _copied(bucket: Bucket, folder: Path) -> Trail:
    write_copy(bucket.trail(), folder, About("audit", NOW, "ann"), lambda _: None)
    return AuditFolder(folder)


@pytest.fixture(params=["twin", "bucket", "copy of the bucket"])
def bucket(request: pytest.FixtureRequest, tmp_path: Path) -> Bucket:
    if request.param == "twin":
        return _twin()
    request.getfixturevalue("cloud")
    real = _real(a_bucket("audit", locked=True))
    if request.param == "bucket":
        return real
    return Bucket(real.write, real.delete, lambda: _copied(real, tmp_path / "copy"))


def test_versions_come_by_key_between_two_keys(bucket: Bucket) -> None:
    for key in (SEAL, SECOND, FIRST):
        bucket.write(key, b"{}")

    trail = bucket.trail()

    assert [v.key for v in trail.versions("audit/v1/", "audit/v10")] == [FIRST, SECOND]
    assert [v.key for v in trail.versions("audit/v1/2026-11-25T13/", "audit/v1/2026-11-25T130")] == [SECOND]
    assert [v.key for v in trail.versions("", "\U0010ffff")] == [FIRST, SECOND, SEAL]


def test_each_version_has_its_own_bytes_and_lock_and_a_delete_marker_has_none(bucket: Bucket) -> None:
    bucket.write(FIRST, b"first")
    bucket.write(FIRST, b"second")
    bucket.delete(FIRST)

    trail = bucket.trail()
    seen = list(trail.look(trail.versions("", "\U0010ffff")))

    contents = [held.content if held else None for _, held in seen]
    assert contents[0] is None
    assert seen[0][0].marker
    assert sorted(filter(None, contents)) == [b"first", b"second"]
    assert all(held.lock and held.lock.mode and held.lock.until for _, held in seen if held)


def test_what_is_gone_is_looked_at_as_nothing(bucket: Bucket) -> None:
    bucket.write(FIRST, b"first")
    gone = Version(
        "audit/v1/2026-11-25T12/i1/00000009.json", "11111111-1111-1111-1111-111111111111", False, 1, None
    )  # a field

    assert [held for _, held in bucket.trail().look([gone])] == [None]


@pytest.fixture(params=["twin", "bucket"])
def shelf(request: pytest.FixtureRequest) -> SealShelf:
    if request.param == "twin":
        return InMemoryTrail()
    request.getfixturevalue("cloud")
    return AuditTrail("audit", a_bucket("audit", locked=True))


def test_the_first_seal_under_a_name_stays(shelf: SealShelf) -> None:
    assert shelf.put(SEAL, "ours") == b"ours"
    assert shelf.put(SEAL, "theirs") == b"ours"


@pytest.mark.usefixtures("cloud")
def test_the_policy_is_the_default_retention_of_the_bucket() -> None:
    assert AuditTrail("audit", a_bucket("audit", locked=True)).policy() == Policy("GOVERNANCE", 1)
    assert AuditTrail("plain", a_bucket("plain")).policy() is None


@pytest.mark.usefixtures("cloud")
def test_more_versions_than_a_page_holds_are_all_listed() -> None:
    s3 = a_bucket("audit", locked=True)
    for number in range(1005):
        s3.put_object(
            Bucket="audit", Key=f"audit/v1/2026-11-25T12/i/{number:08d}.json", Body=b"{}", ChecksumAlgorithm="SHA256"
        )

    assert len(list(AuditTrail("audit", s3).versions("audit/v1/", "audit/v10"))) == 1005


def test_no_key_leads_out_of_the_folder_of_a_copy(tmp_path: Path) -> None:
    twin = InMemoryTrail()
    twin.write("audit/../../../outside", b"no", NOW)
    twin.write("audit//x/./y", b"no", NOW)

    trail = _copied(Bucket(lambda *_: None, lambda _: None, lambda: twin), tmp_path / "copy")

    assert not (tmp_path / "outside").exists()
    assert [held.content for _, held in trail.look(trail.versions("", "\U0010ffff")) if held] == [b"no", b"no"]


def test_a_copy_is_only_made_into_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text("{}")

    with pytest.raises(CannotRead, match="not empty"):
        write_copy(InMemoryTrail(), tmp_path, About("audit", NOW, "ann"), lambda _: None)


def test_files_that_the_manifest_does_not_name_are_seen(tmp_path: Path) -> None:
    twin = InMemoryTrail()
    twin.write(FIRST, b"{}", NOW)
    write_copy(twin, tmp_path / "copy", About("audit", NOW, "ann"), lambda _: None)
    (tmp_path / "copy/objects" / FIRST.replace("00000001", "00000002")).mkdir()
    (tmp_path / "copy/objects" / FIRST.replace("00000001", "00000002") / "v9").write_text("{}")

    assert [v.key for v in AuditFolder(tmp_path / "copy").strays()] == [FIRST.replace("00000001", "00000002")]
