"""From a diagnosis to one intention, or to a refusal with a reason.

Every guard is asked and every answer is kept, so that a reader sees all of them; the first that does not
allow decides. What is allowed becomes an intent that freezes verification, undo and escalation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from responder.domain.alert import Alert
from responder.domain.answer import Answer
from responder.domain.condition import holds
from responder.domain.diagnosis import Diagnosis
from responder.domain.escalation import Notice, bring_forward, page_now, quieten, wait_until
from responder.domain.evidence import as_facts
from responder.domain.failure_mode import FailureMode
from responder.domain.guard import (
    Firing,
    Reason,
    Verdict,
    age_guard,
    allow,
    attempts_guard,
    budget_guard,
    condition_guard,
    cooldown_guard,
    diagnosis_guard,
    firing_guard,
    first_refusal,
    mode_guard,
    refuse,
)
from responder.domain.incident import RECONCILE, Incident, Intent, Moved, RunbookRef, State, move
from responder.domain.journal import PastAction, TargetRecord
from responder.domain.levers import lever_of, make_plan, ways_to
from responder.domain.mode import Mode, Switch, in_force
from responder.domain.plain import to_plain
from responder.domain.plans.drain import EVEN
from responder.domain.plans.freeze import NOTHING_RUNS
from responder.domain.plans.reevaluation import ASKED_ALREADY
from responder.domain.plans.restore import AS_IT_WAS
from responder.domain.plans.rollback import NO_KNOWN_GOOD, release_facts
from responder.domain.plans.throttle import AT_LEAST, NO_LIMIT
from responder.domain.remediation import AS_DECLARED, Lever, NoPlan, Plan, Surroundings, action_id
from responder.domain.runbook import Action, FollowUp, Quota, Runbook, Step, context
from responder.domain.storm import Storm, storm_guard
from responder.domain.target import Target

# a rollback onto one of these would bring back what was taken out for safety or for being broken
NEVER_UNDO = frozenset({FailureMode.SAFETY_VIOLATION, FailureMode.TOKENIZER_MISMATCH, FailureMode.ADAPTER_MERGE_ERROR})


# why a step has clearly nothing to do, so that the next one may be looked at
IDLE = frozenset({AS_IT_WAS, AS_DECLARED, EVEN, NO_LIMIT, AT_LEAST, NOTHING_RUNS, ASKED_ALREADY})


@dataclass(frozen=True)
class Known:
    """What was asked of the outside for this decision; `around` is what each lever of the ladder would be pulled in."""

    settings: dict[str, str]
    can_ask: bool
    firing: Firing
    around: Mapping[Lever, Surroundings | NoPlan]
    spent_runbook: tuple[datetime, ...]
    spent_fleet: tuple[datetime, ...]
    storm: Storm = field(default_factory=Storm)


@dataclass(frozen=True)
class Decision:
    """Every guard's verdict, the plan and the refusal if there are; `together` is how many targets are in trouble.

    `afterwards` is what the target knows of what the page does once it is well again. Without anything to do, `idle`
    says why.
    """

    verdicts: tuple[Verdict, ...]
    plan: Plan | None
    step: Step | None
    number: int
    together: int = 1
    afterwards: tuple[FollowUp, ...] = ()
    idle: str | None = None

    @property
    def refusal(self) -> Verdict | None:
        return first_refusal(self.verdicts)


def decide(
    incident: Incident,
    diagnosis: Diagnosis,
    page: Runbook,
    target: Target | None,
    known: Known,
    past: Sequence[PastAction],
    fleet: Sequence[Quota],
    now: datetime,
) -> Decision:
    """Walk the ladder to the first step whose condition holds, plan it, and ask every guard."""
    facts = _facts(incident, diagnosis, known, now)
    rung = _rung(page, target, incident.step, facts, known)
    limits = page.policy.limits
    verdicts = (
        target_guard(incident, target),
        diagnosis_guard(diagnosis),
        _step_guard(rung.step, page),
        rung.condition,
        age_guard(incident.started_at, limits, now),
        firing_guard(known.firing),
        storm_guard(known.storm, incident.together),
        switch_guard(in_force(known.settings, page.policy.autonomy, known.can_ask), incident.approval, rung.plan),
        attempts_guard(incident.attempts, limits),
        cooldown_guard(_last_foreign(past, incident), limits, now),
        budget_guard("target", [p.at for p in past], limits.per_target, now),
        budget_guard("runbook", known.spent_runbook, limits.per_runbook, now),
        budget_guard("fleet", known.spent_fleet, fleet, now),
        plan_guard(rung.plan),
    )
    made = rung.plan if isinstance(rung.plan, Plan) else None
    afterwards = tuple(one for one in page.policy.afterwards if target and lever_of(one.action, target))
    return Decision(
        verdicts, made, rung.step, rung.number, max(incident.together, known.storm.targets), afterwards=afterwards
    )


def intend(
    record: TargetRecord, incident: Incident, diagnosis: Diagnosis, page: Runbook, decision: Decision, now: datetime
) -> tuple[TargetRecord, Moved]:
    """Write down what will be done, before it is done, and what it spends."""
    plan, step, verify = decision.plan, decision.step, page.policy.verify
    if plan is None or step is None or verify is None:
        raise AssertionError("an intention needs a plan, its step and a verification; the guards let something through")
    intent = Intent(
        action_id=action_id(incident.id, decision.number, incident.attempts + 1),
        failure_mode=page.failure_mode,
        step=decision.number,
        attempt=incident.attempts + 1,
        plan=plan,
        verify=verify,
        escalate=page.policy.escalate,
        if_not_recovered=step.if_not_recovered,
        approved_by=incident.approval.by if incident.approval else None,
        afterwards=decision.afterwards,
    )
    after = move(
        _known_by(incident, diagnosis, page),
        State.ACTING,
        intent=intent,
        attempts=intent.attempt,
        step=decision.number,
        lifted=0,
        left=(*incident.left, *([plan.leaves] if plan.leaves else [])),
        says=plan.says,
        proposal=None,
        approval=None,
        refusal=None,
        notices=_told_meanwhile(incident, page, plan, now),
    )
    spent = PastAction(intent.action_id, incident.id, now, diagnosis.failure_mode)
    facts = {**decided(diagnosis, page, decision), "intent": to_plain(intent), "plan_sha256": plan.sha256}
    return replace(record, actions=(*record.actions, spent)[-100:]), Moved(after, "decided", facts)


def _told_meanwhile(incident: Incident, page: Runbook, plan: Plan, now: datetime) -> tuple[Notice, ...]:
    """A freeze heals nothing, so a person is paged; everything else has the time that its own page allows."""
    if plan.action is Action.FREEZE:
        return page_now(incident.notices, now)
    if incident.attempts:
        return incident.notices
    return wait_until(incident.notices, incident.opened_at + page.policy.escalate.page_after, now)


def refuse_to_act(
    incident: Incident, diagnosis: Diagnosis, page: Runbook, decision: Decision, refusal: Verdict, now: datetime
) -> Moved:
    """Hand over to a person, with what would have been done; what has already been tried makes it a page.

    Whoever silenced an alert has it already: they are not woken for it, a note says what would have been done.
    """
    reason = refusal.reason or Reason.PRECONDITION
    notices = page_now(incident.notices, now) if incident.attempts else bring_forward(incident.notices, now)
    if reason is Reason.SILENCED and not incident.attempts:
        notices = quieten(incident.notices, "it is silenced or inhibited: a person has it", now)
    after = move(
        _known_by(incident, diagnosis, page),
        State.ESCALATED,
        refusal=reason,
        says=refusal.says,
        proposal=decision.plan,
        notices=notices,
        together=decision.together,
        next_at=now + RECONCILE,
    )
    return Moved(after, "decided", {**decided(diagnosis, page, decision), "refusal": reason, "says": refusal.says})


def decided(diagnosis: Diagnosis, page: Runbook, decision: Decision) -> dict[str, Any]:
    """Plain facts of a decision, as they stand in the audit record."""
    return {
        "diagnosis": to_plain(diagnosis),
        "runbook": {"failure_mode": page.failure_mode, "sha256": page.sha256, "path": page.path},
        "guards": [to_plain(v) for v in decision.verdicts],
        "proposal": to_plain(decision.plan) if decision.plan else None,
        "step": decision.number,
    }


def _facts(incident: Incident, diagnosis: Diagnosis, known: Known, now: datetime) -> dict[str, Any]:
    alert = {
        "severity": incident.severity.value,
        "age_s": (now - incident.started_at).total_seconds(),
        "name": _name(incident.alerts),
    }
    around = next((a for lever, a in known.around.items() if lever.action is Action.ROLLBACK), None)
    release = release_facts(around, now.timestamp()) if isinstance(around, Surroundings) else {}
    return context(alert, as_facts(diagnosis.evidence), release)


def _name(alerts: Sequence[Alert]) -> str:
    return alerts[0].name if alerts else ""


@dataclass(frozen=True)
class _Rung:
    number: int
    step: Step | None
    condition: Verdict
    plan: Plan | NoPlan | None = None

    @property
    def passed_over(self) -> bool:
        """It is clearly not the case, or clearly has nothing to do; doubt passes over nothing."""
        return self.condition.answer == "deny" or _idle(self.plan)


def _rung(page: Runbook, target: Target | None, start: int, facts: dict[str, Any], known: Known) -> _Rung:
    """Walk up to the first step that can be done here; without a way back only a freeze may still be."""
    ladder = page.policy.remediation
    able = [n for n in range(start, len(ladder)) if target is None or lever_of(ladder[n].action, target)]
    if not able:
        return _Rung(start, None, allow("condition", "there is no step to ask it for"))
    rungs = [_look_at(page, target, number, facts, known) for number in able]
    found = next((rung for rung in rungs if not rung.passed_over), rungs[0])
    if isinstance(found.plan, NoPlan) and found.plan.reason == NO_KNOWN_GOOD:
        further = [r for r in rungs[rungs.index(found) :] if r.step and r.step.action is Action.FREEZE]
        return next((r for r in further if isinstance(r.plan, Plan)), found)
    return found


def _look_at(page: Runbook, target: Target | None, number: int, facts: dict[str, Any], known: Known) -> _Rung:
    step = page.policy.remediation[number]
    verdict = condition_guard(step.when, holds(step.when, facts) if step.when else True)
    made = _plan(page, target, step, known) if target and verdict.answer != "deny" else None
    return _Rung(number, step, verdict, made)


def _plan(page: Runbook, target: Target, step: Step, known: Known) -> Plan | NoPlan:
    ways = [lever for lever in ways_to(step.action, target) if lever in known.around]
    if not ways:
        return NoPlan("no_lever", f"nothing of {target.name} can be changed by {step.action}")
    tried = [make_plan(lever, target, step, known.around[lever]) for lever in ways]
    made = next((one for one in tried if not _idle(one)), tried[0])
    return replace(made, undoable=False) if isinstance(made, Plan) and page.failure_mode in NEVER_UNDO else made


def _idle(plan: Plan | NoPlan | None) -> bool:
    return isinstance(plan, NoPlan) and plan.reason in IDLE


def target_guard(incident: Incident, target: Target | None) -> Verdict:
    if target:
        return allow("allow_list", f"services.yaml lets {target.name} be touched")
    if incident.why_no_target:
        return refuse("allow_list", Reason(incident.why_no_target.reason), incident.why_no_target.says)
    return refuse("allow_list", Reason.NO_TARGET, f"services.yaml no longer names {incident.target}")


def switch_guard(switch: Switch, approval: Answer | None, made: Plan | NoPlan | None) -> Verdict:
    """A person's yes stands for the mode `suggest`, and only for the plan it was given for."""
    if switch.mode is not Mode.SUGGEST or approval is None:
        return mode_guard(switch)
    if not isinstance(made, Plan) or made.sha256 != approval.plan_sha256:
        return refuse("mode", Reason.PLAN_CHANGED, f"{approval.by} approved another plan than what would be done now")
    return allow("mode", f"{switch.because}; approved by {approval.by}")


def _step_guard(step: Step | None, page: Runbook) -> Verdict:
    if step is None:
        return refuse("ladder", Reason.NO_REMEDIATION, f"the runbook {page.failure_mode} has no (further) remediation")
    return allow("ladder", f"{step.action}, if not recovered: {step.if_not_recovered}")


def plan_guard(plan: Plan | NoPlan | None) -> Verdict:
    match plan:
        case Plan():
            return allow("precondition", plan.says)
        case NoPlan():
            return refuse("precondition", Reason.PRECONDITION, plan.says)
        case None:
            return refuse("precondition", Reason.NO_REMEDIATION, "there is nothing to plan")


def _last_foreign(past: Sequence[PastAction], incident: Incident) -> datetime | None:
    """The cooldown keeps incidents apart; the steps of one incident are limited by its attempts."""
    return max((p.at for p in past if p.incident != incident.id), default=None)


def _known_by(incident: Incident, diagnosis: Diagnosis, page: Runbook) -> Incident:
    return replace(incident, diagnosis=diagnosis, runbook=RunbookRef(page.failure_mode, page.sha256))
