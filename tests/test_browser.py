"""The chat in a real browser: Chromium, headless, on a page that a real server serves."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qa.assistant import Assistant
from qa.settings import Settings
from tests.scripted import DENIAL, Scripted
from tests.test_render import ATTACKS
from ui.server import Served, start

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync"
).split()
REFUSED = re.compile("Failed to load resource")  # a request that the server refused, which the page tells of
WAIT = 60_000  # milliseconds; a busy machine is slow, not wrong

pytestmark = [
    pytest.mark.timeout(900),  # a browser, a server and an encoder on a busy machine
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine: the page was not tried in a browser"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:gradio"),  # Gradio's own use of pandas
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install 'onrecord[test]'")
    with playwright.sync_playwright() as running:
        chromium = running.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def assistant() -> Scripted:
    return Scripted()


@pytest.fixture(scope="module")
def served(assistant: Scripted) -> Iterator[Served]:
    with start(assistant, port=0, examples=("Who denied it?",)) as page:
        yield page


@pytest.fixture
def page(browser: Any, served: Served) -> Iterator[Any]:
    yield from visit(browser, served.url)


def visit(browser: Any, url: str, drawn: str = "#or-scroll[role=log]", **context: Any) -> Iterator[Any]:
    """A page that has been drawn; afterwards: nothing but our server was asked for anything, and no script failed."""
    opened = browser.new_context(**{"viewport": {"width": 1400, "height": 900}, **context})
    page = opened.new_page()
    page.set_default_timeout(WAIT)
    elsewhere: list[str] = []
    failures: list[str] = []
    ours = f"{url.partition('?')[0].rstrip('/')}/"
    page.on("request", lambda request: None if f"{request.url}/".startswith((ours, "data:")) else elsewhere.append(request.url))
    page.on("dialog", lambda dialog: (failures.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("console", lambda said: failures.append(said.text) if said.type == "error" and not REFUSED.match(said.text) else None)
    page.goto(url)
    page.wait_for_selector(drawn)  # our scripts have run
    try:
        yield page
    finally:
        opened.close()
    assert elsewhere == []
    assert failures == []


def ask(page: Any, question: str) -> None:
    page.fill("#or-box textarea", question)
    page.keyboard.press("Enter")


def answers(page: Any, number: int) -> None:
    """Waits until that many exchanges are there and the last has ended."""
    page.wait_for_function(
        f"document.querySelector('.or-exchange[data-turn=\"{number}\"]') && !document.querySelector('.or-running, .or-waiting')"
        f" && document.querySelectorAll('.or-exchange').length === {number}"
    )


def chosen(page: Any) -> str:
    """The id of the card that the keyboard is on."""
    return str(page.evaluate("document.activeElement.id"))


# --- the real thing ------------------------------------------------------------------------------------------------------


def test_a_sample_question_is_answered_with_its_evidence(browser: Any, samples_index: Path) -> None:
    """A newcomer's path over the real index: an example, its answer, its opened citation, a follow-up, retry, clear."""
    with Assistant.open(samples_index, Settings()) as real, start(real, port=0) as served:
        for page in visit(browser, served.url):
            status = page.inner_text("#or-status")
            assert "Quote-only" in status
            assert f"{real.summary().articles} articles" in status
            example = page.locator(".or-example").first
            question = example.inner_text().strip()
            example.click()
            answers(page, 1)
            assert page.inner_text(".or-question") == question
            assert page.locator(".or-abstained").count() == 0
            page.click(".or-chip >> nth=0")
            assert chosen(page) == "evidence-1-1"
            quote = page.inner_text("#evidence-1-1 mark")
            assert any(quote in hit.article.text for hit in real.index.search(question, k=8))
            link = page.locator("#evidence-1-1 a")
            assert link.get_attribute("href").startswith("https://")
            assert link.get_attribute("rel") == "noopener noreferrer"

            ask(page, "What is the capital of Australia?")
            answers(page, 2)
            assert page.locator(".or-exchange[data-turn='2'] .or-abstained").count() == 1
            assert "not an answer" in page.inner_text(".or-exchange[data-turn='2']").lower()
            assert page.locator("section[data-turn='1']").is_hidden()
            page.click(".or-chip >> nth=0")  # the first answer's evidence is still there
            assert page.locator("section[data-turn='1']").is_visible()
            assert page.locator("section[data-turn='2']").is_hidden()

            page.click(".or-exchange[data-turn='2'] [data-do=retry]")
            answers(page, 2)
            page.click("#or-clear")
            page.wait_for_function("!document.querySelector('.or-exchange')")
            assert page.locator(".or-example").first.is_visible()


# --- every state ---------------------------------------------------------------------------------------------------------


def test_the_answer_streams_and_can_be_stopped(page: Any, assistant: Scripted) -> None:
    """The answer is there before it is whole; Stop ends it, says so, and gives up the stream; Retry asks again."""
    assistant.go_on.clear()
    assistant.closed.clear()
    ask(page, "a slow one")
    page.wait_for_selector(".or-running .or-chip")
    assert "denied" in page.inner_text(".or-running")
    assert "fourteen" not in page.inner_text(".or-running")
    assert page.locator("#or-ask").is_hidden()
    page.click("#or-stop")
    answers(page, 1)
    assert "Stopped" in page.inner_text(".or-exchange")
    assert "compared" not in page.inner_text(".or-exchange")
    assistant.go_on.set()
    assert assistant.closed.wait(30)
    page.wait_for_timeout(300)
    assert "fourteen" not in page.inner_text(".or-exchange")
    page.click("[data-do=retry]")
    page.wait_for_selector(".or-good")
    answers(page, 1)
    assert "fourteen" in page.inner_text(".or-exchange")
    assert "Stopped" not in page.inner_text(".or-exchange")


def test_what_was_understood_can_be_taken_back(page: Any) -> None:
    """Under the answer stands what "this week" was taken for; one click asks the same question without it."""
    ask(page, "Who denied it this week?")
    answers(page, 1)
    assert "“this week”: articles of 2 June – 9 June 2026 come first." in page.inner_text(".or-understood")
    page.click(".or-unread")
    page.wait_for_function("!document.querySelector('.or-understood')")
    answers(page, 1)
    assert "Who denied it this week?" in page.inner_text(".or-exchange")


def test_a_rewriting_can_be_taken_back(page: Any) -> None:
    """Beside what a follow-up was read as, one click asks it as it was written."""
    ask(page, "Who denied it?")
    answers(page, 1)
    ask(page, "When was she born?")
    answers(page, 2)
    assert "When was she born? (the Marianne Vold)" in page.inner_text(".or-readas")
    page.click("[data-as-written]")
    page.wait_for_function("!document.querySelector('.or-readas')")
    answers(page, 2)
    assert "When was she born?" in page.inner_text(".or-exchange[data-turn='2']")


def test_an_error_keeps_the_question(page: Any) -> None:
    """A failure is announced as an error, the question is back in the box, and the next question works."""
    ask(page, "please fail")
    page.wait_for_selector(".or-error[role=alert]")
    page.wait_for_function("document.querySelector('#or-box textarea').value == 'please fail'")
    assert "Nothing answers at" in page.inner_text(".or-error")
    ask(page, "Who denied it?")
    answers(page, 2)
    assert page.locator(".or-good").count() == 1


def test_a_defect_does_not_leave_the_page_waiting(browser: Any, served: Served) -> None:
    """An error that nobody foresaw ends the exchange as a failure too."""
    for page in visit(browser, served.url):
        ask(page, "please crash")
        page.wait_for_selector(".or-error")
        answers(page, 1)
        assert "secret detail" not in page.inner_text("body")


def test_a_follow_up_says_how_it_was_read(page: Any, assistant: Scripted) -> None:
    """The second question carries the first, and the page shows the question that was searched."""
    ask(page, "Who denied it?")
    answers(page, 1)
    ask(page, "And how many were hurt?")
    answers(page, 2)
    assert assistant.asked[-1][1][0].question == "Who denied it?"
    assert "Read as: “And how many were hurt? (the Marianne Vold)”" in page.inner_text(".or-exchange >> nth=1")


def test_a_sentence_that_failed_its_check_is_marked(page: Any) -> None:
    """The reason stands beside the sentence, in words."""
    ask(page, "any doubt?")
    answers(page, 1)
    assert "Not supported: the number 300 is not in the cited passage." in page.inner_text(".or-unsupported")


def test_filters_narrow_the_question(page: Any, assistant: Scripted) -> None:
    """Outlets and dates are chosen under Filters, named when it is closed, sent with the question and cleared again."""
    page.click("#or-filters-open")
    page.check("label:has-text('Radio Ouvre') input")
    page.fill("#or-since", "2026-03-04")
    assert page.inner_text("#or-chosen").split() == "Radio Ouvre × from 4 March 2026 ×".split()
    ask(page, "Who denied it?")
    answers(page, 1)
    filters = assistant.asked[-1][2]
    assert (filters.sources, str(filters.since), filters.until) == (("Radio Ouvre",), "2026-03-04", None)
    assert "only Radio Ouvre" in page.inner_text(".or-colophon")
    page.click("#or-reset")
    page.wait_for_function("document.querySelector('#or-since').value == ''")
    ask(page, "Who denied it again?")
    answers(page, 2)
    assert assistant.asked[-1][2].sources == ()


def test_the_keyboard_is_enough(page: Any) -> None:
    """Tab reaches a chip, Enter opens its card and moves there, Escape goes back."""
    ask(page, "Who denied it?")
    answers(page, 1)
    page.focus("#or-scroll")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "or-chip"
    assert page.inner_text("#or-tip").startswith("“Northline, which runs the ship, denied")
    assert page.evaluate("document.activeElement.ariaLabel") == "Citation 1: The Quay Gazette, 3 March 2026"
    page.keyboard.press("Enter")
    assert chosen(page) == "evidence-1-1"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.card") == "evidence-1-1"


def test_an_answer_is_copied_with_its_sources(browser: Any, served: Served) -> None:
    """The button puts the question, the sentences and the numbered quotes with their articles on the clipboard."""
    for page in visit(browser, served.url, permissions=["clipboard-read", "clipboard-write"]):
        ask(page, "Who denied it?")
        answers(page, 1)
        page.click(".or-copy")
        page.wait_for_selector(".or-copy:has-text('Copied')")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.startswith("Who denied it?\n\nThe operator, Northline, denied")
        assert "[1] “Northline, which runs the ship" in copied
        assert "https://quay-gazette.example/2026/03/03/ferry" in copied


def test_the_answer_is_announced_once(page: Any) -> None:
    """A screen reader hears the whole answer at its end, not every word of the stream."""
    ask(page, "Who denied it?")
    answers(page, 1)
    assert page.get_attribute("#or-scroll", "aria-live") == "off"
    page.wait_for_function("document.querySelector('body > [role=status]').textContent.includes('denied that its captain')")


# --- a conversation ------------------------------------------------------------------------------------------------------


def slow(page: Any, assistant: Scripted, question: str = "a slow one") -> None:
    """Asks what is answered by half until the assistant is told to go on."""
    assistant.go_on.clear()
    ask(page, question)
    page.wait_for_selector(".or-running .or-chip")


def test_what_is_being_done_is_said_and_a_draft_is_no_answer(page: Any, assistant: Scripted) -> None:
    """The question is echoed at once; what streams is called not yet checked, and the label goes with the check."""
    page.evaluate(
        """() => {
          window.said = [];
          const say = () => window.said.push(document.querySelector(".or-searching").textContent);
          const everything = { childList: true, subtree: true, characterData: true };
          new MutationObserver(say).observe(document.querySelector("#or-said"), everything);
        }"""
    )
    slow(page, assistant)
    assert page.inner_text(".or-question") == "a slow one"
    assert "not yet checked" in page.inner_text(".or-running").lower()
    said = page.evaluate("window.said")
    assert "Searching 36 articles …" in said
    assert any(re.fullmatch(r"Reading \d+ passages from 2 outlets …", words) for words in said)
    assistant.go_on.set()
    answers(page, 1)
    assert "not yet checked" not in page.inner_text(".or-exchange").lower()
    assert "Each sentence compared with its quotes" in page.inner_text(".or-exchange")


def test_enter_while_an_answer_runs_queues_the_question(page: Any, assistant: Scripted) -> None:
    """The next question waits, visibly, may be taken back, and is asked with the answer before it; Escape stops."""
    slow(page, assistant)
    ask(page, "And then?")
    ask(page, "And never?")
    page.wait_for_function("document.querySelectorAll('.or-waiting').length === 2")
    assert "asked as soon as the answer above is there" in page.inner_text(".or-waiting >> nth=0")
    page.click(".or-exchange[data-turn='3'] [data-do=unqueue]")
    page.wait_for_function("document.querySelectorAll('.or-exchange').length === 2")
    assistant.go_on.set()
    answers(page, 2)
    question, history, _ = assistant.asked[-1]
    assert (question, [turn.question for turn in history]) == ("And then?", ["a slow one"])
    slow(page, assistant, "another slow one")
    page.keyboard.press("Escape")
    answers(page, 3)
    assert "Stopped. What is above was not checked." in page.inner_text(".or-exchange >> nth=2")
    assert assistant.closed.wait(30)


def test_an_earlier_question_is_edited_and_any_turn_asked_again(page: Any, assistant: Scripted) -> None:
    """The edited question takes its own place, with the talk before it only; the answers after it stay."""
    for n, question in enumerate(("Who denied it?", "Was it wet?", "What is the price?"), 1):
        ask(page, question)
        answers(page, n)
    page.click(".or-exchange[data-turn='2'] [data-do=edit]")
    assert page.input_value("#or-question") == "Was it wet?"
    assert page.inner_text("#or-editing").startswith("Editing question 2")
    ask(page, "Was it cold?")
    page.wait_for_function("document.querySelector('.or-exchange[data-turn=\"2\"]').innerText.includes('Was it cold?')")
    answers(page, 3)
    assert [turn.question for turn in assistant.asked[-1][1]] == ["Who denied it?"]
    page.click(".or-exchange[data-turn='1'] [data-do=retry]")
    answers(page, 3)
    assert (assistant.asked[-1][0], assistant.asked[-1][1]) == ("Who denied it?", ())
    assert page.locator(".or-exchange[data-turn='3'] .or-abstained").count() == 1
    page.click(".or-exchange[data-turn='1'] [data-do=edit]")
    page.keyboard.press("Escape")
    assert page.locator("#or-editing").is_hidden()


def test_keys_lead_to_the_box_and_bring_back_the_last_question(page: Any, assistant: Scripted) -> None:
    """An empty Enter does nothing; "/" goes to the box; arrow-up in the empty box has the last question."""
    before = len(assistant.asked)
    page.focus("#or-question")
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Enter")
    assert page.locator(".or-exchange, .or-error >> visible=true").count() == 0
    page.fill("#or-question", "")
    ask(page, "Who denied it?")
    answers(page, 1)
    assert len(assistant.asked) == before + 1
    page.focus("#or-talks-open")
    page.keyboard.press("/")
    assert chosen(page) == "or-question"
    page.keyboard.press("ArrowUp")
    assert page.input_value("#or-question") == "Who denied it?"


# --- what is kept --------------------------------------------------------------------------------------------------------


def test_conversations_are_kept_in_the_browser(browser: Any, served: Served) -> None:
    """Several, named after their first question, over a reload, back and forward; renamed; deleted only when asked twice."""
    for page in visit(browser, served.url):
        ask(page, "Who denied it?")
        answers(page, 1)
        ask(page, "any doubt?")
        answers(page, 2)
        page.fill("#or-question", "half a thou")
        page.reload()
        page.wait_for_selector(".or-exchange[data-turn='2'] .or-unsupported")
        assert page.input_value("#or-question") == "half a thou"
        assert page.locator("section[data-turn='2'] mark").first.is_visible()
        page.fill("#or-question", "")
        page.click("#or-clear")
        page.wait_for_function("!document.querySelector('.or-exchange')")
        ask(page, "What is the price?")
        answers(page, 1)
        page.wait_for_function("location.hash.startsWith('#talk-')")  # it is kept, and has an address to come back to
        page.go_back()
        answers(page, 2)
        page.go_forward()
        page.wait_for_selector(".or-exchange .or-abstained")
        page.click("#or-talks-open")
        page.wait_for_selector("#or-talks li")
        assert page.locator("#or-talks li .or-open").all_inner_texts() == ["What is the price?", "Who denied it?"]
        page.click("#or-talks li:has-text('Who denied it?') [data-do=rename]")
        page.fill("#or-rename input", "The ferry")
        page.keyboard.press("Enter")
        page.wait_for_selector("#or-talks li:has-text('The ferry')")
        page.click("#or-talks li:has-text('What is the price?') [data-do=delete]")
        page.keyboard.press("Escape")
        assert page.locator("#or-talks li").count() == 2
        page.click("#or-talks li:has-text('What is the price?') [data-do=delete]")
        page.click("#or-sure [value=yes]")
        page.wait_for_function(
            "document.querySelectorAll('#or-talks li').length === 1 && !document.querySelector('.or-exchange')"
        )
        page.click("#or-talks li .or-open")
        answers(page, 2)
        assert page.inner_text("#or-talk-name") == "The ferry"


def test_a_deleted_conversation_does_not_come_back(page: Any, assistant: Scripted) -> None:
    """Deleting the one that is being answered ends its question at the server, and it stays deleted."""
    assistant.closed.clear()
    slow(page, assistant)
    page.click("#or-talks-open")
    page.click("#or-talks [data-do=delete]")
    page.click("#or-sure [value=yes]")
    page.wait_for_function("!document.querySelector('.or-exchange')")
    assert assistant.closed.wait(30)
    page.reload()
    page.wait_for_selector("#or-scroll[role=log]")
    page.click("#or-talks-open")
    page.wait_for_selector("#or-talks-none")
    assert page.locator("#or-talks li").count() == 0


def test_a_server_that_goes_and_comes_back_costs_nothing(browser: Any) -> None:
    """Without a server: one line, and Retry. With the next one the talk goes on, with what was said before."""
    with start(Scripted(), port=0) as first:
        opened = browser.new_context()
        page = opened.new_page()
        page.goto(first.url)
        page.wait_for_selector("#or-scroll[role=log]")
        ask(page, "Who denied it?")
        answers(page, 1)
    ask(page, "And then?")
    page.wait_for_selector(".or-error >> visible=true")
    assert "The server does not answer: nothing is lost." in page.inner_text(".or-exchange[data-turn='2'] .or-error")
    other = Scripted()
    with start(other, port=int(first.url.rpartition(":")[2])):
        page.click(".or-exchange[data-turn='2'] [data-do=retry]")
        page.wait_for_selector(".or-exchange[data-turn='2'] .or-good")
        assert [turn.question for turn in other.asked[-1][1]] == ["Who denied it?"]
        page.reload()
        answers(page, 2)
        opened.close()


def test_a_session_that_has_ended_leads_to_the_login_and_back(browser: Any) -> None:
    """The question that was refused is asked after the login, in the same conversation."""
    with start(Scripted(), port=0, auth=[("ann", "pass")]) as served:
        opened = browser.new_context()
        page = opened.new_page()
        page.goto(served.url)

        def enter() -> None:
            page.fill("input[name=user]", "ann")
            page.fill("input[name=password]", "pass")
            page.click("button")

        enter()
        page.wait_for_selector("#or-scroll[role=log]")
        ask(page, "Who denied it?")
        answers(page, 1)
        opened.clear_cookies()
        ask(page, "And then?")
        page.wait_for_selector("input[name=password]")
        enter()
        page.wait_for_selector(".or-exchange[data-turn='2'] .or-good")
        answers(page, 2)
        page.click("#or-header form button")
        page.wait_for_selector("input[name=password]")
        opened.close()


def test_the_page_works_behind_a_proxys_path(browser: Any) -> None:
    """With --root-path, scripts, styles, answers and links are asked for under it."""
    with start(Scripted(), port=0, root="/desk/news") as served:
        for page in visit(browser, served.url, permissions=["clipboard-read", "clipboard-write"]):
            ask(page, "Who denied it?")
            answers(page, 1)
            assert page.evaluate("getComputedStyle(document.querySelector('.or-question')).fontWeight") == "600"
            page.click("[data-do=link]")
            page.wait_for_selector("[data-do=link]:has-text('Copied')")
            assert page.evaluate("navigator.clipboard.readText()") == f"{served.url}/?q=Who+denied+it%3F"


def test_a_rebuild_is_seen_by_the_next_answer(page: Any, assistant: Scripted) -> None:
    """The status line counts anew when an answer comes from another generation."""
    assert "36 articles" in page.inner_text("#or-status")
    assistant.generation, assistant.articles = "g2", 37
    try:
        ask(page, "Who denied it?")
        page.wait_for_selector("#or-status:has-text('37 articles')")
    finally:
        assistant.generation, assistant.articles = "g1", 36


# --- links and filters ---------------------------------------------------------------------------------------------------


def test_a_link_carries_question_and_filters(browser: Any, served: Served, assistant: Scripted) -> None:
    """What a link names stands in the box and beside it, and is asked with Enter; a filter that is removed is gone."""
    link = f"{served.url}/?q=What+is+the+price%3F&source=Radio+Ouvre&source=The+Quay+Gazette&since=2026-03-04"
    for page in visit(browser, served.url):
        page.goto(link)
        page.wait_for_selector("#or-chosen li")
        assert page.input_value("#or-question") == "What is the price?"
        page.click("#or-chosen button[aria-label='Remove the filter “Radio Ouvre”']")
        page.focus("#or-question")
        page.keyboard.press("Enter")
        answers(page, 1)
        assert assistant.asked[-1][2].sources == ("The Quay Gazette",)
        assert "only The Quay Gazette, from 4 March 2026" in page.inner_text(".or-exchange")
        page.click("[data-unfilter]")  # the articles do not say: the filters are offered to be dropped
        page.wait_for_function("!document.querySelector('[data-unfilter]') && !document.querySelector('.or-running')")
        assert (assistant.asked[-1][2].sources, assistant.asked[-1][2].since) == ((), None)
        assert page.locator("#or-chosen li").count() == 0


def test_the_whole_article_is_read_beside_the_talk(page: Any) -> None:
    """It opens at the quote, which is marked, and Escape leads back to the card; cards go by relevance or date."""
    ask(page, "Who denied it?")
    answers(page, 1)
    page.click(".or-chip >> nth=0")
    page.click("#evidence-1-1 .or-read")
    page.wait_for_selector("#or-reader mark")
    assert page.inner_text("#or-reader mark") == DENIAL.quote
    assert "The company has chartered a second ship until the autumn." in page.inner_text("#or-reader")
    page.keyboard.press("Escape")
    assert page.locator("#or-reader").is_hidden()
    assert page.evaluate("document.activeElement.className") == "or-read"
    first = "document.querySelector('section .or-cards .or-card').id"
    page.select_option("#or-order select", "date")
    assert page.evaluate(first) == "evidence-1-2"
    page.select_option("#or-order select", "relevance")
    assert page.evaluate(first) == "evidence-1-1"


@pytest.mark.parametrize(("width", "height"), [(360, 740), (640, 360)])  # the latter is 1280 by 720 at 200 %
def test_a_small_screen_holds_everything(browser: Any, served: Served, width: int, height: int) -> None:
    """Nothing is wider than the screen, in any state; text from right to left is set so."""
    for page in visit(browser, served.url, viewport={"width": width, "height": height}):
        ask(page, "מי הכחיש את זה? any doubt " + "x" * 300)
        answers(page, 1)
        assert page.evaluate("getComputedStyle(document.querySelector('.or-question')).direction") == "rtl"
        ask(page, "What is the price?")
        answers(page, 2)
        wide = "document.documentElement.scrollWidth"
        assert page.evaluate(wide) <= width
        page.click("#or-filters-open")
        assert page.evaluate(wide) <= width
        page.click("#or-filters-done")
        page.click("#or-talks-open")
        page.wait_for_selector("#or-talks li")
        assert page.evaluate(wide) <= width
        page.click("#or-talks-open")
        page.click("#or-tab-collection")
        assert page.evaluate(wide) <= width


# --- what people paste ---------------------------------------------------------------------------------------------------


def test_a_megabyte_does_not_freeze_the_page(page: Any) -> None:
    """A whole newspaper pasted into the box is refused in a line, and the page goes on."""
    page.evaluate(
        """() => { const box = document.querySelector('#or-box textarea'); box.value = 'news '.repeat(200000);
                   box.dispatchEvent(new Event('input', { bubbles: true })); }"""
    )
    page.click("#or-ask")
    page.wait_for_selector(".or-error")
    assert "1,000,000 characters" in page.inner_text(".or-error")
    assert len(page.inner_text("#or-scroll")) < 3_000
    ask(page, "Who denied it?")
    answers(page, 2)


def test_a_question_is_never_markup(page: Any) -> None:
    """Attack strings typed as questions are shown as they were typed; no element, dialog or request comes of them."""
    ask(page, " ; ".join(attack for attack in ATTACKS if not re.search(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", attack)))
    answers(page, 1)
    assert page.locator("#or-scroll :is(img, svg, script, style, iframe, base, a, h1)").count() == 0
    assert "<img src=x onerror=alert(1)> ;" in page.inner_text("#or-scroll")
    assert "![x](https://evil.example/leak.png) ;" in page.inner_text("#or-scroll")


def test_a_lone_surrogate_is_survived(page: Any) -> None:
    """Half an emoji in the box does not break the stream."""
    page.evaluate(
        """() => { const box = document.querySelector('#or-box textarea'); box.value = 'half \\ud83d one';
                   box.dispatchEvent(new Event('input', { bubbles: true })); }"""
    )
    page.click("#or-ask")
    answers(page, 1)
    assert "half \ufffd one" in page.inner_text(".or-question")


# --- screens -------------------------------------------------------------------------------------------------------------


def test_on_a_telephone_the_evidence_is_a_sheet_over_the_conversation(browser: Any, served: Served) -> None:
    """At 390 pixels nothing is wider than the screen, a chip brings up the sheet with its card, and a button takes it away."""
    for page in visit(browser, served.url, viewport={"width": 390, "height": 844}, reduced_motion="reduce"):
        ask(page, "Who denied it?")
        answers(page, 1)
        assert page.locator("#or-evidence").is_hidden()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.click(".or-chip >> nth=1")
        page.wait_for_function(
            "(() => { const card = document.getElementById('evidence-1-2').getBoundingClientRect();"
            " return card.top >= 0 && card.bottom <= innerHeight })()"
        )
        page.click(".or-back >> visible=true")
        page.wait_for_function("document.activeElement.dataset.card == 'evidence-1-2'")
        assert page.locator("#or-evidence").is_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_can_be_read_in_both_schemes(browser: Any, served: Served, scheme: str) -> None:
    """The reader's own preference is followed, and every text of ours has a contrast of 4.5 to 1 or more."""
    for page in visit(browser, served.url, viewport={"width": 1400, "height": 900}, color_scheme=scheme):
        ask(page, "any doubt?")
        answers(page, 1)
        ask(page, "What is the price?")
        answers(page, 2)
        ask(page, "please fail")
        answers(page, 3)
        page.click(".or-chip >> nth=0")
        page.wait_for_timeout(400)  # the card's transition
        paper = page.evaluate("getComputedStyle(document.querySelector('.gradio-container')).backgroundColor")
        assert (sum(map(int, re.findall(r"\d+", paper)[:3])) < 200) == (scheme == "dark")
        faint = page.evaluate(CONTRAST)
        assert faint == []


CONTRAST = """() => {
  const numbers = (css) => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    canvas.fillStyle = css; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255];
  };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = numbers(getComputedStyle(e).backgroundColor);
      if (colour[3] > 0.99) return colour;
    }
    return [255, 255, 255, 1];
  };
  const faint = [];
  for (const element of document.querySelectorAll('#or-header *, #or-desk *')) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !element.checkVisibility({ visibilityProperty: true }) || element.closest('.or-sr')) continue;
    const pair = [light(numbers(getComputedStyle(element).color)), light(behind(element))].sort((a, b) => b - a);
    const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
    if (ratio < 4.5) faint.push(`${element.className || element.tagName}: ${ratio.toFixed(2)}`);
  }
  return faint;
}"""


def test_filters_open_in_sight_on_a_telephone(browser: Any, served: Served) -> None:
    for page in visit(browser, served.url, viewport={"width": 390, "height": 640}):
        page.click("#or-filters-open")
        page.wait_for_selector("#or-days:visible")
        page.wait_for_function("document.getElementById('or-filters').getBoundingClientRect().bottom <= innerHeight + 1")
        assert page.evaluate("document.getElementById('or-filters').getBoundingClientRect().top") >= 0


def test_on_a_telephone_the_box_is_pinned(browser: Any, served: Served) -> None:
    """It stays at the screen's end however far the page is scrolled, and the last answer ends above it."""
    for page in visit(browser, served.url, viewport={"width": 390, "height": 700}, reduced_motion="reduce"):
        for n in (1, 2, 3):
            ask(page, "any doubt?")
            answers(page, n)
        box = "document.getElementById('or-composer').getBoundingClientRect()"
        last = "document.querySelector('.or-exchange:last-child').getBoundingClientRect()"
        bar = "document.getElementById('or-bar').getBoundingClientRect()"
        page.wait_for_function(f"{last}.top >= {bar}.bottom && ({last}.top < {bar}.bottom + 20 || {last}.bottom <= {box}.top)")
        for place in ("0", "400", "document.body.scrollHeight"):
            page.evaluate(f"scrollTo(0, {place})")
            page.wait_for_function(f"Math.abs({box}.bottom - innerHeight) < 1 && {bar}.top >= 0")
        assert page.evaluate(f"document.getElementById('or-said').getBoundingClientRect().bottom <= {box}.top")
        first = page.locator(".or-exchange .or-chip").first
        first.focus()  # by the keyboard: what is gone to is not under the box
        assert first.evaluate(f"(chip) => chip.getBoundingClientRect().bottom < {box}.top")


def test_filters_by_section_and_language(page: Any, assistant: Scripted) -> None:
    """Both are chosen beside outlets, shown as chips, sent, in the link, and taken away; a link brings them back."""
    page.click("#or-filters-open")
    page.check("label:has-text('Harbour') input")
    page.check("label:has-text('German') input")
    assert page.inner_text("#or-chosen").split() == "section Harbour × in German ×".split()
    ask(page, "Who denied it?")
    answers(page, 1)
    filters = assistant.asked[-1][2]
    assert (filters.sections, filters.languages) == (("Harbour",), ("de",))
    assert "section Harbour in German" in " ".join(page.inner_text(".or-colophon").split())
    link = page.evaluate("onrecord.link.build(onrecord.talk.now.turns[0])")
    assert link.endswith("section=Harbour&language=de")
    page.click("#or-chosen button >> nth=0")
    assert page.inner_text("#or-chosen").split() == "in German ×".split()
    page.goto(f"{link}&section=Nowhere")
    page.wait_for_selector("#or-scroll[role=log]")
    assert page.inner_text("#or-chosen").split() == "section Harbour × section Nowhere × in German ×".split()


# --- everyone -------------------------------------------------------------------------------------------------------------

WIDE, NARROW = {"width": 1280, "height": 860}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def axe() -> Any:
    found = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe: pip install 'onrecord[test]'")
    return found.Axe()


@pytest.fixture(scope="module")
def closed() -> Iterator[Served]:
    with start(Scripted(), port=0, auth=[("ann", "a secret of nine")]) as page:
        yield page


def sound(page: Any, axe: Any, view: str) -> None:
    """Nothing that axe-core can tell is wrong, in light and in dark, where only colours are others."""
    for scheme, rules in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):
        page.emulate_media(color_scheme=scheme)
        found = axe.run(page, options={"resultTypes": ["violations"], **rules})
        assert not found.violations_count, f"{view}, {scheme}: {found.generate_report()}"


@pytest.mark.parametrize(("size", "language"), [(WIDE, "en"), (NARROW, "de")], ids=["wide, English", "narrow, German"])
def test_axe_finds_nothing(
    browser: Any, served: Served, closed: Served, axe: Any, assistant: Scripted, size: dict[str, int], language: str
) -> None:
    """No view has a violation of what axe-core knows, nor has the login page; the other tab is in test_collection_tab.py."""
    look = {"viewport": size, "reduced_motion": "reduce"}
    for page in visit(browser, f"{served.url}/?lang={language}", **look):
        sound(page, axe, "start")
        for n, question in enumerate(("any doubt this week?", "price?", "please fail"), 1):
            ask(page, question)
            answers(page, n)
        page.click("#or-talks-open")
        page.wait_for_selector("#or-talks li")
        sound(page, axe, "answer, abstention, error, conversations")
        page.click("#or-talks [data-do=delete]")
        sound(page, axe, "a dialog")
        page.keyboard.press("Escape")
        page.click("#or-talks-open")
        page.click(".or-exchange .or-chip >> nth=0")
        sound(page, axe, "a card")
        page.locator("#or-evidence .or-read >> visible=true").first.click()
        page.wait_for_selector("#or-reader article")
        sound(page, axe, "the whole article")
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        page.click("#or-filters-open")
        page.locator(".or-outlet-choice").first.click()
        assistant.go_on.clear()
        ask(page, "a slow one")
        page.wait_for_selector(".or-running .or-chip")
        ask(page, "next")
        page.wait_for_selector(".or-waiting")
        sound(page, axe, "filters; an answer being written, a question that waits")
        assistant.go_on.set()
        answers(page, 5)
    for page in visit(browser, f"{closed.url}/?lang={language}", "input[type=password]", **look):
        sound(page, axe, "login")
