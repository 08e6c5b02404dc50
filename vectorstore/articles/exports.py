"""Objects as tools write them -> the articles in them, wherever they are nested and whatever they are wrapped in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urljoin, urlsplit

from vectorstore.articles import ghost, links, marks, ninjs
from vectorstore.articles.fields import Record, web_address
from vectorstore.articles.names import fields_of, folded
from vectorstore.articles.prose import is_blocks, prose
from vectorstore.articles.wrapped import day_of, empty, heading_of, id_of, kind, name_of, people_of, strings
from vectorstore.language.days import parse_day

_DEEPEST = 12
_LONGEST_TITLE = 200  # characters of a description that stands where a headline should
_PROSE = 200  # characters of a value that may be a text though its name does not say so
_ADDRESSES = ("href", "url", "@id", "permalink", "canonical", "rendered", "web", "link", "#text")
_SITES = frozenset("websiteurl siteurl baseurl homepageurl homeurl website site domain host hostname".split())
_IN_READER = re.compile(
    r"https?://(?:read|reader|readwise|app|my)\.|https?://(?:www\.)?(?:getpocket|instapaper|readwise)\.", re.IGNORECASE
)
_Entry = tuple[str, int, object]  # a field's name in the export, its rank, what stands there
# Objects inside an article whose fields are the article's own.
_OWN = frozenset(
    "metadata meta frontmatter fields attributes properties props info details extra head header headers crawl pagemeta "
    "links summaryfields articlemetadata dates".split()
)
# Lists beside or inside articles that hold something else.
_BESIDE = frozenset(
    "comments replies related relatedarticles relatedstories associations images photos pictures media multimedia videos "
    "entities tags users people persons authors keywords topics categories includes included embedded recommendations ads "
    "links renditions highlights annotations attachments enclosures persons organisations organizations locations places "
    "subjects features relationships aggregations facets suggestions breadcrumbs errors warnings".split()
)
# What may lead to an object that has a text and nothing else.
_WRAPPERS = frozenset(
    "rows row data items results docs documents hits source kwargs articles article entries posts records response node "
    "nodes edges value objects stories news messages feed export list pages page story post train test validation root".split()
)
_NO_ARTICLE = frozenset(
    "organization person website webpage breadcrumblist imageobject videoobject searchaction newsmediaorganization place "
    "sitenavigationelement author category section topic tag user page_type service videogallery".split()
)
_NOT_OUT = frozenset(
    "draft pending private trash trashed canceled cancelled withheld scheduled future deleted autodraft unpublished".split()
)


@dataclass(slots=True)
class Found:
    """The record of an article in an export, or why it is none; `odd` are lines on optional fields that were dropped."""

    record: Record | None = None
    odd: list[str] = field(default_factory=list)
    problem: str = ""


def found(
    value: object,
    own: Mapping[str, str],
    around: Mapping[str, object] | None = None,
    key: str = "",
    names: dict[str, str] | None = None,
) -> list[Found]:
    """The articles in a value; `own` are field names of one's own, `around` is what stood beside the list that it is from.

    `names` are those of the file's records by their ids, where some point at others; nothing where none does.
    """
    if not isinstance(value, dict | list):
        return [Found(problem=_NO_OBJECT.format(kind(value)))]
    if not value:
        return [Found(problem="it is empty: there is no text; leave it out.")]
    if folded(key) in _BESIDE:
        return []
    if names is not None and isinstance(value, dict | list):
        if isinstance(value, dict) and (_type(value) in _NO_ARTICLE or _type(value).startswith(("sanity", "system"))):
            return []
        value = links.linked(value, names)
    looking = _Looking(own)
    given = looking.below(value, _outlet_of(around or {}), 0)
    return given or looking.none_in(value)


class _Looking:
    def __init__(self, own: Mapping[str, str]) -> None:
        self.own = own

    def below(self, value: object, handed: dict[str, Any], depth: int, bare: bool = True) -> list[Found]:
        """The articles in a value; `handed` are fields that hold for all of them, `bare` whether a text alone makes one."""
        if depth > _DEEPEST:
            return []
        if isinstance(value, list):
            if table := _table(value):
                return [one for row in table for one in self.below(row, handed, depth + 1, bare)]
            return [one for item in value if isinstance(item, dict | list) for one in self.below(item, handed, depth + 1, bare)]
        if not isinstance(value, dict):
            return []
        for special in (ghost.posts, ninjs.items):
            if (known := special(value)) is not None:
                return [_made(one, self.own, handed) if isinstance(one, dict) else Found(problem=one) for one in known]
        if rows := _columns(value):
            return [one for row in rows for one in self.below(row, handed, depth + 1, bare)]
        flat = _flat(value, self.own)
        texts = {rank for _, rank, _ in flat.get("text", [])}
        if _type(value) in _NO_ARTICLE:
            texts = set()
        wraps = not flat.get("title") and any(isinstance(one, dict) and _is_whole(one) for one in value.values())
        if any(rank < 1_000 for rank in texts) and not wraps and (bare or flat.keys() & {"title", "published", "url"}):
            return [_made(value, self.own, handed, flat)]
        inside: list[Found] = []
        for name, one in value.items():
            if isinstance(one, dict | list) and folded(name) not in _BESIDE:
                inside += self.below(
                    one, _handed(value, one, handed, flat), depth + 1, bare and (folded(name) in _WRAPPERS or name.isdigit())
                )
        if inside:
            return inside
        dated = bool(flat.get("url") and flat.get("published"))
        if texts and (dated or (flat.get("title") and (depth == 0 or flat.get("url") or flat.get("published")))):
            return [_made(value, self.own, handed, flat)]
        if depth and flat.get("title") and flat.get("url") and (flat.get("published") or "description" in value):
            return [Found(problem=_NO_TEXT)]
        return []

    def none_in(self, value: object) -> list[Found]:
        """Why a value has no article, by what it looks like."""
        first = next((item for item in value if isinstance(item, dict)), None) if isinstance(value, list) else value
        if not isinstance(first, dict):
            return [Found(problem=_NO_OBJECT.format(kind(value)))]
        if any(isinstance(one, str) and known == "text" for name, one in first.items() for known, _ in fields_of(str(name))):
            return [Found(problem="the text is empty; leave the article out or add its text.")]
        names = ", ".join(str(name)[:40] for name in list(first)[:12])
        return [Found(problem=f"{_NO_TEXT} Its fields: {names}.")]


_NO_OBJECT = 'it is {}, not an object; write {{"title": …, "text": …}}.'
_NO_TEXT = "there is no text; give a field text, body or content, or say which it is: --map FIELD=text."


def _flat(value: Mapping[str, object], own: Mapping[str, str], depth: int = 0) -> dict[str, list[_Entry]]:
    """By field (name, rank, value) of all that holds something, best first; the article's own before those of its metadata."""
    fields: dict[str, list[_Entry]] = {}
    if depth == 0:
        for theirs, ours in own.items():
            if not empty(one := _at(value, theirs)):
                fields.setdefault(ours, []).append((theirs, -1, one))
    for name, one in value.items():
        if empty(one) or not isinstance(name, str):
            continue
        for known, rank in fields_of(name):
            if known == "text" and not _may_be_text(one):
                continue
            fields.setdefault(known, []).append((name, rank + 100 * depth, one))
        if depth < 2 and isinstance(one, dict) and folded(name) in _OWN:
            for known, several in _flat(one, {}, depth + 1).items():
                fields.setdefault(known, []).extend(several)
    if depth == 0 and {"title", "url", "published"} & set(fields) and all(rank >= 1_000 for _, rank, _ in fields.get("text", [])):
        fields.setdefault("text", []).extend(_only_prose(value))
    for several in fields.values():
        several.sort(key=lambda entry: entry[1])
    return fields


def _only_prose(value: Mapping[str, object]) -> list[_Entry]:
    """The longest value that reads like a text, where no field is called so."""
    long = [
        (len(one), str(name), one)
        for name, one in value.items()
        if isinstance(one, str) and len(one) > _PROSE and one.count(" ") > len(one) / 12 and not fields_of(str(name))
    ]
    return [(name, 2_000, one) for _, name, one in [max(long)]] if long else []


def _is_whole(value: Mapping[str, object]) -> bool:
    """Whether an object has a headline and a text of its own."""
    named = [field for name, one in value.items() if not empty(one) for field, rank in fields_of(str(name)) if rank < 1_000]
    return "title" in named and "text" in named


def _at(value: object, path: str) -> object:
    """What stands at "meta.pub.date", or at a name with dots in it; names as they are written, else however they are spelled."""
    if isinstance(value, Mapping):
        if path in value:
            return value[path]
        for name in value:
            if isinstance(name, str) and folded(name) == folded(path):
                return value[name]
        head, _, rest = path.partition(".")
        if rest:
            inner = next((value[name] for name in value if isinstance(name, str) and folded(name) == folded(head)), None)
            return _at(inner, rest)
    if isinstance(value, list) and value:
        head, _, rest = path.partition(".")
        if head.isdigit():
            one = value[int(head)] if int(head) < len(value) else None
            return _at(one, rest) if rest else one
        return _at(value[0], path)
    return None


def _may_be_text(value: object) -> bool:
    if isinstance(value, str):
        return not re.fullmatch(r"https?://\S+", value)
    return (
        isinstance(value, list | dict) and is_blocks(value if isinstance(value, list) else [value]) and bool(prose(value).strip())
    )


def _type(value: Mapping[str, object]) -> str:
    given = next((value[name] for name in ("@type", "_type", "type") if name in value), "")
    several = given if isinstance(given, list) else [given]
    return folded(str(several[0])) if several else ""


def _handed(value: Mapping[str, object], child: object, before: dict[str, Any], flat: dict[str, Any]) -> dict[str, Any]:
    """What an object's fields say of the articles below it: all of it of the one that it wraps, the outlet of a list's."""
    if isinstance(child, list):
        return before | _outlet_of(value)
    return before | {
        name: several[0] for name, several in flat.items() if name in ("id", "url", "title", "authors", "published", "source")
    }


def _outlet_of(value: Mapping[str, object]) -> dict[str, Any]:
    """The outlet of all items of a list, by what stands beside it: a feed's title."""
    for name in ("feed", "channel", "site", "publisher", "publication"):
        inner = value.get(name)
        if isinstance(inner, dict) and isinstance(title := inner.get("title") or inner.get("name"), str) and title.strip():
            return {"source": ("feed", 0, title)}
    is_feed = any(isinstance(value.get(name), str) for name in ("home_page_url", "feed_url"))
    is_channel = "channel" in str(value.get("type", ""))
    title = value.get("title") if is_feed else value.get("name") if is_channel else ""
    return {"source": ("feed", 0, title)} if isinstance(title, str) and title else {}


def _columns(value: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a table that is kept by its columns: {"title": ["A", "B"], …}, {"title": {"0": "A"}, …} or columns and data."""
    names, rows = value.get("columns"), value.get("data")
    if isinstance(names, list) and isinstance(rows, list) and all(isinstance(name, str) for name in names):
        return [dict(zip(names, row, strict=False)) for row in rows if isinstance(row, list)]
    known = {
        name: one
        for name, one in value.items()
        if any(known in ("title", "text", "url", "published") for known, _ in fields_of(name))
    }
    if not any(known == "text" for name in known for known, _ in fields_of(name)) or len(value) < 2:
        return []
    if all(isinstance(one, list) for one in known.values()):
        size = len(next(iter(known.values())))
        flat = all(len(one) == size and not any(isinstance(cell, list | dict) for cell in one[:5]) for one in known.values())
        if flat and size > 1 and len(known) > 1:
            columns = {name: one for name, one in value.items() if isinstance(one, list) and len(one) == size}
            return [{name: one[n] for name, one in columns.items()} for n in range(size)]
    if all(isinstance(one, dict) and one for one in value.values()):
        keys = list(next(iter(value.values())))
        if all(key.isdigit() for key in keys[:50]) and all(list(one)[:50] == keys[:50] for one in value.values()):
            return [{name: one.get(key) for name, one in value.items()} for key in keys]
    return []


def _table(value: list[object]) -> list[dict[str, object]]:
    """The rows of [["title", "text"], ["A", "…"], …]."""
    if len(value) < 2 or not all(isinstance(row, list) for row in value[:3]) or not isinstance(head := value[0], list):
        return []
    named = [name for name in head if isinstance(name, str) and any(known == "text" for known, _ in fields_of(name))]
    if not named or not all(isinstance(name, str) for name in head):
        return []
    return [dict(zip(map(str, head), row, strict=False)) for row in value[1:] if isinstance(row, list)]


def from_fields(value: Mapping[str, object], own: Mapping[str, str]) -> Found:
    """The record that the fields of one object, row or front matter make."""
    return _made(value, own, {})


def _made(
    value: Mapping[str, object], own: Mapping[str, str], handed: Mapping[str, Any], flat: dict[str, list[_Entry]] | None = None
) -> Found:
    fields = _flat(value, own) if flat is None else flat
    for name, entry in handed.items():
        if name not in fields or (name != "source" and all(rank >= 1_000 for _, rank, _ in fields[name])):
            fields.setdefault(name, []).insert(0, entry)
    state = next((folded(one) for _, _, one in fields.get("status", []) if isinstance(one, str)), "")
    if state in _NOT_OUT:
        return Found(problem=f"it is marked {state!r}: it was not published, or was withdrawn, and is left out.")
    odd: list[str] = []
    made = Record(
        title=_one("title", fields, odd, heading_of),
        standfirst=_one("standfirst", fields, odd, lambda one: prose(one)),
        id=_one("id", fields, odd, id_of),
        source=_one("source", fields, odd, name_of),
        url=_address(fields, odd) or _joined(value, fields),
        section=_one("section", fields, odd, name_of),
        language=_one("language", fields, odd, name_of),
        agency=_one("agency", fields, [], name_of),
        dateline=_one("dateline", fields, [], lambda one: one if isinstance(one, str) and len(one) < 80 else ""),
        modified=_day("modified", fields, [])[0],
    )
    made.text = _text(fields, made.title)
    if not made.title and fields.get("text") and isinstance(first := fields["text"][0][2], str) and first != made.text:
        made.title = heading_of(first) if len(first) < _LONGEST_TITLE and fields["text"][0][1] >= 1_000 else ""
    if not made.text.strip():
        return Found(problem=_NO_TEXT)
    authors = [name for _, rank, one in fields.get("authors", []) for name in [people_of(one)] if name and rank < 1_000][:1]
    authors = authors or [name for _, _, one in fields.get("authors", []) for name in [people_of(one)] if name][:1]
    made.authors = authors[0] if authors else ""
    if not authors and "authors" in fields and fields["authors"][0][1] < 1_000:
        name, _, one = fields["authors"][0]
        if not isinstance(one, dict | list) and "date_gmt" not in value:  # WordPress gives a number
            odd.append(_dropped(name, one))
    if web_address(made.source):  # some tools write the address where others write the outlet
        made.url = made.url or web_address(made.source)
        names = [name_of(one) for _, _, one in fields["source"]]
        made.source = next((name for name in names if name and not web_address(name)), "")
    made.published, wrong = _day("published", fields, odd)
    made.published = made.published or made.modified or wrong
    made.corrections = tuple(text for _, _, one in fields.get("corrections", []) for text in strings(one))
    if made.id and web_address(made.id) and not made.url:
        made.url = web_address(made.id)
    return Found(made, odd)


def _one(name: str, fields: Mapping[str, list[_Entry]], odd: list[str], read: Any) -> str:
    """The first value of a field that can be read; where none can, a line for the first."""
    given = fields.get(name, [])
    for _, _, one in given:
        if text := read(one):
            return str(text)
    if given and given[0][1] < 1_000 and not (isinstance(given[0][2], dict | list) and not _says(given[0][2])):
        odd.append(_dropped(given[0][0], given[0][2]))
    return ""


def _says(value: object, depth: int = 0) -> bool:
    """Whether a value holds anything but empty strings: {"basic": ""} does not."""
    if isinstance(value, dict | list):
        return depth > 3 or any(_says(one, depth + 1) for one in (value.values() if isinstance(value, dict) else value))
    return not empty(value)


def _dropped(name: str, value: object) -> str:
    return f"{name} is {kind(value)} ({str(value)[:40]!r}) that we cannot read; the article is kept without it."


def _address(fields: Mapping[str, list[_Entry]], odd: list[str]) -> str:
    given = [
        (address, rank)
        for _, rank, one in fields.get("url", [])
        for text in strings(one, _ADDRESSES)
        if (address := web_address(text))
    ]
    if given:
        # A reading list's own address gives way to that of the page which it keeps.
        kept = [one for one, rank in given if rank < 1_000 and not _IN_READER.match(one) and urlsplit(one).path.strip("/")]
        return kept[0] if kept and _IN_READER.match(given[0][0]) else given[0][0]
    first = fields.get("url", [("", 1_000, "")])[0]
    if first[1] < 1_000 and not isinstance(first[2], str | dict | list):
        odd.append(_dropped(first[0], first[2]))
    return ""


def _joined(value: Mapping[str, object], fields: Mapping[str, list[_Entry]]) -> str:
    """An address without its host, "/news/quay", at the site that the record names."""
    paths = [text for _, rank, one in fields.get("url", []) if rank < 1_000 for text in strings(one, _ADDRESSES)]
    path = next((text for text in paths if re.match(r"/[^/\s]\S*$", text)), "")
    sites = [one for name, one in value.items() if folded(str(name)) in _SITES and isinstance(one, str)] if path else []
    for site in sites:
        host = site if "://" in site else f"https://{site}" if re.fullmatch(r"[\w-]+(?:\.[\w-]+)+/?", site) else ""
        if web_address(host):
            return web_address(urljoin(host, path))
    return ""


def _day(name: str, fields: Mapping[str, list[_Entry]], odd: list[str]) -> tuple[str, str]:
    """The first value of a field that is a day, and the first that is none, as written."""
    wrong = ""
    known: list[tuple[date, int, str, str]] = []
    for called, rank, one in fields.get(name, []):
        text = day_of(one)
        if text and (day := parse_day(text)):
            if "publi" not in called.casefold() and not known:
                return text, ""
            known.append((day, len(known), text, called))
        elif text and _unclear(text) and not known:
            return text, ""
        if rank < 1_000 and not _zero(text):
            wrong = wrong or text or str(one)
    return (min(entry for entry in known if "publi" in entry[3].casefold())[2] if known else ""), wrong


def _unclear(text: str) -> bool:
    return bool(re.match(r"\s*\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b", text))


def _zero(text: str) -> bool:
    """Whether it is how a database says that there is no date."""
    return (
        not re.search(r"[1-9]", text)
        or bool(re.match(r"(0000|0001-01-01|1970-01-01|1900-01-01)", text))
        or text.casefold() in ("none", "null", "nat", "nan", "n/a")
    )


def _text(fields: Mapping[str, list[_Entry]], title: str) -> str:
    """The text of an article: of its texts the first, or one that is longer by far; what is only its teaser gives way."""
    best = ""
    for name, rank, one in fields.get("text", []):
        text = prose(one)
        if not text.strip():
            continue
        if rank < 1_000 and ("markdown" in name.casefold() or name.casefold() == "md" or marks.is_markdown(text)):
            text = marks.body(text, title)
        if len(text) > len(best) * (1.5 if rank >= 1_000 and best else 1.2):
            best = text
    return re.sub(r" ?\[\+\d+ chars\]$", "", best) if best.endswith(" chars]") else best
