"""Saved answers as Markdown, as a page to print, and as a table. Pure functions, no library.

Nothing that an article, a model or a reader wrote can be markup, a link, a script or a formula in them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

from ui.completions import markdown
from ui.own import own, own_quoted
from ui.render import byline, count, day, escaped, one_line, safe_link
from ui.saved import DOUBTED, LOST, NOT_COMPARED, SILENT, STANDS, SUPPORTED, UNKNOWN, WHY, Claim, Quoted, Saved, Shelf, saved
from ui.standing import NO_CLAIM
from ui.wording import say, spoken
from vectorstore.language.days import day_words
from vectorstore.types import Article

FORMATS = {"md": "text/markdown", "html": "text/html", "csv": "text/csv"}
COLUMNS = (
    "question", "claim", "quote", "said by", "outlet", "headline", "byline", "date", "address", "also in", "status", "reason",
)  # fmt: skip

_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Export:
    """What is exported, and what is said of the whole: on which day, and which collection the quotes were compared with."""

    answers: tuple[Saved, ...]
    made: date
    title: str = ""
    articles: int = 0
    refreshed: str = ""  # when the collection's articles were last read: ISO 8601

    @property
    def name(self) -> str:
        """What it is called: as asked, else by its one question."""
        if given := one_line(self.title):
            return given
        return _question(self.answers[0]) if len(self.answers) == 1 else own(f"{len(self.answers):,} questions to the articles")

    def told(self) -> str:
        """When it was made, and what was done with the quotes, in a sentence each."""
        return f"{own(f'Exported from onrecord on {day_words(self.made)}.')} {own(self._compared())}"

    def _compared(self) -> str:
        quoted = [one for answer in self.answers for one in answer.quoted]
        if not quoted:
            return "It cites no quote."
        if any(one.standing == UNKNOWN for one in quoted):
            return f"{_many(len(quoted))}, {NOT_COMPARED}."
        lost = sum(one.standing != STANDS for one in quoted)
        read = f", read {day_words(date.fromisoformat(self.refreshed[:10]))}" if self.refreshed else ""
        collection = f"the collection ({count(self.articles, 'article')}{read})"
        if lost:
            return f"Compared again with {collection}: {lost:,} of {_many(len(quoted))} no longer stands there. See below."
        stand = "stands" if len(quoted) == 1 else "all stand"
        return f"Compared again with {collection}: the {_many(len(quoted))} {stand} there, character for character."


def export_of(given: Sequence[Any], shelf: Shelf | None, made: date, title: str = "") -> Export:
    """What is exported of answers as `ask --json` prints them, their quotes compared with the shelf. Raises UsageError."""
    answers = saved(given, shelf)
    held = shelf.summary() if shelf else None
    return Export(answers, made, title, held.articles if held else 0, held.refreshed if held else "")


def exported(export: Export, form: str, bom: bool = False) -> str:
    """The text of the file: `form` is md, html or csv. `bom` begins a table with a byte order mark, for Excel."""
    if form == "csv":
        return (_BOM if bom else "") + "".join(_csv(export))
    return _html(export) if form == "html" else _markdown(export)


def form_of(name: str) -> str:
    """The form that a file's name asks for; Markdown, where it says nothing."""
    return {"htm": "html", "html": "html", "csv": "csv"}.get(name.rpartition(".")[2].lower(), "md")


def file_name(export: Export, form: str) -> str:
    """A name for it that every system takes: letters and digits of ASCII."""
    words = re.findall(r"[a-z0-9]+", export.name.lower())
    return f"onrecord-{'-'.join(words)[:60].strip('-') or 'answers'}.{form}"


def _many(quotes: int) -> str:
    return count(quotes, "quote")


def _question(answer: Saved) -> str:
    return one_line(answer.question) or own("A question without words")


def _said(claim: Claim) -> str:
    """The status of a claim with its reason, as a line."""
    why = "; ".join(own(one_line(reason)).rstrip(".") for reason in claim.why.split("; "))
    return f"{own(claim.status)}: {why}" if why else own(claim.status)


def _text(answer: Saved, claim: Claim) -> str:
    """What a claim says; what is ours around a quote is in the reader's language."""
    if claim.status in (SUPPORTED, DOUBTED):  # a model's words
        return one_line(claim.text)
    return own_quoted(one_line(claim.text), tuple(dict.fromkeys(one.article.authors for one in answer.cited(claim))))


def _facts(article: Article) -> list[str]:
    by = byline(article.authors)
    if article.source and by.startswith(begin := say("by", names="")):
        by = begin.lower() + by.removeprefix(begin)
    return [fact for fact in (one_line(article.source), by, day(article.published) or say("no_date")) if fact]


def _title(article: Article) -> str:
    return one_line(article.title) or say("untitled")


def _standing(one: Quoted) -> str:
    """What is to be said of a quote itself, where it does not stand as it was saved."""
    return f"{own(LOST)}: {own(WHY[one.standing])}" if WHY[one.standing] else ""


def _statuses(answer: Saved) -> list[tuple[Claim, str]]:
    """Each claim with what is said under it; of several in a row with the same status the last has it."""
    said = ["" if claim.status in (NO_CLAIM, SILENT) else _said(claim) for claim in answer.claims]  # they say it themselves
    after = [*said[1:], ""]
    return [(c, own if own != next_ else "") for c, own, next_ in zip(answer.claims, said, after, strict=True)]


# --- Markdown ---------------------------------------------------------------------------------------------------------


def _markdown(export: Export) -> str:
    blocks = [f"# {_plain(export.name)}"]
    for answer in export.answers:
        if len(export.answers) > 1 or one_line(export.title):
            blocks.append(f"## {_plain(_question(answer))}")
        if answer.read_as:
            blocks.append(f"{say('read_as')} {_plain(one_line(answer.read_as))}")
        blocks += [_plain(own(one_line(notice))) for notice in answer.notices]
        for claim, status in _statuses(answer):
            marks = "".join(f" [{one.number}]" for one in answer.cited(claim))
            blocks.append(f"{_plain(_text(answer, claim))}{marks}" + (f"  \n*{_plain(_upper(status))}.*" if status else ""))
        blocks += [_markdown_source(one) for one in answer.quoted if one.quote or one.article.id]
        if answer.nearest:
            blocks.append(own("Nearest articles, not an answer:"))
            blocks.append("\n".join(f"- {_markdown_record(article, ', ')}" for article in answer.nearest))
    blocks.append(f"---\n\n*{_plain(export.told())}*")
    return "\n\n".join(block for block in blocks if block) + "\n"


def _markdown_source(one: Quoted) -> str:
    lines = [f"[{one.number}] {_markdown_record(one.article, '  ' + chr(10))}"]
    if one.said_by:
        lines.append(f"{say('said_by')} {_plain(one_line(one.said_by))}")
    if one.also_in:
        lines.append(f"{say('also_in')} {_plain(', '.join(map(one_line, one.also_in)))}")
    if standing := _standing(one):
        lines.append(f"**{_plain(_upper(standing))}.**")
    return "  \n".join(lines) + f"\n\n> “{_plain(one_line(one.quote))}”"


def _markdown_record(article: Article, between: str) -> str:
    link = f"<{article.url}>" if safe_link(article.url) else ""
    return between.join(filter(None, (f"**{_plain(_title(article))}**", _plain(", ".join(_facts(article))), link)))


def _plain(text: str) -> str:
    return markdown(text)


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


# --- a page to print --------------------------------------------------------------------------------------------------

_STYLE = (
    ":root{color-scheme:light dark}body{max-width:44rem;margin:2rem auto;padding:0 1rem;font:1rem/1.55 Georgia,serif}"
    "h1{font-size:1.6rem;line-height:1.25}h2{margin-top:2.2rem;font-size:1.25rem;line-height:1.3}p{margin:.5rem 0}"
    "h1,h2,p,li,blockquote{overflow-wrap:anywhere}.status,.facts,footer{font:.85rem/1.5 system-ui,sans-serif}"
    ".status{margin-top:0;font-style:italic}.lost,.doubt{font-weight:700}ol{list-style:none;padding:0;margin-top:1.2rem}"
    "li{break-inside:avoid;margin:0 0 1rem;padding-left:2.4rem;position:relative}li>b:first-child{position:absolute;left:0}"
    "blockquote{margin:.3rem 0;padding-left:.8rem;border-left:3px solid}footer{margin-top:2.5rem;border-top:1px solid}"
    "a{color:inherit}@media print{body{margin:0;max-width:none}h2{break-after:avoid}}"
)


def _html(export: Export) -> str:
    """One file: no script, nothing that is loaded from anywhere; the browser is told so, too."""
    several = len(export.answers) > 1 or bool(one_line(export.title))
    answers = "".join(_html_answer(answer, several) for answer in export.answers)
    name = escaped(export.name)
    return (
        f'<!doctype html>\n<html lang="{spoken().language}">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
        "form-action 'none'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{name}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f'<h1 dir="auto">{name}</h1>\n{answers}</main>\n'
        f"<footer><p>{escape(export.told())}</p></footer>\n"
        "</body>\n</html>\n"
    )


def _html_answer(answer: Saved, several: bool) -> str:
    parts = [f'<h2 dir="auto">{escaped(_question(answer))}</h2>'] if several else []
    if answer.read_as:
        parts.append(f"<p>{escaped(say('read_as'))} <bdi>{escaped(one_line(answer.read_as))}</bdi></p>")
    parts += [f'<p class="status" dir="auto">{escaped(own(one_line(notice)))}</p>' for notice in answer.notices]
    for claim, status in _statuses(answer):
        marks = "".join(f" [{one.number}]" for one in answer.cited(claim))
        parts.append(f'<p dir="auto">{escaped(_text(answer, claim))}{marks}</p>')
        if status:
            parts.append(f'<p class="status">{escaped(_upper(status))}.</p>')
    if answer.quoted:
        parts.append(f"<ol>{''.join(map(_html_source, answer.quoted))}</ol>")
    if answer.nearest:
        rows = "".join(f"<li>{_html_record(article)}</li>" for article in answer.nearest)
        parts.append(f"<p>{escaped(own('Nearest articles, not an answer:'))}</p><ol>{rows}</ol>")
    return f"<section>{''.join(parts)}</section>\n"


def _html_source(one: Quoted) -> str:
    more = [f"{escaped(say('said_by'))} <bdi>{escaped(one_line(one.said_by))}</bdi>"] if one.said_by else []
    more += [f"{escaped(say('also_in'))} <bdi>{escaped(', '.join(map(one_line, one.also_in)))}</bdi>"] if one.also_in else []
    lost = f'<p class="status lost">{escaped(_upper(_standing(one)))}.</p>' if _standing(one) else ""
    quote = f'<blockquote dir="auto">“{escaped(one_line(one.quote))}”</blockquote>'
    told = "".join(f'<p class="facts">{part}</p>' for part in more)
    return f"<li><b>[{one.number}]</b> {_html_record(one.article)}{quote}{told}{lost}</li>"


def _html_record(article: Article) -> str:
    link = safe_link(article.url)
    address = f'<p class="facts"><a href="{escaped(link)}" rel="noopener noreferrer">{escaped(link)}</a></p>' if link else ""
    facts = ", ".join(f"<bdi>{escaped(fact)}</bdi>" for fact in _facts(article))
    return f'<b dir="auto">{escaped(_title(article))}</b><p class="facts">{facts}</p>{address}'


# --- a table ----------------------------------------------------------------------------------------------------------

# What a spreadsheet takes for a formula, in ASCII and in full width, behind what it does not show. Tabs and returns are gone.
_FORMULA = "=+\\-@＝＋－＠﹢﹣﹦﹫"
_UNSEEN = r"\s\u00ad\u061c\u200b-\u200f\u2060-\u2064\ufeff"
_BEGINS = re.compile(rf"[{_UNSEEN}]*[{_FORMULA}]")
# Where the semicolon parts cells, as it does for Excel in many countries, a formula could begin behind one.
_PARTED = re.compile(rf";(?=[{_UNSEEN}\"']*[{_FORMULA}])")


def _csv(export: Export) -> Iterable[str]:
    for row in (tuple(map(own, COLUMNS)), *(row for answer in export.answers for row in _rows(answer))):
        line = io.StringIO()
        csv.writer(line, lineterminator="\r\n", quoting=csv.QUOTE_ALL).writerow([defused(cell) for cell in row])
        yield line.getvalue()


def _rows(answer: Saved) -> Iterable[Sequence[str]]:
    """One a claim and citation."""
    for claim in answer.claims:
        begin = (answer.question, _text(answer, claim))
        status = (own(claim.status), "; ".join(own(reason) for reason in claim.why.split("; ")))
        cited = answer.cited(claim)
        for one in cited:
            article = one.article
            published = article.published.isoformat() if article.published else ""
            record = (article.source, article.title, "; ".join(article.authors), published, safe_link(article.url))
            yield (*begin, one.quote, one.said_by, *record, "; ".join(one.also_in), *status)
        if not cited:
            yield (*begin, *[""] * (len(COLUMNS) - 4), *status)


def defused(cell: str) -> str:
    """The text as a cell that no spreadsheet reads as a formula, whichever sign parts its cells."""
    plain = _PARTED.sub(";'", one_line(cell))
    return f"'{plain}" if _BEGINS.match(plain) else plain
