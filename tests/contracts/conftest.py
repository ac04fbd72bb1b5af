"""Each contract runs on the twin and on the real adapter, with moto or a local server behind it."""

from tests.adapters.conftest import cloud, web

__all__ = ["cloud", "web"]
