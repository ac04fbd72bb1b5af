"""Connect the command line to a stack, or to nothing.

The settings are those of the function `respond`: read from the stack, so that the command line sees exactly
what the function sees, or from the environment where they are set.
"""

import getpass
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from responder.adapters.in_memory import (
    InMemoryAudit,
    InMemoryJournal,
    InMemoryModes,
    InMemoryReleases,
)
from responder.adapters.in_memory_levers import InMemoryThings, levers
from responder.adapters.in_memory_registry import InMemoryRegistry, InMemorySnapshots
from responder.adapters.runbook_files import read_compiled, read_library
from responder.bootstrap import make_world
from responder.domain.audit import Actor
from responder.domain.levers import RESTORES
from responder.domain.runbook import Library
from responder.domain.touch import TouchKind
from responder.doorway import COMPILED
from responder.errors import NotThere
from responder.settings import RespondSettings, read_settings
from responder.workflow.gather import side_by_side
from responder.workflow.world import World

HERE = Path(__file__).resolve().parents[3]
VARIABLE = "RESPONDER_STACK"


@dataclass(frozen=True)
class Connected:
    """A world to read from, the settings behind it, and who is at the keyboard."""

    world: World
    settings: RespondSettings
    who: str


def library() -> Library:
    """Read the pages beside the code, with the directory RUNBOOKS_DIR laid over them."""
    shipped = HERE / "runbooks"
    if not shipped.is_dir():
        return read_compiled(COMPILED)
    own = os.environ.get("RUNBOOKS_DIR")
    return read_library(shipped, *([Path(own)] if own else []))


def connected(stack: str | None) -> Connected:
    """Connect to the stack; raise NotThere with what to do when there is none."""
    settings = _with_own_hands(read_settings(RespondSettings, _environment(stack)))
    who = _caller()
    world = replace(make_world(settings, library(), who, "person"), time_left=lambda: timedelta(minutes=5))
    return Connected(world, settings, who)


def offline() -> World:
    """Build a world that knows the runbooks and nothing else: every question to the outside stays open."""
    nothing = NotThere("not connected: name a stack with --stack to ask the real ones")
    things = {kind: InMemoryThings(kind=kind, trouble=nothing) for kind in TouchKind}
    registry = InMemoryRegistry(trouble=nothing)
    return World(
        actor=Actor("person", getpass.getuser(), "offline"),
        library=library(),
        journal=InMemoryJournal(),
        agenda=InMemoryJournal(),
        audit=InMemoryAudit(),
        metrics=None,
        alerts=None,
        modes=InMemoryModes(),
        remediators={**levers(things), **dict.fromkeys(RESTORES, registry)},
        configurations=things,
        registry=registry,
        snapshots=InMemorySnapshots(),
        releases=InMemoryReleases(),
        channels=(),
        ask=side_by_side,
        time_left=lambda: timedelta(minutes=5),
    )


def stack_name(stack: str | None) -> str:
    """Return the stack that was named; raise NotThere with what to do when none was."""
    name = stack or os.environ.get(VARIABLE)
    if not name:
        raise NotThere(f"which stack? name it with --stack NAME, or set {VARIABLE}")
    return name


def is_offline(stack: str | None) -> bool:
    return not (stack or os.environ.get(VARIABLE) or os.environ.get("JOURNAL_TABLE"))


def now() -> datetime:
    return datetime.now(UTC)


def _with_own_hands(settings: RespondSettings) -> RespondSettings:
    """A person looks at targets with their own rights: the remediation role trusts the functions alone."""
    return replace(settings, remediation_role_arn="")


def _environment(stack: str | None) -> Mapping[str, str]:
    if not (stack or os.environ.get(VARIABLE)) and os.environ.get("JOURNAL_TABLE"):
        return os.environ
    name = stack_name(stack)
    try:
        function = outputs(name)["RespondFunction"]
        told = boto3.client("lambda").get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    except KeyError as error:
        raise NotThere(f"stack {name} has no output {error}; is it a stack of this responder?") from error
    except (BotoCoreError, ClientError) as error:
        raise NotThere(f"stack {name} cannot be read: {error}") from error
    return {**os.environ, **told}


def outputs(stack: str) -> dict[str, str]:
    """Return a stack's outputs by name."""
    found: list[dict[str, Any]] = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {o["OutputKey"]: o["OutputValue"] for o in found[0].get("Outputs", [])}


def _caller() -> str:
    """Name the person as AWS knows them; it goes into the audit."""
    try:
        return str(boto3.client("sts").get_caller_identity()["Arn"])
    except (BotoCoreError, ClientError) as error:
        raise NotThere(f"AWS does not know who you are: {error}") from error
