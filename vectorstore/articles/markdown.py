"""Markdown (.md) with front matter: `title`, `standfirst`, `authors`, `outlet`, `published`, `url`, `id` between two `---`.

Between two `+++` it is TOML. Without front matter, lines below the heading are read as in plain text: see `head`. The stored
text is the body as a reader sees it: emphasis, headings' marks, links' addresses and pictures are taken out.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from datetime import date, datetime

import yaml

from vectorstore.articles import jsonl
from vectorstore.articles.document import Document
from vectorstore.articles.encodings import Unreadable
from vectorstore.articles.head import split
from vectorstore.types import Article, Rejected

_LARGEST_FRONT_MATTER = 100_000
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n|)(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
_TOML = re.compile(r"\+\+\+[ \t]*\n(.*?\n|)\+\+\+[ \t]*(?:\n|$)", re.DOTALL)
_WIKI_LINK = re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]+)\]\]")
_HEADING = re.compile(r"\A\s*#{1,2}[ \t]+(.+?)[ \t#]*(?:\n|\Z)")
_REDUCTIONS = [
    (re.compile(r"<!--.*?-->", re.DOTALL), ""),
    (re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)"), ""),  # pictures
    (re.compile(r"\[([^\]\n]+)\]\((?:[^()\n]|\([^()\n]*\))*\)"), r"\1"),  # links
    (re.compile(r"\[([^\]\n]+)\]\[[^\]\n]*\]"), r"\1"),
    (re.compile(r"^[ \t]*\[[^\]\n]+\]:[ \t]+\S.*$", re.MULTILINE), ""),  # link definitions
    (re.compile(r"<(https?://[^>\s]+)>"), r"\1"),
    (re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+(.+?)[ \t#]*$", re.MULTILINE), r"\1"),
    (re.compile(r"^[ \t]{0,3}>[ \t]?", re.MULTILINE), ""),
    (re.compile(r"^[ \t]*(?:[-*_][ \t]*){3,}$", re.MULTILINE), ""),  # rules
    (re.compile(r"(?<![\w*])(\*{1,3})(?=\S)([^*\n]+?)(?<=\S)\1(?![\w*])"), r"\2"),
    (re.compile(r"(?<![\w_])(_{1,3})(?=\S)([^_\n]+?)(?<=\S)\1(?![\w_])"), r"\2"),
    (re.compile(r"`([^`\n]+)`"), r"\1"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!>~|-])"), r"\1"),
    (re.compile(r"(?:  +|\\)$", re.MULTILINE), ""),  # hard line breaks
]


def read(document: Document) -> Iterator[Article | Rejected]:
    """The one article of the file."""
    try:
        content = document.text()
        record: dict[str, object] = {}
        for pattern, parse in ((_FRONT_MATTER, _yaml), (_TOML, tomllib.loads)):
            if match := pattern.match(content):
                record = _front_matter(match[1], parse)
                content = content[match.end() :]
                break
        heading = _HEADING.match(content)
        title = str(record.get("title") or record.get("headline") or "")
        if heading and (not title or " ".join(title.split()).casefold() == heading[1].strip().casefold()):
            record["title"] = _reduced(heading[1])
            content = content[heading.end() :]
        text = _reduced(content).strip()
        if heading and not match:
            standfirst, text, fields = split("", text)
            record |= {"standfirst": standfirst, **fields}
        record["text"] = text
        if "description" in record:
            record.setdefault("standfirst", record["description"])
        yield from jsonl.article(record, document.where, document.name)
    except Unreadable as error:
        yield Rejected(document.where, str(error))


def _front_matter(text: str, parse: Callable[[str], object]) -> dict[str, object]:
    if len(text) > _LARGEST_FRONT_MATTER:
        raise Unreadable(f"the front matter has {len(text):,} characters; it may have {_LARGEST_FRONT_MATTER:,}.")
    try:
        found = parse(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        where = getattr(getattr(error, "problem_mark", None), "line", None)
        place = f" in its line {where + 1}" if where is not None else ""
        raise Unreadable(f"the front matter is broken{place}; write it as `name: value` lines, quoted if need be.") from error
    if found in (None, ""):
        return {}
    if not isinstance(found, dict):
        raise Unreadable("the front matter is no list of fields; write it as `name: value` lines.")
    return {str(key).lower(): _value(value) for key, value in found.items() if value != ""}


def _yaml(text: str) -> object:
    # BaseLoader makes strings, lists and dicts only: nothing is run, "2024-13-45" and "no" stay what was written.
    return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - see above


def _value(value: object) -> object:
    """TOML's days as text, and the words of a wiki link without its marks."""
    if isinstance(value, list):
        return [_value(one) for one in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return _WIKI_LINK.sub(r"\1", value) if isinstance(value, str) else value


def _reduced(text: str) -> str:
    for pattern, replacement in _REDUCTIONS:
        text = pattern.sub(replacement, text)
    return re.sub(r"\n{3,}", "\n\n", text)
