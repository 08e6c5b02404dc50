"""Words in quotation marks stand in a passage just so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from qa.check.align import Claim, shortened
from vectorstore.language.tokens import normalised


def quotations(claim: Claim) -> Iterator[str]:
    text = claim.text
    spans = _quoted_spans(text)
    singles = [m.span(1) for m in _SINGLE.finditer(text) if m.group(1).count(" ") >= 2]
    spans += [single for single in singles if not any(start <= single[0] < end for start, end in spans)]
    passages = [normalised(passage) for passage in claim.passages] if spans else []
    for start, end in spans:
        words = text[start:end].strip()
        if _plain_words(words).strip() and not any(_has_words(passage, words) for passage in passages):
            yield f"The passage does not have these words as quoted: “{shortened(words)}”."


# The first mark that can close does: "the workers' rights" has one of its own. One or two words are a title or a nickname.
_SINGLE = re.compile(r"(?<![\w'.])'(?!(?:\d0s|em|til|tis|twas|n|cause|bout)\b)(\w(?:[^'\"]|(?<=\w)'(?=\w)){2,500}?)'(?!\w)")


def _has_words(passage: str, quoted: str) -> bool:
    """Whether the passage has the quoted words, one after the other, with its dashes where the quotation has them."""
    if _plain_words(quoted) not in _plain_words(passage):
        return False
    (wanted, signs), (words, theirs) = _words_and_gaps(quoted), _words_and_gaps(passage)
    if not _DASH.search(quoted) and not any(_DASH.search(sign) for sign in theirs):
        return True
    starts = [n for n in range(len(words) - len(wanted) + 1) if words[n : n + len(wanted)] == wanted]
    return any(_dashes_agree(signs[1:], theirs[n + 1 : n + len(wanted)]) for n in starts)


_DASH = re.compile(r"-(?=[\s-])|(?<=\s)-")  # no hyphen


def _dashes_agree(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """A dash breaks a sentence as a word does: another sign may stand in its place, but not none."""
    return all(
        (a.strip() or not _DASH.search(b)) and (b.strip() or not _DASH.search(a)) for a, b in zip(ours, theirs, strict=True)
    )


def _quoted_spans(text: str) -> list[tuple[int, int]]:
    """What stands in quotation marks, also where one was opened in an earlier sentence, is closed in a later one, or nested."""
    marks = [m.start() for m in re.finditer('"', text)]
    opens = [_opens(text, mark) for mark in marks]
    if len(marks) % 2 == 0 and not any(opens[1::2]):
        return [(marks[n] + 1, marks[n + 1]) for n in range(0, len(marks), 2)]
    all_closed = opens.count(False) >= opens.count(True)  # else one mark closes whatever is open
    spans, start, depth = [], 0, 0 if opens[0] else 1
    for mark, opening in zip(marks, opens, strict=True):
        if depth:
            spans.append((start, mark))
        depth = depth + 1 if opening else max(0, depth - 1) if all_closed else 0
        start = mark + 1
    return [*spans, (start, len(text))] if depth else spans


def _opens(text: str, mark: int) -> bool:
    return (mark == 0 or text[mark - 1] in ' ([-"') and mark + 1 < len(text) and not text[mark + 1].isspace()


_QUOTED_WORD = re.compile(r"n't|[^\W_]+|[$£€¥]|\.\.\.(?=\s*\w)")


@lru_cache(maxsize=1024)
def _plain_words(text: str) -> str:
    """The text as its words alone, so that spacing and punctuation make no difference: " i will not go "."""
    return " " + " ".join(_QUOTED_WORD.findall(_with_plain_signs(text))) + " "


def _words_and_gaps(text: str) -> tuple[list[str], list[str]]:
    """The words of `_plain_words`, and what stands before each of them."""
    text = _with_plain_signs(text)
    words, gaps, end = [], [], 0
    for match in _QUOTED_WORD.finditer(text):
        words.append(match.group())
        gaps.append(text[end : match.start()])
        end = match.end()
    return words, gaps


def _with_plain_signs(text: str) -> str:
    text = re.sub(r"(\w)n't\b", r"\1 n't", text.casefold()).replace(" ca n't", " can n't")
    return text.replace("&", " and ").replace("%", " percent ").replace("per cent", "percent")
