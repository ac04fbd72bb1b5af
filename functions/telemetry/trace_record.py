"""One answered request as a record: lengths and flags, never the text."""

import hashlib
import hmac
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from telemetry.answer import Outcome


class TraceRecord(BaseModel):
    """What is written for each request; a reader ignores fields it does not know, the writer refuses them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    v: int = 1
    at: datetime
    trace_id: str = Field(pattern=r"^[0-9a-f]{32}$")
    span_id: str = Field(pattern=r"^[0-9a-f]{16}$")
    model_id: str
    adapter_id: str
    version: str
    route: str
    outcome: Outcome
    input_len: int = Field(ge=0, description="tokens")
    output_len: int = Field(ge=0, description="tokens")
    latency_ms: float = Field(ge=0)
    cache_hit: bool
    safety_flags: tuple[str, ...] = ()
    cost_usd: float = Field(ge=0)
    user_hash: str | None = None
    language: str | None = None
    toxicity: float | None = Field(default=None, ge=0, le=1, description="a classifier's score of the input")
    dataset: str = "live"
    shadow: bool = Field(default=False, description="answered by a shadow candidate, for nobody")
    accepted: bool | None = Field(default=None, description="what a judge said; None when nobody judged")


def hash_user(user: str, key: bytes) -> str:
    """Name a user without saying who it is: the same within one key, unlinkable once the key is gone."""
    return hmac.new(key, user.encode(), hashlib.sha256).hexdigest()[:32]
