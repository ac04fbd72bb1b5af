"""Make what a service has on the gateway of practice: a team with limits, or a model two deployments answer."""

from dataclasses import replace
from typing import Any

from infra.local.clouds import Clouds
from infra.local.errors import LocalCloudError
from infra.local.litellm import KEY
from infra.local.web import ask

FULL_LIMITS = {"rpm_limit": 6001, "tpm_limit": 1234567}
"""What every team of practice may ask for in a minute."""
FIRST, SPARE = "first", "spare"
"""Who answers a model, and who stands by."""


def make_team(clouds: Clouds, service: str, named: Any) -> Any:  # noqa: ANN401  # the touch of its kind, as below
    """Make a team of the service's own."""
    _tell(clouds, "/team/new", {"team_id": service, **FULL_LIMITS})
    return replace(named, url=clouds.gateway_url, team=service, token=_key(clouds, f"{service}/team"))


def make_circuit(clouds: Clouds, service: str, named: Any) -> Any:  # noqa: ANN401
    """Make a model of the service's own, which the first deployment answers as long as all is well."""
    for part, weight in ((FIRST, 1), (SPARE, 0)):
        params = {"model": f"openai/{part}", "api_base": f"http://{part}.internal/v1", "weight": weight}
        made = {"model_name": service, "litellm_params": params, "model_info": {"id": f"{service}-{part}"}}
        _tell(clouds, "/model/new", made)
    spare, key = (f"{service}-{SPARE}",), _key(clouds, f"{service}/circuit")
    return replace(named, url=clouds.gateway_url, model=service, fallback=spare, token=key)


def _tell(clouds: Clouds, path: str, body: dict[str, Any]) -> None:
    answer = ask("POST", f"{clouds.gateway_url}{path}", body, {"Authorization": f"Bearer {KEY}"})
    if answer.status != 200:  # noqa: PLR2004  # done
        raise LocalCloudError(f"the gateway refused {path}: {answer.body.decode()}")


def _key(clouds: Clouds, name: str) -> str:
    """Keep the gateway's key where the responder reads it."""
    clouds.client("secretsmanager").create_secret(Name=name, SecretString=KEY)
    return name
