"""Whether a text holds an answer: one rule for all measures and studies."""

from __future__ import annotations

import re
import unicodedata


def as_words(text: str) -> str:
    """A text for comparing: `as_words(answer) in as_words(text)` where the answer stands in it as whole words.

    NFKC, lower case, a space for each run of what is no letter and no digit and one at either end, no leading article; nothing
    where the text has no words.
    """
    words = re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", text).casefold()).strip()
    return f" {re.sub(r'^(?:the|an?) (?=.)', '', words)} " if words else ""
