"""A LiteLLM proxy on this machine, for as long as a test asks it."""

from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from threading import Thread
from typing import Any

from infra.local.desk import door
from infra.local.litellm import Deployment, Proxy


@dataclass
class Gateway:
    """The proxy, and where it is served."""

    proxy: Proxy
    server: ThreadingHTTPServer

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def a_gateway(teams: dict[str, dict[str, Any]], key: str, deployments: dict[str, Deployment] | None = None) -> Gateway:
    proxy = Proxy(teams, key, deployments or {})
    server = door(proxy)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    return Gateway(proxy, server)
