import pytest
from hypothesis import HealthCheck, settings

# How fast a machine is says nothing about the code: CI may share its cores.
settings.register_profile("anywhere", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("anywhere")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--proof",
        action="store_true",
        help="play everything instead of a seeded sample: crash points, schedules, kills",
    )
