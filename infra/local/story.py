"""Say in one line what a step of the responder was: for the timeline and the trail, never for the record."""

from collections.abc import Callable, Mapping
from typing import Any

Data = Mapping[str, Any]


def tell(kind: str, data: Data) -> str:
    """Word one journal entry."""
    return WORDS[kind](data) if kind in WORDS else str(data.get("says") or "")


def _received(data: Data) -> str:
    began = [f"{one['name']} began ({one['severity']})" for one in data["started"]]
    ended = [f"{one['name']} ended" for one in data["ended"]]
    return ", ".join(began + ended) or "seen again"


def _decided(data: Data) -> str:
    diagnosis = f"{data['diagnosis']['failure_mode']}, confidence {data['diagnosis']['confidence']:.2f}"
    if data.get("refusal"):
        return f"{diagnosis}: not acting, {data['says']}"
    return f"{diagnosis}: {data['proposal']['says']}"


def _acted(data: Data) -> str:
    change = ", ".join(f"{data['before'].get(name)} -> {value}" for name, value in data["desired"].items())
    return f"{data['action']} {change}: {data['outcome']['result']}"


def _verified(data: Data) -> str:
    return f"{data['verdict']}: measured {data['measured'].get('value')}, wanted {data['condition']}"


def _told(data: Data) -> str:
    return f"{data['notice']['kind']} by {data['notice'].get('via')}"


def _flipped(data: Data) -> str:
    return f"mode {data['name']} is {data['value']}"


WORDS: dict[str, Callable[[Data], str]] = {
    "received": _received,
    "decided": _decided,
    "acted": _acted,
    "converged": lambda data: f"{data['says']} after {data.get('seconds', 0):.0f} s",
    "verified": _verified,
    "told": _told,
    "closed": lambda data: f"{data['disposition']}: {data['says']}",
    "flipped": _flipped,
    "marked": lambda data: f"release {data['version']}, configuration {data['config']}",
    "soaked": lambda data: f"release {data['version']} is known good: {data['says']}",
}
