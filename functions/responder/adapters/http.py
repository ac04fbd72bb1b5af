"""The one place that speaks HTTP: a deadline, a limit to what is read, no redirects.

Nothing is repeated, except what was refused because we ask too often: a 429 that says when to come back did nothing,
and is asked once more then, if that is within the deadline. Later than that is for whoever asked to remember.

Redirects are not followed because they would carry credentials to where no setting points. AWS itself is reached
through boto3; only Managed Prometheus, which boto3 cannot query, is asked here with a signature.
"""

import json
import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import boto3
import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from responder.adapters import aws
from responder.adapters.secret import Secret
from responder.errors import ActionFailed, CannotKnow

LARGEST = 1_000_000
SIDE_BY_SIDE = 8  # connections kept; evidence is asked for in parallel
IDLE_S = 30.0  # a NAT gateway forgets idle connections while a function is frozen
LONGEST_WAIT_S = 3600  # nobody is left untold for longer, whatever a server asks for
TOO_OFTEN = 429
_CHUNK = 65_536
Auth = Callable[[str, str, bytes | None, Mapping[str, str]], Mapping[str, str]]


@dataclass(frozen=True)
class Answer:
    """What came back, whatever its status; `wait_s` is how long a busy server asks to be left alone."""

    status: int
    body: bytes
    wait_s: int = 0

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004  # the class "successful" of RFC 9110

    def json(self) -> Any:  # noqa: ANN401  # the caller checks its shape
        """Parse the body; raise CannotKnow when it is no JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise CannotKnow(f"the answer is not JSON: {self.excerpt!r}") from error

    @property
    def excerpt(self) -> str:
        return self.body[:200].decode(errors="replace")


class Http:
    """Speaks to one place, always with the same authentication.

    A server that is silent for `seconds` is given up; one that keeps dripping is given up after twice that.
    """

    def __init__(self, auth: Auth | None = None, seconds: float = 5.0) -> None:
        self._auth, self.seconds = auth, seconds
        self._pool, self._used_at = urllib3.PoolManager(maxsize=SIDE_BY_SIDE, retries=False), 0.0
        self._lock = threading.Lock()

    def ask(self, method: str, url: str, body: bytes | None = None, content_type: str = "application/json") -> Answer:
        """Send one request and read the answer; raise CannotKnow when none came in time or it was too long."""
        until = time.monotonic() + self.seconds
        answer = self._ask(method, url, body, content_type, until)
        if answer.status != TOO_OFTEN or not answer.wait_s or time.monotonic() + answer.wait_s >= until:
            return answer
        time.sleep(answer.wait_s)
        return self._ask(method, url, body, content_type, until)

    def _ask(self, method: str, url: str, body: bytes | None, content_type: str, until: float) -> Answer:
        headers = {"Accept": "application/json"} | ({"Content-Type": content_type} if body is not None else {})
        proof = self._auth(method, url, body, headers) if self._auth else {}
        self._forget_idle()
        try:
            response = self._pool.request(
                method,
                url,
                body=body,
                headers={**headers, **proof},
                timeout=urllib3.Timeout(total=max(0.1, until - time.monotonic())),
                redirect=False,
                preload_content=False,
            )
            wait = wait_s(response.headers.get("Retry-After", ""), datetime.now(UTC))
            return Answer(response.status, _read(response, until), wait)
        except urllib3.exceptions.HTTPError as error:
            raise CannotKnow(f"{_place(url)}: {type(error).__name__}") from error

    def _forget_idle(self) -> None:
        """Begin with a new connection after a pause; an old one may be dead without having been closed."""
        now = time.time()  # the wall clock, because it runs on while a function is frozen
        with self._lock:
            if now - self._used_at > IDLE_S:
                self._pool.clear()
            self._used_at = now


def wait_s(written: str, now: datetime) -> int:
    """Read Retry-After, which is seconds or a date; what is neither asks for nothing."""
    try:
        seconds = int(written) if written.strip().isdigit() else (parsedate_to_datetime(written) - now).total_seconds()
    except (ValueError, TypeError):
        return 0
    return min(LONGEST_WAIT_S, max(0, math.ceil(seconds)))


def bearer(token: Secret) -> Auth:
    """Show a token that is kept in a secret."""

    def prove(_method: str, _url: str, _body: bytes | None, _headers: Mapping[str, str]) -> Mapping[str, str]:
        try:
            text = token.read()
        except ActionFailed as error:
            raise CannotKnow(str(error)) from error
        if not (text.isascii() and text.isprintable()):  # the library's own refusal would quote it
            raise CannotKnow(f"secret {token.name} cannot stand in a header")
        return {"Authorization": f"Bearer {text}"}

    return prove


def sigv4() -> Auth:
    """Sign for Managed Prometheus (service `aps`) with the function's own role."""
    own = aws.Lazy(boto3.Session)

    def prove(method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Mapping[str, str]:
        credentials = own.get_credentials()
        if credentials is None:
            raise CannotKnow("no credentials to sign with")
        request = AWSRequest(method=method, url=url, data=body, headers=dict(headers))
        SigV4Auth(credentials.get_frozen_credentials(), "aps", own.region_name).add_auth(request)
        return dict(request.headers)

    return prove


def _read(response: urllib3.BaseHTTPResponse, until: float) -> bytes:
    """Read to the end, the limit or the deadline; the connection is kept only when the end was reached."""
    content = b""
    while chunk := response.read1(_CHUNK):
        content += chunk
        if len(content) > LARGEST or time.monotonic() > until:
            response.close()
            raise CannotKnow(f"the answer is longer than {LARGEST} bytes or took too long")
    response.release_conn()
    return content


def _place(url: str) -> str:
    """Return scheme and host; a path or query may carry what does not belong into a log."""
    return "/".join(url.split("/")[:3])
