"""Whom a phrase names ("water minister Ilse Kern", "a spokesman for the council"), and what a text says of its people."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from operator import itemgetter
from typing import NamedTuple

from vectorstore.language.lexicon import LANGUAGES, lines, word_list, word_set
from vectorstore.language.senses import may_mean
from vectorstore.language.stems import stem, stem_set
from vectorstore.language.tokens import WEEKDAYS
from vectorstore.language.words import one_spelling


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks, as far as the text says it; all in lower case, roles as stems."""

    shown: str = ""  # "Ida Kern", "a spokesman for the council"; empty: somebody whom the text does not name
    names: frozenset[str] = frozenset()
    heads: frozenset[str] = frozenset()  # what they are: "mayor", "spokesman"
    roles: frozenset[str] = frozenset()  # that, and all that is said of it

    def is_same(self, other: Speaker) -> bool:
        """Whether the two may be one: a surname and a full name, a name and its role, a council and its spokesman."""
        if self.names and other.names:
            return (both := self.names | other.names) in (self.names, other.names) or bool(both & self.heads & other.heads)
        return bool(self.heads & other.heads) and not speak_beside(self, other)


@lru_cache(maxsize=4096)
def speak_beside(one: Speaker, other: Speaker) -> bool:
    """Whether both speak for somebody, and not for the same: "a ministry spokesman", "a spokesman for the airport"."""
    mine, theirs = _body(one), _body(other)
    shared = {word for word in mine for more in theirs if may_mean(word, more) or may_mean(more, word)}
    return bool(mine and theirs) and not shared


@lru_cache(maxsize=4096)
def _body(one: Speaker) -> frozenset[str]:
    """For whom somebody speaks, as far as it is said."""
    voices = stem_set("speech.voices")
    said = one.roles - voices - stem_set("words.stop") - stem_set("speech.any_body") - frozenset(map(stem, one.names))
    return frozenset() if one.heads.isdisjoint(voices) else said


UNKNOWN = Speaker()
QUOTE = "“”"  # what stands in a sentence's words for a quotation
DASHES = frozenset("—–―")
COMMAS = DASHES | frozenset(",()")

# Lists of single words in [speech]; those of two words are looked up as such.
_LISTS = (
    "according according_to after_quotation and as auxiliaries breaks contrast determiners idiom_heads modals no_verb_after "
    "nobody nouns_too of of_names one_person participle_before passive pronouns relative says_before_that says_behind "
    "gerund_after one_of_many only_participles subordinate adjectives_behind documents written_by stops that vague"
).split()
_INFLECTED = ("verbs_of_saying", "denials", "speaks_for")  # English ones in any form


@cache
def _listed() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for language in LANGUAGES:
        for name in _LISTS:
            for word in word_list(f"speech.{name}", language):
                found.setdefault(word, set()).add(name)
        for name in ("participles", "idioms"):
            for line in lines(f"speech.{name}", language):
                found.setdefault(line, set()).add(name)
        for name in _INFLECTED:
            for word in word_list(f"speech.{name}", language):
                found.setdefault(word if language != "en" else stem(word), set()).add(name)
    for word in word_list("names.titles"):
        found.setdefault(word, set()).add("titles")
    for word in (*word_list("roles.past"), *word_list("speech.did")):
        found.setdefault(word, set()).add("verbs")
    return found


@lru_cache(maxsize=50_000)
def _kinds(low: str) -> frozenset[str]:
    """The lists that a word is on, in any of the languages: a text's verbs of saying are seldom words of another."""
    kinds = set(_listed().get(low, ()))
    if low in word_set("speech.no_verbs"):
        pass
    elif low.removesuffix("s") in _listed() or not low.endswith(
        word_list("speech.noun_endings")
    ):  # a reporter is not one who reports here
        kinds |= _listed().get(stem(low), set()) & set(_INFLECTED)
    if kinds & {"says_before_that", "says_behind", "after_quotation", "idiom_heads"}:
        kinds |= {"verbs_of_saying"}
    if kinds & {"verbs_of_saying", "passive", "auxiliaries"} or (low.endswith("ed") and len(low) > 3 and not low.endswith("eed")):
        kinds |= {"verbs"}
    if low in WEEKDAYS:
        kinds |= {"stops"}
    return frozenset(kinds)


def isa(low: str, *names: str) -> bool:
    """Whether a word in lower case is on one of the lists."""
    return not _kinds(low).isdisjoint(names)


class Word(NamedTuple):
    """A word or sign of a sentence, or a whole quotation."""

    text: str
    low: str
    kinds: frozenset[str]  # the lists that it is on
    capital: bool
    is_word: bool
    start: int
    end: int

    def isa(self, *names: str) -> bool:
        return not self.kinds.isdisjoint(names)


@lru_cache(maxsize=50_000)
def facts(text: str) -> tuple[str, str, frozenset[str], bool, bool]:
    """What a word tells by itself: the first fields of `Word`."""
    low, capital = text.casefold(), text[0].isupper()
    as_one = one_spelling(low) if capital else low
    return text, as_one, _kinds(low), capital and low not in WEEKDAYS, text[0].isalnum()


def ends_phrase(word: Word) -> bool:
    """Whether it is a sign that no phrase goes on behind."""
    return not word.is_word and word.text not in ".-'’&/"


_POSSESSIVE = re.compile(r"['’]s?$")


def is_possessive(word: Word) -> bool:
    return bool(_POSSESSIVE.search(word.text))


def _bare(word: str) -> str:
    return _POSSESSIVE.sub("", word)


def speaker(phrase: Sequence[Word], more: Sequence[Word] = ()) -> Speaker | str:
    """Whom a phrase and its apposition name: by name where there is one, else by role; or the pronoun that it is."""
    phrase, more = ([word for word in part if word.is_word] for part in (phrase, more))
    while len(phrase) > 1 and phrase[-1].low.endswith("ly") and not phrase[-1].capital:
        phrase = phrase[:-1]
    article = phrase[0].text.lower() + " " if phrase and phrase[0].isa("determiners") else ""
    phrase = phrase[1:] if article else phrase
    if not phrase or phrase[0].isa("nobody"):  # "There was no record, he said"
        return UNKNOWN
    if len(phrase) == 1 and phrase[0].isa("pronouns"):
        return phrase[0].low
    cut = next(
        (n for n, word in enumerate(phrase) if n and (word.isa("of", "written_by") or _opens_clause(phrase, n))), len(phrase)
    )
    core, tail = phrase[:cut], phrase[cut:]
    named = len(tail) > 2 and tail[-1].capital and not (more and more[0].capital)
    if (
        named and core[-1].isa("titles") and all(word.isa("titles") or word.capital for word in core)
    ):  # "Secretary of State John Kerry", not "the mayor of Oxter, Lucy Farr"
        core, tail = phrase, []
    name = _name_of(core)
    before = core[: len(core) - len(name)]
    heads = {stem(_bare(before[-1].low))} if before else set()
    if len(tail) > 1 and all(word.text[0].isdigit() for word in core):  # "58% of voters"
        heads = _heads(tail[1:])
    is_body = len(core) == len(name) and (len(name) == 1 or article.casefold() == "the ")
    if is_body and len(tail) > 1 and all(word.capital for word in tail[1:]):
        name = phrase  # "Department of Justice", "the National Institute of Glaciology"
    by = _written_by(core, tail) if not name else ()
    if not name and more and more[0].capital:  # "The mayor of Orm, Vit Dahl, …"
        name = _name_of(_core(more))
    else:
        heads |= _heads(more)
    if len(tail) > 1 and core[-1].isa("speaks_for"):
        heads |= _heads(tail[1:])
    if name and (len(core) == 1 or len(name) > 2):  # "Police said", "Treasurer Nils Vang said": a capital tells nothing
        heads.add(stem(name[0].low))
    names = frozenset(_bare(word.low) for word in name or by if len(word.text) > 1 and not word.isa("of", "and", "titles"))
    shown = _shown(name) if name else article + " ".join(word.text for word in phrase)
    return Speaker(shown, names, frozenset(heads), frozenset(stem(w.low) for w in (*phrase, *more) if len(w.text) > 1))


def _written_by(core: Sequence[Word], tail: Sequence[Word]) -> Sequence[Word]:
    """Whose a paper is that speaks: "a study by the Orm Institute", "the Orm Institute analysis"."""
    if not core or not core[-1].isa("documents"):
        return ()
    if len(tail) > 1 and tail[0].isa("written_by"):
        return _name_of(_core(tail[1:]))
    named = [word for word in core if word.capital]
    return named if any(word.low in word_set("speech.bodies") for word in named) else ()


def _opens_clause(phrase: Sequence[Word], n: int) -> bool:
    """Whether what stands there says more of the noun before it: "a pastor backing Vit Dahl", "officials familiar with it"."""
    if phrase[n].capital or phrase[n - 1].isa("determiners") or n + 1 == len(phrase):
        return False
    if phrase[n].isa("adjectives_behind"):
        return True
    following = phrase[n + 1]
    return (
        phrase[n].low.endswith("ing")
        and not is_possessive(phrase[n - 1])
        and (following.capital or following.isa("of", "stops", "determiners", "no_verb_after"))
    )


def _shown(name: Sequence[Word]) -> str:
    """A name as it is shown, without a trade that starts a sentence: "Trainer Bo Ravn"."""
    trade = len(name) > 2 and name[0].low.endswith(word_list("speech.trades")) and not name[1].isa("of_names")
    return _bare(" ".join(word.text for word in name[trade:]))


def _core(phrase: Sequence[Word]) -> Sequence[Word]:
    start = 1 if phrase and phrase[0].isa("determiners") else 0
    end = next((n for n, word in enumerate(phrase) if n > start and word.isa("of", "stops", "relative")), len(phrase))
    return phrase[start:end]


def _heads(phrase: Sequence[Word]) -> set[str]:
    """What an apposition says that somebody is: "mayor" of "the mayor of Orm"."""
    core = _core(phrase)
    return {stem(_bare(core[-1].low))} if core and not core[0].isa("relative") else set()


def _name_of(core: Sequence[Word]) -> Sequence[Word]:
    """The capitalised words at the end of a phrase, without titles; two names with an "and" are both who speaks."""
    n = len(core)
    while n and (core[n - 1].capital or (1 < n < len(core) and core[n - 1].isa("of_names", "and") and core[n - 2].capital)):
        n -= 1
    while n < len(core) and core[n].isa("titles", "determiners"):
        n += 1
    return core[n:]


def _runs(row: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """The names of a sentence as (first, last + 1); no word that has its capital from the sentence alone."""
    n = 0
    while n < len(row):
        end = n
        while end < len(row) and (
            row[end].capital or (n < end < len(row) - 1 and row[end].isa("of_names") and row[end + 1].capital)
        ):
            end += 1
        while n < end and row[n].isa(
            "titles", "determiners", "pronouns", "contrast", "breaks", "stops", "of", "and", "that", "nobody"
        ):
            n += 1
        if n < end and not (end == 1 and len(row) > 1 and row[1].text.islower() and not row[1].isa("verbs")):
            yield n, end
        n = max(end, n) + 1


def mentioned(row: Sequence[Word]) -> list[Speaker]:
    """The names of a sentence, in order, those last of whom something else is; none of a headline, where most have a capital."""
    words = [word for word in row if word.text[0].isalpha()]
    if len(words) > 4 and sum(word.capital for word in words) > 0.6 * len(words):
        return []
    spans = sorted(_runs(row), key=lambda span: is_possessive(row[span[1] - 1]))
    return [Speaker(_shown(row[a:b]), frozenset(_bare(w.low) for w in row[a:b] if len(w.text) > 1)) for a, b in spans]


def may_be_person(one: Speaker) -> bool:
    """Whether it may be "he" or "she": a name of two words that is no body's, or a trade."""
    if len(one.names) > 1:
        return one.names.isdisjoint(word_set("speech.bodies"))
    persons = stem_set("names.titles") | stem_set("followups.roles")
    return any(word.endswith(word_list("speech.trades")) or word in persons for word in one.heads)


@dataclass(slots=True)
class People:
    """What a text says of its people."""

    full: dict[str, list[tuple[int, Speaker]]] = field(default_factory=dict)  # by surname, with the sentences that name them
    known: dict[str, list[Speaker]] = field(default_factory=dict)  # by surname, with their roles
    gender: dict[str, str] = field(default_factory=dict)  # by what is shown: "he", "she"
    bodies: list[tuple[int, Speaker]] = field(default_factory=list)  # "the insurer Velden Mutual", "the University of Orm"
    who: set[str] = field(default_factory=set)  # names of one word behind which "who" stands: "Al-Karim, who is also …"

    def may_be_person(self, one: Speaker) -> bool:
        """Whether it may be "he" or "she", by its form or by what the text says of it."""
        return may_be_person(one) or not self.who.isdisjoint(one.names)

    def resolved(self, one: Speaker, n: int) -> Speaker:
        """The speaker of the n-th sentence with the full name and the roles that the text gives elsewhere.

        Of two with one surname it is the one whom the text named last."""
        if len(one.names) == 1 and (named := self.full.get(next(iter(one.names)))):
            full = named[max(0, bisect_right(named, n, key=itemgetter(0)) - 1)][1]
            one = replace(one, shown=full.shown, names=full.names)
        for more in [more for name in one.names for more in self.known.get(name, ())]:
            if more.names <= one.names or one.names <= more.names:
                one = replace(one, heads=one.heads | more.heads, roles=one.roles | more.roles)
        if one.names or not one.heads or _are_many(one):
            return one
        if not one.heads.isdisjoint(stem_set("speech.voices")):  # a spokesman for "the line" is one for "the shipping line Norda"
            of = (body for k, body in self.bodies if k <= n and not body.heads.isdisjoint(one.roles))
            one = replace(one, roles=one.roles.union(*(map(stem, body.names) for body in of)))
        elif body := self._body_meant(one, n):
            return replace(body, heads=one.heads | body.heads, roles=one.roles | body.roles)
        some = [other for others in self.known.values() for other in others]
        fitting = [other for other in some if one.heads & other.heads and not speak_beside(one, other)]
        best = max((len(one.roles & other.roles) for other in fitting), default=0)
        fitting = [other for other in fitting if len(one.roles & other.roles) == best]
        if len(fitting) != 1:
            return one
        return replace(fitting[0], roles=fitting[0].roles | one.roles, heads=fitting[0].heads | one.heads)

    def _body_meant(self, one: Speaker, n: int) -> Speaker | None:
        """The body that "the company" is, where the text has named one alone that it may be."""
        (head, *more), any_company = one.heads, stem_set("speech.any_company")
        such = stem_set("speech.companies") if head in any_company else frozenset({head})
        found = [body for k, body in self.bodies if k <= n and not body.heads.isdisjoint(such)]
        named = {min((other.names for other in found if other.names <= body.names), key=len) for body in found}
        is_definite = one.shown.casefold().split()[:-1] in (["the"], [])
        return found[0] if len(named) == 1 and is_definite and not more else None


def _are_many(one: Speaker) -> bool:
    """Whether a role is of several: "officials" are nobody by name."""
    last = one.shown.rpartition(" ")[2]
    return last.endswith("s") and not last.endswith("ss")


def people(rows: Iterable[Sequence[Word]]) -> People:
    """Full names by surname, and who they are: "engineer Ida Kern", "Vit Dahl, the mayor of Orm", "his lawyer, Otto Steen"."""
    found = People()
    for n, row in enumerate(rows):
        for a, b in _runs(row):
            words = [word for word in row[a:b] if len(word.text.rstrip(".")) > 1]
            if len(words) == 1 and b + 1 < len(row) and row[b].text == "," and row[b + 1].low == "who":
                found.who.add(_bare(words[0].low))
            if body := _as_body(row, a, words):
                found.bodies.append((n, body))
            if not 2 <= len(words) <= 4:
                continue
            last = _bare(words[-1].low)
            one = Speaker(_shown(words), frozenset(_bare(word.low) for word in words))
            named = found.full.setdefault(last, [])
            one = next((who for _, who in named if _may_be_one(who, one)), one)
            named.append((n, one))
            phrases = [phrase for phrase in (_before(row, a), _between_commas(row, a), _behind(row, b)) if phrase]
            if phrases:
                some = found.known.setdefault(last, [])
                at = next((k for k, old in enumerate(some) if old.names == one.names), len(some))
                old = some[at] if at < len(some) else one
                heads = frozenset().union(old.heads, *(_heads(phrase) for phrase in phrases))
                roles = frozenset().union(old.roles, *({stem(word.low) for word in phrase} for phrase in phrases))
                some[at:] = [replace(one, heads=heads, roles=roles), *some[at + 1 :]]
    return found


def _as_body(row: Sequence[Word], a: int, words: Sequence[Word]) -> Speaker | None:
    """A body by what stands before its name, "the insurer Velden Mutual", or in it, "the University of Orm"."""
    before, names = _before(row, a), frozenset(_bare(word.low) for word in words if not word.isa("of"))
    heads = frozenset(map(stem, names & word_set("speech.bodies"))) if len(names) > 1 else frozenset()
    if before and stem(before[-1].low) in stem_set("speech.companies") | stem_set("speech.bodies"):
        heads |= {stem(before[-1].low)}
    return Speaker(_shown(words), names, heads, heads | {stem(word.low) for word in before}) if heads else None


def _may_be_one(one: Speaker, other: Speaker) -> bool:
    """Whether two of one surname may be one: "Kern", "Ida M. Kern", "Jo Kern" and "Joanna Kern"."""
    firsts = [who.shown.casefold()[:_NICK] for who in (one, other)]
    return one.names <= other.names or other.names <= one.names or firsts[0] == firsts[1]


_NICK = 2  # letters that a first name and its short form share


def _before(row: Sequence[Word], a: int) -> Sequence[Word]:
    """ "port director" of "said port director Aksel Moe"."""
    n = a
    while n and a - n < 4 and (row[n - 1].isa("titles") or _is_role(row[n - 1])):
        n -= 1
    return row[n:a]


def _is_role(word: Word) -> bool:
    plain = word.text.islower() and word.text.isalpha()
    return plain and not word.isa("stops", "of", "breaks", "and", "determiners", "verbs", "pronouns")


def _between_commas(row: Sequence[Word], a: int) -> Sequence[Word]:
    """ "opposition leader" of "the opposition leader, Vit Dahl, disagreed"."""
    n = a - 1
    while n > 0 and a - n < 8 and row[n].text == "," and not row[n - 1].is_word:
        return ()
    if n < 1 or row[n].text != ",":
        return ()
    start = n - 1
    while start >= 0 and n - start < 8 and row[start].is_word and not row[start].isa("determiners", "verbs", "breaks", "that"):
        start -= 1
    return row[start + 1 : n] if start >= 0 and row[start].isa("determiners") and not row[n - 1].capital else ()


def _behind(row: Sequence[Word], b: int) -> Sequence[Word]:
    """ "a structural engineer" of "Petra Lund, a structural engineer", "Petra Lund is (works as) a structural engineer"."""
    a = b + 1 if b + 1 < len(row) and (row[b].isa("passive") or row[b + 1].isa("as")) else 0
    a += bool(a) and row[a].isa("as")
    if a and a + 1 < len(row) and row[a].isa("determiners") and row[a + 1].text.islower():
        return row[a : next((k for k in range(a + 1, min(len(row), a + 8)) if ends_phrase(row[k]) or row[k].text == "."), a + 2)]
    if b + 1 >= len(row) or row[b].text != "," or not (row[b + 1].isa("determiners") or row[b + 1].text.islower()):
        return ()
    stop = next((k for k in range(b + 1, min(len(row), b + 12)) if ends_phrase(row[k]) or row[k].text == "."), b + 1)
    phrase = row[b + 1 : stop]
    if phrase and not phrase[0].isa("determiners") and any(word.isa("and") for word in phrase):
        return ()  # "the Water Board, villagers and officials"
    return () if any(word.isa("verbs") for word in _core(phrase)) else phrase
