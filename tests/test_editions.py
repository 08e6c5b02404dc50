"""Editions: of an article that was collected several times the newest version answers, and no article swallows another."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from vectorstore.editions import address, relation, wording
from vectorstore.types import Article

MORNING = datetime(2026, 3, 12, 8, tzinfo=UTC)
EVENING = datetime(2026, 3, 12, 18, tzinfo=UTC)
URL = "https://www.harbour.example/mill-closes"
MILL = Article(URL, "The mill in Saltmere shuts in May, its owner said. Forty jobs go.", "Mill closes", "The Harbour Post", URL)
LATER = replace(MILL, text="The mill in Saltmere shuts in June, its owner said. Sixty jobs go.")


@pytest.mark.parametrize(
    "url",
    [
        "http://harbour.example/mill-closes",
        "https://www.harbour.example/mill-closes/",
        "https://www.harbour.example/mill-closes?utm_source=feed&utm_medium=rss",
        "https://m.harbour.example/mill-closes#comments",
        "https://amp.harbour.example/mill-closes/amp",
        "HTTPS://WWW.HARBOUR.EXAMPLE/mill-closes?fbclid=x1",
    ],
)
def test_one_page_has_one_address(url: str) -> None:
    """Scheme, "www.", tracking, a mobile edition and a place on the page make no other page."""
    assert address(url) == address(URL)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.harbour.example/mill-opens",
        "https://www.harbour.example/story?id=17",
        "https://www.harbour.example/Mill-Closes-2",
        "https://news.harbour.example/mill-closes",
        "https://www.harbour.example/#!/mill-closes",
    ],
)
def test_another_page_has_another_address(url: str) -> None:
    """What tells pages apart stays: path, number, host, and the route of a page that a script makes."""
    assert address(url)
    assert address(url) != address(URL)


@pytest.mark.parametrize(
    "url", ["https://www.harbour.example", "https://harbour.example/?utm_source=x", "", "https://[bad", "no address"]
)
def test_a_front_page_is_no_articles_own(url: str) -> None:
    """Articles that give only their outlet's front page are not one article."""
    assert address(url) == ""


@pytest.mark.parametrize(
    ("before", "after", "want"),
    [
        ({"published": date(2026, 3, 12)}, {"published": date(2026, 3, 13)}, "newer"),
        ({"published": date(2026, 3, 13)}, {"published": date(2026, 3, 12)}, "older"),
        ({"modified": MORNING}, {"modified": EVENING}, "newer"),
        ({"modified": EVENING}, {"modified": MORNING}, "older"),
        ({"published": date(2026, 3, 12), "modified": EVENING}, {"published": date(2026, 3, 12)}, "newer"),
        ({"published": date(2026, 3, 12), "modified": EVENING}, {"published": date(2026, 3, 11)}, "older"),
        ({}, {}, "newer"),
        ({"published": date(2026, 3, 12)}, {}, "newer"),
    ],
)
def test_the_newest_version_is_told_by_its_time_then_by_its_place(
    before: dict[str, date], after: dict[str, date], want: str
) -> None:
    """Day first, then the moment; where neither tells, what was read later is newer."""
    assert relation(replace(LATER, **after), replace(MILL, **before)) == want


def test_the_same_words_again_are_a_duplicate() -> None:
    """White space, case and another address of the same outlet make no other article."""
    again = replace(MILL, id="2", url="https://www.harbour.example/archive/77", text=MILL.text.upper().replace(". ", ".\n\n"))
    assert wording(again.text) == wording(MILL.text)
    assert relation(again, MILL) == "duplicate"
    assert relation(replace(again, source=""), MILL) == "duplicate"


def test_the_same_words_under_two_headlines_are_two_articles() -> None:
    """What a feed or a site gives of each of its pages may be "Read more", or the same paragraph, for all of them."""
    teaser = Article("1", "Read the whole story on our site. " * 20, "Mill closes", "The Harbour Post")
    assert relation(replace(teaser, id="2", title="New bakery"), teaser) == "another"
    assert relation(replace(teaser, id="2"), teaser) == "duplicate"
    assert relation(replace(teaser, id="2", title="Mill closes | The Harbour Post"), teaser) == "duplicate"
    assert relation(replace(teaser, id="2", title=""), teaser) == "duplicate"
    paged = replace(teaser, url=URL)
    assert relation(replace(paged, id="2", title="", url=URL + "-2"), paged) == "another"
    assert relation(replace(paged, id="2", url=URL + "-2"), paged) == "duplicate"


def test_a_mended_headline_is_a_newer_version() -> None:
    """The same page with the same words and another headline, date or correction is shown as it is now."""
    assert relation(replace(MILL, title="Saltmere mill closes"), MILL) == "newer"
    assert relation(replace(MILL, corrections=("An earlier version misnamed the owner.",)), MILL) == "newer"


def test_agency_copy_is_two_articles() -> None:
    """Two outlets that print the same words are both kept: each may be cited."""
    assert relation(replace(MILL, id="2", url="https://b.example/mill", source="Valley Post"), MILL) == "another"


def test_two_exports_that_count_from_one_are_two_collections() -> None:
    """An id says nothing where addresses or outlets differ, or the texts have little in common."""
    bakery = Article("1", "A bakery opens on Ferry Street, run by two sisters.", "New bakery")
    assert relation(bakery, replace(MILL, id="1", url="")) == "another"
    assert (
        relation(replace(LATER, id="1", url="https://b.example/1"), replace(MILL, id="1", url="https://b.example/2")) == "another"
    )
    assert relation(replace(LATER, id="1", url="", source="Valley Post"), replace(MILL, id="1", url="")) == "another"


def test_a_list_that_gives_its_sections_address_keeps_its_items() -> None:
    """Ids of their own and other words make two articles of one address; without either they are its versions."""
    item = Article("item-2", "A bakery opens on Ferry Street, run by two sisters.", "New bakery", "The Harbour Post", URL)
    assert relation(item, replace(MILL, id="item-1")) == "another"
    assert relation(replace(item, id=URL), MILL) == "newer"


def test_one_id_and_the_same_story_is_one_article() -> None:
    """A system that gives ids and no addresses keeps its versions apart from other articles."""
    assert relation(replace(LATER, id="1", url=""), replace(MILL, id="1", url="")) == "newer"
    rewritten = Article("1", "Workers wept.", "Mill closes", "The Harbour Post")
    assert relation(rewritten, replace(MILL, id="1", url="")) == "newer"
