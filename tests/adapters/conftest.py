"""What the adapters' tests stand on: AWS as moto plays it, and a web server of this machine."""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.adapters.cloud import REGION
from tests.adapters.web import Web, serving


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An account with nothing in it."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        yield


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as served:
        yield served
