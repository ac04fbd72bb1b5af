"""See which signals of a book show in alerts, log lines and measurements.

Everything is looked up, nothing is gone through: names and measurements in dictionaries, patterns in an
index. So a look costs about the same with ten runbooks and with a thousand.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from responder.domain.alert import SEVERITY_LABELS, Alert
from responder.domain.condition import holds
from responder.domain.evidence import Evidence
from responder.domain.failure_mode import FailureMode
from responder.domain.matching import PatternIndex, index_patterns
from responder.domain.signal import Signal, as_words, kind_of

LONGEST_LINE = 4_000  # characters of one log line that are read
MOST_LINES = 1_000
LONGEST_LOG = 200_000  # characters of all log lines together: ten megabytes must not delay a diagnosis
_LONGEST_QUOTE = 80
_NAME = re.compile(r"\b[A-Za-z]*[a-z][A-Z][A-Za-z]*\b")
_SILENT = {"alertname", "runbook", "runbook_url", *SEVERITY_LABELS}
# Labels that say where it is, or whose: a service may be called anything.
# fmt: off
_WHERE = frozenset({
    "app", "cluster", "container", "deployment", "endpoint", "env", "environment", "host", "hostname",
    "instance", "job", "model", "model_id", "model_name", "namespace", "node", "owner", "pod", "project",
    "region", "replica", "resource", "server", "service", "site", "squad", "target", "team", "tenant", "zone",
})
# fmt: on

Owned = tuple[FailureMode, Signal]


@dataclass(frozen=True)
class Sighting:
    """One signal that shows, and the words or the value it showed in."""

    mode: FailureMode
    signal: Signal
    quote: str

    @property
    def says(self) -> str:
        return f"{self.signal.says} ({self.quote})"


@dataclass(frozen=True)
class SignalIndex:
    """The signals of a book by what they look at."""

    signals: tuple[Owned, ...]

    def look(self, alerts: Sequence[Alert], lines: Iterable[str], evidence: Iterable[Evidence]) -> tuple[Sighting, ...]:
        """Return each signal that shows, once, in the order of the book; `lines` are those of `lines_of`."""
        found: dict[int, Sighting] = {}
        for place, quote in self._all(alerts, lines, evidence):
            found.setdefault(place, Sighting(*self.signals[place], quote))
        return tuple(found[place] for place in sorted(found))

    @cached_property
    def explained(self) -> Mapping[FailureMode, list[Signal]]:
        """The signals by which a mode yields to its causes, by the mode that yields."""
        groups: dict[FailureMode, list[Signal]] = defaultdict(list)
        for mode, signal in self.signals:
            if signal.explained_by:
                groups[mode].append(signal)
        return dict(groups)

    def _all(
        self, alerts: Sequence[Alert], lines: Iterable[str], evidence: Iterable[Evidence]
    ) -> Iterator[tuple[int, str]]:
        for alert in alerts:
            yield from ((place, alert.name) for place in self._by_name.get(alert.name, ()))
            yield from self._in_alerts.search(written(alert))
        for line in lines:
            yield from self._in_logs.search(line)
        for e in evidence:
            shown = (place for place in self._by_measure.get(e.name, ()) if self._holds(place, e))
            yield from ((place, f"{e.value}") for place in shown)

    def _holds(self, place: int, measured: Evidence) -> bool:
        """A missing or unreadable measurement shows nothing, neither for nor against."""
        when = self.signals[place][1].when
        return measured.value is not None and when is not None and holds(when, {"value": measured.value}) is True

    @cached_property
    def _by_name(self) -> Mapping[str, list[int]]:
        return _grouped((name, place) for place, (_, s) in enumerate(self.signals) for name in s.alertname)

    @cached_property
    def _by_measure(self) -> Mapping[str, list[int]]:
        return _grouped(
            (name, place)
            for place, (mode, s) in enumerate(self.signals)
            if kind_of(s) == "measure"
            for name in (measure_name(mode, s), *s.metric)
        )

    @cached_property
    def _in_alerts(self) -> "_Written":
        return _Written([(s.alert or s.text, s.unless) for _, s in self.signals])

    @cached_property
    def _in_logs(self) -> "_Written":
        return _Written([(s.log or s.text, s.unless) for _, s in self.signals])


class _Written:
    """The patterns of one kind of text, and whose they are; `unless` takes back what the others found."""

    def __init__(self, patterns: Sequence[tuple[tuple[str, ...], tuple[str, ...]]]) -> None:
        self._owners = _grouped((pattern, place) for place, (these, _) in enumerate(patterns) for pattern in these)
        self._takers = _grouped((p, place) for place, (these, unless) in enumerate(patterns) if these for p in unless)
        self._index: PatternIndex = index_patterns(self._owners.keys() | self._takers.keys())

    def search(self, text: str) -> Iterator[tuple[int, str]]:
        found = list(self._index.search(text))
        taken = {place for f in found for place in self._takers.get(f.pattern, ())}
        for f in found:
            quote = _shortened(f.quote)
            yield from ((place, quote) for place in self._owners.get(f.pattern, ()) if place not in taken)


def measure_name(mode: FailureMode, signal: Signal) -> str:
    """Return the name under which the answer to a signal's query is evidence."""
    return f"{mode}.{signal.id}"


def written(alert: Alert) -> str:
    """Return what an alert says in words, on one line; its loudness and its links say nothing about the cause."""
    return _written(alert, _SILENT)


def _written(alert: Alert, silent: Collection[str]) -> str:
    pairs = [*sorted(alert.labels.items()), *sorted(alert.annotations.items())]
    told = [f"{name}={text}" for name, text in pairs if name not in silent and "://" not in text]
    return _one_line(". ".join([as_words(alert.name), *told]))


def as_told(alerts: Iterable[Alert], lines: Iterable[str]) -> list[str]:
    """Return every text that is heard as a whole: what the alerts say, but for where and whose, and the log lines."""
    return [*(_written(alert, _SILENT | _WHERE) for alert in alerts), *lines]


def lines_of(logs: Iterable[str]) -> Iterator[str]:
    """Read each different line once, and stop before a flood delays the diagnosis."""
    left = LONGEST_LOG
    for line in islice(dict.fromkeys(logs), MOST_LINES):
        yield as_read(line[: min(LONGEST_LINE, left)])
        left -= len(line)
        if left <= 0:
            return


def as_read(line: str) -> str:
    """Put a log line on one line and add the names in it as words: `ServerTimeoutError` is a server's timeout."""
    line = _one_line(line)
    names = [as_words(name) for name in dict.fromkeys(_NAME.findall(line))]
    return " | ".join([line, *names])


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"


def _grouped(pairs: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = defaultdict(list)
    for name, place in pairs:
        groups[name].append(place)
    return dict(groups)
