"""boto3 clients, made once, when they are first used, with time limits that fit inside a lease."""

import functools
import threading
from collections.abc import Callable, Mapping
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

TROUBLE = (BotoCoreError, ClientError)
TAKEN = "PreconditionFailed"  # If-None-Match found something under the name
RACED = "ConditionalRequestConflict"  # somebody else was writing the same name

_BOUNDED = {"connect_timeout": 1, "read_timeout": 3, "retries": {"mode": "standard", "total_max_attempts": 2}}
_ONCE = {"connect_timeout": 2, "read_timeout": 5, "retries": {"total_max_attempts": 1}}


class Lazy:
    """Stands for a client that is made when something is first asked of it."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make, self._lock = functools.cache(make), threading.Lock()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # boto3 has no types
        with self._lock:  # boto3 must not make two clients at once; a client itself may be shared
            made = self._make()
        return getattr(made, name)


@functools.cache
def client(service: str) -> Any:  # noqa: ANN401  # boto3 has no types
    """Return the one client of this service; region and endpoint come from the environment."""
    return Lazy(lambda: make_client(service))


def make_client(
    service: str, *, region: str | None = None, identity: Mapping[str, str] | None = None, once: bool = False
) -> Any:  # noqa: ANN401  # boto3 has no types
    """Make a client now; with `once` it never repeats a call, because the caller must look before repeating."""
    config = Config(request_checksum_calculation="when_required", **(_ONCE if once else _BOUNDED))
    return boto3.client(service, region_name=region, config=config, **(identity or {}))


def code_of(error: Exception) -> str:
    """Return the outside's own word for what went wrong."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "")) or str(http_status(error))
    return type(error).__name__


def http_status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
