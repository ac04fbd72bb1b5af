"""What stands of the front door and of what is watched, in the words of the template."""

from infra.local.clouds import Client, Clouds
from infra.local.stack.compare import Found

RESPONSES = "x-amazon-apigateway-gateway-responses"
INTEGRATION = "x-amazon-apigateway-integration"
ALARM = (
    "AlarmDescription",
    "AlarmActions",
    "Namespace",
    "MetricName",
    "Dimensions",
    "Statistic",
    "Period",
    "EvaluationPeriods",
    "ComparisonOperator",
    "Threshold",
    "TreatMissingData",
)


def rest_api(clouds: Clouds, api: str, wanted: Found) -> Found:
    """Read an API back into the document it was made from."""
    gateway = clouds.client("apigateway")
    found = gateway.get_rest_api(restApiId=api)
    responses = {
        name: gateway.get_gateway_response(restApiId=api, responseType=name)
        for name in wanted["Body"].get(RESPONSES, {})
    }
    return {
        "Body": {
            "info": {"title": found["name"], "version": found.get("version")},
            "openapi": wanted["Body"]["openapi"],  # how the document is written, not what the API is
            "paths": _paths(gateway, api),
            RESPONSES: responses,
        },
        "Name": found["name"],
        "Description": found.get("description"),
    }


def deployment(clouds: Clouds, physical: str, wanted: Found) -> Found:
    """Read what was deployed when."""
    found = clouds.client("apigateway").get_deployment(restApiId=wanted["RestApiId"], deploymentId=physical)
    return {"RestApiId": wanted["RestApiId"], "Description": found.get("description")}


def stage(clouds: Clouds, name: str, wanted: Found) -> Found:
    """Read a stage and the settings of its methods."""
    found = clouds.client("apigateway").get_stage(restApiId=wanted["RestApiId"], stageName=name)
    log = found.get("accessLogSettings")
    return {
        "RestApiId": wanted["RestApiId"],
        "StageName": found["stageName"],
        "DeploymentId": found["deploymentId"],
        "AccessLogSetting": {"DestinationArn": log["destinationArn"], "Format": log["format"]} if log else None,
        "MethodSettings": [_method_setting(path, one) for path, one in found.get("methodSettings", {}).items()],
    }


def account(clouds: Clouds, _physical: str) -> Found:
    """Read the role API Gateway writes its logs with."""
    return {"CloudWatchRoleArn": clouds.client("apigateway").get_account().get("cloudwatchRoleArn")}


def log_group(clouds: Clouds, name: str) -> Found:
    """Read how long a log is kept."""
    groups = clouds.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    found = next(one for one in groups if one["logGroupName"] == name)
    return {"LogGroupName": name, "RetentionInDays": found.get("retentionInDays")}


def alarm(clouds: Clouds, name: str) -> Found:
    """Read an alarm."""
    found = clouds.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"][0]
    return {one: found.get(one) for one in ALARM}


def dashboard(clouds: Clouds, name: str) -> Found:
    """Read a dashboard; its body is compared as the text it is."""
    found = clouds.client("cloudwatch").get_dashboard(DashboardName=name)
    return {"DashboardName": found["DashboardName"], "DashboardBody": found["DashboardBody"]}


def _paths(gateway: Client, api: str) -> Found:
    resources = gateway.get_resources(restApiId=api, embed=["methods"])["items"]
    return {
        one["path"]: {method.lower(): _method(found) for method, found in one["resourceMethods"].items()}
        for one in resources
        if "resourceMethods" in one
    }


def _method(found: Found) -> Found:
    integration = found.get("methodIntegration", {})
    read = {
        "httpMethod": integration.get("httpMethod"),
        "type": integration.get("type", "").lower(),
        "uri": integration.get("uri"),
    }
    return {INTEGRATION: read, "responses": {}}


def _method_setting(path: str, found: Found) -> Found:
    resource, method = path.rsplit("/", 1)
    return {
        "ResourcePath": "/" + resource.lstrip("/"),
        "HttpMethod": method,
        "MetricsEnabled": found.get("metricsEnabled"),
        "ThrottlingRateLimit": found.get("throttlingRateLimit"),
        "ThrottlingBurstLimit": found.get("throttlingBurstLimit"),
    }
