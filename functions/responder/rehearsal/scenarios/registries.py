"""A registry leads to something else: a pointer was moved, or a worse version was approved."""

from datetime import timedelta

from responder.domain.plans.registry import APPROVED, ModelVersion, RegistrySnapshot
from responder.domain.plans.registry import Registry as Registered
from responder.domain.things.registries import MlflowRegistry, ModelPackages, Registry
from responder.domain.touch import Touch
from responder.domain.touch import TouchKind as Kind
from responder.rehearsal.fleet import Health, Sight
from responder.rehearsal.house import House
from responder.rehearsal.scenarios.scenario import BREAKS_AT, PAGED, Expected, Scenario

REGISTERED = Touch(sagemaker_endpoint="chat", registry=Registry("models", ("chat",)))
IN_MLFLOW = Touch(sagemaker_endpoint="chat", mlflow_registry=MlflowRegistry("http://mlflow", ("chat",), "champion"))
PACKAGED = Touch(sagemaker_endpoint="chat", model_packages=ModelPackages(("chat",)))


def _mismatch(seen: Sight) -> Health:
    return Health(mismatched=float(seen.says(Kind.REGISTRY)["chat@live"] == "7"))


def _mismatch_in_mlflow(seen: Sight) -> Health:
    return Health(mismatched=float(seen.says(Kind.MLFLOW_REGISTRY)["chat@champion"] == "2"))


def _worse(seen: Sight) -> Health:
    return Health(acceptance=0.8 if seen.says(Kind.MODEL_PACKAGES)["chat@approved"] == "2" else 1.0)


def _registered(house: House) -> None:
    """Version 6 ran for hours and was written down; version 7 has another tokenizer."""
    _add(house, "6", "7")
    house.registry.point(**{"chat@live": "6"})
    _written_down(house)


def _corrupted(house: House) -> None:
    if house.minute == BREAKS_AT:
        house.registry.point(**{"chat@live": "7"})


def _in_mlflow(house: House) -> None:
    """The champion ran for hours and was written down; the next version has another tokenizer."""
    _add(house, "1", "2")
    house.registry.point(**{"chat@champion": "1"})
    _written_down(house)


def _promoted(house: House) -> None:
    if house.minute == BREAKS_AT:
        house.registry.point(**{"chat@champion": "2"})


def _packaged(house: House) -> None:
    """What was approved ran for hours and was written down; the next version answers worse."""
    _add(house, "1", "2")
    house.registry.decide(**{"chat@1": APPROVED})
    _written_down(house)


def _approved(house: House) -> None:
    if house.minute == BREAKS_AT:
        house.registry.decide(**{"chat@2": APPROVED})


def _add(house: House, *numbers: str) -> None:
    for number in numbers:
        parts = {part: f"sha256:{part}-{number}" for part in ("model", "tokenizer")}
        places = {part: f"s3://models/chat/{number}/{part}" for part in parts}
        house.registry.add(ModelVersion("chat", number, parts, places))


def _written_down(house: House) -> None:
    since, name, found = house.now - timedelta(hours=6), house.target.name, house.registry.registry
    tables, others = (found, {}) if house.target.touch.registry else (Registered(), {house.target.registry: found})
    house.snapshots.keep(RegistrySnapshot(house.now, tables, {name: since}, (name,), others))


SCENARIOS = (
    Scenario("tokenizer_mismatch", "a pointer of the registry was moved to another tokenizer", "tokenizer_mismatch",
             "LLMTokenizerMismatch", _mismatch, Expected(("restore_registry",), "recovered", "ticket"),
             touch=REGISTERED, arrange=_registered, events=_corrupted),
    Scenario("mlflow_moved", "MLflow's champion became a version with another tokenizer", "tokenizer_mismatch",
             "LLMTokenizerMismatch", _mismatch_in_mlflow, Expected(("restore_registry",), "recovered", "ticket"),
             touch=IN_MLFLOW, arrange=_in_mlflow, events=_promoted),
    Scenario("worse_package", "a worse version was approved in SageMaker's Model Registry", "quality_regression",
             "LLMAcceptanceDrop", _worse, Expected(("restore_registry",), "recovered", PAGED),
             touch=PACKAGED, arrange=_packaged, events=_approved),
)  # fmt: skip
