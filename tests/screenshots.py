"""Pictures of every view of the page over the sample articles, to be looked at before a change of it lands.

    make screenshots        # into screenshots/: each view, wide and narrow, light and dark

No test: what they should look like is for a person to say.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from qa.assistant import Assistant
from qa.settings import Settings
from tests.test_browser import CHROMIUM, FLAGS, answers, ask
from ui.server import start
from vectorstore.rebuild import rebuild, samples

SIZES = {"wide": (1280, 850), "narrow": (390, 800)}
SCHEMES = ("light", "dark")


def welcome(page: Any) -> None:
    page.wait_for_selector(".or-example")


def answered(page: Any) -> None:
    ask(page, "How many homes lost power in Storm Ottilie?")
    answers(page, 1)


def abstained(page: Any) -> None:
    ask(page, "What is the price of oil?")
    answers(page, 1)


def evidence(page: Any) -> None:
    answered(page)
    page.click(".or-chip")
    page.wait_for_selector(".or-card:visible")


def article(page: Any) -> None:
    evidence(page)
    page.click(".or-card:visible [data-read]")
    page.wait_for_selector("#or-reader:visible mark")


def filters(page: Any) -> None:
    page.click("#or-filters-open")
    page.wait_for_selector("#or-days:visible")


def conversations(page: Any) -> None:
    answered(page)
    page.click("#or-talks-open")
    page.wait_for_selector("#or-talks:visible")


def collection(page: Any) -> None:
    page.click("#or-tab-collection")
    page.wait_for_selector("#or-collection-tab svg:visible")


VIEWS: tuple[Callable[[Any], None], ...] = (
    welcome, answered, abstained, evidence, article, filters, conversations, collection,
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description="Take pictures of every view of the page.")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as running:
        rebuild([samples()], Path(scratch) / "index")
        chromium = running.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with (
            Assistant.open(Path(scratch) / "index", Settings()) as assistant,
            start(assistant, port=0) as open_,
            start(assistant, port=0, auth=[("ada", "a secret of nine")]) as closed,
        ):
            for size, (width, height) in SIZES.items():
                for scheme in SCHEMES:
                    look = {"viewport": {"width": width, "height": height}, "color_scheme": scheme, "reduced_motion": "reduce"}
                    for view in VIEWS:
                        context = chromium.new_context(**look)
                        page = context.new_page()
                        page.goto(open_.url)
                        page.wait_for_selector("#or-scroll[role=log]")
                        view(page)
                        page.wait_for_timeout(300)  # fonts and scrolling come to rest
                        page.screenshot(path=folder / f"{view.__name__}-{size}-{scheme}.png")
                        context.close()
                    page = chromium.new_page(**look)
                    page.goto(closed.url)
                    page.screenshot(path=folder / f"login-{size}-{scheme}.png")
                    page.close()
        chromium.close()
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")


if __name__ == "__main__":
    main()
