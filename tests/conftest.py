import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--proof",
        action="store_true",
        help="play everything instead of a seeded sample: crash points, schedules, kills",
    )
