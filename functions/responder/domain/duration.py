"""Durations as Prometheus writes them: `90s`, `5m`, `1h30m`, `2d`."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1, "ms": 0.001}
_PART = re.compile(r"(\d+)(ms|[dhms])")
_RANGE = re.compile(r"\[([0-9a-z]+)(?::[0-9a-z]*)?\]")


def parse_duration(written: object) -> timedelta:
    """Read a duration; raise ValueError with an example when it is not one."""
    if isinstance(written, timedelta):
        return written
    if not isinstance(written, str) or not re.fullmatch(r"(\d+(ms|[dhms]))+", written):
        raise ValueError(f"{written!r} is not a duration; write for example 30s, 5m or 1h30m")
    return timedelta(seconds=sum(int(n) * _UNITS[unit] for n, unit in _PART.findall(written)))


def write_duration(length: timedelta) -> str:
    rest, parts = round(length.total_seconds() * 1000), []
    for unit, size in _UNITS.items():
        count, rest = divmod(rest, round(size * 1000))
        parts += [f"{count}{unit}"] if count else []
    return "".join(parts) or "0s"


def roughly(length: timedelta) -> str:
    """Write a span in whole seconds; what lies in the future counts as nothing."""
    return write_duration(timedelta(seconds=max(0, int(length.total_seconds()))))


def longest_range(query: str) -> timedelta:
    """Return the longest range selector of a PromQL query, zero when it has none."""
    return max(map(parse_duration, _RANGE.findall(query)), default=timedelta())


Duration = Annotated[timedelta, BeforeValidator(parse_duration), PlainSerializer(write_duration)]
