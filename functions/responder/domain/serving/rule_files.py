"""All rule files of the service levels, by name: what `responder rules build` writes and `--check` compares."""

from collections.abc import Iterable, Sequence

from responder.domain.serving.answer_rules import drift, quality, safety
from responder.domain.serving.engine_rules import memory, model, replicas
from responder.domain.serving.error_rules import availability
from responder.domain.serving.money_rules import cost
from responder.domain.serving.rule import Group, Heartbeat, write_group
from responder.domain.serving.service_level import ServiceLevel
from responder.domain.serving.speed_rules import latency

WATCHDOG_WHY = """
    The dead man's switch: it always fires, travels the whole way from Prometheus to the responder's journal, and wakes
    nobody. Once the responder has heard it, 15 minutes of silence are a page. The route for it is in
    infra/alertmanager/receiver.yml. kube-prometheus has the same alert; both together do no harm.
"""


def watchdog(_: Iterable[ServiceLevel]) -> Group:
    says = "always fires; its silence says that alerts do not arrive"
    return Group("watchdog", WATCHDOG_WHY, (Heartbeat("Watchdog", says),))


GROUPS = (latency, availability, memory, replicas, model, quality, safety, cost, drift, watchdog)
ORIGIN = "Built by `responder rules build` from service_levels.yaml: change that, not this."


def build_rules(levels: Sequence[ServiceLevel]) -> dict[str, str]:
    """Write the rules of all products; the same levels always give the same bytes."""
    groups = (build(levels) for build in GROUPS)
    return {f"{group.name}.yml": write_group(group, ORIGIN) for group in groups if group.rules}
