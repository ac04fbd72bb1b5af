"""A re-evaluation as a target: an event asks for it, and a parameter says which was asked for last.

The event goes first. Whoever crashes between the two sends it again with the same id, and whoever runs the
re-evaluation must know that id once; a parameter written first could stand for an event that never was.
"""

import json
from collections.abc import Mapping
from typing import Any

from responder.adapters.answers import ask_once, look
from responder.adapters.event_bus import entry_of
from responder.adapters.roles import RemediationRoles
from responder.domain.plain import canonical
from responder.domain.plans.reevaluation import ASKED, NOTHING_ASKED, event_of
from responder.domain.remediation import Outcome, Snapshot
from responder.domain.target import Target
from responder.domain.things.evaluation import Evaluation
from responder.errors import CannotKnow, NotThere


class Reevaluation:
    """One call to look, two to ask."""

    def __init__(self, roles: RemediationRoles) -> None:
        self._roles = roles

    def observe(self, target: Target) -> Snapshot:
        """What was never asked for has no parameter yet."""
        named = _named(target)
        found = look(self._roles, "ssm", target, named.name, lambda c: c.get_parameters(Names=[named.parameter]))
        if not found["Parameters"]:
            return Snapshot(dict(NOTHING_ASKED), "nothing asked for", settled=True)
        try:
            written = json.loads(found["Parameters"][0]["Value"])
            current = {key: str(written[key]) for key in NOTHING_ASKED}
        except (ValueError, KeyError, TypeError) as error:
            raise CannotKnow(f"parameter {named.parameter} holds something else: {error}") from error
        return Snapshot(current, f"asked for {current[ASKED] or 'nothing'}", settled=True)

    def apply(self, target: Target, seen: Snapshot, desired: Mapping[str, str], token: str) -> Outcome:  # noqa: ARG002  # a parameter compares nothing
        named = _named(target)
        entry = {**entry_of(event_of(target, dict(desired))), "EventBusName": named.bus}
        failed: list[str] = []

        def send(client: Any) -> dict[str, Any]:  # noqa: ANN401  # boto3 has no types
            answer: dict[str, Any] = client.put_events(Entries=[entry])
            failed.extend(str(one["ErrorCode"]) for one in answer["Entries"] if one.get("ErrorCode"))
            return answer

        sent = ask_once(self._roles, "events", target, token, send)
        if sent.result != "accepted":
            return sent
        if failed:
            return Outcome("refused", f"the event was not taken: {', '.join(failed)}", sent.request_id)
        asked = {"Name": named.parameter, "Value": canonical(dict(desired)), "Type": "String", "Overwrite": True}
        kept = ask_once(self._roles, "ssm", target, token, lambda c: c.put_parameter(**asked))
        return sent if kept.result == "accepted" else kept


def _named(target: Target) -> Evaluation:
    if not target.touch.evaluation:
        raise NotThere(f"{target.name} names no evaluation")
    return target.touch.evaluation
