"""`responder audit copy`: the whole bucket into a folder, to be checked elsewhere and without credentials."""

import argparse
import getpass
import sys
from pathlib import Path

from responder.adapters.audit_copy import write_copy
from responder.adapters.audit_folder import About
from responder.commands import connect
from responder.commands.audit.source import Place, add_place, place
from responder.errors import ActionFailed, NotThere

EVERY = 1000


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = verbs.add_parser(
        "copy", help="copy every version of every record and seal into a folder, with a manifest of versions and locks"
    )
    parser.add_argument("directory", type=Path, help="a new folder")
    add_place(parser)
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    source = place(asked)
    about = About(
        bucket=source.bucket,
        copied_at=connect.now(),
        copied_by=getpass.getuser(),
        head=source.head(),
        policy=source.trail.policy(),
        public_key=_public_key(source),
    )
    count = write_copy(source.trail, asked.directory, about, _progress)
    print(f"{count} versions copied into {asked.directory}; check them with: responder audit verify {asked.directory}")
    if about.head:
        print(f"note this somewhere else, it is the head: {about.head.sha256}")
    return 0


def _public_key(source: Place) -> str | None:
    try:
        return source.public_key().hex()
    except (ActionFailed, NotThere):
        return None


def _progress(count: int) -> None:
    if not count % EVERY:
        print(f"\r{count} versions", end="", file=sys.stderr, flush=True)
