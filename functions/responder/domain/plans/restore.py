"""Plan to bring a target's entries of a model registry back to where the newest trustworthy snapshot has them.

Only pointers move, or approvals where those decide which version is in force: then the good version is approved, and
every later one that is approved is rejected. What nobody has decided yet stays undecided, and so do earlier versions.
"""

from collections.abc import Callable, Mapping, Sequence
from shlex import quote

from responder.domain.plain import canonical, stamp
from responder.domain.plans.registry import APPROVED, REJECTED
from responder.domain.remediation import Candidate, NoPlan, Plan, Surroundings
from responder.domain.runbook import Action, Step
from responder.domain.target import Target
from responder.domain.touch import TouchKind

NO_SNAPSHOT = "no_snapshot"
AS_IT_WAS = "as_it_was"
SET_ALIAS = "/api/2.0/mlflow/registered-models/alias"
Values = dict[str, str]


def plan_restore(target: Target, kind: TouchKind, step: Step, around: Surroundings) -> Plan | NoPlan:
    """Move what is the target's, and nothing else, to where the newest trustworthy snapshot has it."""
    good = next((c for c in around.candidates if c.fault is None), None)
    if good is None:
        return NoPlan(NO_SNAPSHOT, _why_none(around.candidates))
    current = around.seen.current
    wanted = _approved(current, good.values) if kind is TouchKind.MODEL_PACKAGES else good.values
    gone = sorted(wanted.keys() - current.keys())
    if gone:
        return NoPlan("entry_gone", f"{', '.join(gone)} is in {good.key} but no longer in the registry")
    desired = {**current, **wanted}
    if desired == current:
        return NoPlan(AS_IT_WAS, f"the registry stands as in {good.key}; restoring it would change nothing")
    return _plan(target, kind, step, current, desired, good)


def moves(before: Mapping[str, str], desired: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return what differs: entry, version (or approval) now and wanted; what is approved comes before what is not."""
    pairs = [(entry, before[entry].split(" ")[0], value.split(" ")[0]) for entry, value in sorted(desired.items())]
    return sorted([pair for pair in pairs if pair[1] != pair[2]], key=lambda pair: pair[2] != APPROVED)


def key_of(entry: str) -> dict[str, str]:
    """Return where an alias stands in the table."""
    model, _, alias = entry.partition("@")
    return {"pk": f"MODEL#{model}", "sk": f"ALIAS#{alias}"}


def package_arn(target: Target, entry: str) -> str:
    """Name a version of a model package group; SageMaker's names are lower case in an ARN."""
    group, _, number = entry.rpartition("@")
    partition = next((p for start, p in _PARTITIONS.items() if target.region.startswith(start)), "aws")
    return f"arn:{partition}:sagemaker:{target.region}:{target.account}:model-package/{group.lower()}/{number}"


def _approved(current: Mapping[str, str], good: Mapping[str, str]) -> Values:
    """Say for each version that something is decided of how it must be for the good ones to be in force."""
    wanted: Values = {}
    for entry, value in good.items():
        model, number, fingerprint = entry.partition("@")[0], *value.split(" ")
        wanted[f"{model}@{number}"] = f"{APPROVED} {fingerprint}"
        later = [e for e in current if e.rpartition("@")[0] == model and int(e.rpartition("@")[2]) > int(number)]
        wanted |= {e: current[e].replace(APPROVED, REJECTED, 1) for e in later}
    return wanted


def _plan(target: Target, kind: TouchKind, step: Step, current: Values, desired: Values, good: Candidate) -> Plan:
    moved = "; ".join(f"{entry} from {old} to {new}" for entry, old, new in moves(current, desired))
    write, calls = _COMMANDS[kind], 1 if kind is TouchKind.REGISTRY else len(moves(current, desired))
    return Plan(
        action=Action.RESTORE_REGISTRY,
        kind=kind,
        resource=target.things[kind],
        before=current,
        desired=desired,
        converge_within=step.converge_within,
        says=f"restore the registry entries of {target.name} as of {stamp(good.taken_at)}: {moved}",
        command=" && ".join(write(target, *move) for move in moves(current, desired)),
        undo_command=" && ".join(write(target, *move) for move in moves(desired, current)),
        worst_case=calls * Plan.worst_case,
        drift=f"whoever moved the registry's {_MOVED[kind]} may do so again; they stand as of {stamp(good.taken_at)}",
    )


def _in_table(target: Target, entry: str, old: str, new: str) -> str:
    """Write the conditional update of a pointer, as a person would paste it."""
    table = quote(target.touch.registry.table) if target.touch.registry else ""
    return (
        f"aws dynamodb update-item --region {quote(target.region)} --table-name {table}"
        f" --key {quote(canonical({key: {'S': value} for key, value in key_of(entry).items()}))}"
        " --update-expression 'SET version = :new' --condition-expression 'version = :old'"
        f" --expression-attribute-values {quote(canonical({':old': {'S': old}, ':new': {'S': new}}))}"
    )


def _in_mlflow(target: Target, entry: str, _: str, new: str) -> str:
    named = target.touch.mlflow_registry
    model, _, alias = entry.partition("@")
    body = canonical({"name": model, "alias": alias, "version": new})
    proof = ' -H "Authorization: Bearer $MLFLOW_TRACKING_TOKEN"' if named and named.token else ""
    return (
        f"curl --fail-with-body{proof} -H 'Content-Type: application/json'"
        f" -d {quote(body)} {quote((named.url if named else '') + SET_ALIAS)}"
    )


def _in_sagemaker(target: Target, entry: str, _: str, new: str) -> str:
    arn = quote(package_arn(target, entry))
    return (
        f"aws sagemaker update-model-package --region {quote(target.region)} --model-package-arn {arn}"
        f" --model-approval-status {quote(new)}"
    )


_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
_COMMANDS: Mapping[TouchKind, Callable[[Target, str, str, str], str]] = {
    TouchKind.REGISTRY: _in_table,
    TouchKind.MLFLOW_REGISTRY: _in_mlflow,
    TouchKind.MODEL_PACKAGES: _in_sagemaker,
}
_MOVED = {
    TouchKind.REGISTRY: "pointers",
    TouchKind.MLFLOW_REGISTRY: "aliases",
    TouchKind.MODEL_PACKAGES: "approvals",
}


def _why_none(candidates: Sequence[Candidate]) -> str:
    if not candidates:
        return "there is no snapshot of the registry from before this began"
    return "no snapshot can be trusted: " + "; ".join(f"{c.key}: {c.fault}" for c in candidates)
