"""Plan to let the fallback model answer, and to find out how the other one is before it gets its calls back.

closed ──► open: the fallback answers ──well──► half open: a declared share is let through ──well──► closed
                    ▲                                   │
                    └──────────── not well ◄────────────┘  and a person has it
"""

from responder.domain.plans.document import differences, document_command, overlay
from responder.domain.remediation import AS_DECLARED, NoPlan, Plan, Surroundings
from responder.domain.runbook import Action, Step
from responder.domain.target import Target
from responder.domain.touch import TouchKind


def plan_circuit(target: Target, kind: TouchKind, step: Step, around: Surroundings) -> Plan | NoPlan:
    """Write the open flag over the document in force; half open is a step of the way back."""
    name, seen, declared = target.touch.names[kind], around.seen, target.touch.circuit
    if seen.failed or not seen.settled:
        return NoPlan("not_settled", f"the circuit {name} is {seen.state}; something else is in flight")
    opened = overlay(seen.current, declared.open if declared else {})
    probing = overlay(seen.current, declared.half_open if declared else {})
    if isinstance(opened, NoPlan):
        return opened
    if isinstance(probing, NoPlan):
        return probing
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
        says=f"open the circuit {name} ({differences(seen.current, opened)}), {afterwards}",
        command=document_command(target, kind, opened),
        undo_command=document_command(target, kind, seen.current),
        lift=_way_back(probing, seen.current) if step.lift_in else (),
        drift=f"the circuit {name} is open, the fallback answers; before it was: {differences(opened, seen.current)}",
    )


def _way_back(probing: dict[str, str], closed: dict[str, str]) -> tuple[dict[str, str], ...]:
    """Probe on the way, unless half open is where it came from."""
    return (probing, closed) if probing != closed else (closed,)
