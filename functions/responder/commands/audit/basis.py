"""Lay out what a record rests on: alerts, evidence, guards, measurements, as small tables."""

from collections.abc import Iterator
from typing import Any

from responder.commands.audit.escaping import flat
from responder.domain.audit_story import Step

Rows = list[tuple[str, ...]]


def basis(step: Step) -> Iterator[tuple[str, tuple[str, ...], Rows]]:
    """Yield tables (title, headings, rows) of what a step rests on."""
    facts = step.facts
    for alert in facts.get("alerts", ())[:3]:
        yield "Alert", ("label", "value"), [*_pairs(alert.get("labels")), *_pairs(alert.get("annotations"))]
    diagnosis = facts.get("diagnosis") or {}
    if diagnosis:
        yield (
            "Why",
            ("", ""),
            [("for", one) for one in diagnosis.get("because", ())]
            + [("against", one) for one in diagnosis.get("despite", ())],
        )
        yield (
            "Evidence that answered",
            ("question", "answer", "asked"),
            [(e["name"], flat(e["value"]), e.get("asked", "")) for e in diagnosis.get("evidence", ()) if "value" in e],
        )
    if facts.get("guards"):
        yield (
            "Guards",
            ("guard", "answer", "because"),
            [
                (str(g.get("guard") or g.get("name") or ""), flat(g.get("answer")), flat(g.get("says")))
                for g in facts["guards"]
            ],
        )
    if facts.get("runbook"):
        book = facts["runbook"]
        yield "Runbook that allowed it", ("file", "sha256"), [(flat(book.get("path")), flat(book.get("sha256")))]
    for name in ("measured", "traffic"):
        if facts.get(name):
            seen = facts[name]
            yield (
                name.capitalize(),
                ("value", "asked"),
                [(flat(seen.get("value", seen.get("missing"))), flat(seen.get("asked")))],
            )
    if facts.get("episodes"):
        yield (
            "How each episode ended",
            ("alert", "disposition", "from", "to"),
            [(e["name"], e.get("disposition", ""), e["starts_at"], flat(e.get("ends_at"))) for e in facts["episodes"]],
        )
    if facts.get("redactions"):
        yield (
            "Taken out before it was written",
            ("kind", "times"),
            [(k, flat(v)) for k, v in facts["redactions"].items()],
        )


def _pairs(texts: dict[str, Any] | None) -> Rows:
    return [(name, flat(value)) for name, value in (texts or {}).items()]
