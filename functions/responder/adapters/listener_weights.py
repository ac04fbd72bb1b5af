"""The weights of a load balancer's listener, or of one of its rules, as a target.

Both calls replace every action and compare nothing: the actions are read again right before, must still have the
weights that were looked at, and are sent back as they were but for these numbers.
"""

from collections.abc import Mapping
from typing import Any

from responder.adapters.answers import ask_once, look
from responder.adapters.roles import RemediationRoles
from responder.domain.remediation import Outcome, Snapshot
from responder.domain.target import Target
from responder.domain.things.load import ListenerWeights as Named
from responder.errors import NotThere

Action = dict[str, Any]


class ListenerWeights:
    """One call to look; one more look and one call to change, at once."""

    def __init__(self, roles: RemediationRoles) -> None:
        self._roles = roles

    def observe(self, target: Target) -> Snapshot:
        named = _named(target)
        groups = _groups(self._actions(target, named), named)
        current = {_name(group): str(group.get("Weight", 1)) for group in groups}
        return Snapshot(current, "in force", settled=True)

    def apply(self, target: Target, seen: Snapshot, desired: Mapping[str, str], token: str) -> Outcome:
        named = _named(target)
        actions = self._actions(target, named)
        groups = _groups(actions, named)
        if {_name(group): str(group.get("Weight", 1)) for group in groups} != seen.current:
            return Outcome("refused", "the weights changed since they were looked at")
        for group in groups:
            group["Weight"] = int(desired[_name(group)])
        sent = [_to_send(action) for action in actions]
        return ask_once(self._roles, "elbv2", target, token, lambda c: _modify(c, named, sent))

    def _actions(self, target: Target, named: Named) -> list[Action]:
        if named.is_rule:
            asked = {"RuleArns": [named.listener]}
            rules = look(self._roles, "elbv2", target, named.name, lambda c: c.describe_rules(**asked))["Rules"]
            return list(rules[0]["Actions"]) if rules else []
        asked = {"ListenerArns": [named.listener]}
        found = look(self._roles, "elbv2", target, named.name, lambda c: c.describe_listeners(**asked))["Listeners"]
        return list(found[0]["DefaultActions"]) if found else []


def _groups(actions: list[Action], named: Named) -> list[dict[str, Any]]:
    """Return the target groups of the one action that spreads calls."""
    forwards = [a["ForwardConfig"]["TargetGroups"] for a in actions if a.get("ForwardConfig", {}).get("TargetGroups")]
    if len(forwards) != 1:
        raise NotThere(f"{named.name} spreads no calls over target groups")
    groups: list[dict[str, Any]] = forwards[0]
    return groups


def _to_send(action: Action) -> Action:
    """Write an action as it may be sent: one that forwards names its groups once, a client's secret stays as it is."""
    sent = {key: value for key, value in action.items() if key != "TargetGroupArn" or "ForwardConfig" not in action}
    if "AuthenticateOidcConfig" in sent:
        sent["AuthenticateOidcConfig"] = {**sent["AuthenticateOidcConfig"], "UseExistingClientSecret": True}
    return sent


def _modify(client: Any, named: Named, actions: list[Action]) -> dict[str, Any]:  # noqa: ANN401  # boto3 has no types
    if named.is_rule:
        answer: dict[str, Any] = client.modify_rule(RuleArn=named.listener, Actions=actions)
    else:
        answer = client.modify_listener(ListenerArn=named.listener, DefaultActions=actions)
    return answer


def _name(group: Mapping[str, Any]) -> str:
    """Name a target group as its owner does: `arn:…:targetgroup/NAME/id`."""
    return str(group["TargetGroupArn"]).split("/")[1]


def _named(target: Target) -> Named:
    if not target.touch.listener_weights:
        raise NotThere(f"{target.name} names no listener weights")
    return target.touch.listener_weights
