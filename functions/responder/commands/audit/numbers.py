"""The numbers on top of the report: what came in, how it ended, what was done and by whom."""

from collections import Counter

from responder.commands.audit.chart import shares_bar
from responder.commands.audit.escaping import text
from responder.domain.audit_report import Summary
from responder.domain.audit_story import OPEN

ORDER = ("recovered", "escalated", "suppressed", "quarantined", OPEN)


def numbers(summary: Summary) -> str:
    acted = sum(times for what, times in summary.actions.items() if what.endswith((": accepted", ": reconciled")))
    cards = (
        (summary.episodes, "episodes came in"),
        (summary.incidents, "incidents they made"),
        (acted, "changes made"),
        (summary.undone, "taken back"),
        (sum(summary.refusals.values()), "times it refused to act"),
        (summary.notices["page"], "pages sent"),
    )
    shown = "".join(f"<div class='card'><b>{number}</b><span>{label}</span></div>" for number, label in cards)
    return (
        f"<section aria-label='Numbers'><div class='cards'>{shown}</div><h2>How every episode ended</h2>{_bar(summary)}"
        f"{_dispositions(summary)}<div class='columns'>{_counts('Changes', summary.actions, 'nothing was changed')}"
        f"{_counts('Refusals by reason', summary.refusals, 'it never refused')}"
        f"{_counts('People who decided', summary.people, 'nobody had to')}"
        f"{_counts('Notices', summary.notices, 'nobody was told')}"
        f"{_counts('Taken out before writing', summary.redacted, 'no secret or person was found')}</div></section>"
    )


def _bar(summary: Summary) -> str:
    return shares_bar([(_class(name), name, summary.dispositions[name]) for name in ORDER])


def _dispositions(summary: Summary) -> str:
    rows = "".join(
        f"<tr><td><span class='tag {_class(name)}'>{name}</span></td>"
        f"<td class='num'>{summary.dispositions[name]}</td></tr>"
        for name in ORDER
    )
    total = sum(summary.dispositions.values())
    adds_up = "they add up" if total == summary.episodes else f"THEY DO NOT ADD UP to {summary.episodes}"
    return (
        "<table class='ends'><thead><tr><th>ended as</th><th class='num'>episodes</th></tr></thead>"
        f"<tbody>{rows}</tbody>"
        f"<tfoot><tr><td>together ({adds_up})</td><td class='num'>{total}</td></tr></tfoot></table>"
    )


def _counts(title: str, counts: Counter[str], none: str) -> str:
    rows = "".join(
        f"<tr><td>{text(name)}</td><td class='num'>{times}</td></tr>" for name, times in counts.most_common()
    )
    return f"<div><h4>{title}</h4>" + (
        f"<table><tbody>{rows}</tbody></table></div>" if rows else f"<p class='soft'>{none}</p></div>"
    )


def _class(name: str) -> str:
    return "open" if name == OPEN else name
