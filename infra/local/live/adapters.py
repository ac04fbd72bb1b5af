"""How an adapter comes to some replicas and not to others."""

from datetime import timedelta

from infra.local.adapters import bring, path_of, take_out, tell_engines
from infra.local.live.deployments import way_of
from infra.local.live.hands import TWO_DAYS, Hands

YOUNGER = timedelta(hours=1)


def load_in_part(hands: Hands) -> None:
    """Roll out v2 by a pipeline that stops half way: one has it, one has lost the old one for it, one kept it."""
    hands.mark("v2")
    if named := hands.target.touch.adapter:
        first, second, third = named.replicas
        for url in (second, third):
            tell_engines(hands.house.clouds, "refuse", {"url": url, "path": path_of(named, "v2")})
        take_out(named, second)
        for url in (first, second, third):
            bring(named, url, "v2")
    hands.tell("leave")


def load_everywhere(hands: Hands) -> None:
    """Let v2 be on every replica, vouched for an hour after v1."""
    hands.vouch()
    hands.vouch("v2", TWO_DAYS - YOUNGER)
    way_of(hands.target).send(hands.house.clouds, hands.target, "v2")


def restart_one(hands: Hands) -> None:
    """End one replica, and begin it anew with what it was started with: no adapter."""
    named = hands.target.touch.adapter
    tell_engines(hands.house.clouds, "restart", {"url": named.replicas[1] if named else ""})
    hands.tell("leave")
