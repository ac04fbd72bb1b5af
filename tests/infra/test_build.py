"""The artifact: the code, what it needs, the compiled runbooks, and nothing of this machine."""

import re
from pathlib import Path

from infra.build import SERVICES

FUNCTIONS = Path(__file__).resolve().parents[2] / "functions"


def test_every_service_that_is_called_keeps_its_model() -> None:
    code = "\n".join(p.read_text(encoding="utf-8") for p in FUNCTIONS.rglob("*.py") if "commands" not in p.parts)
    asked = set(re.findall(r'(?:aws\.client|make_client|roles\.client|client_once|\.client)\(\s*"([a-z0-9-]+)"', code))

    assert asked
    assert asked <= SERVICES


def test_runtime_dependencies_are_pinned_exactly() -> None:
    lines = (FUNCTIONS / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]

    assert pins
    assert [pin for pin in pins if not re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9.]+", pin)] == []
