"""Replicas of vLLM on this machine, for as long as a test asks them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Thread
from urllib.parse import urlsplit

from infra.local.desk import door
from infra.local.vllm import Engine
from tests.adapters.cloud import a_bucket

from responder.domain.things.adapter import Adapter


@dataclass
class Engines:
    """One adapter, and the replicas it is served by; `replicas` are by the name a plan gives them."""

    touched: Adapter
    replicas: dict[str, Engine]
    ends: list[Callable[[], None]] = field(default_factory=list)

    def put_in_s3(self, *versions: str) -> None:
        s3 = a_bucket("models")
        for version in versions:
            s3.put_object(Bucket="models", Key=f"{version}/adapter", Body=version.encode(), ChecksumAlgorithm="SHA256")

    def all_have(self, version: str) -> None:
        for engine in self.replicas.values():
            engine.loaded = {self.touched.adapter: f"/adapters/{version}"} if version else {}

    def close(self) -> None:
        for end in self.ends:
            end()


def an_adapter(count: int, *, token: str | None = None, key: str = "", knows_inplace: bool = True) -> Engines:
    """Begin replicas on which two versions lie, with nothing loaded."""
    replicas, ends, urls = {}, [], []
    for _ in range(count):
        lies = {"/adapters/v1", "/adapters/v2"}
        engine = Engine(lies=lies, key=key, knows_inplace=knows_inplace)
        server = door(engine)
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        urls.append(f"http://127.0.0.1:{server.server_port}")
        replicas[urlsplit(urls[-1]).netloc] = engine
        ends += [server.shutdown, server.server_close]
    touched = Adapter("support-de", "/adapters/{version}", tuple(urls), ("s3://models/{version}/adapter",), token)
    return Engines(touched, replicas, ends)
