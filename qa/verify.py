"""Does a passage carry a sentence? Code that answers without a model."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the passages carry the sentence and, if not, why, in words for a reader."""

    supported: bool
    reasons: tuple[str, ...] = ()


_STOP = frozenset(
    "a an the of to in on at by for with and or but as is are was were be been being it its he she they them his her their that "
    "this these those who which what when where from has have had will would can could may might do does did".split()
)


def key_words(text: str) -> frozenset[str]:
    """The words of a text that carry meaning, without endings."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).casefold())
    return frozenset(re.sub(r"(?:ing|ed|es|s)$", "", w) if len(w) > 4 else w for w in words if w not in _STOP)


def coverage(sentence: str, passage: str) -> float:
    """The share of the sentence's meaning words that the passage has."""
    wanted = key_words(sentence)
    return len(wanted & key_words(passage)) / len(wanted) if wanted else 0.0


def check(sentence: str, passages: Sequence[str]) -> Verdict:
    """Whether the passages, together, carry the sentence."""
    passage = " ".join(passages)
    reasons = [
        f"The passage does not give the number {n}."
        for n in re.findall(r"\d[\d,.]*\d|\d", sentence)
        if n not in re.findall(r"\d[\d,.]*\d|\d", passage)
    ]
    negative = re.compile(r"\b(?:not|no|never|denied|denies|deny|without)\b|n['’]t\b", re.IGNORECASE)
    if negative.search(sentence) and not negative.search(passage):
        reasons.append("The passage does not say the opposite of what it states.")
    if coverage(sentence, passage) < 0.5:
        reasons.append("Most of this sentence's words are not in the passage.")
    return Verdict(not reasons, tuple(reasons))
