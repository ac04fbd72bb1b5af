"""The artifact for practice: the built one, its runbooks thirty times faster and the practice fleet allowed."""

import io
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


def compile_practice() -> bytes:
    """Compile the shipped runbooks, scaled down, with the practice services laid over them."""
    with tempfile.TemporaryDirectory() as folder:
        scaled, compiled = Path(folder, "scaled"), Path(folder, COMPILED)
        scaled.mkdir()
        for page in RUNBOOKS.glob("*.md"):
            if page.name != "README.md":
                (scaled / page.name).write_text(scale_page(page.read_text(encoding="utf-8")), encoding="utf-8")
        write_compiled(read_library(RUNBOOKS, scaled, PRACTICE_RUNBOOKS), compiled)
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
