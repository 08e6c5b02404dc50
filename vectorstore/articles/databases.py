"""Text exports of press databases: several articles a file, each with a head of lines that say what is what.

Nexis        "1 of 20 DOCUMENTS" or "Page 1 of 2" above, "Length: 112 words", "Byline: …", "Load-Date: …", "End of Document"
Factiva      HD, BY, WC, PD, SN, … before what they name, or the same lines in the same order without; "Document ABCD0000…"
ProQuest     "Document 1 of 2", "Full text: …", "Publication title: …" between lines of underscores
Europresse   the outlet, then section and date, then the headline
others       "Title: …", "Date: …", "Source: …" above each text, with a line of dashes between two
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

from vectorstore.articles.bylines import names
from vectorstore.articles.fields import Record
from vectorstore.articles.names import folded
from vectorstore.language.days import parse_day
from vectorstore.language.lexicon import LANGUAGES, word_set

_STARTS = re.compile(
    r"\s*(?:\d+ (?:of|von|de|sur|di) \d+ (?:DOCUMENTS?|DOKUMENTEN?)|(?:Document|Dokument) \d+ (?:of|von|de|sur) \d+)\s*"
)
_ENDS = re.compile(
    r"\s*(?:End of Document|Ende des Dokuments|Fin del documento|Fin du document|Document [A-Z]{2,12}\d{8,}\w*)\s*"
)
_RULE = re.compile(r"\s*(?:_{20,}|={10,}|-{10,}|\*{10,}|#{10,})\s*")
_SHORT_RULE = re.compile(r"\s*(?:[-_=*#~] ?){3,9}\s*")  # where a title follows
_PAGE = re.compile(r"\s*Page \d+ of \d+\s*")
_WORDS = re.compile(r"\s*\d[\d,.]* (?:words|Wörter|palabras|mots|parole)\s*", re.IGNORECASE)
_LABEL = re.compile(r"[ \t]*([A-Za-z][A-Za-z -]{1,30}?)[ \t]?:(?:[ \t]+(.*))?")
_RIGHTS = re.compile(r"\s*(?:\(c\)|©|Copyright\b)", re.IGNORECASE)
_ALL_RIGHTS = re.compile(r"\s*(?:All rights reserved|Tous droits réservés|Alle Rechte vorbehalten)\.?\s*", re.IGNORECASE)
_EDITION = re.compile(r"(?:\w+ ){0,4}Editions?(?: \d+)?|\d{1,2}:\d\d(?: [AP]M)?(?: [A-Z]{2,4})?", re.IGNORECASE)
_AFTER = re.compile(r"\s*(?:Classification|Graphic|Links|Correction|Search Summary|ProQuest document link|Notes)\s*")
_DATE_WITHIN = re.compile(
    r"(?:(.{1,60}?), )?([^,\d]{0,12}\d{1,2}\.? [^\W\d]{3,12} \d{4})(?:,? (?:[-–] )?pp?\. ?[\w-]{1,9}.{0,60})?"
)
_CITED = re.compile(r"Cet article est paru dans|Numéro de document|news·\d{8}", re.IGNORECASE)

# What labels name; "" for what says nothing of the article's text.
_LABELS = {
    "title": "title", "headline": "title", "byline": "authors", "author": "authors", "authors": "authors", "section": "section",
    "highlight": "standfirst", "dateline": "dateline", "language": "language", "languageofpublication": "language",
    "publicationtitle": "source", "publication": "source", "source": "source", "newspaper": "source", "outlet": "source",
    "publicationdate": "published", "date": "published", "published": "published", "documenturl": "url", "url": "url",
    "link": "url", "correction": "corrections", "fulltext": "text", "text": "text", "body": "text", "teaser": "standfirst",
    "standfirst": "standfirst", "subtitle": "standfirst", "abstract": "", "loaddate": "", "length": "", "copyright": "",
    "publicationtype": "", "journalcode": "", "subject": "", "graphic": "", "geographic": "", "person": "", "company": "",
    "organization": "", "industry": "", "ticker": "", "series": "", "edition": "", "documenttype": "", "publicationinfo": "",
    "location": "", "people": "", "issn": "", "proquestdocumentid": "", "database": "", "firstpage": "", "pages": "", "page": "",
    "lastupdated": "", "publisher": "", "publicationsubject": "", "sourcetype": "", "countryofpublication": "",
    "placeofpublication": "", "publicationyear": "", "volume": "", "issue": "", "keywords": "", "category": "section",
    "state": "", "country": "", "city": "", "companyorganization": "", "notes": "", "companies": "", "classification": "",
    "linkstofulltext": "", "accessionnumber": "id", "wordcount": "", "identifierkeyword": "", "column": "",
    "publicationdatetime": "published", "updated": "modified", "id": "id", "disclaimer": "", "by": "authors",
}  # fmt: skip
_CODES = "SE HD CR BY WC PD ET SN SC ED PG VOL LA CY LP TD CT RF CO IN NS RE IPD IPC PUB AN".split()
_CODE = re.compile(rf"({'|'.join(_CODES)})(?:[ \t]+(.*)|[ \t]*)")
_NAMED = {"HD": "title", "BY": "authors", "PD": "published", "SN": "source", "SE": "section", "LA": "language", "AN": "id"}


def records(content: str) -> list[Record]:
    """The articles of a text export; none where the text is no such export."""
    lines = content.replace("\f", "\n").split("\n")
    codes = [found[1] for line in lines[:2_000] if (found := _CODE.fullmatch(line.rstrip()))]
    if {"HD", "PD"} <= set(codes) and {"LP", "TD"} & set(codes):
        return _by_codes(lines)
    chunks = _chunks(lines)
    return [made for chunk in chunks if (made := _record(chunk)).text.strip()]


def _by_codes(lines: list[str]) -> list[Record]:
    """Factiva's: a code stands before what it names, on its line or above it; they come in one order."""
    found: list[dict[str, list[str]]] = []
    code = ""
    for number, line in enumerate(lines):
        named = _CODE.fullmatch(line.rstrip())
        if named and _is_code(named, code, lines[number - 1] if number else ""):
            if not found or (_CODES.index(named[1]) <= _CODES.index("HD") and "HD" in found[-1]):
                found.append({})
            code = named[1]
            found[-1].setdefault(code, []).append(named[2] or "")
        elif found and code:
            found[-1][code].append(line.strip())
    made = []
    for one in found:
        text = "\n\n".join(_paragraphs(one.get(part, [])) for part in ("LP", "TD") if part in one)
        given = {field: " ".join(" ".join(one.get(code, [])).split()) for code, field in _NAMED.items()}
        given["id"] = given["id"].removeprefix("Document ").strip()
        if text.strip():
            made.append(Record(text=text.strip(), **given))  # type: ignore[arg-type]
    return made


def _is_code(named: re.Match[str], before: str, above: str) -> bool:
    """Whether two letters at the start of a line are a code, not a word of the text: IN, CO, RE and SE are both."""
    if named[1] in ("HD", "SE") or not before:
        return True
    if _CODES.index(named[1]) <= _CODES.index(before):
        return False
    if before in ("LP", "TD"):
        what = named[2] or ""
        # In columns, or "gcat : Political news": no text looks so, and no blank line need stand above.
        if re.match(r"[A-Z]{2,3}(?: {2,}|\t)\S", named[0]) or re.match(r"\w{2,12} : \S", what):
            return True
        if named[1] == "AN":
            return not what or what.startswith("Document ")
        return not above.strip() and (
            named[1] in ("TD", "AN") or not what or " : " in what or "|" in what or named[1] in ("IPC", "PUB")
        )
    return True


def _paragraphs(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _chunks(lines: list[str]) -> list[list[str]]:
    """The lines of each article, without those that part them; none where nothing says that it is an export."""
    starts = [n for n, line in enumerate(lines) if _STARTS.fullmatch(line)]
    ends = [n for n, line in enumerate(lines) if _ENDS.fullmatch(line)]
    rules = [n for n, line in enumerate(lines) if _RULE.fullmatch(line)]
    if starts or ends:
        # What stands above the first start, and below the last end, is the database's own.
        first = starts[0] if starts else 0
        if not starts:  # a cover sheet stands above the first page
            first = next((n for n, line in enumerate(lines[: ends[0]]) if re.match(r"\s*Page 1 of \d+\s*$", line)), 0)
        last = ends[-1] if ends and not starts else len(lines)
        cuts = sorted({first, *starts, *ends, last})
        chunks = [lines[start:end] for start, end in pairwise(cuts)]
        return [[line for line in chunk if not _STARTS.fullmatch(line) and not _ENDS.fullmatch(line)] for chunk in chunks]
    if _is_labelled(lines):
        last = max(n for n, line in enumerate(lines) if line.strip())
        dashes = [
            n for n, line in enumerate(lines) if _SHORT_RULE.fullmatch(line) and _is_titled(lines[n + 1 : n + 6], n >= last)
        ]
        cuts = sorted({-1, *rules, *dashes, len(lines)})
        chunks = [lines[start + 1 : end] for start, end in pairwise(cuts)]
        chunks = [chunk for chunk in chunks if any(line.strip() for line in chunk)]
        return chunks if all(_is_labelled(chunk) for chunk in chunks) else [lines]
    head = [line for line in lines[:25] if line.strip()]
    if len(head) > 3 and any(_CITED.search(line) for line in lines[-15:]) and _DATE_WITHIN.fullmatch(head[1].strip()):
        return [lines]
    return []


def _is_labelled(lines: list[str]) -> bool:
    """Whether a text begins with its title as "Title: …" and another field, or has Nexis's labels."""
    labels = [name for line in lines[:60] if (name := _label(line)[0])]
    if "length" in labels and {"byline", "section", "loaddate", "copyright"} & set(labels):
        return True
    filled = [line for line in lines if line.strip()][:3]
    return len(filled) > 2 and _label(filled[0])[0] in ("title", "headline") and bool(_label(filled[1])[0])


def _is_titled(lines: list[str], end: bool) -> bool:
    """Whether a title follows, or nothing."""
    return end or _label(next((line for line in lines if line.strip()), ""))[0] in ("title", "headline")


def _label(line: str) -> tuple[str, str]:
    """The label that a line begins with, folded, and what it says; nothing where it begins with none."""
    if len(line) < 2_000 and (found := _LABEL.fullmatch(line)) and (name := folded(found[1])) in _LABELS:
        return name, (found[2] or "").strip()
    return "", ""


@dataclass(slots=True)
class _Head:
    plain: list[str] = field(default_factory=list)  # lines without a label, in their order
    given: dict[str, str] = field(default_factory=dict)


def _record(lines: list[str]) -> Record:
    """What the lines of one article say."""
    lines = _without_pages(lines)
    start, explicit = _start_of_body(lines)
    head, text = _Head(), lines[start:]
    for line in lines[:start]:
        name, said = _label(line)
        if name and not (explicit and _LABELS[name] == "text"):
            _give(head, name, said)
        elif line.strip() and not _PAGE.fullmatch(line) and not _AFTER.fullmatch(line):
            head.plain.append(line.strip())
    if explicit and start and (said := _label(lines[start - 1])[1]):
        text = [said, *text]
    body, after = _end_of_body(text)
    for line in after:
        name, said = _label(line)
        if name:
            _give(head, name, said)
    _read_plain(head)
    given = {name: said for name, said in head.given.items() if name in Record.__dataclass_fields__ and name != "corrections"}
    if "authors" in given and re.fullmatch(r"[\w’'-]+, [\w. ’'-]+", given["authors"]):  # "Lund, Rhea"
        given["authors"] = " ".join(reversed(given["authors"].split(", ")))
    people = names([given.get("authors", "")]) or given.get("authors", "")
    corrections = (head.given["corrections"],) if head.given.get("corrections") else ()
    given.pop("authors", None)
    return Record(**{**given, "text": _paragraphs(body)}, authors=people, corrections=corrections)


def _give(head: _Head, name: str, said: str) -> None:
    if said and _LABELS[name]:
        head.given.setdefault(_LABELS[name], said)


def _without_pages(lines: list[str]) -> list[str]:
    """The lines without the breaks of printed pages in them, and the headline that is printed again below each."""
    title = next((line.strip() for line in lines if line.strip() and not _PAGE.fullmatch(line)), "")
    kept: list[str] = []
    broken = seen = False
    for line in lines:
        if _PAGE.fullmatch(line):
            broken = True
            continue
        if line.strip():
            if broken and seen and line.strip() == title:
                broken = False
                continue
            broken, seen = False, True
        kept.append(line)
    return kept


def _start_of_body(lines: list[str]) -> tuple[int, bool]:
    """The number of the first line below the head, and whether a line says so."""
    for number, line in enumerate(lines):
        if line.strip() == "Body" or _LABELS.get(_label(line)[0]) == "text":
            return number + 1, True
    last = 0
    blank = False
    for number, line in enumerate(lines[:60]):
        of_head = bool(_label(line)[0] or _WORDS.fullmatch(line) or _RIGHTS.match(line) or _ALL_RIGHTS.fullmatch(line))
        if (last and blank and not of_head and line.strip()) or (
            not of_head and line.rstrip().endswith(".") and line.count(" ") > 5
        ):
            break
        if of_head:
            last = number + 1
        blank = not line.strip() and last > 0
    if last:
        return last, False
    # Neither labels nor rights: the head ends with the headline below the date.
    filled = [number for number, line in enumerate(lines) if line.strip()]
    dated = next((n for n, number in enumerate(filled[:6]) if _day_in(lines[number].strip())), -1)
    return (filled[dated + 1] + 1 if 0 <= dated < len(filled) - 1 else 0), False


def _end_of_body(lines: list[str]) -> tuple[list[str], list[str]]:
    """The text, and what stands below it: a label or a note of rights with a blank line above, and all that follows."""
    above = ""
    for number, line in enumerate(lines):
        name = _label(line)[0]
        tail = (name and name not in ("title", "date", "section", "text")) or _RIGHTS.match(line) or _AFTER.fullmatch(line)
        if (tail and not above.strip()) or _RULE.fullmatch(line) or _CITED.search(line):
            return lines[:number], lines[number:]
        above = line
    return lines, []


def _read_plain(head: _Head) -> None:
    """The lines without a label: headline, outlet and date in one order or the other, as the database has them."""
    plain = [line for line in head.plain if not (_RIGHTS.match(line) or _ALL_RIGHTS.fullmatch(line))]
    counted = next((n for n, line in enumerate(plain) if _WORDS.fullmatch(line)), -1)
    dated = next((n for n, line in enumerate(plain) if _day_in(line)), -1)
    if dated >= 0:
        head.given.setdefault("published", _day_in(plain[dated]))
    if 0 <= counted < dated or (counted >= 0 and dated < 0):  # Factiva: headline, byline, words, date, outlet
        title = plain[:counted]
        if len(title) > 1 and ((title[0].isupper() and not title[1].isupper()) or title[0].casefold() in _sections()):
            head.given.setdefault("section", title.pop(0))
        if len(title) > 1:
            head.given.setdefault("authors", title.pop())
        below = [line for line in plain[dated + 1 :] if not _EDITION.fullmatch(line)]
        head.given.setdefault("title", " ".join(title))
        if below:
            head.given.setdefault("source", below[0])
    elif dated >= 2:  # Nexis today: headline, outlet, date
        head.given.setdefault("title", " ".join(plain[: dated - 1]))
        head.given.setdefault("source", plain[dated - 1])
    elif dated == 1:  # Nexis before, Europresse: outlet, date, headline
        below = [line for line in plain[2:] if not _EDITION.fullmatch(line)]
        head.given.setdefault("source" if below or "title" in head.given else "title", plain[0])
        if below:
            head.given.setdefault("title", " ".join(below))
    elif plain:
        head.given.setdefault("title", " ".join(plain[:3]))


def _day_in(line: str) -> str:
    """The date that a line is, or that stands in it with a section before and a page after: "Actualités, 3 mai 2024, p. 3"."""
    if len(line) > 140:
        return ""
    if parse_day(line):
        return line
    found = _DATE_WITHIN.fullmatch(line)
    return found[2].strip() if found and parse_day(found[2].strip()) else ""


@cache
def _sections() -> frozenset[str]:
    return frozenset(word for language in LANGUAGES for word in word_set("bylines.sections", language))
