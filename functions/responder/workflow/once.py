"""What is asked of the outside once for one decision, so that all of it rests on the same look."""

from collections.abc import Sequence

from responder.domain.release import Release
from responder.ports import Releases


class ReleasesOnce:
    """Release markers for one decision: the diagnosis and the plan see the same ones; a failed look is no look."""

    def __init__(self, releases: Releases) -> None:
        self._releases = releases
        self._seen: dict[str, Sequence[Release]] = {}

    def of(self, target: str) -> list[Release]:
        if target not in self._seen:
            self._seen[target] = tuple(self._releases.of(target))
        return list(self._seen[target])

    def save(self, release: Release) -> None:
        self._seen.pop(release.target, None)
        self._releases.save(release)
