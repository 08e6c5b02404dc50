"""How many people a sentence says were killed, hurt or are missing, wherever in it that stands.

"Nine people were killed when …", "…, killing nine", "nine bodies were found" and "the toll has risen to nine" count the same.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from functools import cache
from itertools import pairwise

from vectorstore.language.lexicon import lines, table, word_set
from vectorstore.language.numbers import measure_of
from vectorstore.language.senses import may_mean
from vectorstore.language.stems import stem, stem_set
from vectorstore.language.tokens import Token
from vectorstore.language.verbs import is_past

_BESIDE = word_set("tallies.beside")
_BREAKS = word_set("tallies.breaks")
_ALL = stem_set("tallies.all")
_PEOPLE = word_set("tallies.people")
_VICTIMS = word_set("tallies.victims")
_MORE = word_set("tallies.more")
_BECOMES = word_set("tallies.becomes")
_TREATED = word_set("tallies.treated")
_ONE = word_set("words.articles") | {"another"}
_VAGUE = frozenset(table("quantities.vague"))
_BEHIND, _BEFORE = 5, 8  # words between a number and what it is of


@cache
def fates() -> dict[str, int]:
    """By stem, which fate a word tells of: to be killed, hurt, missing."""
    return {stem(word): n for n, line in enumerate(lines("tallies.fates")) for word in line.split()}


def tally(row: Sequence[Token], fate: int) -> Token | None:
    """The number of people whom that befell; None where there is none, or more than one that it could be."""
    found = [t for n, t in enumerate(row) if _is_count(row, n) and fate_of(row, n) == fate]
    last = [t for n, t in enumerate(row) if t in found and n and row[n - 1].text.casefold() in _BECOMES]
    found = last or found  # "rose from nine to eleven"
    return found[0] if len({t.values for t in found}) == 1 and not any(_is_part(row, row.index(t)) for t in found) else None


def befell(row: Sequence[Token], fate: int) -> bool:
    """Whether a sentence says how many it befell: in a number, as "hundreds", or of one: "a man was killed"."""
    told = any((t.key in fates() and fates()[t.key] == fate) or (fate == 1 and t.text.casefold() in _TREATED) for t in row)
    counts = [n for n in range(len(row)) if _is_count(row, n) and fate_of(row, n) in (None, fate)]
    one = any(a.text.casefold() in _ONE and may_mean("person", b.key) for a, b in pairwise(row))
    return told and bool(counts or one or any(t.text.casefold() in _VAGUE for t in row))


def counted(row: Sequence[Token], token: Token) -> str:
    """What a number of a sentence counts, by stem: "pilgrims", "people"; empty where none says it: "31 bodies"."""
    after = row[row.index(token) + 1 : row.index(token) + 2]
    plain = [t for t in after if t.content and not (t.before or t.key in fates() or is_past(t))]
    return "" if not plain else "people" if is_of_people(plain[0]) else plain[0].key


def is_of_people(token: Token) -> bool:
    """Whether a word only says that it was people, or what befell them."""
    return token.key in fates() or token.text.casefold() in _PEOPLE


def fate_asked(stems: Set[str]) -> int | None:
    """Which fate a question's words ask for."""
    found = {fates()[key] for key in stems if key in fates()}
    return min(found) if len(found) == 1 else None


def _is_count(row: Sequence[Token], n: int) -> bool:
    token, beside = row[n], row[max(0, n - 1) : n + 2]
    if not token.values or token.unit or token.measure or any(t.date for t in beside) or min(token.values) % 1:
        return False
    return not any(t.text.casefold() in _MORE or measure_of(t.text) for t in row[max(0, n - 1) : n + 2])


def _is_part(row: Sequence[Token], n: int) -> bool:
    """Whether others of that fate are counted beside it: "19 children and two teachers"."""
    near = [k for k in range(max(0, n - 4), min(len(row), n + 5)) if k != n and row[k].values and not row[k].date]
    joined = [k for k in near if any(t.text.casefold() == "and" for t in row[min(k, n) + 1 : max(k, n)])]
    return any(_is_count(row, k) and fate_of(row, k) in (None, fate_of(row, n)) for k in joined)


def fate_of(row: Sequence[Token], n: int) -> int | None:
    """What befell those whom a number counts, by the nearest word that tells it."""
    best: tuple[int, int] | None = None
    if n + 1 < len(row) and row[n + 1].text.casefold() in _VICTIMS and not any(t.key in fates() for t in row):
        return 0  # "the 23 victims of the fire"
    for k in range(n - 1, max(-1, n - _BEHIND), -1):
        if row[k + 1].before.strip("-\"' "):
            break
        if row[k].key in fates():
            best = n - k, fates()[row[k].key]
            break
        if row[k].text.casefold() not in _BESIDE:
            break
    for k in range(n + 1, min(len(row), n + _BEHIND)):
        if row[k].before.strip("-\"' ") or row[k].text.casefold() in _BREAKS or row[k].values:
            break
        if row[k].key in fates():
            return fates()[row[k].key] if not best or k - n <= best[0] else best[1]
    return best[1] if best else _of_all(row, n)


def _of_all(row: Sequence[Token], n: int) -> int | None:
    """The same of "the toll … has risen to 31", "the number of people killed … was put at 31"."""
    if not n or row[n - 1].text.casefold() not in _BECOMES:
        return None
    whole = next((k for k in range(n - 1, -1, -1) if row[k].key in _ALL), -1)
    if whole < 0 or any(t.before.strip("-\"' ") for t in row[whole + 1 : n + 1]):
        return None
    near = (row[k].key for k in (whole - 1, *range(whole, min(n, whole + _BEFORE))) if k >= 0)
    return next((fates()[key] for key in near if key in fates()), 0)
