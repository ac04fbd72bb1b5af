"""Engines for practice: replicas that serve adapters, each at an address of its own, begun and restarted on demand.

POST /replicas {"count", "lies"}   begin so many, which find adapters under these paths
POST /restart  {"url"}             end one and begin it anew, with nothing loaded
POST /refuse   {"url", "path"}     from now on this one cannot load what lies there
"""

import json
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.local.desk import Fact, Reply, door
from infra.local.vllm import Engine


@dataclass
class Engines:
    """All replicas by address. Called like a desk."""

    replicas: dict[str, Engine] = field(default_factory=dict)

    def __call__(self, method: str, path: str, _: Mapping[str, str], body: bytes) -> Reply:
        """Do what is told."""
        told: Fact = json.loads(body or b"{}")
        match method, path:
            case "POST", "/replicas":
                return 200, {"replicas": [self._begin(set(told["lies"])) for _ in range(told["count"])]}
            case "POST", "/restart" if told["url"] in self.replicas:
                self.replicas[told["url"]].restart()
                return 200, {}
            case "POST", "/refuse" if told["url"] in self.replicas:
                self.replicas[told["url"]].broken.add(told["path"])
                return 200, {}
            case "GET", "/health":
                return 200, {"replicas": list(self.replicas)}
            case _:
                return 404, {"detail": "Not Found"}

    def _begin(self, lies: set[str]) -> str:
        engine = Engine(lies=lies)
        server = door(engine)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        self.replicas[url] = engine
        return url


if __name__ == "__main__":
    door(Engines(), int(sys.argv[1])).serve_forever()
