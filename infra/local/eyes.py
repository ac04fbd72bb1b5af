"""How what may be touched stands, asked of the clouds themselves and in the words of its lever.

The fleet looks with its own eyes and not with the responder's adapters: whoever checks must not share a mistake.
One kind of thing is one function here, and one in `things.py`, which makes it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.local.clouds import Client
from responder.domain.touch import DOCUMENTS, Touch, TouchKind

Words = Mapping[str, str]


@dataclass(frozen=True)
class Stand:
    """How everything stands that a service has: by kind, in the words of the lever that pulls it."""

    things: Mapping[TouchKind, Words] = field(default_factory=dict)

    @property
    def runs(self) -> str:
        """Name the release in service; a canary is the newest of those."""
        for words in self.things.values():
            canary = words.get("canary", "").partition("=")[0]
            if running := canary or words.get("endpoint_config") or words.get("version"):
                return running
        return ""


class Eyes:
    """Looks at the clouds; which version a configuration or a published function stands for never changes."""

    def __init__(self, clients: Callable[[str], Client]) -> None:
        self._clients = clients
        self._versions: dict[str, str] = {}

    def look(self, touch: Touch) -> Stand:
        """Look at each thing that is named."""
        return Stand({kind: LOOKS[kind](self, getattr(touch, kind)) for kind in touch.names})

    def endpoint(self, name: str) -> Words:
        """Follow the endpoint to its configuration, the model and the version that model declares."""
        config = self._clients("sagemaker").describe_endpoint(EndpointName=name)["EndpointConfigName"]
        return {"endpoint_config": self._remembered(config, self._version_of_config)}

    def alias(self, named: Any) -> Words:  # noqa: ANN401  # the touch of its kind, as below
        """Follow the alias to the versions it leads to."""
        found = self._clients("lambda").get_alias(FunctionName=named.function, Name=named.alias)
        weights = found.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
        canary = ",".join(f"{self._version_of(named, v)}={weight:g}" for v, weight in sorted(weights.items()))
        return {"version": self._version_of(named, found["FunctionVersion"]), "canary": canary}

    def parameter(self, named: Any) -> Words:  # noqa: ANN401
        """Read the version a fleet would read."""
        return {"version": self._clients("ssm").get_parameter(Name=named.parameter)["Parameter"]["Value"]}

    def plan(self, named: Any) -> Words:  # noqa: ANN401
        """Read how many requests a second are let in."""
        found = self._clients("apigateway").get_usage_plan(usagePlanId=named.plan)
        return {"rate": f"{found['throttle']['rateLimit']:g}"}

    def registry(self, named: Any) -> Words:  # noqa: ANN401
        """Read where the aliases of these models point."""
        dynamodb = self._clients("dynamodb")
        found = [self._items(dynamodb, named.table, model) for model in named.models]
        aliases = [item for items in found for item in items if item["sk"]["S"].startswith("ALIAS#")]
        return {f"{a['pk']['S'].removeprefix('MODEL#')}@{a['sk']['S'][6:]}": a["version"]["S"] for a in aliases}

    def document(self, named: Any) -> Words:  # noqa: ANN401
        """Read the document that was deployed last."""
        appconfig, at = self._clients("appconfig"), {"ApplicationId": named.application}
        deployed = appconfig.list_deployments(**at, EnvironmentId=named.environment)["Items"]
        number = max((one["DeploymentNumber"] for one in deployed if one["State"] == "COMPLETE"), default=0)
        return {"document": self._remembered(f"{named.name}#{number}", lambda _: self._read(named, number))}

    def _read(self, named: Any, number: int) -> str:  # noqa: ANN401
        """Read what a deployment put in force; before the first there is nothing."""
        if not number:
            return "{}"
        appconfig, at = self._clients("appconfig"), {"ApplicationId": named.application}
        found = appconfig.get_deployment(**at, EnvironmentId=named.environment, DeploymentNumber=number)
        version = int(found["ConfigurationVersion"])
        stored = appconfig.get_hosted_configuration_version(
            **at, ConfigurationProfileId=named.profile, VersionNumber=version
        )
        return str(stored["Content"].read().decode())

    def _items(self, dynamodb: Client, table: str, model: str) -> list[dict[str, dict[str, str]]]:
        found: list[dict[str, dict[str, str]]] = dynamodb.query(
            TableName=table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"MODEL#{model}"}},
            ConsistentRead=True,
        )["Items"]
        return found

    def _version_of(self, named: Any, number: str) -> str:  # noqa: ANN401
        return self._remembered(f"{named.function}:{number}", self._version_of_function)

    def _remembered(self, what: str, find: Callable[[str], str]) -> str:
        if what not in self._versions:
            self._versions[what] = find(what)
        return self._versions[what]

    def _version_of_config(self, config: str) -> str:
        sagemaker = self._clients("sagemaker")
        variant = sagemaker.describe_endpoint_config(EndpointConfigName=config)["ProductionVariants"][0]
        model = sagemaker.describe_model(ModelName=variant["ModelName"])
        return str(model["PrimaryContainer"]["Environment"]["MODEL_VERSION"])

    def _version_of_function(self, what: str) -> str:
        name, number = what.rsplit(":", 1)
        found = self._clients("lambda").get_function_configuration(FunctionName=name, Qualifier=number)
        return str(found["Environment"]["Variables"]["MODEL_VERSION"])


LOOKS: Mapping[TouchKind, Callable[[Eyes, Any], Words]] = {
    TouchKind.SAGEMAKER_ENDPOINT: Eyes.endpoint,
    TouchKind.LAMBDA_ALIAS: Eyes.alias,
    TouchKind.VERSION_PARAMETER: Eyes.parameter,
    TouchKind.USAGE_PLAN: Eyes.plan,
    TouchKind.REGISTRY: Eyes.registry,
    **dict.fromkeys(DOCUMENTS, Eyes.document),
}
