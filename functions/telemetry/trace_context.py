"""W3C trace context: who called, and which trace this request belongs to.

https://www.w3.org/TR/trace-context/ : `00-<32 hex trace id>-<16 hex parent id>-<2 hex flags>`. A header that is
not exactly that starts a new trace; a version from the future is read as far as we know it.
"""

import re
import secrets
from dataclasses import dataclass

_HEADER = re.compile(r"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
SAMPLED = 0x01
_RANDOM_DIGITS = 14  # the rightmost seven bytes of a trace id are random


@dataclass(frozen=True)
class TraceContext:
    """The place of one request in its trace."""

    trace_id: str
    span_id: str
    parent_id: str | None
    sampled: bool

    @property
    def header(self) -> str:
        """What is sent on, so that the next one knows us as its parent."""
        return f"00-{self.trace_id}-{self.span_id}-{SAMPLED if self.sampled else 0:02x}"


def begin(header: str | None) -> TraceContext:
    """Go on with the caller's trace, or start one."""
    found = _HEADER.fullmatch(header.strip()) if header else None
    if not found or (found[1] == "00" and found[5]):
        return TraceContext(secrets.token_hex(16), secrets.token_hex(8), None, sampled=False)
    return TraceContext(found[2], secrets.token_hex(8), found[3], sampled=bool(int(found[4], 16) & SAMPLED))


def falls_in(trace_id: str, share: float) -> bool:
    """Say whether a trace belongs to this share of all; every process says the same, so a trace stays whole."""
    return int(trace_id[-_RANDOM_DIGITS:], 16) < share * float(1 << 4 * _RANDOM_DIGITS)
