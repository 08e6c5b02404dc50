"""A checked text for the terminal: each sentence with what the articles say of it. A pure function."""

from __future__ import annotations

import textwrap

from qa.texts.types import CheckedQuotation, CheckedSentence, CheckedText
from ui.render import citation_text, count, one_line

_SIGN = {"supported": "+", "contradicted": "!", "not in the articles": "?", "no claim": " ", "not checked": " "}
_CLIP = 160  # characters of a quotation that are shown again


def checked_text_shown(checked: CheckedText, width: int = 88) -> str:
    """The text's sentences in order, each with its sign, its quotes and what is wrong with it, and then the quotes' articles."""
    width = max(width, 40)
    said = {number: n for n, one in reversed(list(enumerate(checked.sentences))) for number in one.quotations}
    blocks = [_head(checked, width)]
    for n, one in enumerate(checked.sentences):
        if one.status == "not checked":
            continue
        lines = _sentence(one, width)
        quotations = [q for q in checked.quotations if said.get(q.number) == n]
        lines += [line for q in quotations for line in _quotation(q, width, one.status)]
        blocks.append("\n".join(lines))
    if checked.notice:
        blocks.append(wrapped(f"Note: {checked.notice}", width))
    shown = " ".join(one_line(one.words) for one in checked.sentences)
    blocks += [citation_text(citation, width, said=shown) for citation in checked.citations]
    return "\n\n".join(blocks)


def _head(checked: CheckedText, width: int) -> str:
    """How many of each, with the sign that stands before them."""
    counts = checked.counts()
    sentences = [f"{_SIGN[status]} {n:,} {status}".strip() for status in _SIGN if (n := counts["sentences"].get(status))]
    quotations = [f"{n:,} {status}" for status, n in sorted(counts["quotations"].items(), key=lambda row: -row[1])]
    lines = [f"Checked against {count(checked.articles, 'article')}. Sentences: {', '.join(sentences) or 'none'}."]
    if quotations:
        lines.append(f"Quotations: {', '.join(quotations)}.")
    return "\n".join(wrapped(line, width) for line in lines)


def _sentence(one: CheckedSentence, width: int) -> list[str]:
    numbers = "".join(f" [{n}]" for n in one.citations)
    missing = one.status == "not in the articles" and not one.is_by_quotation
    marks = "" if missing else numbers  # what comes nearest carries nothing
    about = f" ({one.kind})" if one.status == "no claim" and one.kind != "claim" else ""
    lines = [wrapped(f"{one.words}{marks}{about}", width, f"{_SIGN[one.status]} ", "  ")]
    if one.status == "not in the articles":
        nearest = f"Not found in these words; nearest to it:{numbers}. {one.reasons[0] if one.reasons else ''}".strip()
        lines.append(wrapped(nearest if missing and numbers else "Not in the articles.", width, "    ", "    "))
    reasons = one.reasons if one.status == "contradicted" and not one.is_by_quotation else ()
    note = one.note + "".join(f" [{n}]" for n in one.differs)
    lines += [wrapped(line, width, "    ", "    ") for line in (*reasons, note) if line]
    return lines


def _quotation(one: CheckedQuotation, width: int, status: str) -> list[str]:
    """What a quotation is, where the line of its sentence does not say it."""
    words = one_line(one.words)
    words = words if len(words) <= _CLIP else words[:_CLIP].rsplit(" ", 1)[0] + " …"
    by = f" by {one.said_by}" if one.status == "word for word" and one.said_by else ""
    told = {
        "word for word": f"is quoted word for word{by}.",
        "altered": "is altered.",
        "another person's": f"is said by {one.said_by}, not by {one.speaker}."
        if one.said_by
        else f"is not said by {one.speaker}.",
        "stitched": "is stitched together from several places.",
        "not found": "is not found in the articles.",
        "not checked": "was not checked.",
    }[one.status]
    marks = "".join(f"[{n}]" for n in one.citations)
    differences = [one_line(difference.said) for difference in one.differences]
    lines = [wrapped(f"“{words}” {told} {marks}".strip(), width, "    ", "    ")]
    lines += [wrapped(line, width, "      ", "      ") for line in (*differences, one.note) if line]
    return lines


def wrapped(text: str, width: int, first: str = "", rest: str = "") -> str:
    """The text as lines, without anything that steers a terminal."""
    return textwrap.fill(one_line(text), width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)
