"""Other people's text in a report: it stays text, and it shows what it is.

Labels, annotations and error messages were written by others. In HTML nothing of them may become markup; in CSV
nothing may become a formula; nowhere may a control or bidirectional character make a reader see another order.
"""

import html
import re
from collections.abc import Mapping, Sequence

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def visible(value: object) -> str:
    """Write a value as text; what cannot be seen, or changes what is seen, is shown by its number."""
    return _UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", flat(value))


def text(value: object) -> str:
    """Write a value as HTML text, also fit for a quoted attribute."""
    return html.escape(visible(value), quote=True)


def cell(value: object) -> str:
    """Write a value as a CSV cell that no spreadsheet runs."""
    written = visible(value)
    return f"'{written}" if written.lstrip().startswith(_FORMULA) and not _is_number(written) else written


def flat(value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case Mapping():
            return ", ".join(f"{name}={flat(one)}" for name, one in value.items())
        case Sequence():
            return "; ".join(flat(one) for one in value)
        case float():
            return f"{value:g}"
        case _:
            return str(value)


def _is_number(written: str) -> bool:
    return re.fullmatch(r"[+-]?\d+(\.\d+)?", written) is not None
