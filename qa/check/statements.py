"""What a sentence tells of whom, by statements: two of "the red line runs until one, but the blue one stops at eleven"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from vectorstore.language.lexicon import word_set
from vectorstore.language.names import TITLES, is_name
from vectorstore.language.senses import is_mostly_verb
from vectorstore.language.tokens import Token
from vectorstore.language.verbs import is_deed

_ARTICLES, _RELATIVES = word_set("words.articles"), word_set("words.relatives") | {"where"}
_CONTRASTS, _POINTS = word_set("statements.contrasts"), word_set("carrying.points") | {"one", "ones"}
_JOINS = word_set("words.clauses") | _CONTRASTS | _RELATIVES
_BEFORE = word_set("carrying.binds")
_PRONOUNS = word_set("words.subjects")
_BEING = word_set("words.being")
_AUXILIARIES = _BEING | word_set("followups.auxiliaries")
_FINITE, _UP = word_set("statements.finite"), word_set("words.particles")
_ADVERBS = word_set("speech.auxiliaries") - _AUXILIARIES


class Statement(NamedTuple):
    """The places of its words of content: of whom it tells, its verb, and what it tells."""

    subject: tuple[int, ...]
    verb: int  # that of the statement before it, where it has none
    rest: tuple[int, ...]
    is_own: bool = True  # it names of whom it tells, and is not the second of "he came and went"
    joined: str = ""  # the word or the sign before it

    @property
    def told(self) -> tuple[int, ...]:
        return (self.verb, *self.rest)


@lru_cache(maxsize=4096)
def statements(found: tuple[Token, ...]) -> tuple[Statement, ...]:
    """The statements of a sentence in their order; what stands between commas is of the statement that it stands in."""
    told: list[Statement] = []
    waiting: list[int] = []  # words before a verb that is still to come: "her brother Marc, a lawyer, runs the gallery"
    comes = False  # a new statement has begun with them
    for start, end, joined in _stretches(found):
        verb = _verb(found, start, end)
        if joined in _RELATIVES and not found[start - 1].is_parted and (back := _back(found, verb, end, bool(told))):
            of_it = waiting or _before(found, start - 1)
            whom = tuple(_subject(found, start, verb) or of_it)
            told.append(Statement(whom, verb, tuple(_content(found, verb + 1, back)), True, joined))
            start, joined, waiting = back, ",", of_it
            verb = _verb(found, start, end)
        words = _content(found, start, end)
        if verb < 0:
            gapped = _gapped(found, start, end, told[-1]) if told and joined in _CONTRASTS else None
            if gapped:
                told.append(gapped._replace(joined=joined))
            elif told and joined != ";" and not comes:
                told[-1] = told[-1]._replace(rest=(*told[-1].rest, *words))
            comes = comes or joined == ";"
            waiting = words if joined == ";" else waiting + words
            continue
        subject, rest = _subject(found, start, verb), _content(found, verb + 1, end)
        is_own = bool(subject)
        if not subject and joined in _RELATIVES:
            subject, is_own = _before(found, start - 1), True
        elif not subject and joined in ("", ",") and waiting and found[start].key not in _PRONOUNS:
            subject, is_own = waiting, not any("(" in t.before for t in found[:verb])
        elif not subject and told and joined != "that":  # "Ida Kern said that nobody had touched it" is not told of her
            subject = list(told[-1].subject)
        if is_own and (by := _by(found, verb, end)):
            subject, rest = by, [*subject, *(n for n in rest if n not in by)]
        told.append(Statement(tuple(subject), verb, tuple(rest), is_own, joined))
        waiting, comes = (waiting, comes) if joined in _RELATIVES else ([], False)
    return tuple(told)


def _stretches(found: Sequence[Token]) -> Iterator[tuple[int, int, str]]:
    """Where each stretch between signs and conjunctions begins and ends, and what stands before it."""
    start, joined = 0, ""
    for n, token in enumerate(found):
        sign = "; " if set(token.before) & set(";:") else "," if token.is_parted else ""
        joins = token.key in _JOINS and [t.key for t in found[n + 1 : n + 2]] != ["of"]
        if joins or (sign and n):
            if n > start:
                yield start, n, joined
            start, joined = (n + 1, token.key) if joins else (n, sign.strip())
    if start < len(found):
        yield start, len(found), joined


def _back(found: Sequence[Token], verb: int, end: int, has_verb: bool) -> int:
    """Where a sentence goes on with its own verb behind what a "that" tells: "the mill that he sold | employs 40"; or 0."""
    for n in range(verb + 1, end) if verb >= 0 else ():
        before, token = found[n - 1], found[n]
        if token.text.casefold() in _FINITE and (before.content or before.text.casefold() in _UP):
            return n
        is_now = before.content and not before.text.endswith("ly") and _is_in_s(token) and is_mostly_verb(token.key)
        if is_now and not has_verb:
            return n
    return 0


def _by(found: Sequence[Token], verb: int, end: int) -> list[int]:
    """By whom it is done: "the forestry office" of "were paid for by the forestry office"; nobody of "by Friday"."""
    if verb < 1 or not is_deed(found[verb]) or not any(t.key in _BEING for t in found[max(0, verb - 3) : verb]):
        return []
    start = next((n + 1 for n in range(verb + 1, end) if found[n].key == "by"), end)
    stop = next((n for n in range(start + 1, end) if found[n].key in _BEFORE - {"of"} or found[n].is_parted), end)
    whom = _content(found, start, stop)
    is_who = whom and not any(found[n].values or found[n].date or found[n].text.endswith("ing") for n in whom)
    return whom if is_who else []


def _verb(found: Sequence[Token], start: int, end: int) -> int:
    """Where the verb of a stretch stands, the last of "has been sold"; -1 where it has none."""
    verbs = [n for n in range(start, end) if _is_verb(found, n, start, end)]
    verbs = verbs or [n for n in range(start + 1, end - 1) if _may_be_verb(found, n)]
    first = next((n for n in verbs if found[n].key in _AUXILIARIES or is_deed(found[n])), next(iter(verbs), -1))
    while 0 <= first < end - 1 and found[first].key in _AUXILIARIES:
        ahead = next(
            (n for n in range(first + 1, min(end, first + 4)) if found[n].content or found[n].key in _AUXILIARIES | _ARTICLES), -1
        )
        if ahead < 0 or not (found[ahead].key in _AUXILIARIES or _is_form(found[ahead]) or is_mostly_verb(found[ahead].key)):
            break
        first = ahead
    return first


def _is_verb(found: Sequence[Token], n: int, start: int, end: int) -> bool:
    token, before = found[n], found[n - 1].key if n > start else ""
    if token.key in _AUXILIARIES and not token.date:
        return True
    if not token.content or token.capital or token.values or before in _ARTICLES | _BEFORE or token.text.endswith("ing"):
        return False
    return is_deed(token) or is_mostly_verb(token.key)


def _may_be_verb(found: Sequence[Token], n: int) -> bool:
    """Whether a word may be one, where there is no other: "studies law", "chairs the party"."""
    before = found[n - 1]
    is_behind = (before.content and not _is_in_s(before)) or before.text in _ADVERBS
    return _is_in_s(found[n]) and is_behind and not found[n].is_parted


def _is_in_s(token: Token) -> bool:
    return token.content and not token.capital and not token.values and token.text.endswith("s") and not token.text.endswith("ss")


def _is_form(token: Token) -> bool:
    return is_deed(token) or token.text.endswith(("ing", "en"))


def _content(found: Sequence[Token], start: int, end: int) -> list[int]:
    return [n for n in range(start, end) if found[n].content or found[n].values or found[n].date]


def _subject(found: Sequence[Token], start: int, verb: int) -> list[int]:
    """The words before a verb of whom it tells; none of "in Felm" in "in Felm the river burst"."""
    while start < verb and found[start].key in _BEFORE:
        ahead = next(
            (n for n in range(start + 1, verb) if n > start + 1 and found[n].key in _ARTICLES and found[n - 1].content), verb
        )
        start = ahead
    while verb > start and found[verb - 1].key in _AUXILIARIES:
        verb -= 1
    return [n for n in _content(found, start, verb) if not found[n].text.endswith("ly") and found[n].key not in _AUXILIARIES]


def _before(found: Sequence[Token], relative: int) -> list[int]:
    """The words right before a "who" or a "where" which it tells of."""
    start = relative
    while (
        start
        and (start == relative or not found[start].is_parted)
        and found[start - 1].key not in _BEFORE | _JOINS
        and not _is_verb(found, start - 1, 0, start)
    ):
        start -= 1
        if found[start].key in _ARTICLES:
            break
    return _content(found, start, relative)


def _gapped(found: Sequence[Token], start: int, end: int, before: Statement) -> Statement | None:
    """A statement with the verb of the one before it: "the tenor sang in Italian and the soprano in Czech"."""
    chunks = _chunks(found, start, end)
    if len(chunks) < 2 or found[start].key in _BEFORE or any(t.key == "than" for t in found[start:end]):
        return None
    subject, rest = chunks[0], tuple(n for chunk in chunks[1:] for n in chunk)
    has_object = any(found[chunk[0]].content for chunk in _objects(found, before))
    is_object = found[chunks[1][0] - 1].key in _BEFORE or (
        found[chunks[1][0] - 1].key in _ARTICLES and found[chunks[1][0] - 2].key in _BEFORE
    )
    if has_object and is_object:
        return None  # "won silver in the slalom and bronze in the downhill" is told of one
    return Statement(tuple(subject), before.verb, rest)


def _objects(found: Sequence[Token], told: Statement) -> list[list[int]]:
    """What stands behind a verb with no preposition before it."""
    if not told.rest or told.verb < 0:
        return []
    first = told.rest[0]
    between = found[told.verb + 1 : first + 1]
    return [] if any(t.key in _BEFORE for t in between) else [[first]]


def _chunks(found: Sequence[Token], start: int, end: int) -> list[list[int]]:
    """The words of content of a stretch, parted where an article or a preposition stands; "those in Callow" is one."""
    chunks: list[list[int]] = []
    opens = True
    for n in range(start, end):
        token = found[n]
        if token.key in _ARTICLES | _BEFORE:
            is_of_it = token.key == "of" or (n > start and found[n - 1].text.casefold() in _POINTS)
            opens = opens or (bool(chunks) and not is_of_it)
        elif token.content or token.values or token.date:
            if opens:
                chunks.append([])
            chunks[-1].append(n)
            opens = False
    return chunks


def names_in(found: Sequence[Token], places: Sequence[int]) -> frozenset[str]:
    """The keys of the names among some words."""
    return frozenset(found[n].key for n in places if is_name(found[n]) and found[n].key not in TITLES)
