"""Turn facts into plain JSON and back.

One canonical form (sorted keys, no spaces, ASCII only) is what is hashed, stored and exported, so that the
same fact always has the same SHA-256. ASCII also satisfies the character set of SQS.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from responder.errors import CannotRead

T = TypeVar("T")
_ADAPTERS: dict[type, TypeAdapter[Any]] = {}  # building one costs more than using it a thousand times


def canonical(fact: object) -> str:
    """Serialise plain data; NaN and infinities are refused because JSON has none."""
    return json.dumps(fact, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def sha256(text: str | bytes) -> str:
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def to_plain(fact: object) -> dict[str, Any]:
    """Turn a dataclass into plain data, leaving out what is None so that records stay short."""
    return cast("dict[str, Any]", _adapter(type(fact)).dump_python(fact, mode="json", exclude_none=True))


def from_plain(kind: type[T], data: object, what: str) -> T:
    """Build a dataclass from plain data; raise CannotRead naming `what`, the place and the fault.

    Unknown keys are ignored at every depth, even where front matter refuses them: a newer responder wrote them.
    """
    try:
        return cast("T", _adapter(kind).validate_python(data, extra="ignore"))
    except ValidationError as error:
        raise CannotRead(f"{what}: {faults(error)}") from error


def faults(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, e['loc'])) or 'body'}: {e['msg']}" for e in error.errors()[:5])


def stamp(moment: datetime) -> str:
    """UTC with milliseconds, the one form of time in records and keys."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def spoken(moment: datetime) -> str:
    """UTC as a person reads it, to the minute."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def millis(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _adapter(kind: type) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]
