"""What a question asks with, in languages whose stop words no stemmer takes out: "when" stands in no article that tells it."""

from __future__ import annotations

import re
from functools import cache

from vectorstore.language.lexicon import LANGUAGES, lines
from vectorstore.language.signs import UNSPACED


def without_asking(question: str) -> str:
    """A question without the words that only ask: "白水博物馆 开放？" of "白水博物馆什么时候开放？"."""
    return question if question.isascii() else _asking().sub(" ", question)


@cache
def _asking() -> re.Pattern[str]:
    """The longest first; a word where words stand apart, inside or behind what it asks of where they do not."""
    every = sorted({one for language in LANGUAGES if language != "en" for one in lines("asking.words", language)}, key=len)
    glued = [one for one in every if re.match(f"[{UNSPACED}\uac00-\ud7a3]", one)]
    apart = [one for one in every if one not in glued]
    return re.compile(
        f"{'|'.join(map(re.escape, reversed(glued)))}|(?<!\\w)(?:{'|'.join(map(re.escape, reversed(apart)))})(?!\\w)"
    )
