"""Text in Chinese, Japanese or Korean -> who says it, by what stands around a quotation or before what is told.

Their words are not told apart by spaces or capitals, so whole patterns take the place of the words that `speech` looks for. They
stand in the languages' files under [speech]; in each the group "who" is who speaks. A name is known by its characters.
"""

from __future__ import annotations

import re
from functools import cache

from vectorstore.language.lexicon import LANGUAGES, lines, word_list
from vectorstore.language.speakers import Speaker

EASTERN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_NEAR = 80  # characters around a quotation
_STOP = re.compile(r"[。！？!?\n]|(?<!\d)\.(?!\d)")


def who_quoted(text: str, start: int, end: int) -> Speaker | None:
    """Who says the quotation from start to end: “…，”李明说 / 李明说：“…”; None where that is not told."""
    behind = text[end : end + _NEAR]
    sentence_end = _STOP.search(behind)
    behind = behind[: sentence_end.start()] if sentence_end else behind
    before = _STOP.split(text[max(0, start - _NEAR) : start])[-1]
    for pattern in _patterns("said_behind"):
        if found := pattern.match(behind):
            return _speaker(found["who"])
    for pattern in _patterns("said_before"):
        if (found := pattern.search(f"{before}\0{behind}")) and found["who"]:
            return _speaker(found["who"])
    return None


def who_tells(text: str, start: int, end: int) -> tuple[Speaker, tuple[int, int], int] | None:
    """Who says what a sentence tells without marks, where the words that say so are, and where it ends: 李明说，桥断了。"""
    for pattern in _patterns("told"):
        if found := pattern.match(text, start, end):
            return _speaker(found["who"]), found.span("frame"), found.end("what")
    return None


@cache
def _patterns(name: str) -> tuple[re.Pattern[str], ...]:
    """Those of all the languages: a text of one has none of the others' verbs. `@` stands for any of the verbs."""
    return tuple(
        re.compile(line.replace("@", "(?:" + "|".join(word_list("speech.verbs_of_saying", language)) + ")"))
        for language in LANGUAGES
        if language != "en"
        for line in lines(f"speech.{name}", language)
    )


@cache
def _speaker(who: str) -> Speaker:
    bare = re.sub(f"(?:{'|'.join(_honorifics())})$", "", who.strip())
    return Speaker(who.strip(), frozenset(bare.replace(" ", "")))


@cache
def _honorifics() -> tuple[str, ...]:
    return tuple(word for language in LANGUAGES if language != "en" for word in word_list("speech.honorifics", language))
