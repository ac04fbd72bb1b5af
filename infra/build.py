"""Make the deployable artifact: code, pinned dependencies and compiled runbooks in one folder and one zip.

    python -m infra.build [--python 3.13] [--arch arm64] [--runbooks DIR] [--output build]

The same sources give the same bytes. Byte code is shipped with hash-based invalidation, because the zip's
normalised times would make Python ignore any other, and compiling at every cold start doubles it.
"""

import argparse
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

from responder.adapters.runbook_files import read_library, write_compiled
from responder.errors import CannotRead

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "infra" / "requirements" / "runtime.txt"
SERVICE_LEVELS = "service_levels.yaml"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can hold
PLATFORMS = {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}
SERVICES = frozenset(  # what is called
    {
        "apigateway",
        "application-autoscaling",
        "appconfig",
        "cloudwatch",
        "codedeploy",
        "dynamodb",
        "ecr",
        "ecs",
        "elbv2",
        "events",
        "kms",
        "lambda",
        "logs",
        "s3",
        "sagemaker",
        "secretsmanager",
        "sns",
        "sqs",
        "ssm",
        "sts",
    }
)
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Build; every failure is one message on standard error."""
    parser = argparse.ArgumentParser(prog="python -m infra.build", description="Make the deployable artifact.")
    parser.add_argument("--python", default="3.13", help="minor version of the Lambda runtime (default 3.13)")
    parser.add_argument("--arch", default="arm64", choices=sorted(PLATFORMS), help="default arm64")
    parser.add_argument("--runbooks", type=Path, help="your own pages and services.yaml, laid over the shipped ones")
    parser.add_argument("--output", type=Path, default=ROOT / "build", help="default build/")
    asked = parser.parse_args(arguments)
    try:
        build(asked.output, asked.python, asked.arch, asked.runbooks)
    except (CannotRead, subprocess.CalledProcessError, FileNotFoundError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def build(output: Path, python: str, arch: str, runbooks: Path | None) -> Path:
    """Write `functions/` and `functions.zip` into the output folder and return the zip."""
    directories = [ROOT / "runbooks", *([_existing(runbooks)] if runbooks else [])]
    library = read_library(*directories)
    folder = output / "functions"
    shutil.rmtree(folder, ignore_errors=True)
    _install(folder, python, arch)
    _prune(folder / "botocore" / "data")
    _copy_code(folder)
    write_compiled(library, folder / "runbooks.json")
    shutil.copy(_newest(SERVICE_LEVELS, directories), folder)
    _compile(folder, python)
    archive = _zip(folder, output / "functions.zip")
    size = archive.stat().st_size / 1_000_000
    holds = f"{len(library.book.runbooks)} runbooks, {len(library.targets)} targets"
    sys.stdout.write(f"{archive}: {size:.1f} MB for Python {python} on {arch}, {holds}\n")
    return archive


def _newest(name: str, directories: Sequence[Path]) -> Path:
    """Find a file in the directory that is laid over the others last."""
    return next(found for directory in reversed(directories) if (found := directory / name).exists())


def _existing(directory: Path) -> Path:
    if not directory.is_dir():
        raise FileNotFoundError(f"{directory} is no directory; RUNBOOKS_DIR names your own pages and services.yaml")
    return directory


def _install(folder: Path, python: str, arch: str) -> None:
    uv = Path(sys.executable).with_name("uv")
    command = [
        uv,
        "pip",
        "install",
        "--quiet",
        "--require-hashes",
        "--no-deps",
        "--only-binary",
        ":all:",
        "--target",
        folder,
    ]
    command += ["--python-version", python, "--python-platform", PLATFORMS[arch], "--requirements", LOCK]
    subprocess.run([str(part) for part in command], check=True)  # noqa: S603  # our own arguments
    shutil.rmtree(folder / "bin", ignore_errors=True)
    for info in folder.glob("*.dist-info"):
        _thin(info)


def _prune(data: Path) -> None:
    """Leave out the models of services we never call: nine tenths of the artifact, and scanned at every start."""
    for service in data.iterdir():
        if service.is_dir() and service.name not in SERVICES:
            shutil.rmtree(service)


def _thin(info: Path) -> None:
    """Keep what tells the version and the licence; the lists of files only make the zip larger."""
    for name in ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json"):
        (info / name).unlink(missing_ok=True)


def _copy_code(folder: Path) -> None:
    for handler in (ROOT / "functions").glob("*.py"):
        shutil.copy(handler, folder)
    ignore = shutil.ignore_patterns("__pycache__", "cli.py", "commands", "in_memory*.py")
    shutil.copytree(ROOT / "functions" / "responder", folder / "responder", ignore=ignore)


def _compile(folder: Path, python: str) -> None:
    """Compile for the runtime's own version; byte code of another version would only be ignored."""
    interpreter = _interpreter(python)
    if interpreter is None:
        sys.stdout.write(f"no python{python} here: the artifact has no byte code, a cold start takes twice as long\n")
        return
    command = [interpreter, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", str(folder)]
    subprocess.run(command, check=True)  # noqa: S603  # our own arguments


def _interpreter(python: str) -> str | None:
    """Find an interpreter of this version that really runs: version managers leave names that do not."""
    found = sys.executable if python == HERE else shutil.which(f"python{python}")
    if found is None:
        return None
    tried = subprocess.run([found, "-c", "import compileall"], check=False, capture_output=True)  # noqa: S603  # as above
    return found if tried.returncode == 0 else None


def _zip(folder: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in sorted(p for p in folder.rglob("*") if p.is_file()):
            entry = zipfile.ZipInfo(member.relative_to(folder).as_posix(), EPOCH)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, member.read_bytes(), zipfile.ZIP_DEFLATED)
    return path


if __name__ == "__main__":
    os.umask(0o022)
    raise SystemExit(main())
