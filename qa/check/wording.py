"""A sentence in the passages' own forms: "UN" where they spell it out, "A beat B" where they say that B lost to A."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from vectorstore.language.lexicon import lines, word_set
from vectorstore.language.sentences import sentences

_INITIALS = re.compile(r"(?<![\w.])(?:[A-Z]{2,6}|(?:[A-Z]\.){2,5})(?!\w)")
_NAME = r"(?:[Tt]he )?[^\W\d_a-z][\w'-]*(?: [^\W\d_a-z][\w'-]*){0,4}"
_UNLESS = re.compile(r"\bunless\b(?P<clause>[^,;:.!?]{1,120})", re.I)
_IF_NOT = re.compile(r"\bif\b(?P<clause>[^,;:.!?]{0,80}?)(?: not|n't| no) (?P<word>\w+)", re.I)
_THAN = re.compile(
    r"^(?P<a>[^,;:\"]{2,60}?) (?P<verb>is|are|was|were|has|have|had|won|got|earned|scored|cost|costs|sold|weighs|weighed)"
    r" (?P<mid>(?:[^,;:\" ]+ ){0,5})(?P<more>\w+) (?P<of>(?:\w+ ){0,2}?)than (?P<b>[^,;:\"]{2,60}?)(?P<end>\.?)$"
)
_NOT_AS = re.compile(
    r"^(?P<a>[^,;:\"]{2,60}?) (?P<verb>is|are|was|were) not (?:as|so) (?P<word>\w+) as (?P<b>[^,;:\"]{2,60}?)(?P<end>\.?)$"
)
_SCORE = re.compile(r"\b(\d{1,3})-(\d{1,3})\b")


def as_they_have_it(text: str, passages: Sequence[str]) -> str:
    """A normalised sentence with initials, spelt-out names and converse verbs as the passages have them, outside quotations."""
    parts = text.split('"')
    for n in range(0, len(parts), 2):
        parts[n] = _renamed(parts[n], passages)
        if not _converse_verbs().isdisjoint(parts[n].split()):
            parts[n] = _turned(parts[n], passages)
        if any(word in parts[n] for word in (" if ", "unless", " than ", " not as ")):
            parts[n] = _exchanged(_not_as(_conditioned(parts[n], passages)), passages)
    return '"'.join(parts)


def _conditioned(text: str, passages: Sequence[str]) -> str:
    """A sentence with "unless" where the passages have that for its "if … not" of the same word, and the other way around."""
    unless, if_not = _UNLESS.search(text), _IF_NOT.search(text)
    denied = {found["word"][:4] for passage in passages for found in _IF_NOT.finditer(passage)}
    clauses = " ".join(found["clause"] for passage in passages for found in _UNLESS.finditer(passage))
    if if_not and (word := if_not["word"][:4]) not in denied and f" {word}" in clauses:
        return f"{text[: if_not.start()]}unless{if_not['clause']} {if_not['word']}{text[if_not.end() :]}"
    word = next((word for word in denied if unless and f" {word}" in unless["clause"] and f" {word}" not in clauses), "")
    if not unless or not word:
        return text
    before, verb, after = unless["clause"].partition(f" {word}")
    return f"{text[: unless.start()]}if{before} not{verb}{after}{text[unless.end() :]}"


@cache
def comparatives() -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """What says that one of two is more, each with what says that it is less."""
    sides = (line.split("|") for line in lines("roles.comparatives"))
    return tuple((frozenset(up.split()), frozenset(down.split())) for up, down in sides)


def _not_as(text: str) -> str:
    """ "B is taller than A" for "A is not as tall as B"."""
    return _NOT_AS.sub(lambda m: f"{m['b']} {m['verb']} {_more(m['word'])} than {m['a']}{m['end']}", text)


def _more(word: str) -> str:
    known = {w for sides in comparatives() for side in sides for w in side}
    return next((w for w in known if w in (f"{word}er", f"{word}r", f"{word}{word[-1]}er", f"{word[:-1]}ier")), f"more {word}")


def _exchanged(text: str, passages: Sequence[str]) -> str:
    """ "A is shorter than B" as the passages may have it: "B is longer than A"."""
    if not (found := _THAN.match(text)):
        return text
    compared = [passage[slice(*span)].casefold() for passage in passages if " than " in passage for span in sentences(passage)]
    first = found["b"].casefold().removeprefix("the ").split()[0]
    for sentence in compared:
        words = set(re.findall(r"\w+", sentence.partition(" than ")[0]))
        for up, down in comparatives() if first in words else ():
            for mine, other in ((up, down), (down, up)):
                if found["more"] in mine and (said := sorted(other & words)):
                    return f"{found['b']} {found['verb']} {found['mid']}{said[0]} {found['of']}than {found['a']}{found['end']}"
    return text


def _renamed(text: str, passages: Sequence[str]) -> str:
    theirs = frozenset().union(*map(_initials, passages))
    for letters in _initials(text) - theirs:
        if full := next((name for passage in passages if (name := _spelt_out(letters, passage))), ""):
            text = _INITIALS.sub(lambda m, one=letters, name=full: name if _plain(m.group()) == one else m.group(), text)  # type: ignore[misc]
    for letters in theirs:
        full = _spelt_out(letters, text)
        if full and not any(full in passage for passage in passages):
            text = text.replace(full, letters)
    return text


def _plain(letters: str) -> str:
    return letters.replace(".", "")


@lru_cache(maxsize=1024)
def _initials(text: str) -> frozenset[str]:
    return frozenset(_plain(found) for found in _INITIALS.findall(text))


@lru_cache(maxsize=4096)
def _spelt_out(letters: str, text: str) -> str:
    """The name in a text whose initials these are; of two letters one of a body, for they are anybody's."""
    return next((name for name in _long_form(letters).findall(text) if len(letters) > 2 or _is_body(name)), "")


@lru_cache(maxsize=1024)
def _long_form(letters: str) -> re.Pattern[str]:
    small = "|".join(sorted(word_set("names.small")))
    gap = rf"[ -](?:(?:{small}) ){{0,2}}"
    return re.compile(r"\b" + gap.join(rf"{letter}[\w'’]*[a-z]" for letter in letters) + r"\b")


def _is_body(name: str) -> bool:
    return not word_set("followups.no_person").isdisjoint(name.casefold().split()[-1:])


@cache
def _converses() -> tuple[tuple[tuple[str, ...], str, tuple[str, ...], str], ...]:
    """Verbs and preposition of one side, then of the other; "-" is none."""
    found = []
    for line in lines("roles.converses"):
        (*verbs, link), (*others, other_link) = (side.split() for side in line.split("|"))
        found.append((tuple(verbs), link, tuple(others), other_link))
        found.append((tuple(others), other_link, tuple(verbs), link))
    return tuple(found)


@cache
def _converse_verbs() -> frozenset[str]:
    return frozenset(verb for verbs, *_ in _converses() for verb in verbs)


def _turned(text: str, passages: Sequence[str]) -> str:
    words = set(text.split())
    for mine, link, theirs, their_link in _converses():
        if words.isdisjoint(mine):
            continue
        said = [w for passage in passages for w in theirs if re.search(rf"\b{w}\b", passage)]
        if said and not any(re.search(rf"\b{w}\b", passage) for passage in passages for w in mine):
            text = _pattern(mine, link).sub(lambda m, verb=said[0], to=their_link: _told(m, verb, to, passages), text)  # type: ignore[misc]
    return text


@cache
def _pattern(verbs: tuple[str, ...], link: str) -> re.Pattern[str]:
    verb = "|".join(verbs)
    if link == "-":
        return re.compile(rf"(?P<a>{_NAME}) (?:{verb}) (?P<b>{_NAME})(?P<mid>(?: by)? {_SCORE.pattern})?")
    return re.compile(rf"(?P<a>{_NAME}) (?:{verb})(?P<mid>(?: (?!{link}\b)[^\s,;:]+){{0,6}}) {link} (?P<b>{_NAME})")


def _told(found: re.Match[str], verb: str, link: str, passages: Sequence[str]) -> str:
    mid = found["mid"] or ""
    if score := _SCORE.search(mid):
        other = f"{score[2]}-{score[1]}"
        if any(other in p for p in passages) and not any(score.group() in p for p in passages):
            mid = mid.replace(score.group(), other)
    return f"{found['b']} {verb} {found['a']}{mid}" if link == "-" else f"{found['b']} {verb}{mid} {link} {found['a']}"
