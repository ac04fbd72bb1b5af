import pytest
from infra.local.errors import LocalCloudError
from infra.local.stack.template import parse_template
from infra.local.stack.values import Stack

TEMPLATE = """
Parameters:
  Subnets: {Type: CommaDelimitedList, Default: ""}
  Mode: {Type: String, Default: observe}
Conditions:
  InVpc: !Not [!Equals [!Join ["", !Ref Subnets], ""]]
Resources:
  Alerts: {Type: "AWS::SQS::Queue", Properties: {QueueName: !Sub "${AWS::StackName}-alerts.fifo"}}
  Network: {Type: "AWS::IAM::ManagedPolicy", Condition: InVpc}
"""


def a_stack(**parameters: str) -> Stack:
    physical = {"Alerts": "https://localhost:1/123456789012/practice-alerts.fifo"}
    return Stack("practice", parse_template(TEMPLATE), parameters, physical)


def test_an_empty_list_of_subnets_is_no_network() -> None:
    assert "Network" not in a_stack().resources
    assert "Network" in a_stack(Subnets="subnet-1,subnet-2").resources


def test_a_property_whose_value_is_no_value_is_left_out() -> None:
    wanted = {"VpcConfig": {"Fn::If": ["InVpc", {"Subnets": 1}, {"Ref": "AWS::NoValue"}]}, "Timeout": 60}

    assert a_stack().value(wanted) == {"Timeout": 60}


def test_attributes_are_made_of_what_the_resource_became() -> None:
    stack = a_stack()

    assert stack.value({"Fn::GetAtt": ["Alerts", "Arn"]}) == "arn:aws:sqs:us-east-1:123456789012:practice-alerts.fifo"
    assert stack.value({"Fn::Sub": "${Alerts.QueueName} ${Mode} ${!kept}"}) == "practice-alerts.fifo observe ${kept}"


@pytest.mark.parametrize(
    "unknown", [{"Fn::Cidr": []}, {"Fn::GetAtt": ["Alerts", "Colour"]}, {"Ref": "Nobody"}], ids=str
)
def test_what_cannot_be_worked_out_is_an_error_and_not_a_guess(unknown: dict[str, object]) -> None:
    with pytest.raises(LocalCloudError):
        a_stack().value(unknown)
