"""Plain HTTP to what runs here."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3

Json = Any  # whatever the other side sends; looked at where it is used
TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes

    def json(self) -> Json:
        """Read the body."""
        return json.loads(self.body)


def ask(
    method: str,
    url: str,
    body: Json = None,
    headers: Mapping[str, str] | None = None,
    ca_file: Path | None = None,
    *,
    within: float = TIMEOUT_SECONDS,
) -> Answer:
    """Send one request, once."""
    with urllib3.PoolManager(ca_certs=str(ca_file) if ca_file else None, retries=False) as pool:
        sent = pool.request(method, url, json=body, headers=dict(headers or {}), timeout=within)
        return Answer(sent.status, sent.data)


def answers(url: str, ca_file: Path | None = None) -> Callable[[], bool]:
    """Make the question whether this address answers by now."""

    def asked() -> bool:
        try:
            return ask("GET", url, ca_file=ca_file).status < 500  # noqa: PLR2004  # 5xx is "not yet"
        except (urllib3.exceptions.HTTPError, OSError):
            return False

    return asked
