from collections.abc import Iterator
from dataclasses import replace

import pytest
from infra.local.clouds import Clouds
from infra.local.errors import LocalCloudError
from infra.local.house import House
from infra.local.stack.compare import differences
from infra.local.stack.conform import assert_conforms, find_drift
from infra.local.stack.values import Stack


def test_the_same_thing_written_differently_is_no_drift() -> None:
    wanted = {"FifoQueue": True, "Days": "400", "Action": ["s3:GetObject"], "Tags": [{"a": 1}, {"b": 2}]}
    found = {"FifoQueue": "true", "Days": 400, "Action": "s3:GetObject", "Tags": [{"b": 2}, {"a": 1}], "More": 1}

    assert differences(wanted, found, "Queue") == []


def test_a_value_too_few_or_too_many_in_a_list_is_drift() -> None:
    assert differences({"Action": ["a", "b"]}, {"Action": ["a"]}, "Policy")
    assert differences({"Action": ["a"]}, {"Action": ["a", "b"]}, "Policy")


def test_drift_says_where_what_was_wanted_and_what_there_is() -> None:
    (line,) = differences({"Timeout": 60}, {"Timeout": 3}, "RespondFunction")

    assert line == "RespondFunction.Timeout: the template says 60, but there is 3"


@pytest.mark.e2e
def test_the_stack_is_what_the_template_says(house: House) -> None:
    assert find_drift(house.clouds, house.stack.stack) == []


@pytest.fixture
def slack_queue(house: House) -> Iterator[House]:
    sqs, url = house.clouds.client("sqs"), house.stack.outputs["AlertsQueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "30"})
    yield house
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "360"})


@pytest.mark.e2e
def test_a_setting_somebody_changed_is_found(slack_queue: House) -> None:
    drift = find_drift(slack_queue.clouds, slack_queue.stack.stack)

    assert drift == ['AlertsQueue.VisibilityTimeout: the template says 360, but there is "30"']


@pytest.mark.e2e
def test_a_type_nobody_can_check_is_drift(house: House) -> None:
    stack = with_resource(house.stack.stack, {"Type": "AWS::Braket::Quantum"})

    assert "nobody knows how to check AWS::Braket::Quantum" in find_drift(house.clouds, stack)[0]


@pytest.mark.e2e
def test_a_property_nobody_can_check_is_drift(house: House) -> None:
    stack, clouds = house.stack.stack, house.clouds
    queue = stack.template["Resources"]["AlertsQueue"]
    stack = with_resource(stack, {**queue, "Properties": {"Colour": "blue"}}, name="AlertsQueue")

    assert sentence(clouds, stack).count("nobody knows how to check this property of AWS::SQS::Queue") == 1


@pytest.mark.e2e
def test_a_resource_that_was_not_created_is_drift(house: House) -> None:
    stack = with_resource(house.stack.stack, {"Type": "AWS::SQS::Queue"}, became=None)

    assert sentence(house.clouds, stack).endswith("Extra: the template has it, the stack does not")


def with_resource(
    stack: Stack, resource: dict[str, object], name: str = "Extra", became: str | None = "something"
) -> Stack:
    template = {**stack.template, "Resources": {**stack.template["Resources"], name: resource}}
    physical = stack.physical if name in stack.physical or became is None else {**stack.physical, name: became}
    return replace(stack, template=template, physical=physical)


def sentence(clouds: Clouds, stack: Stack) -> str:
    with pytest.raises(LocalCloudError) as raised:
        assert_conforms(clouds, stack)
    return str(raised.value)
