"""Runbooks and services on disk: as people write them, and compiled into one JSON file for the artifact."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from responder.domain.failure_mode import FailureMode
from responder.domain.page import parse_page
from responder.domain.plain import canonical, from_plain, to_plain
from responder.domain.runbook import Book, Library, Runbook
from responder.domain.services import Services, parse_services
from responder.domain.vocabulary import Vocabulary, parse_vocabulary
from responder.errors import CannotRead

SERVICES = "services.yaml"
VOCABULARY = "vocabulary.tsv"
HOME = "runbooks"


def read_library(*directories: Path) -> Library:
    """Read the shipped directory and lay the later ones over it: a file of the same name replaces the earlier one.

    All faults of all files come in one CannotRead, one to a line.
    """
    files = _laid_over(directories)
    faults = list(_missing(files, directories))
    pages: dict[FailureMode, Runbook] = {}
    services, vocabulary = None, Vocabulary()
    for name, path in sorted(files.items()):
        try:
            if name == SERVICES:
                services = parse_services(_text(path), str(path))
            elif name == VOCABULARY:
                vocabulary = parse_vocabulary(_text(path), str(path))
            else:
                page = parse_page(_text(path), str(path))
                pages[page.failure_mode] = replace(page, path=f"{HOME}/{name}")
        except CannotRead as error:
            faults.append(str(error))
    if faults or services is None:
        raise CannotRead("\n".join(faults))
    return _library(Book(pages, vocabulary), services)


def write_compiled(library: Library, path: Path) -> None:
    """Write the library as JSON; the same library always gives the same bytes."""
    path.write_text(canonical(to_plain(library)) + "\n", encoding="ascii")


def read_compiled(path: Path) -> Library:
    try:
        plain = json.loads(path.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise CannotRead(f"{path}: cannot be read: {error}; run make build") from error
    return from_plain(Library, plain, str(path))


def _laid_over(directories: Iterable[Path]) -> dict[str, Path]:
    return {path.name: path for directory in directories for path in directory.glob("*") if _is_ours(path)}


def _is_ours(path: Path) -> bool:
    return path.name in (SERVICES, VOCABULARY) or (path.suffix == ".md" and path.name != "README.md")


def _missing(files: dict[str, Path], directories: tuple[Path, ...]) -> Iterator[str]:
    for directory in directories:
        if not directory.is_dir():
            yield f"{directory}: no such directory; name the one that holds your runbooks"
    for name in (f"{FailureMode.UNKNOWN}.md", SERVICES):
        if name not in files:
            yield f"{name} is in none of {', '.join(map(str, directories))}; copy it from the shipped runbooks"


def _library(book: Book, services: Services) -> Library:
    return Library(book, services.targets, services.fleet, services.teams, services.storm)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CannotRead(f"{path}: cannot be read: {error}; save it as UTF-8 text") from error
