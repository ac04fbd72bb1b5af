"""A release is bad in one way or another, wherever it runs."""

from responder.domain.things.service import EcsService
from responder.domain.touch import Touch
from responder.rehearsal.fleet import Health, Sight
from responder.rehearsal.scenarios.scenario import (
    BREAKS_AT,
    PAGED,
    ROLLED_BACK,
    Expected,
    Scenario,
    always,
    on_v2,
    released,
)

SERVICE = Touch(ecs_service=EcsService("live", "chat"))


def _both(seen: Sight) -> Health:
    """The release is slow, and something else makes requests fail."""
    failing = 0.05 if seen.minute >= BREAKS_AT else 0.0
    return Health(p95=2.5 if seen.runs == "v2" else 0.3, failing=failing)


SCENARIOS = (
    Scenario("slow_release", "a release is slow", "latency_spike", "LLMHighP95", on_v2(Health(p95=2.5)),
             Expected(ROLLED_BACK, "recovered", "ticket"), events=released),
    Scenario("slow_service", "a task definition is slow", "latency_spike", "LLMHighP95", on_v2(Health(p95=2.5)),
             Expected(ROLLED_BACK, "recovered", "ticket"), touch=SERVICE, events=released),
    Scenario("failing_release", "a release fails requests", "error_rate", "LLMErrorBudgetBurn",
             on_v2(Health(failing=0.05)), Expected(ROLLED_BACK, "recovered", PAGED), events=released),
    Scenario("unsafe_release", "a release lets harmful answers through", "safety_violation", "LLMSafetyViolations",
             on_v2(Health(unsafe=0.01)), Expected(ROLLED_BACK, "recovered", PAGED), events=released),
    Scenario("quality_drop", "a release is accepted less often", "quality_regression", "LLMAcceptanceDrop",
             on_v2(Health(acceptance=0.8)), Expected(ROLLED_BACK, "recovered", PAGED), events=released, minutes=240),
    Scenario("two_failures", "a release is slow, and requests fail for another reason", "latency_spike", "LLMHighP95",
             _both, Expected(ROLLED_BACK, "escalated", PAGED), events=released),
    Scenario("does_not_help", "everything is slow, the release is only young", "latency_spike", "LLMHighP95",
             always(Health(p95=2.5)), Expected(("rollback", "undo"), "escalated", PAGED), events=released),
    Scenario("bad_component", "a release of an inference component has an adapter that cannot be merged",
             "adapter_merge_error", "LLMAdapterLoadFailures", on_v2(Health(unloaded=3.0, failing=0.05)),
             Expected(ROLLED_BACK, "recovered", "ticket"), touch=Touch(inference_component="chat"),
             events=released),
)  # fmt: skip
