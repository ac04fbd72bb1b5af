"""What practice puts into the artifact: its runbooks thirty times faster, and the practice fleet allowed."""

import io
import zipfile
from pathlib import Path

from infra.local.errors import LocalCloudError
from infra.local.paths import ARTIFACT, RUNBOOKS
from infra.local.scaling import scale_page
from responder.adapters.runbook_files import read_library, write_compiled

COMPILED = "runbooks.json"
"""The one member of the artifact that practice replaces."""


def built_artifact(built: Path = ARTIFACT) -> bytes:
    """Read the artifact as it was built."""
    if not built.exists():
        raise LocalCloudError(f"{built} is missing: run `make build-here` first")
    return built.read_bytes()


def write_practice_runbooks(folder: Path, services: str) -> None:
    """Write what is laid over the shipped runbooks: the same pages, scaled down, and the practice services."""
    folder.mkdir(exist_ok=True)
    for page in RUNBOOKS.glob("*.md"):
        if page.name != "README.md":
            (folder / page.name).write_text(scale_page(page.read_text(encoding="utf-8")), encoding="utf-8")
    (folder / "services.yaml").write_text(services, encoding="utf-8")


def with_practice(artifact: bytes, runbooks: Path) -> bytes:
    """Put the practice runbooks into the artifact, compiled as the build would."""
    compiled = runbooks.with_name(COMPILED)
    write_compiled(read_library(RUNBOOKS, runbooks), compiled)
    return with_member(artifact, COMPILED, compiled.read_bytes())


def with_member(archive: bytes, name: str, content: bytes) -> bytes:
    """Copy a zip archive with one member replaced."""
    copied = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(copied, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            if member.filename != name:
                new.writestr(member, old.read(member))
        new.writestr(name, content)
    return copied.getvalue()
