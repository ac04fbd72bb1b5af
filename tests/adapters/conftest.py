"""What the adapters' tests stand on: AWS as moto plays it, and a web server of this machine."""

from collections.abc import Iterator

import pytest
from moto import mock_aws
from tests.adapters.cloud import REGION
from tests.adapters.web import Web, serving


@pytest.fixture(autouse=True)
def _region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)


@pytest.fixture
def cloud() -> Iterator[None]:
    """Give an account with nothing in it."""
    with mock_aws():
        yield


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as served:
        yield served
