"""An entry of services.yaml for every kind of thing that may be touched."""

import json
from collections.abc import Mapping
from typing import Any

from responder.domain.touch import TouchKind

_LB = "arn:aws:elasticloadbalancing:us-east-1:123456789012"
_QUEUES = "arn:aws:sqs:us-east-1:123456789012"
_DOCUMENT = {"application": "a", "environment": "live", "profile": "p"}
EVERY_KIND: Mapping[TouchKind, Any] = {
    TouchKind.SAGEMAKER_ENDPOINT: "chat",
    TouchKind.LAMBDA_ALIAS: {"function": "chat", "alias": "live"},
    TouchKind.VERSION_PARAMETER: {"parameter": "/chat/version", "objects": ["s3://models/{version}/x"]},
    TouchKind.ECS_SERVICE: {"cluster": "main", "service": "chat"},
    TouchKind.INFERENCE_COMPONENT: "chat",
    TouchKind.ADAPTER: {
        "adapter": "chat-de",
        "path": "/adapters/{version}",
        "replicas": ["http://10.0.0.1:8000"],
        "objects": ["s3://models/{version}/x"],
    },
    TouchKind.REGISTRY: {"table": "models", "models": ["chat"]},
    TouchKind.MLFLOW_REGISTRY: {"url": "https://mlflow", "models": ["chat"], "alias": "champion"},
    TouchKind.MODEL_PACKAGES: {"groups": ["chat"]},
    TouchKind.USAGE_PLAN: {"plan": "p1", "least": 5},
    TouchKind.API_STAGE: {"api": "a1", "stage": "live", "least": 5},
    TouchKind.LITELLM_TEAM: {"url": "http://g:4000", "team": "t", "least": {"rpm_limit": 5}, "token": "chat/g"},
    TouchKind.LIMITS_DOCUMENT: {**_DOCUMENT, "least": {"rate": 5}},
    TouchKind.SERVING_PROFILE: {**_DOCUMENT, "gentler": {"batch": 4}},
    TouchKind.CIRCUIT: {**_DOCUMENT, "open": {"share": 0}, "half_open": {"share": 0.1}},
    TouchKind.LITELLM_CIRCUIT: {
        "url": "http://g:4000",
        "model": "chat",
        "fallback": ["spare"],
        "half_open": 0.1,
        "token": "chat/g",
    },
    TouchKind.CAPACITY: {"resource": "service/main/chat", "most": 8},
    TouchKind.VARIANT_WEIGHTS: {"endpoint": "chat", "weights": {"a": 1, "b": 1}},
    TouchKind.LISTENER_WEIGHTS: {"listener": f"{_LB}:listener/app/e/0/1", "weights": {"blue": 1, "green": 1}},
    TouchKind.TARGET_GROUP: {"group": f"{_LB}:targetgroup/chat/1", "least": 2},
    TouchKind.CODEDEPLOY_GROUP: {"application": "chat", "group": "live"},
    TouchKind.CONFIG_ROLLOUT: _DOCUMENT,
    TouchKind.EVALUATION: {"model": "chat", "parameter": "/chat/evaluation"},
    TouchKind.DEAD_LETTERS: {"queue": f"{_QUEUES}:dead", "of": [f"{_QUEUES}:work"], "most": 10},
}


def written(kind: TouchKind, **changes: Any) -> str:  # noqa: ANN401  # whatever a key may be given
    """Write the allow-list of one target, `chat`, with one thing; `changes` are laid over what it says."""
    thing = {**EVERY_KIND[kind], **changes} if changes else EVERY_KIND[kind]
    entry = {
        "match": {"model": "chat"},
        "account": "123456789012",
        "region": "us-east-1",
        "touch": {kind.value: thing},
        "series": {"model": "chat"},
        "team": "ml-platform",
    }
    return json.dumps({"services": {"chat": entry}})
