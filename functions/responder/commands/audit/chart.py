"""The two pictures of the report, as SVG: shapes by attributes alone, so that the page needs no inline style."""

from collections.abc import Sequence

from responder.commands.audit.escaping import text
from responder.commands.audit.telling import span
from responder.domain.audit_report import Speed

LEFT, WIDE, ROW = 160, 230, 46


def shares_bar(shares: Sequence[tuple[str, str, int]]) -> str:
    """Draw (class, name, count) side by side."""
    total = sum(count for _, _, count in shares) or 1
    said = ", ".join(f"{count} {name}" for _, name, count in shares if count)
    x, parts = 0.0, ""
    for kind, name, count in shares:
        width = 100 * count / total
        title = f"<title>{count} {text(name)}</title>"
        parts += f"<rect class='{kind}' x='{x:.2f}%' width='{width:.2f}%' height='100%'>{title}</rect>"
        x += width
    return f"<svg class='bar' role='img' aria-label='{text(said)}' width='100%' height='16'>{parts}</svg>"


def speeds_chart(speeds: Sequence[Speed]) -> str:
    """Draw the median time to act and to recover of each failure mode, with the numbers beside the bars."""
    longest = max((s for speed in speeds for s in (speed.to_act, speed.to_recover) if s), default=0)
    if not speeds:
        return "<p class='soft'>No incident in this period.</p>"
    height = ROW * len(speeds) + 30
    rows = "".join(_row(place, speed, longest) for place, speed in enumerate(speeds))
    return (
        f"<svg class='chart' role='img' aria-label='Median seconds to act and to recover' viewBox='0 0 480 {height}'>"
        f"<rect class='act' x='{LEFT}' y='2' width='12' height='12'/><text x='{LEFT + 18}' y='13'>to act</text>"
        f"<rect class='rec' x='{LEFT + 80}' y='2' width='12' height='12'/>"
        f"<text x='{LEFT + 98}' y='13'>to recover (verified)</text>"
        f"{rows}</svg><p class='soft'>Median, counted from the first notice of the incident.</p>"
    )


def _row(place: int, speed: Speed, longest: float) -> str:
    y = 30 + ROW * place
    plural = "" if speed.incidents == 1 else "s"
    return (
        f"<text x='0' y='{y + 14}'>{text(speed.failure_mode)}</text>"
        f"<text class='soft' x='0' y='{y + 30}'>{speed.incidents} incident{plural}</text>"
        + _bar("act", y, speed.to_act, longest, "never acted")
        + _bar("rec", y + 17, speed.to_recover, longest, "no verified recovery")
    )


def _bar(kind: str, y: int, seconds: float | None, longest: float, never: str) -> str:
    if seconds is None:
        return f"<text class='soft' x='{LEFT}' y='{y + 12}'>{never}</text>"
    width = max(3.0, WIDE * seconds / longest) if longest else 3.0
    return (
        f"<rect class='{kind}' x='{LEFT}' y='{y}' width='{width:.1f}' height='14' rx='2'/>"
        f"<text x='{LEFT + width + 6:.1f}' y='{y + 12}'>{span(seconds)}</text>"
    )
