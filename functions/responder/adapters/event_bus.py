"""EventBridge: whoever runs the re-evaluation listens for `ReevaluationNeeded`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from responder.adapters import aws
from responder.domain.plain import canonical, sha256, stamp
from responder.domain.plans.reevaluation import event
from responder.errors import ActionFailed


class EventBus:
    """The account's default bus."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401  # boto3 has no types
        self._events = client

    def start(self, model: str, features: Sequence[str], now: datetime) -> None:
        """Ask for it; asked again within the hour, it is the same event."""
        asked = sha256(canonical([model, list(features), stamp(now)[:13]]))[:24]
        entry = {**entry_of(event(asked, model, features, f"model/{model}")), "Time": now}
        try:
            answer = self._events.put_events(Entries=[entry])
        except aws.TROUBLE as error:
            raise ActionFailed(f"{entry['DetailType']}: {aws.code_of(error)}") from error
        if answer["FailedEntryCount"]:
            raise ActionFailed(f"{entry['DetailType']}: {answer['Entries'][0].get('ErrorCode')}")


def entry_of(detail: dict[str, Any]) -> dict[str, Any]:
    """Wrap an event as EventBridge takes it."""
    return {"Source": detail["source"], "DetailType": detail["type"], "Detail": canonical(detail)}
