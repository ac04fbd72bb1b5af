"""How people put another version in force in a registry: by MLflow's alias, or by SageMaker's approval."""

from infra.local.clouds import ACCOUNT, REGION
from infra.local.live.hands import Hands
from infra.local.registered import add_package, add_version, tell_mlflow

NEXT = "2"


def register_next(hands: Hands) -> None:
    """Register a second version in MLflow while the first, which ran well, is written down."""
    hands.vouch()
    for model in hands.target.touch.models:
        add_version(hands.house.clouds, hands.service, model, NEXT)
    hands.snapshot()


def promote(hands: Hands) -> None:
    """Let the alias point at the second version."""
    named = hands.target.touch.mlflow_registry
    for model in named.models if named else ():
        body = {"name": model, "alias": named.alias if named else "", "version": NEXT}
        tell_mlflow(hands.house.clouds, "registered-models/alias", body)
    hands.tell("leave")


def package_next(hands: Hands) -> None:
    """Put a second version before those who approve, while the first, which ran well, is written down."""
    hands.vouch()
    for group in hands.target.touch.models:
        add_package(hands.house.clouds, hands.service, group, "PendingManualApproval", NEXT)
    hands.snapshot()


def approve(hands: Hands) -> None:
    """Approve the second version."""
    for group in hands.target.touch.models:
        hands.house.clouds.client("sagemaker").update_model_package(
            ModelPackageArn=f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package/{group}/{NEXT}",
            ModelApprovalStatus="Approved",
        )
    hands.tell("leave")
