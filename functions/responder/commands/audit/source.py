"""Where an audit command reads from: a stack's bucket, a bucket by name, or a folder without any credentials."""

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

from responder.adapters import aws
from responder.adapters.audit_folder import AuditFolder
from responder.adapters.audit_trail import AuditTrail
from responder.adapters.head_parameter import HeadParameter
from responder.adapters.kms_signer import KmsSigner
from responder.commands import connect
from responder.domain.seal import Head
from responder.errors import ActionFailed, NotThere
from responder.ports import Trail

VARIABLES = {"AuditBucket": "AUDIT_BUCKET", "SealHead": "SEAL_HEAD", "SealKeyId": "SEAL_KEY_ID"}


@dataclass(frozen=True)
class Place:
    """A bucket, and by what names head and key are known."""

    bucket: str
    head_name: str = ""
    key_id: str = ""

    @property
    def trail(self) -> AuditTrail:
        return AuditTrail(self.bucket, aws.client("s3"))

    def head(self) -> Head | None:
        """Return the head that was noted elsewhere; nothing where one cannot or may not ask."""
        try:
            return HeadParameter(self.head_name, aws.client("ssm")).read() if self.head_name else None
        except ActionFailed:
            return None

    def public_key(self) -> bytes:
        if not self.key_id:
            raise NotThere("a bucket alone does not tell its key: name the stack with --stack, or a key with --key")
        return KmsSigner(self.key_id, aws.client("kms")).key().public


def add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bucket", help="read this bucket, for a reader who sees nothing else of the stack")


def place(asked: argparse.Namespace) -> Place:
    """Find the bucket that was asked for; raise NotThere with what to do when none was."""
    if asked.bucket:
        return Place(asked.bucket)
    if not asked.stack and os.environ.get("AUDIT_BUCKET"):
        return Place(*(os.environ.get(name, "") for name in VARIABLES.values()))
    stack = connect.stack_name(asked.stack)
    found = connect.outputs(stack)
    if "AuditBucket" not in found:
        raise NotThere(f"stack {stack} has no output AuditBucket; is it a stack of this responder?")
    return Place(*(found.get(name, "") for name in VARIABLES))


def trail_of(asked: argparse.Namespace) -> Trail:
    """Return the folder that was named, else the bucket."""
    return AuditFolder(Path(asked.directory)) if asked.directory else place(asked).trail
