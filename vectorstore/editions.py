"""Which of several records are one article, and which of its versions answers: the newest.

An archive holds an article many times: crawled again after an update, under an address with tracking in it, in two exports.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, time
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from vectorstore.types import Article

Relation = Literal["another", "duplicate", "newer", "older"]

_AKIN = 0.3  # share of the shorter text's words that two versions of one article have in common at least
_READ = 5_000  # characters of each text that are compared for that
_WORD = re.compile(r"\w{4,}")
_TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|mc_[ce]id|igshid|cmp(?:id)?|ocid|ns_\w+|at_\w+|outputtype|amp|ref|ref_src|smid|src|source|partner|share",
    re.IGNORECASE,
)
_SUBDOMAIN = re.compile(r"^(?:www\d?|m|mobile|amp|edition)\.(?=[^.]+\.)", re.IGNORECASE)
_AMP = re.compile(r"/amp(?:\.html)?$|\.amp(?=\.html$)|\.amp$", re.IGNORECASE)


def address(url: str) -> str:
    """What tells an article's page from others, however it was come by: no scheme, "www.", tracking, "/amp" and fragment in it.

    Empty for a page that is no article's own, such as an outlet's front page: articles that give it are not one for that.
    """
    try:
        parts = urlsplit(url)
        host = _SUBDOMAIN.sub("", parts.hostname or "")
    except ValueError:
        return ""
    path = _AMP.sub("", parts.path.rstrip("/")).rstrip("/")
    query = urlencode(sorted((name, value) for name, value in parse_qsl(parts.query) if not _TRACKING.fullmatch(name)))
    route = parts.fragment if parts.fragment[:1] in ("!", "/") and len(parts.fragment) > 2 else ""  # a page made by its script
    if not host or not (path or query or route):
        return ""
    return host + path + (f"?{query}" if query else "") + (f"#{route}" if route else "")


def wording(text: str) -> bytes:
    """The same 16 bytes for texts of the same words, whatever space, case and punctuation is between them."""
    words = " ".join(re.findall(r"\w+", text.casefold())) or text
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).digest()[:16]


def relation(article: Article, there: Article) -> Relation:
    """What an article is to one that was read before it: another, the same once more, a newer version of it, or an older one.

    Those of one address are one article, unless they have ids of their own and little in common: many a list gives the address of
    its section for each of its items. Where that does not decide, those of one id are, if their headlines or a good part of
    their words agree: exports of two systems count from 1. The same words under two addresses are a duplicate where outlet and
    headline are the same; printed by two outlets they are agency copy, and two articles.
    """
    here, other = address(article.url), address(there.url)
    one_page = bool(here) and here == other
    one_outlet = not (article.source and there.source) or article.source.casefold() == there.source.casefold()
    if wording(article.text) == wording(there.text) and (one_page or (one_outlet and _one_headline(article, there))):
        return _newest(article, there) if one_page and _told(article) != _told(there) else "duplicate"
    if one_page and article.id != there.id and article.url != article.id and not _akin(article, there):
        one_page = False
    one_id = article.id == there.id and not (here and other) and one_outlet and _akin(article, there)
    return _newest(article, there) if one_page or one_id else "another"


def _one_headline(one: Article, other: Article) -> bool:
    """Whether two articles of the same words have one headline, too: a site may give all that it does not show the same text.

    Half of the words of the shorter are enough, since some add the outlet. One that lacks it has none to differ, unless each
    has an address of its own.
    """
    titles = [set(re.findall(r"\w+", each.title.casefold())) for each in (one, other)]
    if not all(titles):
        return not (address(one.url) and address(other.url))
    return 2 * len(titles[0] & titles[1]) >= min(map(len, titles))


def _told(article: Article) -> tuple[object, ...]:
    """What a citation shows beside the text."""
    return article.title, article.authors, article.published, article.corrections


def _newest(article: Article, there: Article) -> Relation:
    """By the day, then by the moment; where neither tells, what was read later is newer."""
    if article.published and there.published and not (article.modified and there.modified):
        return "older" if article.published < there.published else "newer"
    mine, theirs = _moment(article), _moment(there)
    return "older" if mine and theirs and mine < theirs else "newer"


def _moment(article: Article) -> datetime | None:
    if article.modified:
        return article.modified
    return datetime.combine(article.published, time.min, UTC) if article.published else None


def _akin(one: Article, other: Article) -> bool:
    if one.title.strip() and one.title.casefold() == other.title.casefold():
        return True
    mine, theirs = (set(_WORD.findall(each.text[:_READ].casefold())) for each in (one, other))
    return len(mine & theirs) >= _AKIN * min(len(mine), len(theirs))
