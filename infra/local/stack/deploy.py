"""Create the stack from the real template, and describe what stands."""

import hashlib
import json
import time
from collections.abc import Mapping

from infra.local.clouds import ACCOUNT, REGION, Client, Clouds
from infra.local.errors import LocalCloudError
from infra.local.stack.template import Template, with_artifact
from infra.local.stack.values import Stack

ARTIFACTS = f"practice-artifacts-{ACCOUNT}-{REGION}"
TEMPLATE_KEY = "template.json"  # uploaded, because a call carries at most 51,200 bytes of template
PATIENCE_SECONDS = 60.0


def artifact_key(sha256: str) -> str:
    """Name an artifact after its content, so that a function's code can be told from its digest."""
    return f"{sha256}.zip"


def create_stack(
    clouds: Clouds, name: str, template: Template, artifact: bytes, parameters: Mapping[str, str]
) -> Stack:
    """Upload the artifact, create the stack and wait for it."""
    key = artifact_key(hashlib.sha256(artifact).hexdigest())
    s3 = clouds.client("s3")
    s3.create_bucket(Bucket=ARTIFACTS)
    s3.put_object(Bucket=ARTIFACTS, Key=key, Body=artifact)
    s3.put_object(
        Bucket=ARTIFACTS, Key=TEMPLATE_KEY, Body=json.dumps(with_artifact(template, f"s3://{ARTIFACTS}/{key}"))
    )
    formation = clouds.client("cloudformation")
    formation.create_stack(
        StackName=name,
        TemplateURL=f"{clouds.aws_url}/{ARTIFACTS}/{TEMPLATE_KEY}",
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        Parameters=[{"ParameterKey": one, "ParameterValue": value} for one, value in parameters.items()],
    )
    _wait(formation, name)
    return describe(formation, name, parameters)


def describe(formation: Client, name: str, parameters: Mapping[str, str]) -> Stack:
    """Read the template as the SAM transform left it, and what each resource became."""
    body = formation.get_template(StackName=name, TemplateStage="Processed")["TemplateBody"]
    resources = formation.describe_stack_resources(StackName=name)["StackResources"]
    return Stack(
        name=name,
        template=json.loads(body) if isinstance(body, str) else body,
        parameters=parameters,
        physical={one["LogicalResourceId"]: one["PhysicalResourceId"] for one in resources},
    )


def outputs(clouds: Clouds, name: str) -> dict[str, str]:
    """Read the outputs of a stack."""
    found = clouds.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    return {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])}


def _wait(formation: Client, name: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (status := formation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]) == "CREATE_IN_PROGRESS":
        if time.monotonic() > deadline:
            raise LocalCloudError(
                f"the stack was not created within {PATIENCE_SECONDS:.0f} s: read the log of the cloud"
            )
        time.sleep(0.1)
    if status != "CREATE_COMPLETE":
        raise LocalCloudError(f"the stack could not be created ({status}): {_first_failure(formation, name)}")


def _first_failure(formation: Client, name: str) -> str:
    events = formation.describe_stack_events(StackName=name)["StackEvents"]
    failed = [one for one in events if one["ResourceStatus"].endswith("FAILED")]
    return (
        f"{failed[-1]['LogicalResourceId']}: {failed[-1].get('ResourceStatusReason')}"
        if failed
        else "no reason was given"
    )
