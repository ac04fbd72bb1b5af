import pytest
from botocore.exceptions import ConnectTimeoutError
from tests.adapters.cloud import losing, scripted

from responder.adapters import aws
from responder.adapters.modes import ModeParameters
from responder.errors import ActionFailed, TryAgain

LOST = ConnectTimeoutError(endpoint_url="https://ssm")


def test_all_settings_of_an_effect_are_read_in_one_call() -> None:
    client, script = scripted("ssm")
    names = ["/responder/mode/global", "/responder/mode/target/chat"]
    answer = {"Parameters": [{"Name": names[0], "Value": "auto"}], "InvalidParameters": names[1:]}
    script.add_response("get_parameters", answer, {"Names": names})

    found = ModeParameters("/responder/mode/", client).read(["global", "target/chat"])

    assert found == {"global": "auto"}
    script.assert_no_pending_responses()


def test_an_unreadable_store_has_no_settings() -> None:
    assert ModeParameters("/responder/mode", losing(aws.make_client("ssm"), LOST)).read(["global"]) == {}


def test_a_history_that_cannot_be_read_is_read_the_next_time() -> None:
    modes = ModeParameters("/responder/mode", losing(aws.make_client("ssm"), LOST))

    with pytest.raises(TryAgain):
        modes.versions()
    with pytest.raises(TryAgain):
        modes.flips("global", 0)


def test_a_mode_that_was_not_set_has_failed() -> None:
    modes = ModeParameters("/responder/mode", losing(aws.make_client("ssm"), LOST))

    with pytest.raises(ActionFailed):
        modes.set("global", "off")
