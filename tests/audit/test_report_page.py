"""The evidence pack, opened as a reviewer opens it: filtered, unfolded, printed, and with hostile text inside."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.audit.browser import CHROMIUM, Page, a_browser
from tests.audit.trails import Kept, an_honest_trail
from tests.world import NOON

from responder.commands.audit.page import Cover, Proof, render
from responder.domain.audit_report import summarise
from responder.domain.audit_story import Story
from responder.domain.plain import canonical
from responder.workflow.report_audit import Asked, read_stories

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: as root, make setup-browser"),
]
ATTACK = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">\u202etxt.exe"
SINCE, UNTIL = NOON - timedelta(days=1), NOON + timedelta(days=2)


def hostile(kept: Kept) -> list[Story]:
    """Return the stories, as if the rule's author had put code into the first alert's annotation."""
    for key, versions in kept.trail.objects.items():
        version, held = versions[0]
        if key.endswith("/00000001.json") and held:
            event = json.loads(held.content)
            for alert in event["data"]["alerts"]:
                alert["annotations"]["summary"] = ATTACK
            kept.trail.objects[key] = [(version, held._replace(content=canonical(event).encode()))]
    return read_stories(kept.trail, Asked(SINCE, UNTIL))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    stories = hostile(an_honest_trail())
    proof = Proof(clean=True, says="54 records", command="responder audit verify trail", unknown=("a thing",))
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render(Cover(SINCE, UNTIL, NOON, "a trail"), proof, summarise(stories), stories), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Page]:
    with a_browser() as page:
        yield page


@pytest.fixture
def page(browser: Page, report: Path) -> Page:
    browser.console.clear()
    browser.requests.clear()
    browser.open(report)
    return browser


def visible_rows(page: Page) -> int:
    return int(page.run("[...document.querySelectorAll('#incidents tbody tr')].filter(r => !r.hidden).length"))


def test_it_opens_without_an_error_and_asks_the_network_for_nothing(page: Page, report: Path) -> None:
    assert page.run("document.querySelectorAll('#incidents tbody tr').length") == 8
    assert page.console == []
    assert set(page.requests) <= {report.as_uri(), "data:,"}


def test_the_dispositions_add_up(page: Page) -> None:
    assert "they add up" in page.run("document.querySelector('.ends tfoot').textContent")


def test_the_table_is_filtered_by_what_is_chosen_and_typed(page: Page) -> None:
    choose = "const f = document.querySelector('[data-by={}]'); f.value = '{}'; f.dispatchEvent(new Event('input'))"

    page.run(f"{{{choose.format('end', 'recovered')}}}")
    assert visible_rows(page) == 2
    page.run(f"{{{choose.format('any', 'no such thing')}}}")
    assert visible_rows(page) == 0
    assert page.run("document.getElementById('shown').textContent") == "0 of 8 incidents"
    assert page.run("[...document.querySelectorAll('.story')].every(s => s.hidden)")


def test_an_incident_is_opened_with_the_keyboard_alone(page: Page) -> None:
    page.run("document.querySelector('#incidents a').focus()")
    page.press("Enter")
    page.run("new Promise(done => setTimeout(done, 100))")

    assert page.run("document.querySelectorAll('.story[open]').length") == 1
    assert page.run("document.activeElement.tagName") == "SUMMARY"


def test_code_in_an_annotation_stays_text(page: Page) -> None:
    page.run("document.querySelectorAll('details').forEach(d => { d.open = true })")

    assert page.run("document.title").startswith("Alert responder")
    assert page.run("document.querySelectorAll('main script, main img').length") == 0
    assert page.run("document.body.innerText.includes('<script>document.title')")
    assert page.run("document.body.innerText.includes('[U+202E]txt.exe')")


def test_even_code_that_got_into_the_page_would_not_run(page: Page) -> None:
    page.run("const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s)")

    assert page.run("window.ran === undefined")


@pytest.mark.parametrize("width", [360, 390, 768, 1200])
def test_nothing_has_to_be_scrolled_sideways(browser: Page, report: Path, width: int) -> None:
    browser.open(report, width=width)
    browser.run("document.querySelectorAll('details').forEach(d => { d.open = true })")

    assert browser.run("document.documentElement.scrollWidth") <= width


def test_on_paper_every_story_is_told(page: Page) -> None:
    assert page.pdf().startswith(b"%PDF")
    assert page.run("[...document.querySelectorAll('.story')].every(s => s.open)")


def test_it_can_be_read_without_its_script(browser: Page, report: Path) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(report)
        shown = browser.run("document.querySelector('main').innerText")
        untouched = browser.run("document.getElementById('shown').textContent")
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)

    assert untouched == "8 incidents"
    assert "Verification said recovered" in shown
