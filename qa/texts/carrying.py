"""Which few sentences of one passage carry a whole sentence, each of its words beside those that it belongs to.

The rules of the check ask what a passage has otherwise. What somebody wrote from memory may lack nothing of a long passage and
still be said nowhere in it: its subject is in one sentence, its verb in another. Whoever prints a sentence that is called
supported wants each word in the quote that is shown, or one that may mean it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

from qa.check.bindings import clauses
from qa.check.doers import shown
from qa.check.polarity import CUES, PREFIXES, opposed
from qa.check.status import excludes
from qa.check.wanted import LIGHT, has, is_named, places, wanted_in
from qa.citations import Quote
from vectorstore.language.align import NEGATIONS, Line
from vectorstore.language.datelines import dateline
from vectorstore.language.lexicon import word_set
from vectorstore.language.names import TITLES, demonyms, is_name
from vectorstore.language.senses import is_mostly_verb
from vectorstore.language.sentences import sentences
from vectorstore.language.speakers import isa
from vectorstore.language.stems import stem_set
from vectorstore.language.tokens import Token, normalised, tokens
from vectorstore.language.verbs import is_irregular, is_past
from vectorstore.types import Hit

_BEFORE = 2  # sentences before these in which those are named whom they tell of
_HEAD = 300  # characters of an article in which its subject is named

_BINDS = word_set("carrying.binds")
_ARTICLES = word_set("words.articles")
_CLAUSES, _RELATIVES = word_set("words.clauses"), word_set("words.relatives")
_AUXILIARIES = word_set("words.being") | word_set("words.auxiliaries")
_WOULD, _HAS, _EVERY = (word_set(f"carrying.{name}") for name in ("would", "has", "every"))
_WHERE_IT_IS = word_set("carrying.where")
_OWNING = word_set("followups.owning")
_POSSIBLE = stem_set("carrying.possible")
_TAKES_UP = (word_set("words.subjects") | _ARTICLES) - word_set("carrying.points") - {"a", "an"}
_APART = 2  # sentences between which two may carry one
_TITLE = 6  # words in quotation marks that are what something is called
_PART = 2  # words of a sentence that each of two must add
MOST = "Most of this sentence is not in the article."
_PEOPLE = 5  # letters that a country and its people begin with
_REACH = 6  # words between a verb or a noun and the name that a preposition ties to it


@dataclass(frozen=True, slots=True)
class Carried:
    """The sentences of a passage that say most of a sentence, and what speaks against their carrying it; empty where nothing."""

    quotes: tuple[Quote, ...] = ()
    against: str = ""
    missing: int = 0  # how many of its words they lack
    lines: tuple[Line, ...] = ()


def carrying(sentence: str, hit: Hit) -> Carried:
    """The sentence of a hit's passage, or the two, that have most of a sentence's words, and whether they carry it."""
    told = tokens(normalised(sentence))
    spans = sentences(hit.passage.text)
    rows = [Line(tokens(normalised(_told_in(hit.passage.text[slice(*span)])))) for span in spans]
    wanted = _wanted(told)
    held = [frozenset(i for i in wanted if has(row, told[i])) for row in rows]
    best: tuple[int, tuple[int, ...], list[int]] | None = None
    for window in _windows(held):
        have = frozenset().union(*(held[n] for n in window))
        lacked = [i for i in wanted if i not in have]
        if have and (best is None or len(lacked) <= best[0]):
            owned = any(not _OWNING.isdisjoint(rows[n].keys) for n in window)
            lacked = [i for i in lacked if not _is_known(told, i, hit, spans[window[0]][0], owned)]
            if best is None or (len(lacked), len(window)) < (best[0], len(best[1])):
                best = len(lacked), window, lacked
    if best is None:
        return Carried(missing=len(wanted), against=MOST)
    _, window, lacked = best
    quotes = tuple((hit, (hit.passage.start + spans[n][0], hit.passage.start + spans[n][1])) for n in window)
    lines = [rows[n] for n in window]
    if lacked:
        return Carried(quotes, f"The article has no word for “{told[lacked[0]].text}” there.", len(lacked))
    plain = [told[i] for i in wanted if not (is_named(told[i]) or told[i].values or told[i].date)]
    other = [token for token in plain if not any(line.matching(token) for line in lines)]
    if 2 * len(other) > len(plain) and len(other) > 1:
        return Carried(quotes, f"The article has other words for “{other[0].text}” and “{other[-1].text}”.", len(lacked))
    denial = next((t.text for t in told if t.key in NEGATIONS and not t.quoted), "")
    if denial and not any(t.key in CUES or _is_unlike(t) for line in lines for t in line.tokens):
        return Carried(quotes, f"The article does not say “{denial}” there.", len(lacked))
    against = next(_misjoined(told, lines, rows), "")
    return Carried(quotes, against, len(lacked), tuple(lines))


def _wanted(told: Sequence[Token]) -> list[int]:
    """Its words that need one, and those of a name in quotation marks."""
    quoted = [i for i, t in enumerate(told) if t.quoted and t.content]
    return sorted({*wanted_in(told), *(quoted if len(quoted) <= _TITLE else ())})


def _windows(held: Sequence[frozenset[int]]) -> Iterator[tuple[int, ...]]:
    """Each sentence by itself, then each with one close behind it where each tells one part of the whole, of some words."""
    yield from ((n,) for n in range(len(held)))
    close = ((n, m) for m in range(len(held)) for n in range(max(0, m - _APART), m))
    for n, m in close:
        mine, theirs = sorted(held[n] - held[m]), sorted(held[m] - held[n])
        if min(len(mine), len(theirs)) >= _PART and (mine[-1] < theirs[0] or theirs[-1] < mine[0]):
            yield n, m


def is_wording(reason: str, sentence: str, lines: Sequence[Line]) -> bool:
    """Whether a reason to refuse a sentence is its wording alone, where some sentences have each of its words beside its own."""
    if _WORDING.match(reason):
        return True
    told = tokens(normalised(sentence))
    if found := _NUMBER.match(reason):
        missing = [t for t in told if t.values and found["own"].startswith(t.text)]
        return bool(missing) and all(any(has(line, t) for line in lines) for t in missing)
    if found := _WHERE.match(reason):
        mine, theirs = tokens(normalised(found["own"])), tokens(normalised(found["theirs"]))
        if any(opposed(a, b) or excludes(a.key, b.key) for a in mine for b in theirs):
            return False
        return all(any(has(line, t) for line in lines) for t in mine if t.content)
    if reason.startswith("This says “every”"):
        return any(t.text.casefold() in _EVERY for line in lines for t in line.tokens)
    if _MAY.match(reason):
        return any(t.key in _POSSIBLE for line in lines for t in line.tokens)
    return False


_WORDING = re.compile(
    r"Most of this sentence is not in the passage|The passage does not carry “|This joins words of two sentences|"
    r"The passage says this only “if”"
)
_NUMBER = re.compile(r"The passage does not give the number (?P<own>.{1,60})\.$")
_WHERE = re.compile(r"This says “(?P<own>[^“”]{1,80})” where the passage says “(?P<theirs>[^“”]{1,80})”")
_MAY = re.compile(r"This says “(?:may|might|could)”; the passage does not")


def _is_unlike(token: Token) -> bool:
    """Whether a word may be the opposite of another: "unbeaten", "harmless"."""
    return token.text.casefold().startswith(PREFIXES) or token.text.endswith("less")


def _told_in(sentence: str) -> str:
    """A sentence of an article without the place that its first one begins with: it is where the writer sits."""
    return "\n".join(line[dateline(line) :] for line in sentence.split("\n"))


def _is_known(told: Sequence[Token], i: int, hit: Hit, start: int, owned: bool) -> bool:
    """Whether it need not be in the very sentences: a name that the article is about, of which or where this is told.

    `owned`: they say "her coach" of whoever was named before.
    """
    if not is_named(told[i]):
        return False
    governor = next((told[k] for k in range(i - 1, -1, -1) if not is_name(told[k]) and told[k].key not in _ARTICLES), None)
    if governor is not None and governor.text.casefold() not in _WHERE_IT_IS and not owned:
        return False
    around = _around(hit, start)
    return told[i].key in around or not demonyms().get(told[i].key, frozenset()).isdisjoint(around)


@lru_cache(maxsize=256)
def _around(hit: Hit, start: int) -> frozenset[str]:
    """The words of the article's headline, of its beginning and of the sentences before a place of the passage."""
    before = hit.article.text[: hit.passage.start + start][-1_000:]
    last = sentences(before)[-_BEFORE:]
    text = f"{hit.article.title} \n{_told_in(hit.article.text[:_HEAD])} \n{before[last[0][0] :] if last else ''}"
    return frozenset(token.key for token in tokens(normalised(text)))


def _is_called_so(token: Token) -> bool:
    """Whether it is part of a name or a title before one: "Prince Harry"."""
    return is_named(token) or (token.capital and token.key in TITLES)


# --- what belongs together


def _misjoined(told: Sequence[Token], lines: Sequence[Line], rows: Sequence[Line]) -> Iterator[str]:
    """What the article ties to something else, or says nowhere together."""
    yield from _done_by(told, lines)
    yield from _tied(told, lines, rows)
    yield from _of_another_clause(told, lines)
    yield from _only_thought_of(told, lines)
    yield from _of_a_part(told, lines)


def _done_by(told: Sequence[Token], lines: Sequence[Line]) -> Iterator[str]:
    """What somebody whom a sentence begins with did, told in the article of nobody who may be this one."""
    if not told or not is_named(told[0]):
        return
    n = next((n for n, t in enumerate(told) if not is_name(t) and t.key not in TITLES), len(told))
    while n < len(told) and not told[n].before.strip("-") and told[n].key in _AUXILIARIES:
        n += 1
    if n == len(told) or told[n].before.strip("-") or not (told[n].content and _is_verb(told[n])) or told[n].key in LIGHT:
        return
    verb, who = told[n], [t for t in told[:n] if is_name(t)]
    doing = [line for line in lines if has(line, verb)]
    if doing and not any(any(has(line, t) for t in who) or line.tokens[0].key in _TAKES_UP for line in doing):
        yield f"The article does not say “{verb.text}” of {who[-1].text}."


def _tied(told: Sequence[Token], lines: Sequence[Line], rows: Sequence[Line]) -> Iterator[str]:
    """A name behind a verb or a preposition that the article ties to another: "born in A" of “born in B but moved to A”."""
    for i, token in enumerate(told):
        if not i or not is_named(token) or (is_named(told[i - 1]) and not token.before):
            continue
        governor, link = _governor(told, i)
        if governor is None or not any(has(line, token) for line in lines):
            continue
        head = told[governor]
        phrase = " ".join(filter(None, (head.text, link)))
        both = [line for line in lines if has(line, head) and has(line, token)]
        mine = {t.key for t in _run(told, i)}
        alike = [row for row in rows if row.matching(head)] or lines  # "succeeded", rather than "follows" for it
        rivals = [shown(other) for line in alike if (other := _rival(line, head, link)) and not _are_one(other, mine)]
        if rivals and not any(_follows(line, head, link, token) for line in alike):
            yield f"In the article this is “{phrase} {rivals[0]}”, but this says “{phrase} {token.text}”."
        elif not link and both and not any(_follows(line, head, link, token) for line in lines):
            yield f"The article does not say “{phrase} {token.text}”."
        elif not both and any(has(line, head) for line in lines) and not (link == "of" and isa(head.text.casefold(), "titles")):
            yield f"The article does not say “{phrase} {token.text}” in one sentence."


def _governor(told: Sequence[Token], i: int) -> tuple[int | None, str]:
    """The word that a name hangs on, and the preposition between, if any: "born", "in" of "born in the small town of Felm"."""
    k = i
    while k > 0 and not told[k].before.strip("-") and (told[k - 1].key in _ARTICLES or told[k - 1].key in TITLES):
        k -= 1
    if k == 0 or told[k].before.strip("-"):
        return None, ""
    before = told[k - 1]
    if before.key in _BINDS:
        k -= 1
        while k > 0 and not told[k].before.strip("-") and not told[k - 1].content and told[k - 1].key not in _BINDS:
            k -= 1
        head = told[k - 1] if k else None
        if head is None or told[k].before.strip("-") or not _may_govern(head):
            return None, ""
        return k - 1, before.text
    return (k - 1, "") if _may_govern(before) and (is_past(before) or is_irregular(before)) else (None, "")


def _may_govern(token: Token) -> bool:
    return (
        token.content
        and not token.values
        and not token.date
        and not is_name(token)
        and not token.quoted
        and not isa(token.text.casefold(), "verbs_of_saying")
    )


def _is_verb(token: Token) -> bool:
    return is_past(token) or is_irregular(token) or is_mostly_verb(token.key)


def _rival(line: Line, head: Token, link: str) -> Sequence[Token]:
    """The name that a line has in the very place: behind the same word and preposition."""
    found = line.tokens
    for j in places(line, head):
        k = j + 1
        if link:
            if k >= len(found) or found[k].text != link or found[k].before.strip("-"):
                continue
            k += 1
        while k < len(found) and (found[k].key in _ARTICLES or found[k].key in TITLES) and not found[k].before.strip("-"):
            k += 1
        if k < len(found) and is_name(found[k]) and not found[k].before.strip("-"):
            return _run(found, k)
    return ()


def _run(found: Sequence[Token], i: int) -> Sequence[Token]:
    """The tokens of a name from a place on."""
    end = i + 1
    while end < len(found) and is_name(found[end]) and not found[end].before.strip("-."):
        end += 1
    return found[i:end]


def _are_one(name: Sequence[Token], mine: Set[str]) -> bool:
    """Whether a name has a word of the other: "the Supreme Court" is California's, and Ukraine's flag is Ukrainian."""
    return any(t.key in mine or any(t.key[:_PEOPLE] == key[:_PEOPLE] and len(key) >= _PEOPLE for key in mine) for t in name)


def _follows(line: Line, head: Token, link: str, token: Token) -> bool:
    """Whether a line has the name a few words behind such a word, with the preposition between."""
    for j in places(line, head):
        for k in places(line, token):
            between = [t.text for t in line.tokens[j + 1 : k]]
            if 0 < k - j <= _REACH + 2 and (not link or link in between[:_REACH]) and not _CLAUSES & {*between} - {"and", "or"}:
                return True
            if not link and 0 < j - k <= _REACH and "by" not in between:  # "A was succeeded by B"
                passive = any(t.key in _AUXILIARIES for t in line.tokens[k + 1 : j])
                if passive:
                    return True
    return False


def _of_another_clause(told: Sequence[Token], lines: Sequence[Line]) -> Iterator[str]:
    """A name, a number or a year that the article has in a clause of its own, which tells something else."""
    for clause in clauses(told):
        words = [told[i] for i in clause if told[i].content and not told[i].values and not told[i].date]
        for token in (told[i] for i in clause):
            if not (token.values or token.date == "year" or is_named(token)) or token.quoted:
                continue
            others = [t for t in words if t is not token and not (_is_called_so(t) and is_named(token))]
            home = _home(others, lines)
            if home is None:
                continue
            if has(home, token):
                rest = [t for t in told if t.content and t is not token and not (_is_called_so(t) and is_named(token))]
                if all(_is_aside(home, j, rest) for j in places(home, token)):
                    yield f"The article does not say this of {token.text}."
                elif rival := _nearer(home, token, others, [told[i] for i in clause]):
                    yield f"The article says this of {rival}, not of {token.text}."
            elif any(has(line, token) for line in lines) and _of_its_kind(home, token, [told[i] for i in clause]):
                yield f"The article does not say this of {token.text}."  # in a sentence of its own it may


def _nearer(line: Line, token: Token, others: Sequence[Token], clause: Sequence[Token]) -> str:
    """The other number or year that stands in the clause of a line that tells what the sentence tells of this one."""
    if not token.values and token.date != "year":
        return ""
    parts = [Line(line.tokens[part.start : part.stop]) for part in clauses(line.tokens)]
    counts = [sum(bool(part.matching(t)) for t in others) for part in parts]
    mine = max((count for part, count in zip(parts, counts, strict=True) if has(part, token)), default=0)
    home = parts[counts.index(max(counts))]
    return _of_its_kind(home, token, clause) if max(counts) > mine and not has(home, token) else ""


def _home(words: Sequence[Token], lines: Sequence[Line]) -> Line | None:
    """The one line that has most of some words; None where there is no such."""
    counts = [sum(has(line, t) for t in words) for line in lines]
    most = max(counts)
    return lines[counts.index(most)] if most > 1 and counts.count(most) == 1 else None


def _of_its_kind(line: Line, token: Token, clause: Sequence[Token]) -> str:
    """What a line has of the kind of a number or a year that it lacks, and the clause has not."""
    for other in line.tokens:
        if any(other.key == t.key and other.values == t.values for t in clause if t is not token):
            continue
        kinds = [(bool(t.values), t.date, t.unit, t.measure and t.measure.dimension) for t in (token, other)]
        if (token.values or token.date == "year") and kinds[0] == kinds[1]:
            return other.text
    return ""


def _is_aside(line: Line, j: int, others: Sequence[Token]) -> bool:
    """Whether a word stands in a clause of its own, with words that the sentence has not and none that it has."""
    found = line.tokens
    start, end = j, j + 1
    while start > 0 and not _opens(found, start):
        start -= 1
    while end < len(found) and not _opens(found, end):
        end += 1
    if (end == j + 1 and end < len(found) and found[end].key in _RELATIVES) or (start == 0 and end == len(found)):
        return False
    inside = [k for k in range(start, end) if k != j and found[k].content and not found[k].capital and found[k].key not in LIGHT]
    if not inside or not any(_is_verb(found[k]) for k in inside):
        return False
    with_words = {k for t in others for k in places(line, t)}
    return with_words.isdisjoint(range(start, end)) and bool(with_words)


def _opens(found: Sequence[Token], n: int) -> bool:
    return bool(set(found[n].before) & frozenset(",;:()-") and found[n].before != "-") or found[n].key in _RELATIVES


def _only_thought_of(told: Sequence[Token], lines: Sequence[Line]) -> Iterator[str]:
    """A deed told as done that the article has as what would be: "Reinstating the draft would require a vote"."""
    if any(t.text.casefold() in _WOULD for t in told):
        return
    for n, token in enumerate(told):
        done = n and told[n - 1].text.casefold() in _HAS and is_past(token)
        places = [(line, j) for line in lines for j in line.matching(token)] if done else []
        if places and all(_is_thought_of(line.tokens, j) for line, j in places):
            yield f"The article does not say that this was done: “{token.text}”."
            return


def _is_thought_of(found: Sequence[Token], j: int) -> bool:
    part = next(part for part in clauses(found) if j in part)
    return any(found[k].text.casefold() in _WOULD for k in part) or (j > 0 and found[j - 1].text == "to")


def _of_a_part(told: Sequence[Token], lines: Sequence[Line]) -> Iterator[str]:
    """What the article says of some is said of all: "seven with one club" of “seven, six with that club and one with another”."""
    mine = [t for t in told if t.values and not t.date]
    for line in lines:
        found = [j for j in line.numbers if not line.tokens[j].date]
        for whole, part, rest in zip(found, found[1:], found[2:], strict=False):
            sizes = [max(line.tokens[j].values) for j in (whole, part, rest)]
            if sizes[1] + sizes[2] != sizes[0] or not line.tokens[part].before:
                continue
            if any(line.tokens[part].values & t.values for t in mine) or not any(
                line.tokens[whole].values & t.values for t in mine
            ):
                continue
            of_part = {t.key for t in line.tokens[part + 1 : rest] if t.content}
            if any(t.key in of_part for t in told):
                yield f"The article says this of {line.tokens[part].text} of the {line.tokens[whole].text}."
                return
