"""A copy of the audit bucket on disk: the bytes of every version, and a manifest of versions, markers and locks.

    about.json                        from where, when and by whom it was copied, and the head noted elsewhere then
    manifest.jsonl                    one line per version or delete marker, in the order of the keys
    objects/<key>/<version>           the bytes of that version

A plain folder of keys (as `aws s3 sync` makes it) can be looked at as well; it knows nothing of versions and locks.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from urllib.parse import quote, unquote

from responder.domain.plain import from_plain
from responder.domain.seal import Head, Held, Lock, Policy, Version
from responder.errors import CannotRead

LAST = "\U0010ffff"
_PLAIN = re.compile(r"[\w=+,@ -][\w.=+,@ -]*", re.ASCII)
_KEY_AT = len('{"key":"')  # the manifest's lines are canonical JSON, so the key comes first


@dataclass(frozen=True)
class About:
    """What the one who copied says of the copy; nobody signed it."""

    bucket: str
    copied_at: datetime
    copied_by: str
    head: Head | None = None
    policy: Policy | None = None
    public_key: str | None = None


class AuditFolder:
    """Reads a copy, or a plain folder."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise CannotRead(f"{folder}: no such folder; make one with: responder audit copy {folder}")
        self._folder = folder
        self._manifest = folder / "manifest.jsonl"
        self.has_manifest = self._manifest.exists()

    def about(self) -> About | None:
        path = self._folder / "about.json"
        try:
            return from_plain(About, json.loads(path.read_text(encoding="utf-8")), str(path)) if path.exists() else None
        except ValueError as error:
            raise CannotRead(f"{path}: {error}") from error

    def versions(self, start: str, stop: str) -> Iterator[Version]:
        source = self._listed(start, stop) if self.has_manifest else self._walked(start, stop)
        return (version for version in source if start <= version.key < stop)

    def look(self, versions: Iterable[Version]) -> Iterator[tuple[Version, Held | None]]:
        for version in versions:
            path = file_of(self._folder / "objects", version) if self.has_manifest else self._folder / version.key
            try:
                yield version, None if version.marker else Held(path.read_bytes(), version.lock)
            except OSError:
                yield version, None

    def strays(self) -> Iterator[Version]:
        """Yield files that the manifest does not name, one hour's folder at a time."""
        root = self._folder / "objects"
        seen = set()
        listed = self._listed("", LAST) if self.has_manifest else iter(())
        for hour, group in groupby(listed, key=lambda version: file_of(root, version).parents[_depth(version)]):
            named = {file_of(root, version) for version in group}
            seen.add(hour)
            yield from (_stray(root, path) for path in _files(hour) if path not in named)
        for hour in (*root.glob("audit/v1/*"), root / "seal/v1") if self.has_manifest else ():
            if hour.is_dir() and hour not in seen:
                yield from (_stray(root, path) for path in _files(hour))

    def _listed(self, start: str, stop: str) -> Iterator[Version]:
        with self._manifest.open(encoding="ascii") as lines:
            for line in lines:
                key = line[_KEY_AT : line.find('"', _KEY_AT)]
                if key >= stop:
                    return
                if key >= start:
                    yield _version(line, self._manifest)

    def _walked(self, start: str, stop: str) -> Iterator[Version]:
        for path in _files(self._folder):
            key = path.relative_to(self._folder).as_posix()
            if start <= key < stop:
                yield Version(key, "", marker=False, size=path.stat().st_size, modified=None)


def _version(line: str, manifest: Path) -> Version:
    try:
        fact = json.loads(line)
        modified, until = (datetime.fromisoformat(fact[n]) if fact[n] else None for n in ("modified", "until"))
        return Version(fact["key"], fact["version"], fact["marker"], fact["size"], modified, Lock(fact["mode"], until))
    except (ValueError, KeyError, TypeError) as error:
        raise CannotRead(f"{manifest}: it is no manifest: {error}") from error


def file_of(root: Path, version: Version) -> Path:
    """Name the file of a version; no key leads out of the folder."""
    return root.joinpath(*(_safe(part) for part in version.key.split("/")), _safe(version.id))


def _depth(version: Version) -> int:
    """Say how far above a version's file its hour's folder is; a seal's is the folder of all seals."""
    return max(version.key.count("/") - 2, 1)


def _stray(root: Path, path: Path) -> Version:
    key = "/".join(unquote(part) for part in path.parent.relative_to(root).parts)
    return Version(key, unquote(path.name), marker=False, size=0, modified=None)


def _safe(part: str) -> str:
    """Write a part of a key as one name of a file; what could lead elsewhere is quoted."""
    if _PLAIN.fullmatch(part):
        return part
    return quote(part, safe=" =+,@").replace(".", "%2E") if part in {"", ".", ".."} else quote(part, safe=" =+,@")


def _files(folder: Path) -> Iterator[Path]:
    """Walk in the order of the keys, one directory at a time."""
    entries = sorted(folder.iterdir(), key=lambda path: f"{path.name}/" if path.is_dir() else path.name)
    for path in entries:
        if path.is_dir():
            yield from _files(path)
        else:
            yield path
