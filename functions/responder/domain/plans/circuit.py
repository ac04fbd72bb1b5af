"""Plan to let the fallback model answer, and to find out how the other one is before it gets its calls back.

closed ──► open: the fallback answers ──well──► half open: a declared share is let through ──well──► closed
                    ▲                                   │
                    └──────────── not well ◄────────────┘  and a person has it
"""

from datetime import timedelta

from responder.domain.plans.deployments import positions, slowest, weight_differences, weights_command
from responder.domain.plans.document import differences, document_command, overlay
from responder.domain.remediation import AS_DECLARED, NoPlan, Plan, Surroundings
from responder.domain.runbook import Action, Step
from responder.domain.target import Target
from responder.domain.touch import TouchKind

Values = dict[str, str]


def plan_circuit(target: Target, kind: TouchKind, step: Step, around: Surroundings) -> Plan | NoPlan:
    """Have the fallback answer every call; half open is a step of the way back."""
    name, seen = target.touch.names[kind], around.seen
    if seen.failed or not seen.settled:
        return NoPlan("not_settled", f"the circuit {name} is {seen.state}; something else is in flight")
    found = _positions(target, kind, seen.current)
    if isinstance(found, NoPlan):
        return found
    opened, probing = found
    if opened == seen.current:
        return NoPlan(AS_DECLARED, f"the circuit {name} is open already")
    afterwards = "then half open, then closed again" if step.lift_in else "until a person closes it"
    return Plan(
        action=Action.OPEN_CIRCUIT,
        kind=kind,
        resource=target.things[kind],
        before=seen.current,
        desired=opened,
        converge_within=step.converge_within,
        says=f"open the circuit {name} ({_told(kind, seen.current, opened)}), {afterwards}",
        command=_command(target, kind, seen.current, opened),
        undo_command=_command(target, kind, opened, seen.current),
        worst_case=_worst_case(kind, seen.current),
        lift=_way_back(probing, seen.current) if step.lift_in else (),
        drift=f"the circuit {name} is open, the fallback answers; before it was: {_told(kind, opened, seen.current)}",
    )


def _positions(target: Target, kind: TouchKind, current: Values) -> tuple[Values, Values] | NoPlan:
    """Return how it is open, and how half open."""
    if kind is TouchKind.LITELLM_CIRCUIT and target.touch.litellm_circuit:
        return positions(target.touch.litellm_circuit, current)
    flag = target.touch.circuit
    opened, probing = overlay(current, flag.open if flag else {}), overlay(current, flag.half_open if flag else {})
    if isinstance(opened, NoPlan):
        return opened
    return probing if isinstance(probing, NoPlan) else (opened, probing)


def _told(kind: TouchKind, before: Values, after: Values) -> str:
    told = weight_differences if kind is TouchKind.LITELLM_CIRCUIT else differences
    return told(before, after)


def _command(target: Target, kind: TouchKind, before: Values, after: Values) -> str:
    if kind is TouchKind.LITELLM_CIRCUIT:
        return weights_command(target, before, after)
    return document_command(target, kind, after)


def _worst_case(kind: TouchKind, current: Values) -> timedelta:
    return slowest(current) if kind is TouchKind.LITELLM_CIRCUIT else Plan.worst_case


def _way_back(probing: Values, closed: Values) -> tuple[Values, ...]:
    """Probe on the way, unless half open is where it came from."""
    return (probing, closed) if probing != closed else (closed,)
