"""Answer -> safe HTML for the page, and plain text for the terminal. Pure functions, no state.

Everything that an article, a model or a person wrote passes through `escaped` (the page) or `clean` (the terminal). The page
knows only the tags and attributes written in this file, and the only addresses in it are those that `safe_link` let through.
"""

from __future__ import annotations

import math
import re
import shlex
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from html import escape
from urllib.parse import urlsplit

from qa.quoting import DIFFER
from qa.types import Answer, Citation, Sentence
from ui.own import worded
from ui.wording import say, spoken
from vectorstore.language.days import month_name
from vectorstore.language.detect import language_name
from vectorstore.language.sentences import sentences
from vectorstore.types import Article, Filters, Hit, Summary, Understood

NEAREST = 3  # how many passages an abstention shows
_CONTEXT = 420  # characters of the neighbouring sentence that a card shows; a listing without full stops is cut there
_WINDOW = 1_600  # characters of the article either side of a quote in which the neighbouring sentences are looked for

# Terminal control sequences go as a whole: taking only the escape character would leave "[31m" to read.
_TERMINAL = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]{0,512}(?:\x07|\x1b\\)|\x1b[@-Z\\-_]?|\x9b[0-?]*[ -/]*[@-~]", re.S
)
# Other controls, and the marks that reorder or isolate text: a headline could use them to read backwards. What is written
# from right to left still is, by its own letters. U+200E and U+200F stay: they only hint.
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u206a-\u206f\ufff9-\ufffb\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MARKER = re.compile(r"\s*\[(\d{1,4})\]")


# --- untrusted text ---------------------------------------------------------------------------------------------------


def clean(text: str) -> str:
    """The text without anything that steers a terminal, a browser's text direction or an encoder; line breaks stay."""
    text = _TERMINAL.sub("", text)
    text = _INVISIBLE.sub("", text)
    text = _SURROGATE.sub("\ufffd", text)
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n").replace("\t", " ")


def escaped(text: str) -> str:
    """The text as HTML: no character of it can open a tag, end an attribute or start a reference."""
    return escape(clean(text), quote=True)


def one_line(text: str) -> str:
    return " ".join(clean(text).split())


def safe_link(url: str) -> str:
    """The address where it is a plain web address, else "".

    Only http and https with a host; no user name ("https://cnn.com@elsewhere"), white space, control or backslash, which
    browsers read otherwise than people do.
    """
    if not 8 <= len(url) <= 2_000 or re.search(r"[\s\\\x00-\x20\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff<>\"`]", url):
        return ""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not host or "@" in parts.netloc:
        return ""
    return url


def day(value: date | None) -> str:
    """A date as news writes it, or nothing: "3 May 2026"."""
    return say("day", day=value.day, month=month_name(value, spoken().language), year=value.year) if value else ""


def span_of_days(first: date | None, last: date | None) -> str:
    """ "3 May – 9 June 2026": the year is said once where it is the same."""
    if not first or not last or first == last:
        return day(first or last)
    if first.year == last.year:
        return f"{say('day.month', day=first.day, month=month_name(first, spoken().language))} – {day(last)}"
    return f"{day(first)} – {day(last)}"


def count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def mode_name(model_name: str) -> str:
    return say("quote_only") if model_name == "quote-only" else one_line(model_name)


# --- the page ---------------------------------------------------------------------------------------------------------


def answer_html(answer: Answer, turn_number: int) -> str:
    """The whole answer: sentences with chips, marks on what is not supported, and what was checked."""
    answer = worded(answer)
    kind = "or-abstained" if answer.abstained else "or-verbatim" if answer.is_quoted else "or-prose"
    parts = []
    if _is_reread(answer):
        undo = f'<button type="button" class="or-unread" data-as-written="">{escaped(say("as_written"))}</button>'
        parts.append(
            f'<p class="or-readas">{escaped(say("read_as"))} <bdi>“{escaped(answer.standalone_question)}”</bdi> {undo}</p>'
        )
    if answer.abstained:
        parts.append(f'<p class="or-label">{escaped(say("silent"))}</p>')
    if not answer.beside:
        parts.append(_label_html(answer))
    if answer.abstained:
        parts.append(f'<p class="or-text" dir="auto">{escaped(_MARKER.sub("", answer.text))}</p>')
        parts.append(_nearest_list(answer, turn_number))
    else:
        parts.append(_sentences_html(answer, turn_number))
    if answer.notice:
        parts.append(f'<p class="or-notice" role="note">{escaped(answer.notice)}</p>')
    parts.append(_narrowed_html(answer))
    parts.extend(_understood_html(n, one) for n, one in enumerate(answer.understood))
    parts.append(_colophon(answer))
    return f'<div class="or-answer {kind}">{"".join(parts)}</div>'


def _is_reread(answer: Answer) -> bool:
    """Whether the question was read as other words than its own; those without its operators are its own."""
    return not set(re.findall(r"\w+", answer.standalone_question)) <= set(re.findall(r"\w+", answer.question))


def sentence_html(answer: Answer, n: int, turn_number: int) -> str:
    """One sentence of an answer that is being written, with its chips: what replaces the sentence as it was before."""
    answer = worded(answer)
    cited = {citation.number: citation for citation in answer.citations}
    return _sentence_html(answer.sentences[n], cited, turn_number, answer)


def evidence_html(answer: Answer, turn_number: int) -> str:
    """One card per citation, then what else was found; for an abstention, the nearest passages, labelled as no answer."""
    if answer.abstained:
        if not answer.hits:
            return ""
        cards = [_nearest_card(hit, turn_number, n) for n, hit in enumerate(answer.hits[:NEAREST], 1)]
        title, note = say("nearest"), say("nearest.note")
        kind = " or-nearest"
    else:
        if not answer.citations:
            return ""
        cards = [_card(citation, turn_number) for citation in answer.citations]
        title, note, kind = say("record"), _spread(answer.citations), ""
    others = [] if answer.abstained else [_found_card(hit) for hit in _not_cited(answer)]
    more = (
        f'<h3 class="or-label or-more">{escaped(say("found"))}</h3><div class="or-cards">{"".join(others)}</div>'
        if others
        else ""
    )
    about = f'<p class="or-about" dir="auto">{escaped(_clip(answer.question, 160))}</p>'
    return (
        f'<section class="or-evidence{kind}" data-turn="{turn_number}" tabindex="-1" '
        f'aria-label="{escaped(say("evidence.of", number=turn_number))}">'
        f'<div class="or-evidence-head">'
        f'<h2>{escaped(title)}</h2>{about}<p class="or-label">{escaped(note)}</p></div>'
        f'{_differing(answer, turn_number)}<div class="or-cards">{"".join(cards)}</div>{more}</section>'
    )


def _spread(citations: Sequence[Citation]) -> str:
    """How many outlets say it: "3 quotes, 4 outlets"."""
    articles = [article for citation in citations for article in (citation.article, *citation.also_in)]
    outlets = {article.source.strip() for article in articles if article.source.strip()}
    quotes = spoken().count("quotes", len(citations))
    return f"{quotes}, {spoken().count('outlets', len(outlets))}" if outlets else quotes


def _not_cited(answer: Answer) -> list[Hit]:
    """The passages that were found, without those that a quote stands in."""
    cited = [(citation.article.id, citation.start, citation.end) for citation in answer.citations]
    return [
        hit
        for hit in answer.hits
        if not any(hit.article.id == id_ and hit.passage.start < end and start < hit.passage.end for id_, start, end in cited)
    ]


def _differing(answer: Answer, turn_number: int) -> str:
    """Reports that differ, quote beside quote, before the cards."""
    cited, boxes = {citation.number: citation for citation in answer.citations}, []
    for first, second in zip(answer.sentences, answer.sentences[1:], strict=False):
        pair = [cited[n] for sentence in (first, second) for n in sentence.citations[:1] if n in cited]
        if second.text.startswith(DIFFER) and second.supported and len(pair) == 2:
            quotes = "".join(_differing_quote(citation, turn_number) for citation in pair)
            boxes.append(f'<div class="or-differ"><h3>{escaped(say("differ"))}</h3>{quotes}</div>')
    return "".join(boxes)


def _differing_quote(citation: Citation, turn_number: int) -> str:
    credit = ", ".join(filter(None, (one_line(citation.article.source), day(citation.article.published))))
    return (
        f'<blockquote dir="auto">“{escaped(one_line(citation.shown))}” '
        f'<button type="button" class="or-open" '
        f'data-card="{_card_id(turn_number, citation.number)}">[{citation.number}] <bdi>{escaped(credit)}</bdi>'
        "</button></blockquote>"
    )


def _sentences_html(answer: Answer, turn_number: int) -> str:
    cited = {citation.number: citation for citation in answer.citations}
    if not answer.sentences:
        return f'<p class="or-text" dir="auto">{_text_with_chips(answer.text, cited, turn_number)}</p>'
    notes = _notes(answer)
    marked = [
        _sentence_html(sentence, cited, turn_number, answer) + (f' <span class="or-note">{escaped(note)}</span>' if note else "")
        for sentence, note in zip(answer.sentences, notes, strict=True)
    ]
    if answer.is_quoted:
        return "".join(f'<p class="or-text" dir="auto">{one}</p>' for one in marked)
    said = f'<p class="or-text" dir="auto">{" ".join(marked)}</p>'
    return said + _label_html(answer) + _sentences_html(_beside(answer), turn_number) if answer.beside else said


def _label_html(answer: Answer) -> str:
    return f'<p class="or-notice" role="note">{escaped(answer.label)}</p>' if answer.label else ""


def _beside(answer: Answer) -> Answer:
    """The quotes beside a model's prose, as an answer of their own."""
    return replace(answer, sentences=answer.beside, beside=())


def _sentence_html(sentence: Sentence, cited: dict[int, Citation], turn_number: int, answer: Answer) -> str:
    quoted, final = answer.is_quoted, answer.final
    chips = "".join(_chip(cited[n], turn_number) for n in dict.fromkeys(sentence.citations) if n in cited)
    text = _words_and_credit(sentence.text.strip(), quoted)
    if sentence.supported or not final:  # nothing has been checked while the answer streams
        return f'<span class="or-sentence">{text}{chips}</span>'
    reasons = "; ".join(one_line(reason).rstrip(".") for reason in sentence.reasons) or say("unsupported.why")
    return (
        f'<span class="or-sentence or-unsupported"><span class="or-doubt">{text}</span>{chips} '
        f'<span class="or-why"><b>{escaped(say("unsupported"))}</b> {escaped(reasons)}.</span></span>'
    )


def _notes(answer: Answer) -> list[str]:
    """For each sentence what was checked of it, where that is not all; of several with the same note the last has it."""
    notes = [one_line(s.note) if answer.final and s.supported else "" for s in answer.sentences]
    return [note if note != after else "" for note, after in zip(notes, [*notes[1:], ""], strict=True)]


def _words_and_credit(text: str, quoted: bool) -> str:
    """The sentence; of a quotation with its credit ("… — The Harbour Post, 3 May 2026"), the credit is set smaller."""
    words, dash, credit = text.rpartition("” — ")
    if not quoted or not dash:
        return escaped(text)
    return f'{escaped(words)}” <span class="or-credit">— <bdi>{escaped(credit)}</bdi></span>'


def _text_with_chips(text: str, cited: dict[int, Citation], turn_number: int) -> str:
    """Text whose sentences are not known yet: its markers become chips where they point at something."""
    parts, position = [], 0
    for marker in _MARKER.finditer(text):
        parts.append(escaped(text[position : marker.start()]))
        citation = cited.get(int(marker[1]))
        parts.append(_chip(citation, turn_number) if citation else "")
        position = marker.end()
    return "".join(parts) + escaped(text[position:])


def _chip(citation: Citation, turn_number: int) -> str:
    source = ", ".join(filter(None, (one_line(citation.article.source), day(citation.article.published))))
    label = say("citation", number=citation.number) + (f": {source}" if source else "")
    # The brackets are there for whoever copies the text; the eye sees a numbered chip.
    return (
        f'<button type="button" class="or-chip" data-card="{_card_id(turn_number, citation.number)}" '
        f'aria-label="{escaped(label)}">'
        f'<span class="or-bracket">[</span>{citation.number}<span class="or-bracket">]</span></button>'
    )


def _card_id(turn_number: int, number: int) -> str:
    return f"evidence-{turn_number}-{number}"


def _card(citation: Citation, turn_number: int) -> str:
    article, start, end = citation.article, citation.start, citation.end
    exact = 0 <= start < end and article.text[start:end] == citation.quote
    if exact:
        before, after = surroundings(article.text, start, end)
        passage = f"{_context(before)}<mark>{escaped(citation.quote)}</mark>{_context(after)}"
    else:  # never shown as evidence: the promise is that the quote is in the article
        passage = f'<span class="or-why"><b>{escaped(say("hidden"))}</b> {escaped(say("hidden.why"))}</span>'
    also = _said_by(citation) + _also_in(citation.also_in)
    read = _read_button(article, start, end) if exact else ""
    return (
        f'<article class="or-card" id="{_card_id(turn_number, citation.number)}" tabindex="-1" {_published(article)} '
        f'aria-label="{escaped(say("citation", number=citation.number))}">'
        f'<span class="or-number" aria-hidden="true">{citation.number}</span>'
        f'{headline_html(article)}<blockquote dir="auto">{passage}</blockquote>{also}{read}{source_link(article)}</article>'
    )


def _nearest_card(hit: Hit, turn_number: int, number: int) -> str:
    return (
        f'<article class="or-card or-near" id="{_card_id(turn_number, number)}" tabindex="-1" {_published(hit.article)} '
        f'aria-label="{escaped(say("nearest.card", number=number))}">'
        f'{headline_html(hit.article)}<blockquote dir="auto">{escaped(_clip(hit.passage.text, 700))}</blockquote>'
        f"{_also_in(hit.also_in)}{_read_button(hit.article, hit.passage.start, hit.passage.end)}"
        f"{source_link(hit.article)}</article>"
    )


def _found_card(hit: Hit) -> str:
    """A passage that was read and that the answer does not rest on."""
    return (
        f'<article class="or-card or-found" {_published(hit.article)}>{headline_html(hit.article)}'
        f'<blockquote dir="auto">{escaped(_clip(hit.passage.text, 240))}</blockquote>{_also_in(hit.also_in)}'
        f"{_read_button(hit.article, hit.passage.start, hit.passage.end)}{source_link(hit.article)}</article>"
    )


def _published(article: Article) -> str:
    """What cards are put in order by."""
    return f'data-published="{article.published.isoformat() if article.published else ""}"'


def _read_button(article: Article, start: int, end: int) -> str:
    """Opens the whole article at the quote, beside the conversation."""
    return (
        f'<button type="button" class="or-read" data-read="{escaped(article.id)}" data-start="{start}" data-end="{end}">'
        f"{escaped(say('read'))}</button>"
    )


def _nearest_list(answer: Answer, turn_number: int) -> str:
    """Under an abstention: which passages came closest, each opening its card."""
    if not answer.hits:
        return ""
    rows = []
    for number, hit in enumerate(answer.hits[:NEAREST], 1):
        source = ", ".join(filter(None, (one_line(hit.article.source), day(hit.article.published))))
        title = _clip(hit.article.title, 120) or _clip(hit.passage.text, 80)
        rows.append(
            f'<li><button type="button" class="or-open" data-card="{_card_id(turn_number, number)}" '
            f"><bdi>{escaped(title)}</bdi></button>"
            f'<span class="or-note"><bdi>{escaped(source)}</bdi></span></li>'
        )
    return f'<p class="or-note">{escaped(say("nearest.list"))}</p><ul class="or-nearest-list">{"".join(rows)}</ul>'


def headline_html(article: Article) -> str:
    title = escaped(one_line(article.title)) or escaped(say("untitled"))
    facts = []
    if article.source:
        facts.append(f'<span class="or-fact or-outlet"><bdi>{escaped(one_line(article.source))}</bdi></span>')
    if article.authors:
        facts.append(f'<span class="or-fact"><bdi>{escaped(byline(article.authors))}</bdi></span>')
    if article.published:
        facts.append(
            f'<span class="or-fact"><time datetime="{article.published.isoformat()}">{day(article.published)}</time></span>'
        )
    else:
        facts.append(f'<span class="or-fact">{escaped(say("no_date"))}</span>')
    return f'<h3 dir="auto">{title}</h3><p class="or-byline">{" ".join(facts)}</p>'


def source_link(article: Article) -> str:
    link = safe_link(article.url)
    if not link:
        return ""
    host = (urlsplit(link).hostname or "").removeprefix("www.")
    return (
        f'<p class="or-link"><a href="{escaped(link)}" target="_blank" rel="noopener noreferrer">{escaped(say("read_at"))} '
        f'<bdi>{escaped(_clip(host, 60))}</bdi><span class="or-sr"> {escaped(say("new_tab"))}</span></a></p>'
    )


def _said_by(citation: Citation) -> str:
    """Whose words a quote is, where it does not say so itself."""
    if not citation.speaker or citation.said.is_named:
        return ""
    return f'<p class="or-also">{escaped(say("said_by"))} <bdi>{escaped(one_line(citation.speaker))}</bdi></p>'


def _also_in(others: Iterable[Article]) -> str:
    named = {one_line(other.source): safe_link(other.url) for other in reversed(list(others)) if other.source.strip()}
    if not named:
        return ""
    shown = (
        f'<a href="{escaped(link)}" target="_blank" rel="noopener noreferrer"><bdi>{escaped(name)}</bdi></a>'
        if link
        else f"<bdi>{escaped(name)}</bdi>"
        for name, link in reversed(named.items())
    )
    return f'<p class="or-also">{escaped(say("also_in"))} {", ".join(shown)}</p>'


def _context(text: str) -> str:
    return f'<span class="or-context">{escaped(text)}</span>' if text.strip() else ""


def _colophon(answer: Answer) -> str:
    """The line under a whole answer: what was checked, where it was looked for, how long it took."""
    facts = []
    if not answer.abstained and answer.sentences:
        doubtful = sum(not sentence.supported for sentence in answer.sentences)
        if doubtful:
            said = say("unsupported.of", doubtful=doubtful, sentences=spoken().count("sentences", len(answer.sentences)))
            facts.append(f'<span class="or-fact or-bad">{escaped(said)}</span>')
        else:
            # Words that promise what was done, and no more.
            said = say("verbatim" if answer.is_quoted else "compared")
            facts.append(f'<span class="or-fact or-good">{escaped(said)}</span>')
    plain = [*filter_words(answer.filters), *vectors_so_far(answer), mode_name(answer.model)]
    if "total" in answer.seconds:
        plain.append(f"{max(answer.seconds['total'], 0.1):.1f} s".replace(".", say("decimal")))
    facts.extend(f'<span class="or-fact">{escaped(fact)}</span>' for fact in plain)
    plain_text = escaped(f"{one_line(answer.question)}\n\n{answer_text(answer)}")
    copied = f'<button type="button" class="or-copy" data-copy="">{escaped(say("copy"))}</button>'
    return f'<p class="or-colophon">{" ".join(facts)}{copied}</p><pre class="or-plain" hidden="">{plain_text}</pre>'


def _narrowed_html(answer: Answer) -> str:
    """Under what the articles do not say, where filters narrowed them: which, and a button that asks without."""
    words = filter_words(answer.filters)
    if not (answer.abstained and words):
        return ""
    implied = [one for one in answer.understood if one.hard]
    chosen = replace(
        answer.filters,
        sources=tuple(source for source in answer.filters.sources if not any(source in one.sources for one in implied)),
        since=None if any(one.since == answer.filters.since for one in implied) else answer.filters.since,
        until=None if any(one.until == answer.filters.until for one in implied) else answer.filters.until,
    )
    button = f'<button type="button" class="or-unread" data-unfilter="">{escaped(say("unfilter"))}</button>'
    drop = button if filter_words(chosen) else ""
    said = say("narrowed.nothing" if not answer.hits else "narrowed")
    return f'<p class="or-understood">{escaped(said)}: <bdi>{escaped(", ".join(words))}</bdi>. {drop}</p>'


def _understood_html(number: int, one: Understood) -> str:
    """What some words of the question were taken for, with the button that asks again without."""
    return (
        f'<p class="or-understood"><bdi>{escaped(understood_words(one))}</bdi> <button type="button" class="or-unread" '
        f'data-ignore="{number}">{escaped(say("ignore", words=_clip(one.words, 60)))}</button></p>'
    )


def understood_words(one: Understood) -> str:
    """What some words of a question were taken for: "“this week”: articles of 9 – 20 August 2022 come first." """
    of = f" {say('and')} ".join(map(one_line, one.sources)) if one.sources else span_of_days(one.since, one.until)
    which = one_line(one.reading) or say("understood.of", what=of)
    return say("understood.only" if one.hard else "understood.first", words=one_line(one.words), which=which)


def filter_words(filters: Filters) -> list[str]:
    """The filters in words: ["only The Harbour Post", "from 3 May 2026"]."""
    words = []
    if filters.sources:
        words.append(say("filter.only", outlets=", ".join(one_line(source) for source in filters.sources)))
    if filters.since:
        words.append(say("filter.since", day=day(filters.since)))
    if filters.until:
        words.append(say("filter.until", day=day(filters.until)))
    if filters.sections:
        words.append(say("filter.section", sections=", ".join(one_line(section) for section in filters.sections)))
    if filters.languages:
        names = [language_name(code, spoken().language) for code in filters.languages]
        words.append(say("filter.language", languages=", ".join(names)))
    return words


# --- words around a quote ---------------------------------------------------------------------------------------------


def surroundings(text: str, start: int, end: int) -> tuple[str, str]:
    """The rest of the quote's own sentences and one sentence either side: (what stands before it, what stands after it).

    Sentences are looked for in a window around the quote, so that a listing of 100,000 characters costs no more than a story.
    """
    left, right = max(0, start - _WINDOW), min(len(text), end + _WINDOW)
    spans = [(left + a, left + b) for a, b in sentences(text[left:right])]
    touched = [n for n, (a, b) in enumerate(spans) if a < end and b > start]
    if not touched:
        return "", ""
    first, last = max(touched[0] - 1, 0), min(touched[-1] + 1, len(spans) - 1)
    before, after = text[spans[first][0] : start], text[end : spans[last][1]]
    if len(before) > _CONTEXT:
        before = "… " + before[-_CONTEXT:].partition(" ")[2]
    elif spans[first][0] > 0:
        before = "… " + before
    if len(after) > _CONTEXT:
        after = after[:_CONTEXT].rpartition(" ")[0] + " …"
    elif spans[last][1] < len(text.rstrip()):
        after = after + " …"
    return before, after


def byline(authors: Sequence[str]) -> str:
    """ "By A, B and C"; many names end in "and others"."""
    names = [name for name in (one_line(author) for author in authors) if name]
    if not names:
        return ""
    if len(names) > 4:
        names = [*names[:3], say("others")]
    said = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {say('and')} {names[-1]}"
    return said if said.lower().startswith(("by ", say("by", names="").lower())) else say("by", names=said)


def _clip(text: str, longest: int) -> str:
    line = one_line(text[: longest * 4])
    return line if len(line) <= longest else line[: longest - 1].rpartition(" ")[0] + " …"


# --- the terminal -----------------------------------------------------------------------------------------------------


def answer_text(answer: Answer, width: int = 88) -> str:
    """The answer for a terminal: sentences with their markers, then the numbered quotes; no control character in it."""
    width, answer = max(width, 30), worded(answer)
    blocks = []
    if _is_reread(answer):
        blocks.append(_wrap(f"{say('read_as')} {answer.standalone_question}", width))
    if answer.label and not answer.beside:
        blocks.append(_wrap(answer.label, width))
    if answer.abstained or not answer.sentences:
        blocks.append(_wrap(_MARKER.sub("", answer.text) if answer.abstained else answer.text, width))
    elif answer.is_quoted:
        blocks.extend(_sentence_text(sentence, answer.final, width) for sentence in answer.sentences)
        blocks.extend(_wrap(note, width) for note in dict.fromkeys(_notes(answer)) if note)
    else:
        blocks.append(_prose_text(answer, width))
        if answer.beside:
            blocks += [_wrap(answer.label, width), *(_sentence_text(one, answer.final, width) for one in answer.beside)]
    if answer.notice:
        blocks.append(_wrap(f"{say('note')} {answer.notice}", width))
    for citation in () if answer.abstained else answer.citations:
        blocks.append(citation_text(citation, width, said=one_line(answer.text)))
    if answer.abstained and answer.hits:
        blocks.append(say("nearest.text"))
        blocks.extend(_nearest_text(hit, width) for hit in answer.hits[:NEAREST])
    blocks.append(understood_text(answer.understood, width))
    return "\n\n".join(block for block in blocks if block)


def understood_text(understood: Sequence[Understood], width: int = 88) -> str:
    """What words of the question were taken for, for a terminal, and how to search without."""
    lines = [f"{understood_words(one)} To search without: {_ignoring(one.words)}" for one in understood]
    return "\n".join(_wrap(line, max(width, 30)) for line in lines)


def _ignoring(words: str) -> str:
    """The option as a shell takes it: words may begin with a dash, or hold quotation marks."""
    plain = re.fullmatch(r"[\w .,:'’-]+", one_line(words)) and not words.startswith("-")
    return f'--ignore "{one_line(words)}"' if plain else f"--ignore={shlex.quote(one_line(words))}"


def _wrap(text: str, width: int, first: str = "", rest: str = "") -> str:
    lines = textwrap.wrap(
        one_line(text), width, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(lines)


def _marked(sentence: Sentence) -> str:
    return " ".join([sentence.text.strip(), *(f"[{n}]" for n in dict.fromkeys(sentence.citations))])


def _why(sentence: Sentence) -> str:
    return "; ".join(one_line(reason).rstrip(".") for reason in sentence.reasons) or say("unsupported.why")


def _sentence_text(sentence: Sentence, final: bool, width: int) -> str:
    text = _wrap(_marked(sentence), width)
    if final and not sentence.supported:
        text += "\n" + _wrap(f"{say('unsupported')} {_why(sentence)}.", width, "  ! ", "    ")
    return text


def _prose_text(answer: Answer, width: int) -> str:
    """One paragraph; what is not supported is said below it, by the sentence's first words."""
    doubts = [s for s in answer.sentences if answer.final and not s.supported]
    marked = [_marked(s) + (f" [{say('unsupported.mark')}]" if s in doubts else "") for s in answer.sentences]
    lines = [_wrap(" ".join(marked), width)]
    lines += [
        _wrap(f"“{_clip(s.text, 60)}”: {note}", width, "  i ", "    ")
        for s, note in zip(answer.sentences, _notes(answer), strict=True)
        if note
    ]
    lines += [_wrap(f"{say('unsupported')} “{_clip(s.text, 60)}”: {_why(s)}.", width, "  ! ", "    ") for s in doubts]
    return "\n".join(lines)


def citation_text(citation: Citation, width: int, said: str) -> str:
    """The numbered quote with its article; a quote that the answer already says word for word is not said twice."""
    mark = f"[{citation.number}] "
    indent = " " * len(mark)
    exact = citation.article.text[citation.start : citation.end] == citation.quote
    lines = _article_lines(citation.article, indent, width)
    if not exact:
        lines.insert(0, _wrap(say("hidden.text"), width, indent, indent))
    elif one_line(citation.quote) not in said and one_line(citation.shown) not in said:
        lines.insert(0, _wrap(f"“{one_line(citation.shown)}”", width, indent, indent))
    if exact and citation.speaker and not citation.said.is_named:
        lines.append(_wrap(f"{say('said_by')} {one_line(citation.speaker)}", width, indent, indent))
    lines[:1] = [mark + line.removeprefix(indent) for line in lines[:1]]
    others = list(dict.fromkeys(one_line(other.source) for other in citation.also_in if other.source.strip()))
    if others:
        lines.append(_wrap(f"{say('also_in')} {', '.join(others)}", width, indent, indent))
    return "\n".join(lines)


def _nearest_text(hit: Hit, width: int) -> str:
    return "\n".join([_wrap(_clip(hit.passage.text, 300), width, "  - ", "    "), *_article_lines(hit.article, "    ", width)])


def _article_lines(article: Article, indent: str, width: int) -> list[str]:
    by = byline(article.authors)
    if article.source and by.startswith(begin := say("by", names="")):
        by = begin.lower() + by.removeprefix(begin)  # in the middle of a line
    facts = filter(None, (one_line(article.source), by, day(article.published) or say("no_date")))
    lines = [_wrap(article.title, width, indent, indent), _wrap(", ".join(facts), width, indent, indent)]
    if safe_link(article.url):
        lines.append(indent + clean(article.url))
    return [line for line in lines if line]


def hits_text(hits: Sequence[Hit], width: int = 88) -> str:
    """Found passages for a terminal, best first."""
    if not hits:
        return "No passage was found."
    blocks = []
    for number, hit in enumerate(hits, 1):
        mark = f"{number}. "
        indent = " " * len(mark)
        passage = _wrap(hit.passage.text, max(width, 30), mark, indent)
        others = list(dict.fromkeys(one_line(other.source) for other in hit.also_in if other.source.strip()))
        also = [_wrap(f"{say('also_in')} {', '.join(others)}", width, indent, indent)] if others else []
        blocks.append("\n".join([passage, *_article_lines(hit.article, indent, max(width, 30)), *also]))
    return "\n\n".join(blocks)


def vectors_so_far(held: Summary | Answer) -> list[str]:
    """What to say while an index is built: how many passages have their vector; words alone find the others."""
    return [say("vectors", percent=math.floor(100 * held.vectors))] if held.vectors < 1 else []


def status_text(summary: Summary, model_name: str) -> str:
    """What is searched and how it is answered, in one line."""
    facts = [count(summary.articles, "article"), count(summary.passages, "passage")]
    if summary.first:
        facts.append(span_of_days(summary.first, summary.last))
    if summary.undated:
        facts.append(f"{summary.undated:,} undated")
    facts += vectors_so_far(summary)
    named = [f"{one_line(name)} ({articles:,})" for name, articles in summary.sources if name]
    if named:
        facts.append(", ".join(named[:6]) + (f" and {len(named) - 6:,} more outlets" if len(named) > 6 else ""))
    return f"{'; '.join(facts)}. Answering: {mode_name(model_name)}."


def memory_text(process: int, vectors: int) -> str:
    """What an open index holds in memory, and what its vectors add with the first question, for a status line."""
    held = f" Memory: {process / 1e6:,.0f} MB" if process else ""
    return held + (f", {vectors / 1e6:,.1f} MB of vectors with the first question." if vectors else ".") if held else ""
