"""A small model registry for tests: version 6 is good, version 7 has another tokenizer."""

from dataclasses import replace
from datetime import timedelta

from tests.world import CHAT, NOON

from responder.domain.plans.registry import ModelVersion, Registry, RegistrySnapshot
from responder.domain.release import Artefacts
from responder.domain.things.registries import MlflowRegistry, ModelPackages
from responder.domain.things.registries import Registry as Touched
from responder.domain.touch import Touch

IN_MLFLOW = Touch(mlflow_registry=MlflowRegistry("http://mlflow", ("chat",), "live"))
PACKAGED = Touch(model_packages=ModelPackages(("chat",)))
A_TARGET = replace(CHAT, touch=Touch(registry=Touched("models", ("chat",))))


def a_version(number: str) -> ModelVersion:
    parts = ("model", "tokenizer")
    return ModelVersion(
        "chat",
        number,
        {part: f"sha256:{part}-{number}" for part in parts},
        {part: f"s3://models/chat/{number}/{part}" for part in parts},
    )


V6, V7 = a_version("6"), a_version("7")
DIGESTS = {place: v.digests[part] for v in (V6, V7) for part, place in v.objects.items()}


def a_registry(live: str) -> Registry:
    return Registry({"chat@live": live, "other@live": "1"}, (V6, V7, ModelVersion("other", "1", {"model": "x"})))


def a_snapshot() -> RegistrySnapshot:
    """Taken an hour before noon, on version 6, which had run well for long."""
    at = NOON - timedelta(hours=1)
    return RegistrySnapshot(at, a_registry("6"), {"chat": at - timedelta(hours=2)}, ("chat",))


def written_down(touch: Touch, registry: Registry) -> RegistrySnapshot:
    """The same of a target that names another registry."""
    target = replace(A_TARGET, touch=touch)
    return replace(a_snapshot(), registry=Registry(), others={target.registry: registry})


def found(store: dict[str, str]) -> dict[str, Artefacts]:
    """What the parts of both versions are in this store."""
    return {
        v.fingerprint: Artefacts({part: store[place] for part, place in v.objects.items() if place in store})
        for v in (V6, V7)
    }
