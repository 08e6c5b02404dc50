"""The tab "Collection" and the timeline: as HTML, and in a real browser over a real index."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from qa.assistant import Assistant
from qa.settings import Settings
from tests.test_browser import CHROMIUM, axe, browser, sound, visit
from tests.test_render import ATTACKS
from tests.test_uploads import WALL, page, served
from ui.holdings import bars, holdings_html, job_words, timeline_html, uploads_html
from ui.server import Served, start
from ui.wording import wording

__all__ = ["axe", "browser"]  # the fixtures
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:gradio")  # Gradio's own use of pandas
needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine: the page was not tried in a browser")
WORDS = wording()
TAGS = set(
    "section h2 h3 dl div dt dd time form label input span p progress button figure svg rect title figcaption details summary "
    "dialog table thead tbody tr th td ul ol li bdi a".split()
)


class Seen(HTMLParser):
    """The tags and attributes of some HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def job(**more: Any) -> dict[str, Any]:
    """A job as the API gives it."""
    empty = {"id": "j", "state": "done", "kind": "add", "by": "", "when": "2026-03-09T08:00:00+00:00", "files": [], "same": []}
    counts = dict.fromkeys(("added", "replaced", "older", "duplicates", "removed", "articles"), 0)
    told = {"read": 0, "indexed": False, "encoded": 0, "of": 0}
    rest = {"progress": told, "rejected": {"count": 0, "first": []}, "not_kept": [], "message": ""}
    return empty | counts | rest | more


def collection(**more: Any) -> dict[str, Any]:
    """What the API says of a collection."""
    return {
        "articles": 2, "passages": 3, "vectors": 1.0, "refreshed": "2026-03-09T08:00:00+00:00", "first": "2026-03-01",
        "last": "2026-04-02", "undated": 0, "outlets": [], "languages": [{"language": "en", "articles": 2}],
        "months": [{"month": "2026-03", "articles": 2}], "rejected": {"count": 0, "first": []}, "uploads": True,
    } | more  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_anybody_wrote_stays_text(attack: str) -> None:
    """Outlets, file names, reasons and messages of any kind make no tag, no attribute and no link of their own."""
    outlets = [{"source": attack, "articles": 1, "first": None, "last": "2026-03-01"}]
    rejected = {"count": 9, "first": [{"where": attack, "reason": attack}]}
    file = {"id": "k", "name": attack, "bytes": 1, "when": "2026-03-01", "by": attack, "articles": 1}
    added = job(files=[{"name": attack, "bytes": 1}], same=[attack], rejected=rejected)
    failed = job(state="failed", message=attack, files=[{"name": attack, "bytes": 1}])
    days = [{"day": "2026-03-01", "source": attack, "articles": 3}]
    filters = {"sources": [attack], "since": None, "until": None}
    shown = (
        holdings_html(collection(outlets=outlets, rejected=rejected), WORDS),
        uploads_html({"files": [file], "jobs": [added, failed]}, WORDS),
        timeline_html({"question": attack, "filters": filters, "articles": 3, "days": days}, WORDS, "/archive"),
    )
    for html in shown:
        seen = Seen(html)
        assert seen.tags <= TAGS
        assert not [name for name, _ in seen.attributes if name.startswith("on") or name in ("style", "src", "srcdoc")]
        assert all(value.startswith("/archive/api/v1/timeline?") for name, value in seen.attributes if name == "href")


@pytest.mark.parametrize(
    ("days", "number", "first", "total"),
    [
        ([("2026-03-01", 2), ("2026-03-04", 1)], 4, "1 March 2026", 3),
        ([("2025-11-30", 2), ("2026-03-04", 1)], 5, "November 2025", 3),
        ([("1950-01-01", 2), ("2026-03-04", 1)], 77, "1950", 3),
        ([("1000-01-01", 2), ("8999-12-31", 1)], 2, "1 January 1000", 3),
        ([("2026-03-01", 1)], 1, "1 March 2026", 1),
        ([], 0, "", 0),
    ],
)
def test_bars_are_days_months_or_years(days: list[tuple[str, int]], number: int, first: str, total: int) -> None:
    """As fine as can be read, with the empty ones between; every article is in one, and a bar's days are its own."""
    drawn = bars([(date.fromisoformat(day), articles) for day, articles in days])
    assert (len(drawn), drawn[0].name if drawn else "") == (number, first)
    assert sum(bar.articles for bar in drawn) == total
    if number > 2:
        assert all(one.until + timedelta(1) == other.since for one, other in pairwise(drawn))


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (job(added=12, rejected={"count": 1, "first": []}), "12 articles added. 1 thing was not read:"),
        (job(added=1, replaced=1, duplicates=2), "1 article added. 1 took the place of an earlier version. 2 were here already."),
        (job(replaced=2, older=1), "2 took the place of earlier versions. 1 is older than what is here, and "
            "kept as an earlier version."),
        (job(same=["a"]), "1 file was added before."),
        (job(rejected={"count": 2, "first": []}), "0 articles added. 2 things were not read:"),
        (job(kind="remove", removed=3), "Deleted, with 3 articles."),
        (job(state="failed", message="The disk is full."), "Not added. The disk is full."),
        (job(state="waiting"), "Waits for the upload before it."),
        (job(state="building", message="x is being rebuilt: wait for it."), "x is being rebuilt: wait for it."),
    ],
)  # fmt: skip
def test_a_job_says_what_came_of_it(found: dict[str, Any], words: str) -> None:
    """In words, with every count that is not nothing."""
    assert job_words(found, WORDS) == words


# --- in a browser -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chat(samples_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The sample articles and one with a hostile outlet, with uploads."""
    folder = tmp_path_factory.mktemp("tab")
    shutil.copytree(samples_index, folder / "index")
    with served(folder / "index") as running:
        yield running


@needs_chromium
def test_files_are_added_and_deleted_in_the_tab(browser: Any, chat: Served, tmp_path: Path) -> None:
    """Chosen files are sent, the tab says what came of them, the counts follow, and a file goes again once that is confirmed."""
    name = "<img src=x onerror=alert(1)>.html"
    (tmp_path / name).write_bytes(page("<script>alert(1)</script> held", WALL).replace(b"The Quay Echo", b"&lt;b&gt;Echo"))
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)))
    for tab in visit(browser, chat.url):
        tab.click("#or-tab-collection")
        assert tab.inner_text("#or-collection h2") == "25 articles"
        tab.set_input_files("#or-files", [tmp_path / name, tmp_path / "photo.jpg"])
        tab.wait_for_selector('.or-jobs [data-state="done"]')
        said = tab.inner_text(".or-jobs")
        assert "1 article added. 1 thing was not read:" in said
        assert "photo.jpg: it is a picture (JPEG)" in said
        tab.wait_for_function("document.querySelector('#or-collection h2').textContent === '26 articles'")
        assert tab.locator("#or-outlet-table tbody tr", has_text="<b>Echo").count() == 1
        tab.click("#or-added summary")
        assert tab.locator("#or-added tbody tr").inner_text().startswith(name)
        tab.click("[data-remove]")
        tab.click('#or-delete [value="yes"]')
        tab.wait_for_function("document.querySelector('#or-collection h2').textContent === '25 articles'")
        assert "Deleted, with 1 article." in tab.inner_text(".or-jobs")


@needs_chromium
@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (360, "dark")])
def test_the_tab_tells_what_there_is(browser: Any, chat: Served, axe: Any, width: int, scheme: str) -> None:
    """Facts, a plot with its table, outlets that the keyboard sorts; nothing is wider than the screen, nor wrong to axe."""
    for tab in visit(browser, chat.url, viewport={"width": width, "height": 800}, color_scheme=scheme):
        tab.focus("#or-tab-ask")
        tab.keyboard.press("ArrowRight")
        tab.wait_for_selector("#or-outlet-table")
        assert "Articles by date of publication, March 2026 to May 2026" in str(tab.get_attribute(".or-plot svg", "aria-label"))
        assert tab.locator("[aria-labelledby=or-when] tbody tr").count() == 3
        tab.focus('[data-sort="outlet"]')
        tab.keyboard.press("Enter")
        names = tab.locator("#or-outlet-table tbody th").all_inner_texts()
        assert names == sorted(names)
        assert len(names) == 5
        assert tab.get_attribute("#or-outlet-table th >> nth=0", "aria-sort") == "ascending"
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert tab.evaluate("(e => e.scrollWidth <= e.clientWidth)(document.getElementById('or-collection-tab'))")
        tab.evaluate("for (const one of document.querySelectorAll('#or-collection details')) one.open = true")
        sound(tab, axe, "the collection")


@needs_chromium
def test_a_bar_of_the_timeline_filters(browser: Any, chat: Served) -> None:
    """Over the evidence: what matches by date and outlet, whose bars and names become filters; all of it as a table."""
    for tab in visit(browser, chat.url):
        tab.fill("#or-question", "How many homes lost power in Storm Ottilie?")
        tab.keyboard.press("Enter")
        tab.click(".or-timeline summary")
        tab.locator(".or-bars button").first.click()
        assert tab.input_value("#or-since") == tab.input_value("#or-until") == "2026-03-19"
        tab.click('.or-timeline [data-source="Coastwire"]')
        assert tab.locator("#or-chosen li").count() == 3
        with tab.expect_download() as loading:
            tab.click(".or-timeline a")
        assert "Storm Ottilie" in Path(loading.value.path()).read_text(encoding="utf-8-sig")


@needs_chromium
def test_without_the_flag_nothing_is_offered(browser: Any, samples_index: Path) -> None:
    """The tab is there, and has nothing to add files with."""
    with Assistant.open(samples_index, Settings()) as assistant, start(assistant, port=0) as plain:
        for tab in visit(browser, plain.url):
            tab.click("#or-tab-collection")
            tab.wait_for_selector("#or-outlet-table")
            assert tab.locator("#or-upload, input[type=file]").count() == 0
