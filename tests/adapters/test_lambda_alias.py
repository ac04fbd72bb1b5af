"""What only the real alias says; the rest is in the contract."""

from dataclasses import replace
from typing import Any

import pytest
from botocore.stub import Stubber
from tests.adapters.cloud import OneClient, scripted
from tests.world import CHAT

from responder.adapters.lambda_alias import LambdaAlias
from responder.domain.plans.rollback import CANARY, VERSION
from responder.domain.remediation import Snapshot
from responder.domain.touch import LambdaAlias as Touched
from responder.domain.touch import Touch

TARGET = replace(CHAT, touch=Touch(lambda_alias=Touched("chat", "live")))
ASKED = {"FunctionName": "chat", "Name": "live"}


@pytest.fixture
def script() -> Stubber:
    return scripted("lambda")[1]


def _seen(script: Stubber, **more: Any) -> Snapshot:  # noqa: ANN401  # parts of GetAlias
    script.add_response("get_alias", {"FunctionVersion": "7", "RevisionId": "r-1", **more}, ASKED)
    return LambdaAlias(OneClient(script.client)).observe(TARGET)


def test_a_canary_is_the_newest_release_in_service(script: Stubber) -> None:
    seen = _seen(script, RoutingConfig={"AdditionalVersionWeights": {"8": 0.1}})

    assert seen.current == {VERSION: "7", CANARY: "8=0.1"}
    assert seen.release == "8"


def test_a_change_is_compared_with_the_look_it_rests_on(script: Stubber) -> None:
    seen = _seen(script)
    wanted = {"FunctionVersion": "6", "RoutingConfig": {"AdditionalVersionWeights": {}}, "RevisionId": "r-1"}
    script.add_response("update_alias", {}, {**ASKED, **wanted})

    done = LambdaAlias(OneClient(script.client)).apply(TARGET, seen, {VERSION: "6", CANARY: ""}, "action-1")

    assert done.result == "accepted"


def test_a_change_of_somebody_else_in_between_is_refused_there(script: Stubber) -> None:
    script.add_client_error(
        "update_alias", "PreconditionFailedException", "The RevisionId provided does not match", 412
    )
    seen = Snapshot({VERSION: "7", CANARY: ""}, "", settled=True, revision="r-0")

    done = LambdaAlias(OneClient(script.client)).apply(TARGET, seen, {VERSION: "6", CANARY: ""}, "action-1")

    assert done.result == "refused"
    assert done.says.startswith("PreconditionFailedException")


def test_a_canary_is_brought_back_with_its_weight(script: Stubber) -> None:
    wanted = {"FunctionVersion": "7", "RoutingConfig": {"AdditionalVersionWeights": {"8": 0.1}}, "RevisionId": "r-1"}
    script.add_response("update_alias", {}, {**ASKED, **wanted})
    seen = Snapshot({VERSION: "7", CANARY: ""}, "", settled=True, revision="r-1")

    assert (
        LambdaAlias(OneClient(script.client)).apply(TARGET, seen, {VERSION: "7", CANARY: "8=0.1"}, "a").result
        == "accepted"
    )
