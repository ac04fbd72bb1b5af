"""Adapters that engines load do not fit, or are gone."""

from datetime import timedelta

from responder.domain.things.adapter import Adapter
from responder.domain.touch import Touch
from responder.domain.touch import TouchKind as Kind
from responder.rehearsal.fleet import Health, Sight
from responder.rehearsal.house import House
from responder.rehearsal.scenarios.scenario import BREAKS_AT, Expected, Scenario

REPLICAS = tuple(f"10.0.0.{n}:8000" for n in (1, 2, 3))
ADAPTED = Touch(adapter=Adapter("support-de", "{version}", tuple(f"http://{host}" for host in REPLICAS), ()))


def _adapters(seen: Sight, *fit: str) -> Health:
    """Each replica whose adapter does not fit, or that has none, fails to load it whenever it is asked for."""
    broken = [path for path in seen.says(Kind.ADAPTER).values() if path not in fit]
    return Health(unloaded=float(len(broken)), failing=0.005 * len(broken))


def _half_loaded(house: House) -> None:
    """The new adapter fits nowhere: one replica has it, one has none since, and one refused and kept the old one."""
    if house.minute == BREAKS_AT:
        house.release("v2")
        had = dict(zip(REPLICAS, ("v2", "", "v1"), strict=True))
        house.things[Kind.ADAPTER].stand(house.target, **had)


def _good_adapter(house: House) -> None:
    """A person vouched for v2; the base model has changed since v1, which would not fit any more."""
    house.now += timedelta(hours=1)
    house.release("v2", good=True)
    house.now -= timedelta(hours=1)


def _began_anew(house: House) -> None:
    """One replica is started again, and has no adapter any more."""
    if house.minute == BREAKS_AT:
        house.things[Kind.ADAPTER].stand(house.target, **dict(zip(REPLICAS, ("v2", "", "v2"), strict=True)))


SCENARIOS = (
    Scenario("bad_adapter", "an adapter does not fit its base; some replicas have it, some the old one, some none",
             "adapter_merge_error", "LLMAdapterLoadFailures", lambda seen: _adapters(seen, "v1"),
             Expected(("restore_adapter",), "recovered", "ticket"), touch=ADAPTED, events=_half_loaded),
    Scenario("lost_adapter", "a replica began anew without its adapter; the one before does not fit any more",
             "adapter_merge_error", "LLMAdapterLoadFailures", lambda seen: _adapters(seen, "v2"),
             Expected(("restore_adapter",), "recovered", "ticket"), touch=ADAPTED, arrange=_good_adapter,
             events=_began_anew),
)  # fmt: skip
