"""`responder audit key`: the public key that seals are checked with, to be kept by whoever checks."""

import argparse

from responder.commands.audit.source import add_place, place


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = verbs.add_parser("key", help="print the public key of the seals as PEM; keep it outside the account")
    add_place(parser)
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    from responder.adapters.signatures import as_pem  # noqa: PLC0415  # needs the extra `audit`

    print(as_pem(place(asked).public_key()), end="")
    return 0
