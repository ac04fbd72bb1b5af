"""What is checked, and what a reviewer brings along to check it with."""

import argparse
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from responder.adapters.audit_folder import AuditFolder
from responder.commands import connect
from responder.commands.audit import limits
from responder.commands.audit.source import Place, place
from responder.domain.seal import Head, Policy
from responder.ports import Trail


@dataclass(frozen=True)
class Subject:
    """What is checked, and against what it is held."""

    trail: Trail
    keys: tuple[bytes, ...]
    heads: tuple[str, ...]
    policy: Policy | None
    as_of: datetime | None
    unknown: tuple[str, ...]
    versioned: bool = True


def add_trust(parser: argparse.ArgumentParser) -> None:
    """Add what a reviewer brings along, because the bucket cannot vouch for itself."""
    parser.add_argument("--key", action="append", type=Path, default=[], help="public key to trust, PEM (repeatable)")
    parser.add_argument("--head", action="append", default=[], help="sha256 of a seal you noted earlier (repeatable)")
    parser.add_argument("--lock", type=_policy, help="least lock of every version, like COMPLIANCE:400 (mode:days)")


def subject_of(asked: argparse.Namespace) -> Subject:
    return _in_folder(asked) if asked.directory else _in_bucket(asked)


def _in_bucket(asked: argparse.Namespace) -> Subject:
    source = place(asked)
    keys, head = _keys(asked), source.head()
    return Subject(
        trail=source.trail,
        keys=keys or _from_kms(source),
        heads=_heads(asked, head),
        policy=asked.lock or source.trail.policy(),
        as_of=connect.now(),
        unknown=limits.of_bucket(keys=bool(keys), noted=head is not None, head=bool(asked.head)),
    )


def _in_folder(asked: argparse.Namespace) -> Subject:
    folder = AuditFolder(asked.directory)
    about, keys = folder.about(), _keys(asked)
    return Subject(
        trail=folder,
        keys=keys,
        heads=_heads(asked, about.head if about else None),
        policy=asked.lock or (about.policy if about else None),
        as_of=about.copied_at if about else None,
        unknown=limits.of_folder(keys=bool(keys), manifest=folder.has_manifest, head=bool(asked.head)),
        versioned=folder.has_manifest,
    )


def _keys(asked: argparse.Namespace) -> tuple[bytes, ...]:
    from responder.adapters.signatures import read_public_key  # noqa: PLC0415  # needs the extra `audit`

    return tuple(read_public_key(path) for path in asked.key)


def _from_kms(source: Place) -> tuple[bytes, ...]:
    return (source.public_key(),) if source.key_id else ()


def _heads(asked: argparse.Namespace, noted: Head | None) -> tuple[str, ...]:
    return (*asked.head, *([noted.sha256] if noted else []))


def _policy(written: str) -> Policy:
    mode, _, days = written.partition(":")
    if mode not in {"COMPLIANCE", "GOVERNANCE"} or not days.isdigit():
        raise argparse.ArgumentTypeError(f"{written!r} is not like COMPLIANCE:400")
    return Policy(mode, int(days))
