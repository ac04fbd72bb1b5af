"""A LoRA adapter that engines load at run time: one name, a path for each version, every replica that serves it."""

import re
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field

from responder.domain.things.asked import ONCE, text

VERSION = "{version}"
_NAMED = r"(?P<version>[A-Za-z0-9][A-Za-z0-9._-]{0,127})"
Replica = Annotated[
    str,
    text(
        r"https?://[A-Za-z0-9.-]+(:\d{1,5})?",
        "its URL with http:// or https://, without path or trailing slash, like http://10.0.0.1:8000",
    ),
]
Object = Annotated[
    str,
    text(
        r"s3://[^/]+/.*\{version\}.*",
        "an object in S3 with {version} in its key, like s3://models/support/{version}/adapter_model.safetensors",
    ),
]


@dataclass(frozen=True)
class Adapter:
    """An adapter of vLLM; `path` is where a version lies on a replica, `objects` what it is made of in S3.

    Replicas are named here and nowhere else: no label ever becomes an address. `token` is a secret of the target's
    account with the engines' API key.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    adapter: str
    path: Annotated[str, text(r".*\{version\}.*", "{version} where the version goes, like /adapters/support/{version}")]
    replicas: Annotated[tuple[Replica, ...], Field(min_length=1, max_length=32), ONCE]
    objects: tuple[Object, ...]
    token: str | None = None

    @property
    def name(self) -> str:
        return f"{self.adapter}@{self.hosts[0]}"

    @property
    def hosts(self) -> tuple[str, ...]:
        """How replicas are called in plans."""
        return tuple(sorted(urlsplit(replica).netloc for replica in self.replicas))

    def url(self, host: str) -> str:
        return next(replica for replica in self.replicas if urlsplit(replica).netloc == host)

    def version_of(self, path: str) -> str | None:
        """Return which version lies at a path; None when it is not one of ours."""
        before, _, after = self.path.partition(VERSION)
        found = re.fullmatch(re.escape(before) + _NAMED + re.escape(after), path)
        return found["version"] if found else None

    def asked(self, path: str, *, over: bool = True) -> dict[str, str | bool]:
        """Say what an engine is asked; `over` puts the path in the place of what the name stands for now."""
        return {"lora_name": self.adapter, **({"lora_path": path, "load_inplace": over} if path else {})}


def call_for(path: str) -> str:
    """Name the engine's call that brings an adapter to a path, or takes it out where there is none."""
    return "/v1/load_lora_adapter" if path else "/v1/unload_lora_adapter"
