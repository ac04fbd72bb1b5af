"""A secret of Secrets Manager, remembered for a few minutes so that a rotated one is noticed. Never logged."""

import threading
import time
from collections.abc import Callable
from typing import Any

from responder.adapters import aws
from responder.errors import ActionFailed

REMEMBERED_S = 300.0


class Secret:
    """Its text; what is remembered is used on while Secrets Manager is down, because a page must not wait for it."""

    def __init__(self, name: str, client: Any, clock: Callable[[], float] = time.monotonic) -> None:  # noqa: ANN401  # boto3 has no types
        self.name, self._secrets, self._clock = name, client, clock
        self._text: str | None = None
        self._ask_again_at = 0.0
        self._lock = threading.Lock()  # evidence is asked for side by side

    def read(self, *, fresh: bool = False) -> str:
        """Return the text, asking whatever is remembered when `fresh`; raise ActionFailed when there is none."""
        with self._lock:
            if self._text is not None and not fresh and self._clock() < self._ask_again_at:
                return self._text
            try:
                self._text = self._ask()
            except ActionFailed:
                if self._text is None or fresh:
                    raise
            self._ask_again_at = self._clock() + REMEMBERED_S
            return self._text

    def _ask(self) -> str:
        try:
            text = str(self._secrets.get_secret_value(SecretId=self.name).get("SecretString") or "").strip()
        except aws.TROUBLE as error:
            raise ActionFailed(f"secret {self.name} is unreadable: {aws.code_of(error)}") from error
        if not text:
            raise ActionFailed(f"secret {self.name} is empty or binary; store it as text")
        return text
