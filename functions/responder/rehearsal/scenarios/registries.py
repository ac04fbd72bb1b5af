"""A pointer of a registry leads to something else."""

from datetime import timedelta

from responder.domain.plans.registry import ModelVersion, RegistrySnapshot
from responder.domain.touch import Registry, Touch
from responder.domain.touch import TouchKind as Kind
from responder.rehearsal.fleet import Health, Sight
from responder.rehearsal.house import House
from responder.rehearsal.scenarios.scenario import BREAKS_AT, Expected, Scenario

REGISTERED = Touch(sagemaker_endpoint="chat", registry=Registry("models", ("chat",)))


def _mismatch(seen: Sight) -> Health:
    return Health(mismatched=float(seen.says(Kind.REGISTRY)["chat@live"] == "7"))


def _registered(house: House) -> None:
    """Version 6 ran for hours and was written down; version 7 has another tokenizer."""
    for number in ("6", "7"):
        parts = {part: f"sha256:{part}-{number}" for part in ("model", "tokenizer")}
        places = {part: f"s3://models/chat/{number}/{part}" for part in parts}
        house.registry.add(ModelVersion("chat", number, parts, places))
    house.registry.point(**{"chat@live": "6"})
    since = house.now - timedelta(hours=6)
    taken = RegistrySnapshot(house.now, house.registry.registry, {house.target.name: since}, (house.target.name,))
    house.snapshots.keep(taken)


def _corrupted(house: House) -> None:
    if house.minute == BREAKS_AT:
        house.registry.point(**{"chat@live": "7"})


SCENARIOS = (
    Scenario("tokenizer_mismatch", "a pointer of the registry was moved to another tokenizer", "tokenizer_mismatch",
             "LLMTokenizerMismatch", _mismatch, Expected(("restore_registry",), "recovered", "ticket"),
             touch=REGISTERED, arrange=_registered, events=_corrupted),
)  # fmt: skip
