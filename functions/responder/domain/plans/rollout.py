"""Plan to stop a rollout that CodeDeploy or AppConfig runs, and to do nothing else.

Both then go back to what served before, by themselves: CodeDeploy by shifting the traffic of a function or a service
back, AppConfig by handing out the earlier configuration. Only CodeDeploy's own instances keep what they have got.
"""

from collections.abc import Callable, Mapping
from shlex import quote

from responder.domain.plans.freeze import NOTHING_RUNS
from responder.domain.remediation import NoPlan, Plan, Snapshot, Surroundings
from responder.domain.runbook import Action, Step
from responder.domain.target import Target
from responder.domain.touch import TouchKind

DEPLOYMENT = "deployment"
SERVER = "Server"  # CodeDeploy's word for machines, which have no traffic it could shift back


def plan_stop(target: Target, kind: TouchKind, step: Step, around: Surroundings) -> Plan | NoPlan:
    """Stop exactly the deployment that was seen running."""
    name, seen = target.touch.names[kind], around.seen
    running = seen.current.get(DEPLOYMENT, "")
    if not seen.settled:
        return NoPlan("not_settled", f"{name} is {seen.state}; it is being stopped already")
    if not running:
        return NoPlan(NOTHING_RUNS, f"no rollout is under way on {name}")
    stop, start = _COMMANDS[kind](target, running, seen)
    return Plan(
        action=Action.FREEZE,
        kind=kind,
        resource=target.things[kind],
        before=seen.current,
        desired={DEPLOYMENT: ""},
        converge_within=step.converge_within,
        says=f"stop the rollout {running} of {name}; {_afterwards(seen)}",
        command=stop,
        undo_command=start,
        undoable=False,
        drift=f"the rollout {running} of {name} was stopped; the pipeline may still be waiting for it",
    )


def gives_back(seen: Snapshot) -> bool:
    """Say whether stopping brings back what served before."""
    return SERVER not in seen.shape


def _afterwards(seen: Snapshot) -> str:
    return "what served before serves again" if gives_back(seen) else "machines it has reached keep the new version"


def _codedeploy(target: Target, running: str, seen: Snapshot) -> tuple[str, str]:
    named, region = target.touch.codedeploy_group, f"--region {quote(target.region)}"
    application, group = (quote(named.application), quote(named.group)) if named else ("", "")
    revision = f"aws deploy get-deployment {region} --deployment-id {quote(running)} --query deploymentInfo.revision"
    back = "--auto-rollback-enabled" if gives_back(seen) else "--no-auto-rollback-enabled"
    stop = f"aws deploy stop-deployment {region} --deployment-id {quote(running)} {back}"
    start = f"aws deploy create-deployment {region} --application-name {application} --deployment-group-name {group}"
    return stop, f'{start} --revision "$({revision} --output json)"'


def _appconfig(target: Target, running: str, _: Snapshot) -> tuple[str, str]:
    named = target.touch.config_rollout
    ids = (quote(named.application), quote(named.environment), quote(named.profile)) if named else ("", "", "")
    where = f"--region {quote(target.region)} --application-id {ids[0]} --environment-id {ids[1]}"
    shown = f"aws appconfig get-deployment {where} --deployment-number {quote(running)} --output text --query"
    stop = f"aws appconfig stop-deployment {where} --deployment-number {quote(running)}"
    again = f'--deployment-strategy-id "$({shown} DeploymentStrategyId)"'
    again += f' --configuration-version "$({shown} ConfigurationVersion)"'
    return stop, f"aws appconfig start-deployment {where} --configuration-profile-id {ids[2]} {again}"


_COMMANDS: Mapping[TouchKind, Callable[[Target, str, Snapshot], tuple[str, str]]] = {
    TouchKind.CODEDEPLOY_GROUP: _codedeploy,
    TouchKind.CONFIG_ROLLOUT: _appconfig,
}
