"""A letter as it was mailed -> a record: press releases and newsletters without what mail programs put around them.

What is quoted of an earlier letter is left out where it is plainly marked: lines with ">", a program's line or frame above the
older letter. In a letter that was forwarded the older one is what it is about: its sender and day are taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, takewhile

from vectorstore.articles import markup
from vectorstore.articles.encodings import Unreadable
from vectorstore.articles.fields import Record
from vectorstore.language.days import parse_day
from vectorstore.language.lexicon import LANGUAGES, word_set

# What programs put before a subject, in the languages that they speak: of an answer, and of a letter that is passed on.
_ANSWERED = r"re|aw|sv|antw|odp|res|ynt|vá|ats"
_FORWARDED = r"fw|fwd|wg|tr|rv|vs|vb|enc|pd|doorst|i|továbbítás"
_PREFIX = re.compile(rf"\s*(?:{_ANSWERED}|{_FORWARDED})(?:\[\d{{1,3}}\])?\s?:\s*", re.IGNORECASE)
_IS_FORWARDED = re.compile(rf"\s*(?:(?:{_ANSWERED})\s?:\s*)?(?:{_FORWARDED})(?:\[\d{{1,3}}\])?\s?:", re.IGNORECASE)
# Addresses of offices, not of persons
_OFFICE = re.compile(
    r"(?:news|newsdesk|newsroom|newsletters?|no-?_?reply|do-?not-?reply|info|press|presse|prensa|media|medien|redaktion|redaction|redaccion|contact|hello"
    r"|mail|mailer|alerts?|updates?|briefing|daily|weekly|digest|editors?|desk|team|support|office|pr|communications?|service|kontakt)"
    r"(?:[.+_-].*)?|.*[.+_-](?:newsletter|news|press|presse|noreply|no-reply)",
    re.IGNORECASE,
)
_ANYBODYS = re.compile(
    r"(?:gmail|googlemail|outlook|hotmail|live|msn|yahoo|ymail|icloud|me|mac|aol|gmx|web|t-online|mail|proton|protonmail|yandex|qq|163)"
    r"\.\w{2,3}(?:\.\w{2})?",
    re.IGNORECASE,
)
_MAILING_HOST = re.compile(r"^(?:www|mail|email|news|newsletters?|e|m|mailing|smtp|lists?)\.")
_CITED = re.compile(
    r"""<(?:blockquote\b[^>]{0,300}\btype\s*=\s*["']?cite|(?:div|blockquote|table|hr)\b[^>]{0,300}\b(?:class|id)\s*=\s*["']?(?:gmail_quote"""
    r"""|yahoo_quoted|moz-cite-prefix|OutlookMessageHeader|appendonsend|divRplyFwdMsg|protonmail_quote))""",
    re.IGNORECASE,
)
_RULE = re.compile(r"\s*(?:-{3,}.{0,80}-{3,}|_{8,}|-{8,})\s*")
_HEADER = re.compile(r"\s*\*?[^\W\d_][^:\n]{0,20}\s?:\*?\s+\S.*")
_LIST_FOOT = re.compile(r"_{20,}\s*")
_LONGEST_LINE = 300  # characters of a line that a program put above an older letter
_FEW = 15  # words; with fewer beside a fuller HTML part a plain part is a stub ("Your program cannot show this letter.")


@dataclass(slots=True)
class Letter:
    """A letter's fields as they were read from its file."""

    subject: str = ""
    sender: str = ""
    address: str = ""
    date: str = ""
    plain: str = ""
    html: str = ""
    id: str = ""
    url: str = ""
    listed: str = ""  # the name of the list that it went to, or another sign that it went to many
    language: str = ""
    organisation: str = ""  # as its header names it


def told(letter: Letter) -> Record:
    """What the letter says; raises Unreadable where it has no text."""
    forwarded = bool(_IS_FORWARDED.match(letter.subject))
    text = _body(letter, forwarded)
    if not text:
        raise Unreadable("the mail holds no text; leave it out, or add what it shows as pictures.")
    sender, address, date = letter.sender, letter.address, letter.date
    if forwarded:
        text, (sender, address, date) = _passed_on(text, (sender, address, date))
    authors, source = _who(sender, address, bool(letter.listed))
    return Record(
        text,
        _headline(letter),
        authors=authors,
        source=source if forwarded else letter.organisation or source,
        url=letter.url,
        id=letter.id,
        published=date,
        language=letter.language,
    )


def _headline(letter: Letter) -> str:
    title = letter.subject
    for _ in range(5):
        title = _PREFIX.sub("", title, count=1) if _PREFIX.match(title) else title
    return re.sub(r"^\s*\[[^\]]{1,60}\]\s*", "", title) if letter.listed else title


def _who(sender: str, address: str, to_many: bool) -> tuple[tuple[str, ...], str]:
    """(authors, outlet): a person writes, an office or a newsletter publishes."""
    name = "" if "@" in sender else " ".join(sender[:300].split()).strip(" \"'")
    local, _, host = address.lower().rpartition("@")
    house = "" if _ANYBODYS.fullmatch(host) else _MAILING_HOST.sub("", host)
    if to_many:
        return (), name or house
    # "Ann Lee (Fen Post)", "Ann Lee | Fen Post", "Ann Lee, Fen Post", "Ann Lee - Fen Post", "Ann Lee via Fen Post"
    office = bool(_OFFICE.fullmatch(local))
    parts = re.fullmatch(r"([^,()|]+?)\s*(?:\(([^()]+)\)|(?:\||,| [–—-] | via | at (?=[^\W\d_a-z]))\s*([^,|()]+))", name)
    if parts and (_is_person(parts[1], house) if office or (not parts[2] and "|" not in name) else True):
        return (parts[1],), (parts[2] or parts[3]).strip()
    if office and not _is_person(name, house):
        return (), name or house
    if turned := re.fullmatch(r"([\w’'-]+),\s*([\w.’'-]+(?: [\w.’'-]+)?)", name):  # "Lee, Ann"
        name = f"{turned[2]} {turned[1]}"
    return ((name,) if name else ()), house


def _is_person(name: str, house: str) -> bool:
    """Whether a name that an office's address bears is its writer's: two words or more, none of them a house's or its own."""
    words = [word.strip(".,'’") for word in name.split()]
    held = re.sub(r"[\W_]", "", house.casefold())
    return 1 < len(words) < 5 and all(
        (
            word[:1].isupper()
            and not word.isupper()
            and word.casefold() not in _houses()
            and (len(word) < 4 or word.casefold() not in held)
        )
        or len(word) == 1
        for word in words
    )


@cache
def _houses() -> frozenset[str]:
    return frozenset(word for language in LANGUAGES for word in word_set("bylines.houses", language))


# The text


def _body(letter: Letter, forwarded: bool) -> str:
    plain = letter.plain.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    if letter.html.strip():
        html = letter.html
        cited = None if forwarded else _CITED.search(html)
        shown = markup.plain(html[: cited.start()]) if cited else ""
        shown = shown or markup.plain(html)
        words = len(plain.split())
        if words < max(_FEW, len(shown.split()) // 3) and len(shown.split()) > words:
            return without_quotes(shown, forwarded)
    return unwrapped(without_quotes(plain, forwarded))


def without_quotes(text: str, forwarded: bool = False) -> str:
    """The letter's own text: without its signature, a list's foot, and what it quotes; all of it where that leaves nothing."""
    lines = text.strip("\n").split("\n")
    own: list[str] = []
    for n, line in enumerate(lines):
        if line.rstrip() == "--" and any(map(str.strip, own)):
            break
        if _LIST_FOOT.fullmatch(line) and 0 < len(lines) - n <= 12 and any(map(str.strip, own)):
            break
        if line.startswith((">", " >")):
            _drop_attribution(own)
        elif not forwarded and any(map(str.strip, own)) and _begins_older(lines, n):
            break
        else:
            own.append(line)
    kept = "\n".join(own).strip()
    return kept or "\n".join(re.sub(r"^ ?(?:> ?)+", "", line) for line in lines).strip()


def _drop_attribution(own: list[str]) -> None:
    """Takes the line above a quotation away that says who wrote it and when: it ends with a colon, on one line or on two."""
    while own and not own[-1].strip():
        own.pop()
    if own and own[-1].rstrip().endswith(":") and len(own[-1]) < 200 and re.search(r"\d|@", " ".join(own[-2:])):
        last = own.pop()
        if own and own[-1].strip() and not re.search(r"\d{4}|\d:\d\d", last):
            own.pop()
    own.append("")


def _begins_older(lines: list[str], n: int) -> bool:
    """Whether an older letter's head stands here: three lines "Label: value" or more, one of them with a day and a clock.

    Without a rule above it, its first line has an address, so that no press office's contact is taken for it.
    """
    head = _older_head(lines, n)
    timed = any(re.search(r"\d{4}.*\d[:.h]\d\d|\d[:.h]\d\d.*\d{4}", line) for line in head)
    return len(head) >= 3 and timed and (_is_rule(lines[n]) or "@" in head[0])


def _older_head(lines: list[str], n: int) -> list[str]:
    """The lines "Label: value" that stand here, or below a rule that stands here."""
    start = n
    if _is_rule(lines[n]):
        start = next((m for m in range(n + 1, min(len(lines), n + 4)) if lines[m].strip()), n)
    return list(takewhile(lambda line: len(line) <= _LONGEST_LINE and _HEADER.fullmatch(line), lines[start : start + 8]))


def _is_rule(line: str) -> bool:
    return len(line) <= _LONGEST_LINE and bool(_RULE.fullmatch(line))


def _passed_on(text: str, own: tuple[str, str, str]) -> tuple[str, tuple[str, str, str]]:
    """The text that was passed on, and (sender, address, date) of it; where its head is not found, what was given."""
    lines = text.split("\n")
    for n in range(min(len(lines), 60)):
        if not _begins_older(lines, n):
            continue
        start = lines.index(_older_head(lines, n)[0], n)
        end = next((m for m in range(start, len(lines)) if not lines[m].strip()), len(lines))
        head = [line.partition(":")[2].strip(" *") for line in lines[start:end]]
        sender, address = address_of(next((value for value in head if "@" in value), ""))
        date = next((value for value in head if "@" not in value and parse_day(value)), own[2])
        rest = "\n".join(lines[end:]).strip()
        return (rest, (sender, address, date)) if rest else (text, own)
    return text, own


def address_of(written: str) -> tuple[str, str]:
    """(name, address) of how a sender is written: "Ann Lee" <ann@fen.example>, ann@fen.example (Ann Lee), ann@fen.example."""
    if match := re.match(r"\s*\"?([^<\"]{0,300}?)\"?\s*[<\[](?:mailto:)?([^<>\[\]\s]{1,300}@[^<>\[\]\s]{1,300})[>\]]", written):
        return match[1].strip(" '"), match[2]
    if match := re.match(r"\s*([^\s()<>\"]{1,300}@[^\s()<>\"]{1,300})\s*(?:\(([^()]{0,300})\))?", written):
        return match[2] or "", match[1]
    return written[:300].partition("<")[0].strip(" \"'"), ""


def unwrapped(text: str) -> str:
    """The text with the lines of a paragraph that a mail program broke at its width joined again."""
    return re.sub(r"\n{3,}", "\n\n", "\n\n".join(_joined(part.split("\n")) for part in re.split(r"\n[^\S\n]*\n", text.strip())))


def _joined(lines: list[str]) -> str:
    lines = [line.rstrip() for line in lines]
    width = max(map(len, lines))
    if not 50 <= width <= 100:
        return "\n".join(lines)
    text = lines[0]
    for above, line in pairwise(lines):
        first = line.split(" ", 1)[0]
        full = len(above) + 1 + len(first) > width - 2 and len(above) > 40
        starts = re.match(r"\s|[*•–—-] |\d{1,2}[.)] |https?:|[^\W\d_]{1,15}: ", line) or " | " in line
        text += (" " if full and not starts else "\n") + line
    return text
