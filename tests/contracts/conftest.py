"""Each contract runs on the twin and on the real adapter, with moto or a local server behind it."""

from tests.adapters.conftest import _region, cloud, web

__all__ = ["_region", "cloud", "web"]
