"""Make a copy of the audit on disk, as `audit_folder.py` reads it."""

from collections.abc import Callable
from pathlib import Path

from responder.adapters.audit_folder import LAST, About, file_of
from responder.domain.plain import canonical, stamp, to_plain
from responder.domain.seal import Held, Lock, Version
from responder.errors import CannotRead
from responder.ports import Trail


def write_copy(trail: Trail, folder: Path, about: About, progress: Callable[[int], None]) -> int:
    """Copy every version there is and return how many; the folder must be empty."""
    if folder.exists() and any(folder.iterdir()):
        raise CannotRead(f"{folder} is not empty; name a new folder, so that nothing old is taken for evidence")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "about.json").write_text(canonical(to_plain(about)) + "\n", encoding="ascii")
    count = 0
    with (folder / "manifest.jsonl").open("w", encoding="ascii") as manifest:
        for version, held in trail.look(trail.versions("", LAST)):
            manifest.write(canonical(_line(version, held)) + "\n")
            if held:
                _write(file_of(folder / "objects", version), held.content)
            count += 1
            progress(count)
    return count


def _line(version: Version, held: Held | None) -> dict[str, object]:
    lock = (held.lock if held else None) or Lock()
    return {
        "key": version.key,
        "version": version.id,
        "marker": version.marker,
        "size": version.size,
        "modified": stamp(version.modified) if version.modified else None,
        "mode": lock.mode,
        "until": stamp(lock.until) if lock.until else None,
    }


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
