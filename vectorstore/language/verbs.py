"""Verbs, as far as their form shows them."""

from __future__ import annotations

from collections.abc import Sequence

from vectorstore.language.lexicon import word_set
from vectorstore.language.tokens import Token

_PAST = word_set("roles.past")


def is_past(token: Token) -> bool:
    low = token.text
    return token.content and not token.capital and (low in _PAST or (len(low) > 4 and low.endswith("ed")))


def past_verbs(found: Sequence[Token]) -> frozenset[str]:
    return frozenset(t.key for t in found if is_past(t))
