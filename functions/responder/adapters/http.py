"""The one place that speaks HTTP: a deadline, a limit to what is read, no redirects, no retries.

Redirects are not followed because they would carry credentials to where no setting points. AWS itself is
reached through boto3; only Managed Prometheus, which boto3 cannot query, is asked here with a signature.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
_CHUNK = 65_536
Auth = Callable[[str, str, bytes | None, Mapping[str, str]], Mapping[str, str]]


@dataclass(frozen=True)
class Answer:
    """What came back, whatever its status."""

    status: int
    body: bytes

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
        headers = {"Accept": "application/json"} | ({"Content-Type": content_type} if body is not None else {})
        proof = self._auth(method, url, body, headers) if self._auth else {}
        self._forget_idle()
        began = time.monotonic()
        try:
            response = self._pool.request(
                method,
                url,
                body=body,
                headers={**headers, **proof},
                timeout=urllib3.Timeout(total=self.seconds),
                redirect=False,
                preload_content=False,
            )
            return Answer(response.status, _read(response, began + self.seconds))
        except urllib3.exceptions.HTTPError as error:
            raise CannotKnow(f"{_place(url)}: {type(error).__name__}") from error

    def _forget_idle(self) -> None:
        """Begin with a new connection after a pause; an old one may be dead without having been closed."""
        now = time.time()  # the wall clock, because it runs on while a function is frozen
        with self._lock:
            if now - self._used_at > IDLE_S:
                self._pool.clear()
            self._used_at = now


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
