"""`responder audit`: the evidence, for people who review it and trust nobody."""

import argparse

from responder.commands.audit import copy, key, report, show, verify

VERBS = (show, copy, verify, report, key)


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("audit", help="the audit log: show, copy, verify, report, key")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb in VERBS:
        verb.add(verbs)
