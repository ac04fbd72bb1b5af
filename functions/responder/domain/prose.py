"""Read the prose of a runbook: always the same headings, each with something to say."""

from collections.abc import Iterator

from responder.domain.runbook import HEADINGS
from responder.domain.written import Finding, Read, nearest


def read_prose(prose: str, path: str, first_line: int) -> Read[dict[str, str]]:
    """Return the text under each heading; a line of code that looks like a heading is none."""
    sections: dict[str, list[str]] = {}
    lines: dict[str, int] = {}
    findings: list[Finding] = []
    current, fenced = "", False
    for number, line in enumerate(prose.splitlines(), first_line):
        fenced ^= line.startswith("```")
        if line.startswith("## ") and not fenced:
            current = line[3:].strip()
            if current in sections:
                findings.append(Finding(path, number, f"heading {current!r} twice", "merge the two"))
            sections.setdefault(current, [])
            lines[current] = number
        elif current:
            sections[current].append(line)
        elif line.strip() and not line.startswith("# "):
            findings.append(
                Finding(path, number, "text before the first heading reaches nobody", "move it under a heading")
            )
    texts = {heading: "\n".join(body).strip() for heading, body in sections.items()}
    return Read(texts, (*findings, *_heading_faults(texts, lines, path, first_line)))


def _heading_faults(texts: dict[str, str], lines: dict[str, int], path: str, first_line: int) -> Iterator[Finding]:
    for heading, body in texts.items():
        if heading not in HEADINGS:
            yield Finding(path, lines[heading], f"unknown heading {heading!r}", nearest(heading, HEADINGS))
        elif not body:
            yield Finding(path, lines[heading], f"nothing under {heading!r}", "say `nothing to do` and why")
    for heading in HEADINGS:
        if heading not in texts:
            yield Finding(path, first_line, f"heading {heading!r} is missing", f"add a line: ## {heading}")
