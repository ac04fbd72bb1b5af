"""What is written into a JSON document, and how a person would deploy it."""

import json
from collections.abc import Iterator, Mapping
from shlex import quote
from typing import Any

from responder.domain.plain import canonical
from responder.domain.remediation import NoPlan
from responder.domain.target import Target
from responder.domain.touch import TouchKind

DOCUMENT = "document"
NOT_IN_DOCUMENT = "not_in_document"


def overlay(values: Mapping[str, str], declared: Mapping[str, Any]) -> dict[str, str] | NoPlan:
    """Write what is declared over the document; what it does not have already, of the same kind, is never made."""
    document = json.loads(values[DOCUMENT])
    if not isinstance(document, dict):
        return NoPlan(NOT_IN_DOCUMENT, "the document is no map of names to values")
    faults = list(_faults(document, declared))
    if faults:
        return NoPlan(NOT_IN_DOCUMENT, f"services.yaml declares what the document does not have: {', '.join(faults)}")
    return {DOCUMENT: canonical(_merged(document, declared))}


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Tell what is different in two documents, as a person reads it."""
    old, new = (dict(_flat(json.loads(values[DOCUMENT]))) for values in (before, after))
    changed = sorted(name for name, value in new.items() if old.get(name) != value)
    return ", ".join(f"{name} {old.get(name)} -> {new[name]}" for name in changed)


def document_command(target: Target, kind: TouchKind, values: Mapping[str, str]) -> str:
    named = target.touch.document(kind)
    application, environment, profile = (named.application, named.environment, named.profile) if named else ("", "", "")
    return (
        f"aws appconfig create-hosted-configuration-version --region {quote(target.region)}"
        f" --application-id {quote(application)} --configuration-profile-id {quote(profile)}"
        f" --content-type application/json --cli-binary-format raw-in-base64-out"
        f" --content {quote(values.get(DOCUMENT, ''))} /dev/stdout"
        f" && aws appconfig start-deployment --region {quote(target.region)} --application-id {quote(application)}"
        f" --environment-id {quote(environment)} --configuration-profile-id {quote(profile)}"
        f" --deployment-strategy-id {quote(named.strategy if named else '')} --configuration-version VERSION_SHOWN"
    )


def _merged(document: Mapping[str, Any], declared: Mapping[str, Any]) -> dict[str, Any]:
    both = {name: _merged(document[name], new) if isinstance(new, dict) else new for name, new in declared.items()}
    return {**document, **both}


def _faults(document: Mapping[str, Any], declared: Mapping[str, Any], at: str = "") -> Iterator[str]:
    for name, new in declared.items():
        old = document.get(name)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _faults(old, new, f"{at}{name}.")
        elif _sort(old) != _sort(new):
            yield f"{at}{name} is {_sort(old)}, not {_sort(new)}"


def _sort(value: object) -> str:
    match value:
        case bool():
            return "yes or no"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case dict():
            return "a map"
        case _:
            return "not there"


def _flat(document: object, at: str = "") -> Iterator[tuple[str, object]]:
    if not isinstance(document, dict):
        yield at.rstrip("."), document
        return
    for name, value in document.items():
        yield from _flat(value, f"{at}{name}.")
