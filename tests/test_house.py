"""The house is built as it says: files by story, arrows one way, things that must agree do."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from responder.domain import STORY
from responder.domain.failure_mode import FailureMode
from responder.domain.levers import PLANNERS
from responder.domain.runbook import Action
from responder.domain.touch import TouchKind

ROOT = Path(__file__).parent.parent
FUNCTIONS = ROOT / "functions"
PACKAGE = FUNCTIONS / "responder"
HANDLERS = {path.stem for path in FUNCTIONS.glob("*.py")}
PUTS_TOGETHER = ("responder.bootstrap", "responder.doorway")
OUTSIDE = (
    "boto3",
    "botocore",
    "urllib3",
    "http",
    "socket",
    "logging",
    "aws_lambda_powertools",
    "random",
    "secrets",
    "time",
    "os",
)
CLOCKS = ("datetime.now", "datetime.utcnow", "date.today", "time.time", "time.monotonic", "os.environ", "os.getenv")


def _modules(room: str = "") -> list[Path]:
    return sorted(path for path in (PACKAGE / room).rglob("*.py"))


def _imports(path: Path) -> Iterator[str]:
    """Name everything a file imports, in full, wherever in the file it stands."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide where an arrow points"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _imported(path: Path, *packages: str) -> list[str]:
    return [name for name in _imports(path) if any(name == p or name.startswith(f"{p}.") for p in packages)]


def _said(path: Path) -> set[str]:
    """Every dotted name a file uses."""
    return {ast.unparse(node) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}


def _in_domain(path: Path) -> str:
    """Name a module as the story does: what stands on a shelf carries the shelf's name."""
    return ".".join(path.relative_to(PACKAGE / "domain").with_suffix("").parts)


def test_the_story_names_every_file_of_the_domain_once() -> None:
    assert sorted(STORY) == sorted(_in_domain(path) for path in _modules("domain") if path.stem != "__init__")


@pytest.mark.parametrize("name", STORY)
def test_a_domain_module_imports_only_earlier_ones(name: str) -> None:
    earlier = STORY[: STORY.index(name)]
    file = PACKAGE / "domain" / f"{name.replace('.', '/')}.py"
    named = {found.removeprefix("responder.domain.").rsplit(".", 1)[0] for found in _imported(file, "responder.domain")}

    assert named - set(earlier) == set()


@pytest.mark.parametrize("path", _modules("domain"), ids=lambda p: p.stem)
def test_the_domain_knows_no_outside_no_clock_and_no_environment(path: Path) -> None:
    assert _imported(path, *OUTSIDE) == []
    assert [said for said in _said(path) if said in CLOCKS] == []


@pytest.mark.parametrize("path", _modules("domain"), ids=lambda p: p.stem)
def test_the_domain_knows_only_itself_and_the_errors(path: Path) -> None:
    ours = _imported(path, "responder")

    assert [name for name in ours if not name.startswith(("responder.domain.", "responder.errors."))] == []


def test_the_ports_know_only_the_domain_and_the_errors() -> None:
    ours = _imported(PACKAGE / "ports.py", "responder")

    assert [name for name in ours if not name.startswith(("responder.domain.", "responder.errors."))] == []


@pytest.mark.parametrize("path", _modules("workflow"), ids=lambda p: p.stem)
def test_the_workflow_reaches_the_outside_only_through_ports(path: Path) -> None:
    assert (
        _imported(
            path, "responder.adapters", "responder.bootstrap", "responder.doorway", "responder.settings", *OUTSIDE
        )
        == []
    )
    assert [said for said in _said(path) if said in CLOCKS] == []


@pytest.mark.parametrize("path", _modules("adapters"), ids=lambda p: p.stem)
def test_an_adapter_knows_no_story(path: Path) -> None:
    assert _imported(path, "responder.workflow", "responder.bootstrap", "responder.doorway", "responder.commands") == []


@pytest.mark.parametrize(
    "path", [p for p in _modules() if p.parent == PACKAGE and p.stem != "cli"], ids=lambda p: p.stem
)
def test_what_stands_beside_the_rooms_leaves_aws_to_the_adapters(path: Path) -> None:
    """The command line is its own root: it opens a session under the person's own rights."""
    assert _imported(path, "boto3", "botocore", "urllib3") == []


@pytest.mark.parametrize("path", [*_modules(), *FUNCTIONS.glob("*.py")], ids=lambda p: p.stem)
def test_nobody_imports_a_handler(path: Path) -> None:
    assert _imported(path, *HANDLERS) == []


@pytest.mark.parametrize("path", [*_modules(), *FUNCTIONS.glob("*.py")], ids=lambda p: p.stem)
def test_nothing_deployed_knows_of_the_local_cloud(path: Path) -> None:
    assert _imported(path, "infra", "moto", "ministack", "tests") == []
    assert not {"moto", "ministack"} & set(path.read_text().lower().split())


def test_every_failure_mode_has_a_page_and_every_page_a_failure_mode() -> None:
    pages = {path.stem for path in (ROOT / "runbooks").glob("*.md")}

    assert pages == set(FailureMode)


def test_what_may_be_touched_is_told_in_the_order_in_which_it_is_chosen() -> None:
    told = re.findall(r"^\| `(\w+): ", (ROOT / "docs/remediation.md").read_text(), re.MULTILINE)

    assert told == list(TouchKind)
    for action in set(Action) - {Action.FREEZE}:
        ways = [lever.kind for lever in PLANNERS if lever.action is action]
        assert ways == [kind for kind in TouchKind if kind in ways]


def test_every_failure_mode_has_a_sample_event() -> None:
    samples = {path.stem for path in (ROOT / "events" / "alertmanager").glob("*.json")}

    assert set(FailureMode) - samples == set()


@pytest.mark.parametrize("path", [p for p in _modules() if p.stem != "__init__"], ids=lambda p: p.stem)
def test_every_file_says_at_its_top_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))
