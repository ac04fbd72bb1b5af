import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--proof", action="store_true", help="play every crash point instead of a seeded sample")
