"""Jira's document format, built as nodes: outside text is always the text of a node and can never become markup."""

from collections.abc import Iterator
from typing import Any

LONGEST = 30_000  # characters; Jira takes 32,767 for the whole field
Node = dict[str, Any]


def document(text: str, links: tuple[tuple[str, str], ...] = ()) -> Node:
    """Write plain text as paragraphs, what is indented as code, and our own links below."""
    content = [*_blocks(text[:LONGEST]), *([_links(links)] if links else [])]
    return {"type": "doc", "version": 1, "content": content or [_paragraph(["(nothing to say)"])]}


def _blocks(text: str) -> Iterator[Node]:
    """Split at blank lines and where the indentation begins or ends."""
    lines: list[str] = []
    for line in [*text.splitlines(), ""]:
        if lines and (not line.strip() or _is_code(line) != _is_code(lines[-1])):
            yield _code(lines) if _is_code(lines[0]) else _paragraph(lines)
            lines = []
        if line.strip():
            lines.append(line)


def _is_code(line: str) -> bool:
    return line.startswith("  ") and not line.lstrip().startswith("- ")


def _paragraph(lines: list[str]) -> Node:
    content: list[Node] = []
    for line in lines:
        content += [{"type": "text", "text": line}, {"type": "hardBreak"}]
    return {"type": "paragraph", "content": content[:-1]}


def _code(lines: list[str]) -> Node:
    return {"type": "codeBlock", "content": [{"type": "text", "text": "\n".join(line[2:] for line in lines)}]}


def _links(links: tuple[tuple[str, str], ...]) -> Node:
    content: list[Node] = []
    for name, href in links:
        marks = [{"type": "link", "attrs": {"href": href}}]
        content += [{"type": "text", "text": name, "marks": marks}, {"type": "hardBreak"}]
    return {"type": "paragraph", "content": content[:-1]}
