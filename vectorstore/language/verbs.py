"""Verbs, as far as their form shows them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from vectorstore.language.lexicon import rows, word_set
from vectorstore.language.tokens import Token

_PAST = word_set("roles.past")


def is_past(token: Token) -> bool:
    return token.content and not token.capital and is_past_form(token.text.partition(" ")[0])  # of a verb with its particle


def is_past_form(word: str) -> bool:
    return word in _PAST or (len(word) > 4 and word.endswith("ed"))


def is_deed(token: Token) -> bool:
    """Whether it is a past form, in -ed or not: "stopped", "stood"."""
    return is_past(token) or is_irregular(token)


def past_verbs(found: Sequence[Token]) -> frozenset[str]:
    return frozenset(t.key for t in found if is_past(t))


@cache
def _irregular_pasts() -> frozenset[str]:
    forms = {form for base, *forms in rows("words.irregular") for form in forms}
    return frozenset(form for form in forms if not form.endswith(("ing", "s", "er", "or", "ice", "th", "le", "ess")))


def is_irregular(token: Token) -> bool:
    """Whether it is a past form that does not end in -ed: "stood"."""
    return token.text.partition(" ")[0] in _irregular_pasts()
