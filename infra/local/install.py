"""Put on the machine what the local cloud runs on: a virtual environment of its own, and Prometheus' Debian packages.

The packages are unpacked into an ignored folder: no root is needed and nothing is started. What is on PATH wins.
"""

import hashlib
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.local.errors import LocalCloudError
from infra.local.paths import CLOUD_LOCK, CLOUD_VENV, TOOLS

PACKAGES = {"prometheus": ("prometheus", "promtool"), "prometheus-alertmanager": ("prometheus-alertmanager", "amtool")}
STAMP = "installed.sha256"
AM_NAMES = ("prometheus-alertmanager", "alertmanager")
"""Debian's name for the binary, then everybody else's."""


@dataclass(frozen=True)
class Monitoring:
    """Where the four monitoring programs are."""

    prometheus: Path
    promtool: Path
    alertmanager: Path
    amtool: Path


def cloud_python(venv: Path = CLOUD_VENV) -> Path:
    """Install the locked packages into their own virtual environment, unless that is already done."""
    python = venv / "bin" / "python"
    wanted = hashlib.sha256(CLOUD_LOCK.read_bytes() + sys.version.encode()).hexdigest()
    stamp = venv / STAMP
    if not (stamp.exists() and stamp.read_text(encoding="utf-8") == wanted and python.exists()):
        _make_venv(venv, python)
        stamp.write_text(wanted, encoding="utf-8")
    return python


def _make_venv(venv: Path, python: Path) -> None:
    advice = "the local cloud needs a package index once: check the network, then run `python -m infra.local install`"
    uv = Path(sys.executable).with_name("uv")
    if uv.exists():
        _run([uv, "venv", "--clear", "--quiet", "--python", sys.executable, venv], advice)
        _run([uv, "pip", "sync", "--quiet", "--require-hashes", "--python", python, CLOUD_LOCK], advice)
    else:
        _run([sys.executable, "-m", "venv", "--clear", venv], advice)
        _run([python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", CLOUD_LOCK], advice)


def find_monitoring(tools: Path = TOOLS) -> Monitoring | None:
    """Look for the four programs on PATH, then among the unpacked packages."""
    found = [_find(names, tools) for names in (("prometheus",), ("promtool",), AM_NAMES, ("amtool",))]
    paths = [path for path in found if path]
    return Monitoring(*paths) if len(paths) == len(found) else None


def monitoring(tools: Path = TOOLS) -> Monitoring:
    """Find the four programs, or fetch and unpack them."""
    found = find_monitoring(tools)
    if found is None:
        fetch_packages(tools)
        found = find_monitoring(tools)
    if found is None:
        raise LocalCloudError(
            f"Prometheus was unpacked into {tools} but a program is missing: delete that folder and try again"
        )
    return found


def fetch_packages(tools: Path = TOOLS) -> None:
    """Download two Debian packages and unpack them; nothing is installed or started."""
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        raise LocalCloudError(
            f"Prometheus is not on PATH, and {platform.system()} has no apt-get: install both and put them on PATH"
        )
    tools.mkdir(parents=True, exist_ok=True)
    try:
        _download(tools)
    except LocalCloudError:
        _run(
            ["apt-get", "update", "--quiet"],
            "the package lists are missing: run `apt-get update` as root, then try again",
        )
        _download(tools)
    for package in tools.glob("*.deb"):
        _run(["dpkg", "-x", package, tools], f"{package.name} is damaged: delete it and try again")
        package.unlink()
    _look_beside_itself(tools / "usr" / "bin" / "prometheus-alertmanager")


def _look_beside_itself(alertmanager: Path) -> None:
    """Let the unpacked Alertmanager find its templates: Debian compiles in where an installed one has them."""
    compiled_in, beside = b"/usr/share/prometheus/alertmanager", b"./../share/prometheus/alertmanager"
    alertmanager.write_bytes(alertmanager.read_bytes().replace(compiled_in, beside))


def _download(tools: Path) -> None:
    for package in PACKAGES:
        _run(
            ["apt-get", "download", "--quiet", package], f"apt-get cannot fetch {package}: check the network", cwd=tools
        )


def _find(names: Sequence[str], tools: Path) -> Path | None:
    for name in names:
        if on_path := shutil.which(name):
            return Path(on_path)
        if (unpacked := tools / "usr" / "bin" / name).exists():
            return unpacked
    return None


def _run(argv: Sequence[str | Path], advice: str, cwd: Path | None = None) -> None:
    ran = subprocess.run(  # noqa: S603  # the argument list is ours, no shell reads it
        [str(part) for part in argv],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        last = (ran.stderr.strip() or ran.stdout.strip() or "no message").splitlines()[-1]
        raise LocalCloudError(f"{advice} ({argv[0]}: {last})")
