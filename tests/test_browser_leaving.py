"""What leaves the page, in a real browser: exports, thumbs, and who is logged in."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

from qa.assistant import Assistant
from qa.settings import Settings
from tests.test_browser import answers, ask, browser, pytestmark, visit  # noqa: F401 - the fixture and the marks are this file's
from ui.access import Access
from ui.passwords import hashed, put
from ui.server import start

QUESTION = "How many homes lost power in Storm Ottilie?"


def downloaded(page: Any, menu: str, form: str) -> str:
    page.click(f"{menu} summary")
    with page.expect_download() as download:
        page.click(f"{menu} [data-export={form}]")
    return Path(download.value.path()).read_text(encoding="utf-8")


def test_an_answer_and_a_conversation_are_exported(browser: Any, samples_index: Path) -> None:  # noqa: F811
    """Each as Markdown, as a page, as a table, from a menu that the keyboard opens and closes; the Markdown is copied, too."""
    with Assistant.open(samples_index, Settings()) as real, start(real, port=0) as served:
        for page in visit(browser, served.url, permissions=["clipboard-read", "clipboard-write"]):
            assert page.locator("#or-export").is_hidden()
            ask(page, QUESTION)
            answers(page, 1)
            ask(page, "What is the price of oil?")
            answers(page, 2)
            first, whole = ".or-exchange[data-turn='1'] .or-menu", "#or-export"
            assert downloaded(page, first, "md").startswith(f"# {QUESTION}\n")
            rows = list(csv.DictReader(io.StringIO(downloaded(page, whole, "csv").removeprefix("\ufeff"), newline="")))
            assert [row["status"] for row in rows] == [
                "quoted word for word", "quoted word for word; the reports differ", "the articles do not say",
            ]  # fmt: skip
            printed = downloaded(page, whole, "html")
            assert printed.count("<h2") == 2
            page.focus(f"{first} summary")
            page.keyboard.press("Enter")
            page.keyboard.press("Tab")
            page.keyboard.press("Enter")  # the first: copy
            page.wait_for_function("navigator.clipboard.readText().then((text) => text.startsWith('# How many homes'))")
            page.keyboard.press("Enter")
            assert page.locator(f"{first}[open]").count() == 1
            page.keyboard.press("Escape")
            assert page.locator(f"{first}[open]").count() == 0
            assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
            assert page.locator("[data-thumb]").count() == 0  # nothing is kept here


def test_thumbs_are_kept_changed_and_taken_back(browser: Any, samples_index: Path, tmp_path: Path) -> None:  # noqa: F811
    """Up at once, down with a reason; pressed again it is taken back; a reload still shows it, asking again does not."""
    file = tmp_path / "feedback.jsonl"

    def kept() -> list[dict[str, Any]]:
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []

    with Assistant.open(samples_index, Settings()) as real, start(real, port=0, feedback=file) as served:
        for page in visit(browser, served.url):
            ask(page, QUESTION)
            answers(page, 1)
            page.click("[data-thumb=up]")
            page.wait_for_selector("[data-thumb=up][aria-pressed=true]")
            page.click("[data-thumb=down]")
            page.click("#or-why .or-strong")  # a reason is wanted
            assert page.locator("#or-why").is_visible()
            page.check("#or-why [value='missed something']")
            page.fill("#or-why textarea", "Nothing of the <b>wind</b>.")
            page.fill("#or-why [name=address]", "https://coastwire.example/x")
            page.click("#or-why .or-strong")
            page.wait_for_selector("[data-thumb=down][aria-pressed=true]")
            page.wait_for_function("indexedDB.databases && document.querySelector('#or-why').open === false")
            page.reload()
            page.wait_for_selector("[data-thumb=down][aria-pressed=true]")
            page.click("[data-thumb=down]")
            page.wait_for_selector("[data-thumb=down][aria-pressed=false]")
            page.click("[data-do=retry]")
            answers(page, 1)
            assert page.locator("[aria-pressed=true][data-thumb]").count() == 0
    assert [one["verdict"] for one in kept()] == ["up", "down", "none"]
    assert {one["id"] for one in kept()} == {kept()[0]["id"]}
    assert (kept()[1]["reason"], kept()[1]["text"], kept()[1]["address"]) == (
        "missed something", "Nothing of the <b>wind</b>.", "https://coastwire.example/x",
    )  # fmt: skip


def test_the_page_says_who_is_in(browser: Any, samples_index: Path, tmp_path: Path) -> None:  # noqa: F811
    """After logging in; logging out leads to the login page, and the page behind it is closed."""
    put(tmp_path / "users", "ann", hashed("correct horse battery", 4))
    access = Access(file=tmp_path / "users")
    with Assistant.open(samples_index, Settings()) as real, start(real, port=0, auth=access, root="/archive") as served:
        opened = browser.new_context()
        page = opened.new_page()
        page.goto(served.url + "/")
        page.fill("[name=user]", "ann")
        page.fill("[name=password]", "correct horse battery")
        page.keyboard.press("Enter")
        page.wait_for_selector("#or-scroll[role=log]")
        assert "ann" in page.inner_text(".or-user")
        page.click("form[action='/archive/logout'] button")
        page.wait_for_selector("[name=password]")
        page.goto(served.url + "/")
        assert page.locator("[name=password]").is_visible()
        opened.close()


def test_a_printed_export_runs_and_loads_nothing(browser: Any, tmp_path: Path) -> None:  # noqa: F811
    """Opened in a browser, with everything that a stranger could write in it."""
    from dataclasses import replace

    from tests.test_saved import HOSTILE, QUAY, Shelf, answered, exported, made

    articles = [replace(QUAY, id=f"a{n}", text=f"So {text} it was.", title=text, source=text) for n, text in enumerate(HOSTILE)]
    given = [answered(one, one.text, question=one.title, text=one.title, model=one.title) for one in articles]
    file = tmp_path / "export.html"
    file.write_text(exported(made(*given, shelf=Shelf(*articles)), "html"), encoding="utf-8", errors="replace")
    opened = browser.new_context()
    page = opened.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (asked.append("dialog"), dialog.dismiss()))
    page.goto(file.as_uri())
    page.wait_for_timeout(300)
    assert asked == [file.as_uri()]
    assert (
        page.evaluate("document.scripts.length + document.images.length + document.querySelectorAll('iframe,form').length") == 0
    )
    opened.close()
