"""Who answers a model of LiteLLM's proxy, over the wire."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from infra.local.litellm import Deployment
from tests.adapters.cloud import a_secret
from tests.adapters.gateways import Gateway, a_gateway
from tests.adapters.web import Web
from tests.world import CHAT

from responder.adapters.litellm_circuit import LiteLlmCircuit
from responder.adapters.roles import RemediationRoles
from responder.domain.remediation import Snapshot, Standing, classify
from responder.domain.target import Target
from responder.domain.things.gateway import LiteLlmCircuit as Named
from responder.domain.touch import Touch
from responder.errors import CannotKnow, NotThere

SEEN = LiteLlmCircuit(RemediationRoles("", None))
KEY, NAME = "the-key", "chat/gateway"
CLOSED, OPEN = {"first": "1", "spare": "0"}, {"first": "0", "spare": "9"}
Fault = Callable[[Gateway], None]

pytestmark = pytest.mark.usefixtures("cloud")


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    made = a_gateway(
        {}, KEY, {"first": Deployment("chat", 1), "spare": Deployment("chat", 0), "else": Deployment("embed")}
    )
    yield made
    made.close()


def _target(url: str, *fallback: str) -> Target:
    a_secret(NAME, KEY)
    return replace(CHAT, touch=Touch(litellm_circuit=Named(url, "chat", fallback or ("spare",), 0.1, NAME)))


def _weights(gateway: Gateway) -> dict[str, float | None]:
    return {one: deployment.weight for one, deployment in gateway.proxy.deployments.items()}


def test_what_is_raised_is_raised_first_so_that_somebody_always_answers(gateway: Gateway) -> None:
    target = _target(gateway.url)
    seen = SEEN.observe(target)

    done = SEEN.apply(target, seen, OPEN, "action-1")

    assert (seen.current, seen.state, done.result) == (CLOSED, "first 1, spare 0", "accepted")
    assert gateway.proxy.asked == [
        {"deployment": "spare", "litellm_params": {"weight": 9}},
        {"deployment": "first", "litellm_params": {"weight": 0}},
    ]
    assert _weights(gateway) == {"first": 0, "spare": 9, "else": None}


def test_what_did_not_follow_is_asked_again_and_what_did_is_left_alone(gateway: Gateway) -> None:
    target = _target(gateway.url)
    gateway.proxy.broken = {"first"}

    half = SEEN.apply(target, SEEN.observe(target), OPEN, "action-1")
    between = SEEN.observe(target)
    gateway.proxy.broken = set()
    whole = SEEN.apply(target, between, OPEN, "action-1")

    assert half.result == "accepted"
    assert "1 of 2 deployments followed; first: HTTP 500" in half.says
    assert classify(between, CLOSED, OPEN) is Standing.BEFORE
    assert whole.result == "accepted"
    assert [asked["deployment"] for asked in gateway.proxy.asked] == ["spare", "first", "first"]
    assert classify(SEEN.observe(target), CLOSED, OPEN) is Standing.DESIRED


def test_where_nothing_followed_it_is_not_known_whether_it_was_done(gateway: Gateway) -> None:
    target = _target(gateway.url)
    gateway.proxy.broken = {"spare"}

    assert SEEN.apply(target, SEEN.observe(target), OPEN, "action-1").result == "unknown"


def test_what_somebody_changed_meanwhile_is_left_to_them(gateway: Gateway) -> None:
    target = _target(gateway.url)
    seen = SEEN.observe(target)
    gateway.proxy.deployments["first"].weight = 3

    done = SEEN.apply(target, seen, OPEN, "action-1")

    assert (done.result, gateway.proxy.asked) == ("refused", [])
    assert "changed since" in done.says


def test_a_deployment_taken_out_by_hand_is_seen_as_that_and_stays_so(gateway: Gateway) -> None:
    target = _target(gateway.url)
    gateway.proxy.deployments["first"].blocked = True
    seen = SEEN.observe(target)

    SEEN.apply(target, seen, {"first": "blocked", "spare": "9"}, "action-1")

    assert seen.current == {"first": "blocked", "spare": "0"}
    assert [asked["deployment"] for asked in gateway.proxy.asked] == ["spare"]


def test_a_fraction_stays_what_it_is(gateway: Gateway) -> None:
    target = _target(gateway.url)
    gateway.proxy.deployments["first"].weight = 0.5
    seen = SEEN.observe(target)

    SEEN.apply(target, seen, OPEN, "action-1")
    SEEN.apply(target, SEEN.observe(target), seen.current, "action-2")

    assert seen.current["first"] == "0.5"
    assert _weights(gateway)["first"] == 0.5


def test_what_is_switched_on_at_a_deployment_stays_on(gateway: Gateway) -> None:
    """The proxy switches off what is not sent along with a change."""
    target = _target(gateway.url)
    gateway.proxy.deployments["first"].flags = {"use_in_pass_through": True, "use_litellm_proxy": False}

    SEEN.apply(target, SEEN.observe(target), OPEN, "action-1")

    flags = {one: gateway.proxy.deployments[one].flags for one in OPEN}
    assert [name for name, on in flags["first"].items() if on] == ["use_in_pass_through"]
    assert not any(flags["spare"].values())


def _routes_by(strategy: str) -> Fault:
    return lambda gateway: gateway.proxy.settings.update(routing_strategy=strategy)


def _grouped(gateway: Gateway) -> None:
    group = {"group_name": "cheap", "models": ["chat"], "routing_strategy": "cost-based-routing"}
    gateway.proxy.settings["routing_groups"] = [group]


def _changed(one: str, **fields: object) -> Fault:
    def change(gateway: Gateway) -> None:
        deployments = gateway.proxy.deployments
        deployments[one] = replace(deployments[one], **fields)  # type: ignore[arg-type]  # fields of a deployment

    return change


def _crowded(gateway: Gateway) -> None:
    gateway.proxy.deployments |= {f"more-{n}": Deployment("chat", 1) for n in range(50)}


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (_routes_by("least-busy"), "the proxy routes by least-busy; weights decide only with simple-shuffle"),
        (_grouped, "the proxy routes by cost-based-routing"),
        (_changed("first", in_database=False), "first of the proxy's configuration file cannot be changed"),
        (_changed("spare", weight=None), "spare has no weight, and none is made"),
        (_changed("spare", order=2), "differ in their `order`"),
        (_changed("spare", model="other"), "services.yaml names spare, but it has first"),
        (lambda gateway: gateway.proxy.deployments.clear(), "knows no model chat"),
        (_crowded, "more than 50 deployments"),
    ],
)
def test_where_weights_would_not_decide_nothing_is_done(gateway: Gateway, fault: Fault, says: str) -> None:
    target = _target(gateway.url)
    seen = SEEN.observe(target)
    fault(gateway)

    with pytest.raises(NotThere) as told:
        SEEN.observe(target)
    done = SEEN.apply(target, seen, OPEN, "action-1")

    assert says in str(told.value)
    assert (done.result, done.says, gateway.proxy.asked) == ("refused", str(told.value), [])


def test_with_another_key_it_cannot_be_looked_at_and_nothing_is_changed(gateway: Gateway) -> None:
    gateway.proxy.key = "rotated"
    target = _target(gateway.url)

    with pytest.raises(CannotKnow, match="401"):
        SEEN.observe(target)
    assert SEEN.apply(target, Snapshot(CLOSED, "", settled=True), OPEN, "action-1").result == "refused"


def test_an_answer_of_another_shape_is_no_answer(web: Web) -> None:
    web.says({"current_values": {"routing_strategy": "simple-shuffle"}})

    with pytest.raises(CannotKnow, match="has no 'data'"):
        SEEN.observe(_target(web.url))
