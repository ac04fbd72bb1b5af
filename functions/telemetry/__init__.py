"""What users add to their serving code: metrics the alert rules need, a trace record, and an ASGI middleware.

    pip install "llm-alert-responder[telemetry]"

It knows nothing of the responder; both agree on the names of the metrics only.
"""

from telemetry.answer import Answer, Outcome
from telemetry.exporter import Exporter, Served
from telemetry.middleware import Telemetry
from telemetry.mirror import Mirror
from telemetry.trace_context import TraceContext, falls_in
from telemetry.trace_record import TraceRecord, hash_user

__all__ = [
    "Answer",
    "Exporter",
    "Mirror",
    "Outcome",
    "Served",
    "Telemetry",
    "TraceContext",
    "TraceRecord",
    "falls_in",
    "hash_user",
]
