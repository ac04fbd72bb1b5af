"""The artifact for practice: the built one, its runbooks thirty times faster and the practice fleet allowed."""

import io
import shutil
import tempfile
import zipfile
from pathlib import Path

from infra.local.errors import LocalCloudError
from infra.local.paths import ARTIFACT, PRACTICE_RUNBOOKS, RUNBOOKS
from infra.local.scaling import scale_page
from responder.adapters.runbook_files import read_library, write_compiled

COMPILED = "runbooks.json"
"""The one member of the artifact that practice replaces."""


def practice_artifact(built: Path = ARTIFACT) -> bytes:
    """Read the built artifact and replace its compiled runbooks."""
    if not built.exists():
        raise LocalCloudError(f"{built} is missing: run `make build-here` first")
    return with_member(built.read_bytes(), COMPILED, compile_practice())


def write_practice_runbooks(folder: Path) -> None:
    """Write what is laid over the shipped runbooks: the same pages, scaled down, and the practice services."""
    folder.mkdir(exist_ok=True)
    for page in RUNBOOKS.glob("*.md"):
        if page.name != "README.md":
            (folder / page.name).write_text(scale_page(page.read_text(encoding="utf-8")), encoding="utf-8")
    shutil.copy(PRACTICE_RUNBOOKS / "services.yaml", folder)


def compile_practice() -> bytes:
    """Compile them as the build would."""
    with tempfile.TemporaryDirectory() as folder:
        pages, compiled = Path(folder, "runbooks"), Path(folder, COMPILED)
        write_practice_runbooks(pages)
        write_compiled(read_library(RUNBOOKS, pages), compiled)
        return compiled.read_bytes()


def with_member(archive: bytes, name: str, content: bytes) -> bytes:
    """Copy a zip archive with one member replaced."""
    copied = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(copied, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            if member.filename != name:
                new.writestr(member, old.read(member))
        new.writestr(name, content)
    return copied.getvalue()
