"""What was deployed where and when, and which release is known to be good.

"Last known good" needs evidence: a record that the release ran well (`soaked`, by watching it, or `adopted`,
by a person who vouches for it) *and* artefacts whose digests still match what was recorded then.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Literal


@dataclass(frozen=True)
class Release:
    """A release marker; `config` is what the target must be pointed at, `digests` what it was made of.

    `blamed` stays for good: it is never gone back to. `cleared` names the person who understood why, and lets
    the release gate open again.
    """

    target: str
    version: str
    config: str
    digests: dict[str, str]
    marked_at: datetime
    marked_by: str
    known_good: Literal["soaked", "adopted"] | None = None
    known_good_at: datetime | None = None
    known_good_by: str | None = None
    blamed: str | None = None
    cleared: str | None = None


@dataclass(frozen=True)
class Artefacts:
    """The digests of a release's artefacts as they are now; `missing` says what could not be read."""

    digests: dict[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Configuration:
    """What a release's configuration looks like now: its shape (the names of its variants) and its digests."""

    shape: tuple[str, ...]
    artefacts: Artefacts


KINDS = ("tokenizer", "adapter", "base", "model", "config")  # what a digest's name may speak of


def changes(releases: Sequence[Release]) -> dict[str, datetime]:
    """Return when each kind of artefact was last changed by a release; `release` is the newest marker of all."""
    found: dict[str, datetime] = {}
    for before, after in pairwise(sorted(releases, key=lambda r: r.marked_at)):
        found["release"] = after.marked_at
        names = before.digests.keys() | after.digests.keys()
        differ = {name for name in names if before.digests.get(name) != after.digests.get(name)}
        found |= {kind: after.marked_at for kind in KINDS if any(kind in name.lower() for name in differ)}
    return found


def running(releases: Sequence[Release], config: str) -> Release | None:
    """Return the newest marker of the configuration that is in service."""
    return max((r for r in releases if r.config == config), key=lambda r: r.marked_at, default=None)


def candidates(releases: Sequence[Release], config: str, left: Collection[str] = ()) -> list[Release]:
    """Return what could be gone back to, best first: known good, not in service, never blamed, not `left` just now."""
    good = [r for r in releases if r.known_good and r.config != config and r.config not in left and not r.blamed]
    return sorted(good, key=lambda r: (r.known_good_at or r.marked_at, r.marked_at), reverse=True)


def uncleared(releases: Sequence[Release]) -> Release | None:
    """Return the newest release that was rolled back and that no person has cleared."""
    waiting = [r for r in releases if r.blamed and not r.cleared]
    return max(waiting, key=lambda r: r.marked_at, default=None)


def last_known_good(
    choices: Sequence[Release], now: Mapping[str, Configuration], shape: tuple[str, ...]
) -> tuple[Release | None, tuple[str, ...]]:
    """Return the first candidate of this shape whose artefacts still match, and why each better one was passed over."""
    refused: list[str] = []
    for release in choices:
        found = now.get(release.config)
        fault = _fault(release, found.artefacts if found else None) or _misfit(found, shape)
        if fault is None:
            return release, tuple(refused)
        refused.append(f"{release.version}: {fault}")
    return None, tuple(refused)


def _misfit(found: Configuration | None, shape: tuple[str, ...]) -> str | None:
    if found is None or found.shape == shape:
        return None
    return f"it has variants {_names(found.shape)}, in service are {_names(shape)}"


def _names(shape: tuple[str, ...]) -> str:
    return ", ".join(shape) or "(none)"


def _fault(release: Release, found: Artefacts | None) -> str | None:
    if found is None or found.missing:
        return f"cannot read {', '.join(found.missing) if found else release.config}"
    if not release.digests:
        return "no digests were recorded for it"
    changed = sorted(name for name, digest in release.digests.items() if found.digests.get(name) != digest)
    return f"changed since it was recorded: {', '.join(changed)}" if changed else None
