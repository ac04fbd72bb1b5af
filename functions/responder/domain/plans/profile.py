"""Plan to serve gently: the declared profile is deployed, which asks less of the machine.

Gentle costs speed or quality, so it is never the end: it is taken back once the service is well (`lift_in` of the
step is not 0), or a person is told that it stands.
"""

from responder.domain.plans.document import differences, document_command, overlay
from responder.domain.remediation import AS_DECLARED, NoPlan, Plan, Surroundings
from responder.domain.runbook import Action, Step
from responder.domain.target import Target
from responder.domain.touch import TouchKind


def plan_profile(target: Target, kind: TouchKind, step: Step, around: Surroundings) -> Plan | NoPlan:
    """Write the gentler values over the profile in force; say why when it is not settled, or gentle already."""
    name, seen, profile = target.touch.names[kind], around.seen, target.touch.serving_profile
    if seen.failed or not seen.settled:
        return NoPlan("not_settled", f"the serving profile {name} is {seen.state}; something else is in flight")
    gentle = overlay(seen.current, profile.gentler if profile else {})
    if isinstance(gentle, NoPlan):
        return gentle
    if gentle == seen.current:
        return NoPlan(AS_DECLARED, f"the serving profile {name} is already the gentler one")
    afterwards = "and back once it is well" if step.lift_in else "until a person takes it back"
    return Plan(
        action=Action.SWITCH_PROFILE,
        kind=kind,
        resource=target.things[kind],
        before=seen.current,
        desired=gentle,
        converge_within=step.converge_within,
        says=f"serve {name} gently ({differences(seen.current, gentle)}), {afterwards}",
        command=document_command(target, kind, gentle),
        undo_command=document_command(target, kind, seen.current),
        lift=(seen.current,) if step.lift_in else (),
        drift=f"{name} serves gently; before it was: {differences(gentle, seen.current)}",
    )
