"""The model registry of a target, whichever it names."""

from collections.abc import Mapping

from responder.adapters.mlflow_registry import MlflowRegistry
from responder.adapters.model_packages import ModelPackages
from responder.adapters.registry_table import RegistryTable
from responder.adapters.roles import RemediationRoles
from responder.domain.plans.registry import ModelVersion, Registry
from responder.domain.release import Artefacts
from responder.domain.target import Target
from responder.domain.touch import TouchKind
from responder.errors import NotThere

AnyOf = RegistryTable | MlflowRegistry | ModelPackages


class Registries:
    """Asks the one that knows the kind; `kinds` are also the remediators."""

    def __init__(self, roles: RemediationRoles) -> None:
        self.kinds: Mapping[TouchKind, AnyOf] = {
            TouchKind.REGISTRY: RegistryTable(roles),
            TouchKind.MLFLOW_REGISTRY: MlflowRegistry(roles),
            TouchKind.MODEL_PACKAGES: ModelPackages(roles),
        }

    def read(self, target: Target) -> Registry:
        return self._of(target).read(target)

    def artefacts(self, target: Target, version: ModelVersion) -> Artefacts:
        return self._of(target).artefacts(target, version)

    def _of(self, target: Target) -> AnyOf:
        if not target.touch.registered:
            raise NotThere(f"{target.name} names no registry")
        return self.kinds[target.touch.registered[0]]
