"""Telling a model's "I cannot answer" from an answer."""

from __future__ import annotations

import re

from prompts import NOT_IN_ARTICLES

# Models that do not keep to the sentence that the prompt asks for say it in a few stock ways.
_SOURCES = (
    r"(?:(?:provided|given|available|supplied|retrieved|news) )*"
    r"(?:articles?|passages?|sources?|text|context|excerpts?|documents?)"
)
_APOLOGY = rf"(?:(?:i'm |i am )?(?:sorry|unfortunately|based on the {_SOURCES})[,.]? ?(?:but )?)?"
_SAYS = r"(?:say|mention|contain|provide|answer|state|specify|include|give|address|discuss|indicate)"
_STOCK = re.compile(
    rf"{_APOLOGY}(?:(?:none of )?the {_SOURCES} (?:do(?:es)?(?: not|n't)|did(?: not|n't)) {_SAYS}"
    r"|i (?:cannot|can't|can not|could not|am unable to|am not able to|do not|don't) (?:answer|find|know|have|determine|see)"
    r"|there is no (?:information|mention|answer|passage)"
    r"|no (?:information|answer) (?:is|was|can be)"
    r"|(?:the answer|this|that|this information|it) is not (?:given|mentioned|stated|provided|contained|found|available)"
    rf"|(?:the answer|this|it) is not in the {_SOURCES})"
)


def says_not_in_articles(sentence: str) -> bool:
    """Whether a sentence says that the passages do not answer, in the prompt's words or in a model's own."""
    words = " ".join(sentence.replace("’", "'").casefold().split()).strip("\"'*“” ")
    return words.startswith(NOT_IN_ARTICLES.casefold().rstrip(".")) or bool(_STOCK.match(words))
