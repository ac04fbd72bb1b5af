"""How what may be touched stands, asked of the clouds themselves and in the words of its lever.

The fleet looks with its own eyes and not with the responder's adapters: whoever checks must not share a mistake.
One kind of thing is one function here, and one in `things.py`, which makes it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.local import eyes_on_load
from infra.local.adapters import look_at_adapter
from infra.local.clouds import Client
from infra.local.letters import look_at_letters
from infra.local.web import ask
from responder.domain.touch import DOCUMENTS, Touch, TouchKind

Words = Mapping[str, str]
Glance = Callable[[Callable[[str], Client], Any], Words]


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

    def glance(self, look: Glance, named: Any) -> Words:  # noqa: ANN401  # the touch of its kind, as below
        """Look at something of which nothing is remembered."""
        return look(self._clients, named)

    def endpoint(self, name: str) -> Words:
        """Follow the endpoint to its configuration, the model and the version that model declares."""
        config = self._clients("sagemaker").describe_endpoint(EndpointName=name)["EndpointConfigName"]
        return {"endpoint_config": self._remembered(config, self._version_of_config)}

    def component(self, name: str) -> Words:
        """Follow the component to its model, and the version that model declares."""
        found = self._clients("sagemaker").describe_inference_component(InferenceComponentName=name)
        model = found["Specification"]["ModelName"]
        version = self._remembered(f"model {model}", lambda _: self._version_of_model(model))
        return {"artefact": model, "version": version}

    def alias(self, named: Any) -> Words:  # noqa: ANN401
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

    def team(self, named: Any) -> Words:  # noqa: ANN401
        """Ask the gateway how much a team may ask for in a minute."""
        limits = self._gateway(named, f"/team/info?team_id={named.team}")["team_info"]
        return {"rpm_limit": str(limits["rpm_limit"])}

    def deployments(self, named: Any) -> Words:  # noqa: ANN401
        """Ask the gateway how the calls of a model are spread."""
        rows = self._gateway(named, f"/v2/model/info?model={named.model}")["data"]
        return {row["model_info"]["id"]: str(row["litellm_params"]["weight"]) for row in rows}

    def registry(self, named: Any) -> Words:  # noqa: ANN401
        """Read where the aliases of these models point."""
        dynamodb = self._clients("dynamodb")
        found = [self._items(dynamodb, named.table, model) for model in named.models]
        aliases = [item for items in found for item in items if item["sk"]["S"].startswith("ALIAS#")]
        return {f"{a['pk']['S'].removeprefix('MODEL#')}@{a['sk']['S'][6:]}": a["version"]["S"] for a in aliases}

    def mlflow(self, named: Any) -> Words:  # noqa: ANN401
        """Ask MLflow where the alias of each model points."""
        path = "/api/2.0/mlflow/registered-models/alias?name={}&alias={}"
        found = {model: self._gateway(named, path.format(model, named.alias)) for model in named.models}
        return {f"{model}@{named.alias}": said["model_version"]["version"] for model, said in found.items()}

    def packages(self, named: Any) -> Words:  # noqa: ANN401
        """Find the newest approved version of each group, which is what a pipeline would deploy."""
        return {f"{group}@approved": self._newest_approved(group) for group in named.groups}

    def _newest_approved(self, group: str) -> str:
        found = self._clients("sagemaker").list_model_packages(
            ModelPackageGroupName=group, ModelApprovalStatus="Approved", SortBy="CreationTime", SortOrder="Descending"
        )["ModelPackageSummaryList"]
        return str(found[0]["ModelPackageVersion"]) if found else ""

    def document(self, named: Any) -> Words:  # noqa: ANN401
        """Read the document that was deployed last."""
        appconfig, at = self._clients("appconfig"), {"ApplicationId": named.application}
        deployed = appconfig.list_deployments(**at, EnvironmentId=named.environment)["Items"]
        number = max((one["DeploymentNumber"] for one in deployed if one["State"] == "COMPLETE"), default=0)
        return {"document": self._remembered(f"{named.name}#{number}", lambda _: self._read(named, number))}

    def rollout(self, named: Any) -> Words:  # noqa: ANN401
        """Name the deployment that is on its way to the environment."""
        at = {"ApplicationId": named.application, "EnvironmentId": named.environment}
        deployed = self._clients("appconfig").list_deployments(**at)["Items"]
        under_way = [str(one["DeploymentNumber"]) for one in deployed if one["State"] in ("DEPLOYING", "BAKING")]
        return {"deployment": under_way[0] if under_way else ""}

    def tasks(self, named: Any) -> Words:  # noqa: ANN401
        """Follow the service to the tasks that serve: those of the newest deployment only once it is complete."""
        found = self._clients("ecs").describe_services(cluster=named.cluster, services=[named.service])["services"][0]
        complete = [one for one in found["deployments"] if one["rolloutState"] == "COMPLETED"]
        newest = max(complete or found["deployments"], key=lambda one: one["createdAt"])
        return {"version": self._remembered(newest["taskDefinition"], self._version_of_task)}

    def evaluation(self, named: Any) -> Words:  # noqa: ANN401
        """Read what was asked for last, if anything ever was."""
        found = self._clients("ssm").get_parameters(Names=[named.parameter])["Parameters"]
        return {"asked_for": str(found[0]["Value"]) if found else ""}

    def _version_of_task(self, arn: str) -> str:
        task = self._clients("ecs").describe_task_definition(taskDefinition=arn)["taskDefinition"]
        declared = task["containerDefinitions"][0]["environment"]
        return str(next(one["value"] for one in declared if one["name"] == "MODEL_VERSION"))

    def _gateway(self, named: Any, path: str) -> Any:  # noqa: ANN401
        key = self._remembered(f"secret {named.token}", lambda _: self._secret(named.token))
        return ask("GET", f"{named.url}{path}", headers={"Authorization": f"Bearer {key}"}).json()

    def _secret(self, name: str) -> str:
        return str(self._clients("secretsmanager").get_secret_value(SecretId=name)["SecretString"])

    def letters(self, named: Any) -> Words:  # noqa: ANN401
        """Count what lies in the dead letters, and see how the newest move out of them stands."""
        return look_at_letters(self._clients("sqs"), named)

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
        return self._version_of_model(variant["ModelName"])

    def _version_of_model(self, name: str) -> str:
        model = self._clients("sagemaker").describe_model(ModelName=name)
        return str(model["PrimaryContainer"]["Environment"]["MODEL_VERSION"])

    def _version_of_function(self, what: str) -> str:
        name, number = what.rsplit(":", 1)
        found = self._clients("lambda").get_function_configuration(FunctionName=name, Qualifier=number)
        return str(found["Environment"]["Variables"]["MODEL_VERSION"])


def _glancing(look: Glance) -> Callable[[Eyes, Any], Words]:
    return lambda eyes, named: eyes.glance(look, named)


LOOKS: Mapping[TouchKind, Callable[[Eyes, Any], Words]] = {
    TouchKind.SAGEMAKER_ENDPOINT: Eyes.endpoint,
    TouchKind.INFERENCE_COMPONENT: Eyes.component,
    TouchKind.ADAPTER: lambda _, named: look_at_adapter(named),
    TouchKind.LAMBDA_ALIAS: Eyes.alias,
    TouchKind.VERSION_PARAMETER: Eyes.parameter,
    TouchKind.USAGE_PLAN: Eyes.plan,
    TouchKind.LITELLM_TEAM: Eyes.team,
    TouchKind.LITELLM_CIRCUIT: Eyes.deployments,
    TouchKind.REGISTRY: Eyes.registry,
    TouchKind.MLFLOW_REGISTRY: Eyes.mlflow,
    TouchKind.MODEL_PACKAGES: Eyes.packages,
    TouchKind.ECS_SERVICE: Eyes.tasks,
    TouchKind.CAPACITY: _glancing(eyes_on_load.capacity),
    TouchKind.VARIANT_WEIGHTS: _glancing(eyes_on_load.weights),
    TouchKind.LISTENER_WEIGHTS: _glancing(eyes_on_load.listener),
    TouchKind.TARGET_GROUP: _glancing(eyes_on_load.shards),
    TouchKind.CONFIG_ROLLOUT: Eyes.rollout,
    TouchKind.EVALUATION: Eyes.evaluation,
    TouchKind.DEAD_LETTERS: Eyes.letters,
    **dict.fromkeys(DOCUMENTS, Eyes.document),
}
