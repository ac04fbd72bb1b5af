"""`responder audit show`: an incident's records from the locked bucket, with their chain checked."""

import argparse

from responder.commands import connect
from responder.commands.incidents import find, timeline
from responder.domain.audit import check_chain
from responder.domain.plain import sha256
from responder.errors import NotThere


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    show = verbs.add_parser(
        "show", help="print an incident's records from the bucket and check their chain; exit 1 when it is broken"
    )
    show.add_argument("incident", help="an incident id, or its beginning")
    show.add_argument("--json", action="store_true", help="the records as they were written, one per line")
    show.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    here = connect.connected(asked.stack)
    incident = find(asked.incident, here)
    records = here.world.audit.read(incident)
    if not records:
        raise NotThere(f"the audit has no record of {incident} yet; the sweeper exports within a minute or two")
    faults = check_chain(records)
    behind = len(here.world.journal.entries(incident, 1)) - len(records)
    if asked.json:
        print("\n".join(records))
    else:
        print("\n".join(timeline(records)))
        print(f"\n{len(records)} records in the locked bucket, last sha256 {sha256(records[-1])}")
        print("the chain holds" if not faults else "THE CHAIN IS BROKEN:\n  " + "\n  ".join(faults))
        if behind:
            print(f"{behind} newer records are still to be exported")
    return 1 if faults else 0
