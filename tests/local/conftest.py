from collections.abc import Iterator

import pytest
from infra.local.house import House, Plan, up
from infra.local.progress import silent
from tests.local.stand_in import stand_in


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    """The whole house with stand-in functions: for what is true before the responder does anything."""
    with up(Plan(stand_in(), update_seconds=1.0), silent) as standing:
        yield standing
