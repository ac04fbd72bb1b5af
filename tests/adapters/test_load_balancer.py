"""A load balancer's weights and shards, with moto behind them; moto drains at once and knows no unhealthy shard."""

from dataclasses import replace
from typing import Any

import pytest
from botocore.stub import Stubber
from tests.adapters.cloud import OneClient, a_balancer, scripted
from tests.world import CHAT

from responder.adapters import aws
from responder.adapters.listener_weights import ListenerWeights
from responder.adapters.roles import RemediationRoles
from responder.adapters.target_group import TargetGroup
from responder.domain.remediation import Snapshot, Standing, classify
from responder.domain.target import Target
from responder.domain.things.load import ListenerWeights as Weighted
from responder.domain.things.load import TargetGroup as Group
from responder.domain.touch import Touch
from responder.errors import CannotKnow, NotThere

MOVED, EVEN = {"chat-a": "9", "chat-b": "1"}, {"chat-a": "1", "chat-b": "1"}
ARN = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/chat/1"
SHARDED = replace(CHAT, touch=Touch(target_group=Group(ARN, least=1)))
BOTH, ONE = {"shards": "i-1:80,i-2:80"}, {"shards": "i-1:80"}


def _weights(arn: str) -> tuple[ListenerWeights, Target]:
    target = replace(CHAT, touch=Touch(listener_weights=Weighted(arn, {"chat-a": 1, "chat-b": 1})))
    return ListenerWeights(RemediationRoles("", None)), target


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize("place", ["listener", "rule"])
def test_weights_are_seen_changed_and_put_back(place: str) -> None:
    thing, target = _weights(a_balancer(9, 1)[place])
    seen = thing.observe(target)

    done = thing.apply(target, seen, EVEN, "action-1")
    after = thing.observe(target)

    assert (seen.current, done.result) == (MOVED, "accepted")
    assert classify(after, MOVED, EVEN) is Standing.DESIRED
    assert thing.apply(target, after, MOVED, "action-1").result == "accepted"
    assert classify(thing.observe(target), MOVED, EVEN) is Standing.BEFORE


@pytest.mark.usefixtures("cloud")
def test_weights_that_changed_since_the_look_are_not_written_over() -> None:
    thing, target = _weights(a_balancer(9, 1)["rule"])
    before = thing.observe(target)
    thing.apply(target, before, {"chat-a": "5", "chat-b": "5"}, "somebody")

    refused = thing.apply(target, before, EVEN, "action-1")

    assert (refused.result, thing.observe(target).current) == ("refused", {"chat-a": "5", "chat-b": "5"})


@pytest.mark.usefixtures("cloud")
def test_what_forwards_to_one_group_alone_spreads_nothing() -> None:
    thing, target = _weights(a_balancer(9, 1)["plain"])

    with pytest.raises(NotThere, match="spreads no calls"):
        thing.observe(target)


def test_everything_else_in_the_actions_is_sent_back_as_it_was() -> None:
    client, script = scripted("elbv2")
    rule = ARN.replace("targetgroup/chat/1", "listener-rule/app/chat/1/2/3")
    groups = [
        {"TargetGroupArn": ARN.replace("chat/1", f"chat-{name}/1"), "Weight": w} for name, w in (("a", 9), ("b", 1))
    ]
    sticky = {"Enabled": True, "DurationSeconds": 60}
    oidc: dict[str, Any] = {
        "Issuer": "https://id.example", "AuthorizationEndpoint": "https://id.example/a", "ClientId": "chat",
        "TokenEndpoint": "https://id.example/t", "UserInfoEndpoint": "https://id.example/u",
    }  # fmt: skip
    first = {"Type": "authenticate-oidc", "Order": 1, "AuthenticateOidcConfig": oidc}
    spread = {
        "Type": "forward",
        "Order": 2,
        "ForwardConfig": {"TargetGroups": groups, "TargetGroupStickinessConfig": sticky},
    }
    script.add_response("describe_rules", {"Rules": [{"Actions": [first, spread]}]}, {"RuleArns": [rule]})
    even = {"TargetGroups": [{**g, "Weight": 1} for g in groups], "TargetGroupStickinessConfig": sticky}
    kept = {**first, "AuthenticateOidcConfig": {**oidc, "UseExistingClientSecret": True}}
    script.add_response(
        "modify_rule", {"Rules": []}, {"RuleArn": rule, "Actions": [kept, {**spread, "ForwardConfig": even}]}
    )
    target = replace(CHAT, touch=Touch(listener_weights=Weighted(rule, {"chat-a": 1, "chat-b": 1})))

    done = ListenerWeights(OneClient(client)).apply(target, Snapshot(MOVED, "in force", settled=True), EVEN, "action-1")

    assert done.result == "accepted"
    script.assert_no_pending_responses()


@pytest.mark.usefixtures("cloud")
def test_a_shard_is_taken_out_and_put_back() -> None:
    group = a_balancer(1, 1)["group"]
    balancer = aws.make_client("elbv2")
    balancer.register_targets(
        TargetGroupArn=group, Targets=[{"Id": "10.0.0.1", "Port": 80}, {"Id": "10.0.0.2", "Port": 80}]
    )
    thing = TargetGroup(RemediationRoles("", None))
    target = replace(CHAT, touch=Touch(target_group=Group(group, least=1)))
    seen = thing.observe(target)

    done = thing.apply(target, seen, {"shards": "10.0.0.1:80"}, "action-1")
    after = thing.observe(target)

    assert (seen.current, seen.shape) == ({"shards": "10.0.0.1:80,10.0.0.2:80"}, ("10.0.0.1:80", "10.0.0.2:80"))
    assert (done.result, after.current) == ("accepted", {"shards": "10.0.0.1:80"})
    assert thing.apply(target, after, seen.current, "action-1").result == "accepted"
    assert thing.observe(target).current == seen.current


def _group(script: Stubber, **states: str) -> TargetGroup:
    listed = [
        {"Target": {"Id": name.replace("_", "-"), "Port": 80}, "TargetHealth": {"State": state}}
        for name, state in states.items()
    ]
    script.add_response("describe_target_health", {"TargetHealthDescriptions": listed}, {"TargetGroupArn": ARN})
    return TargetGroup(OneClient(script.client))


@pytest.fixture
def script() -> Stubber:
    return scripted("elbv2")[1]


def test_a_shard_that_finishes_what_it_has_begun_is_on_its_way_out(script: Stubber) -> None:
    seen = _group(script, i_1="healthy", i_2="draining").observe(SHARDED)

    assert (seen.state, classify(seen, BOTH, ONE)) == ("i-2:80 draining", Standing.IN_PROGRESS)


def test_a_shard_that_is_checked_first_is_on_its_way_back(script: Stubber) -> None:
    seen = _group(script, i_1="healthy", i_2="initial").observe(SHARDED)

    assert classify(seen, ONE, BOTH) is Standing.IN_PROGRESS


def test_a_shard_that_somebody_else_took_out_meanwhile_is_not_ours(script: Stubber) -> None:
    assert classify(_group(script, i_2="healthy").observe(SHARDED), BOTH, ONE) is Standing.OTHER


def test_an_ill_shard_is_registered_but_does_not_count_as_healthy(script: Stubber) -> None:
    seen = _group(script, i_1="healthy", i_2="unhealthy").observe(SHARDED)

    assert (seen.current, seen.settled, seen.shape) == (BOTH, True, ("i-1:80",))


def test_a_balancer_that_does_not_answer_is_not_known(script: Stubber) -> None:
    script.add_client_error("describe_target_health", "InternalFailure", http_status_code=500)

    with pytest.raises(CannotKnow):
        TargetGroup(OneClient(script.client)).observe(SHARDED)
