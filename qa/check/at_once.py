"""How much of a sentence one sentence of the passages says."""

from __future__ import annotations

from collections.abc import Sequence

from vectorstore.language.align import Line, lines_of
from vectorstore.language.detect import common_language
from vectorstore.language.foreign import tokens_in
from vectorstore.language.lexicon import word_set
from vectorstore.language.names import demonyms
from vectorstore.language.tokens import Token, normalised

_TAKES_UP = word_set("words.subjects") | word_set("words.articles")


def said_at_once(sentence: str, passages: Sequence[str]) -> float:
    """The share of a sentence's words of content, by weight, that one sentence of a passage has.

    With the sentence before, where its first word takes that up: "The ferry sank. She carried 212 passengers". 1.0 in a language
    whose words we do not split into stems.
    """
    language = common_language(sentence, list(passages))
    wanted = [token for token in tokens_in(normalised(sentence), language) if token.content]
    if language != "en" or not wanted:
        return 1.0
    best = 0.0
    for passage in passages:
        before: list[bool] = []
        for line in lines_of(passage[:20_000]):
            here = [_has(line, token) for token in wanted]
            takes_up = before and line.tokens[0].key in _TAKES_UP
            met = [a or b for a, b in zip(here, before, strict=True)] if takes_up else here
            best = max(best, sum(token.weight for token, is_met in zip(wanted, met, strict=True) if is_met))
            before = here
    return best / sum(token.weight for token in wanted)


def _has(line: Line, token: Token) -> bool:
    return bool(line.matching(token)) or not line.keys.isdisjoint(demonyms().get(token.key, ()))
