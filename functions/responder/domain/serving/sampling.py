"""Which requests keep their full text: a small share of all traces, and everything that went wrong.

Decided by trace id, so that every process decides the same and a trace is kept whole. A request that failed or that
the safety classifier flagged is kept whatever its trace. Without a readable trace id nothing is kept.
"""

import re
from collections.abc import Collection

LEAST, MOST = 0.01, 0.10
_TRACE = re.compile(r"[0-9a-f]{32}")
_RANDOM_DIGITS = 14  # W3C trace context: the rightmost seven bytes are random


def keeps_text(trace_id: str, share: float, outcome: str, safety_flags: Collection[str]) -> bool:
    if not _TRACE.fullmatch(trace_id):
        return False
    return outcome not in ("ok", "client_error") or bool(safety_flags) or falls_in(trace_id, share)


def falls_in(trace_id: str, share: float) -> bool:
    return int(trace_id[-_RANDOM_DIGITS:], 16) < share * float(1 << 4 * _RANDOM_DIGITS)
