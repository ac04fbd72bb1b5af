"""`responder incidents` and `responder incident ID`: what happened lately, and one story from its journal."""

import argparse
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from responder.adapters import aws
from responder.adapters.agenda_table import AgendaTable
from responder.commands import connect
from responder.errors import NotThere


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    many = commands.add_parser("incidents", help="the latest incidents, newest first")
    many.add_argument("--limit", type=int, default=20, help="how many (default 20)")
    many.set_defaults(run=list_them)
    one = commands.add_parser("incident", help="one incident, step by step")
    one.add_argument("id", help="an incident id, or its beginning")
    one.add_argument("--json", action="store_true", help="the records as they were written, one per line")
    one.set_defaults(run=show)


def list_them(asked: argparse.Namespace) -> int:
    here = connect.connected(asked.stack)
    found = _agenda(here).incidents(asked.limit)
    if not found:
        print("no incident yet")
    for incident, resource, opened in found:
        last = json.loads(here.world.journal.entries(incident, 1)[-1])["data"]
        says = last.get("disposition") or last.get("escalated") or last.get("says") or ""
        print(f"{opened:%Y-%m-%d %H:%M:%S}  {incident}  {last['state']:10}  {resource}  {says}"[:200])
    return 0


def show(asked: argparse.Namespace) -> int:
    here = connect.connected(asked.stack)
    records = here.world.journal.entries(find(asked.id, here), 1)
    if asked.json:
        print("\n".join(records))
        return 0
    print("\n".join(timeline(records)))
    return 0


def find(beginning: str, here: connect.Connected) -> str:
    """Return the full id; a beginning is enough when it names one of the latest incidents."""
    if here.world.journal.entries(beginning, 1):
        return beginning
    found = [i for i, _, _ in _agenda(here).incidents(1000) if i.startswith(beginning)]
    if len(found) != 1:
        raise NotThere(
            f"{'no' if not found else len(found)} incident begins with {beginning!r}; see: responder incidents"
        )
    return found[0]


def timeline(records: list[str]) -> Iterator[str]:
    """Tell an incident from its records, one step a line, with the time since it opened."""
    facts = [json.loads(record)["data"] for record in records]
    began = datetime.fromisoformat(facts[0]["recorded_at"])
    yield f"incident {facts[0]['incident_id']} on {json.loads(records[0])['subject']}, opened {facts[0]['recorded_at']}"
    for record, fact in zip(records, facts, strict=True):
        after = (datetime.fromisoformat(fact["recorded_at"]) - began).total_seconds()
        kind = json.loads(record)["type"].rsplit(".", 1)[-1]
        yield f"  +{after:7.1f} s  {kind:11} {_says(kind, fact)}"


def _says(kind: str, fact: dict[str, Any]) -> str:  # noqa: PLR0911  # one line per kind of record
    match kind:
        case "received":
            names = ", ".join(
                sorted({e["name"] for e in (*fact["started"], *fact["ended"], *fact["never_seen_firing"])})
            )
            return f"{len(fact['started'])} started, {len(fact['ended'])} ended, {fact['repeated']} repeated ({names})"
        case "decided":
            believed = fact["diagnosis"]
            return f"{believed['failure_mode']} {believed['confidence']:.2f} -> {_decision(fact)}"
        case "acted" | "undone":
            return f"{fact['outcome']['result']}: {fact['outcome']['says']}"
        case "converged" | "reverted":
            return f"{fact['standing']} {fact.get('escalated') or ''}"
        case "verified":
            seen = fact["measured"]
            measured = f"measured {seen.get('value', seen.get('missing'))}"
            handed = f"; {fact['escalated']}" if fact.get("escalated") else ""
            return f"{fact['verdict']}: {fact['condition']}, {measured}{handed}"
        case "answered":
            return _answer(fact)
        case "followed":
            return _decision(fact) if "asked" in fact or fact.get("refusal") else f"afterwards: {fact['says']}"
        case "told":
            return f"{fact['notice']['kind']} via {fact['notice']['via']} ({fact['notice'].get('external_id')})"
        case "closed":
            return f"{fact['disposition']}: {fact['says']}"
        case _:
            return str(fact.get("says") or fact.get("escalated") or "")


def _agenda(here: connect.Connected) -> AgendaTable:
    return AgendaTable(here.settings.journal_table, aws.client("dynamodb"))


def _decision(fact: dict[str, Any]) -> str:
    if "asked" in fact:
        return f"asked, until {fact['asked']['until']}: {fact['proposal']['says']}"
    return (
        f"refused: {fact['refusal']} ({fact['says']})" if fact.get("refusal") else str(fact["intent"]["plan"]["says"])
    )


def _answer(fact: dict[str, Any]) -> str:
    said = fact.get("approval")
    if not said:
        return str(fact["escalated"])
    return f"{'yes' if said['yes'] else 'no'} by {said['by']}, sent by {said.get('sender', 'nobody SQS named')}"
