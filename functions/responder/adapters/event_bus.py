"""EventBridge: whoever runs the re-evaluation listens for `ReevaluationNeeded`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from responder.adapters import aws
from responder.domain.plain import canonical
from responder.errors import ActionFailed

SOURCE, KIND = "llm-alert-responder", "ReevaluationNeeded"


class EventBus:
    """The account's default bus."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401  # boto3 has no types
        self._events = client

    def start(self, model: str, features: Sequence[str], now: datetime) -> None:
        detail = canonical({"model": model, "features": list(features)})
        try:
            answer = self._events.put_events(
                Entries=[{"Source": SOURCE, "DetailType": KIND, "Detail": detail, "Time": now}]
            )
        except aws.TROUBLE as error:
            raise ActionFailed(f"{KIND}: {aws.code_of(error)}") from error
        if answer["FailedEntryCount"]:
            raise ActionFailed(f"{KIND}: {answer['Entries'][0].get('ErrorCode')}")
