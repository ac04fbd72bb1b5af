"""What is there, but was not listed by the seal of its hour: late, or never sealed at all."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from responder.domain.finding import Fault, Finding
from responder.domain.seal import RECORDS, WINDOW, Entry, hours_later

Place = tuple[str, str]


@dataclass
class Unlisted:
    """Waits for the seals of the next 48 hours; `begins` is where a trail begins that was cut at its start."""

    waiting: dict[Place, str] = field(default_factory=dict)
    begins: str = ""
    newer: int = 0

    @property
    def oldest(self) -> str | None:
        return min(map(_hour, self.waiting), default=None)

    def add(self, place: Place, digest: str) -> None:
        self.waiting[place] = digest

    def take_in(self, late: Iterable[tuple[Place, Entry]], hour: str) -> Iterator[Finding]:
        """Cross off what this seal lists as late, and name what no later seal can list any more."""
        for place, entry in late:
            digest = self.waiting.pop(place, None)
            if digest is None and _hour(place) >= self.begins:
                yield Finding(Fault.MISSING, *entry.place, f"the seal of {hour} lists it as late")
            elif digest and digest != entry.sha256:
                yield Finding(Fault.MODIFIED, *entry.place, f"sealed as {entry.sha256}, it is {digest}")
        oldest = hours_later(hour, -WINDOW)
        for place in [place for place in self.waiting if _hour(place) < oldest]:
            del self.waiting[place]
            yield Finding(Fault.UNREFERENCED, *place, "no seal lists it")

    def rest(self, newest: str) -> Iterator[Finding]:
        """Name what should have been listed by now; what is newer than the newest seal is only counted."""
        for place in self.waiting:
            if _hour(place) > newest:
                self.newer += 1
            else:
                yield Finding(Fault.UNREFERENCED, *place, "no seal lists it; if it came late, the next one may")


def _hour(place: Place) -> str:
    return place[0].removeprefix(RECORDS)[:13]
