"""Fill the functions of CloudFormation with sample values, so that a linter sees a policy as IAM would."""

import re
from typing import Any

ACCOUNT = "123456789012"
PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::AccountId": ACCOUNT,
    "AWS::StackName": "responder",
    "AWS::URLSuffix": "amazonaws.com",
}
SAMPLE_ARN = {
    "AWS::SQS::Queue": f"arn:aws:sqs:us-east-1:{ACCOUNT}:{{}}",
    "AWS::SNS::Topic": f"arn:aws:sns:us-east-1:{ACCOUNT}:{{}}",
    "AWS::S3::Bucket": "arn:aws:s3:::{}",
    "AWS::DynamoDB::Table": f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/{{}}",
    "AWS::KMS::Key": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000",
    "AWS::SecretsManager::Secret": f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:{{}}-AbCdEf",
    "AWS::Lambda::Alias": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{{}}:live",
    "AWS::IAM::Role": f"arn:aws:iam::{ACCOUNT}:role/{{}}",
    "AWS::Logs::LogGroup": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{{}}:*",
}
REF_IS_THE_ARN = ("AWS::SNS::Topic", "AWS::SecretsManager::Secret", "AWS::Lambda::Alias")
NO_VALUE = {"Ref": "AWS::NoValue"}


class Values:
    """Sample values for one template; an unknown function or type is a KeyError, never a guess."""

    def __init__(self, template: dict[str, Any]) -> None:
        self._resources = template["Resources"]
        self._parameters: dict[str, str] = {
            name: str(given.get("Default") or "given") for name, given in template["Parameters"].items()
        }

    def of(self, node: Any) -> Any:  # noqa: ANN401  # JSON in, JSON out
        """Return the node with every function replaced."""
        match node:
            case dict() if len(node) == 1 and (function := str(next(iter(node)))) and _names_one(function):
                return self._call(function, node[function])
            case dict():
                return {key: self.of(value) for key, value in node.items()}
            case list():
                return [self.of(item) for item in node if item != NO_VALUE]
            case _:
                return node

    def _call(self, function: str, given: Any) -> Any:  # noqa: ANN401  # JSON in, JSON out
        match function, given:
            case "Ref", str(name):
                return self._ref(name)
            case "Fn::GetAtt", [name, "Arn"]:
                return self._arn(name)
            case "Fn::Sub", str(text):
                return re.sub(r"\$\{([\w:.]+)\}", lambda found: self._named(found[1]), text)
            case "Fn::If", [_, yes, no]:
                return self.of(no if yes == NO_VALUE else yes)
            case _:
                raise KeyError(function, given)

    def _named(self, name: str) -> str:
        return self._arn(name.removesuffix(".Arn")) if name.endswith(".Arn") else self._ref(name)

    def _ref(self, name: str) -> str:
        known: dict[str, str] = PSEUDO | self._parameters
        if name in known:
            return known[name]
        return self._arn(name) if self._resources[name]["Type"] in REF_IS_THE_ARN else name.lower()

    def _arn(self, name: str) -> str:
        kind: str = self._resources[name]["Type"]
        return SAMPLE_ARN[kind].format(name.lower())


def _names_one(key: str) -> bool:
    return key == "Ref" or key.startswith("Fn::")
