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

from qa.asking import NUMBER
from qa.check.doers import shown
from qa.check.polarity import opposed
from qa.check.status import excludes
from qa.citations import Quote
from vectorstore.language.align import NEGATIONS, Line
from vectorstore.language.datelines import dateline
from vectorstore.language.lexicon import word_set
from vectorstore.language.names import TITLES, demonyms, is_name
from vectorstore.language.senses import is_mostly_verb, is_word, may_mean
from vectorstore.language.sentences import sentences
from vectorstore.language.speakers import isa
from vectorstore.language.stems import stem_set
from vectorstore.language.tokens import Token, normalised, tokens
from vectorstore.language.verbs import is_irregular, is_past
from vectorstore.types import Hit

_MOST = 3  # sentences of a passage that may carry one between them
_BEFORE = 2  # sentences before these in which those are named whom they tell of
_HEAD = 300  # characters of an article in which its subject is named
_LONG = 9  # words of which one may stand elsewhere in the passage
_FAMILY = 6  # letters that two words of one family begin with: "immigration", "immigrants"

_LIGHT = stem_set("carrying.light") | word_set("carrying.light_pasts")
_SAYING = stem_set("carrying.saying")
_BINDS = word_set("carrying.binds")
_ARTICLES = word_set("words.articles")
_CLAUSES, _RELATIVES = word_set("words.clauses"), word_set("words.relatives")
_AUXILIARIES = word_set("words.being") | word_set("words.auxiliaries")
_WOULD, _HAS, _EVERY = (word_set(f"carrying.{name}") for name in ("would", "has", "every"))
_POSSIBLE = stem_set("carrying.possible")
_CUES = NEGATIONS | stem_set("polarity.refusals")
_ONLY = word_set("carrying.only")
_TAKES_UP = (word_set("words.subjects") | _ARTICLES) - word_set("carrying.points") - {"a", "an"}
_BREAKS = frozenset(',;:()!?"')
_PEOPLE = 5  # letters that a country and its people begin with
_NEAR = 3  # words between somebody and what they are called
_REACH = 6  # words between a verb or a noun and the name that a preposition ties to it


@dataclass(frozen=True, slots=True)
class Carried:
    """The sentences of a passage that say most of a sentence, and what speaks against their carrying it; empty where nothing."""

    quotes: tuple[Quote, ...] = ()
    against: str = ""
    missing: int = 0  # how many of its words they lack
    lines: tuple[Line, ...] = ()


def carrying(sentence: str, hit: Hit) -> Carried:
    """The few sentences of a hit's passage that have most of a sentence's words, and whether they carry it."""
    told = tokens(normalised(sentence))
    spans = sentences(hit.passage.text)
    rows = [Line(tokens(normalised(_told_in(hit.passage.text[slice(*span)])))) for span in spans]
    wanted = _wanted(told)
    chosen = _chosen(told, wanted, rows, _around(hit, 0))
    if not chosen or not any(told[i].values or told[i].date or not _is_named(told[i]) for i in wanted):
        return Carried(missing=len(wanted), against="Most of this sentence is not in the article.")
    quotes = tuple((hit, (hit.passage.start + spans[n][0], hit.passage.start + spans[n][1])) for n in chosen)
    lines = [rows[n] for n in chosen]
    around = _around(hit, spans[chosen[0]][0])
    lacked = [told[i] for i in wanted if not any(_has(line, told[i]) for line in lines) and not _is_known(told[i], rows, around)]
    if lacked and (len(wanted) < _LONG or len(lacked) > 1 or not any(_has(line, lacked[0]) for line in rows)):
        return Carried(quotes, f"The article has no word for “{lacked[0].text}” there.", len(lacked))
    plain = [told[i] for i in wanted if not (_is_named(told[i]) or told[i].values or told[i].date)]
    other = [token for token in plain if not any(line.matching(token) for line in lines)]
    if 2 * len(other) > len(plain) and len(other) > 1:
        return Carried(quotes, f"The article has other words for “{other[0].text}” and “{other[-1].text}”.", len(lacked))
    against = next(_misjoined(told, lines, rows), "")
    return Carried(quotes, against, len(lacked), tuple(lines))


def is_wording(reason: str, sentence: str, lines: Sequence[Line]) -> bool:
    """Whether a reason to refuse a sentence is its wording alone, where some sentences have each of its words beside its own."""
    if _WORDING.match(reason):
        return True
    told = tokens(normalised(sentence))
    if found := _NUMBER.match(reason):
        missing = [t for t in told if t.values and found["own"].startswith(t.text)]
        return bool(missing) and all(any(_has(line, t) for line in lines) for t in missing)
    if found := _WHERE.match(reason):
        mine, theirs = tokens(normalised(found["own"])), tokens(normalised(found["theirs"]))
        if any(opposed(a, b) or excludes(a.key, b.key) for a in mine for b in theirs):
            return False
        return all(any(_has(line, t) for line in lines) for t in mine if t.content)
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


def _told_in(sentence: str) -> str:
    """A sentence of an article without the place that its first one begins with: it is where the writer sits."""
    return "\n".join(line[dateline(line) :] for line in sentence.split("\n"))


def _wanted(told: Sequence[Token]) -> list[int]:
    """The words of a sentence that need one in the article: they tell something, and are no frame of it."""
    content = [i for i, token in enumerate(told) if token.text.casefold() in _ONLY or (token.content and not _frames(told, i))]
    heavy = [i for i in content if told[i].key not in _LIGHT]
    plain = [i for i in heavy if not (_is_named(told[i]) or told[i].values or told[i].date)]
    return heavy if plain or any((told[i].values and told[i].values != {1}) or told[i].date for i in heavy) else content


def _frames(told: Sequence[Token], i: int) -> bool:
    """Whether a word only says that it is said, by whom, or about how many; "admitted" and "denied" say more."""
    token, low = told[i], told[i].text.casefold()
    if token.values or token.date:
        return False
    if isa(low, "titles"):
        return token.capital or any(is_name(t) for t in told[i + 1 : i + 2])
    return token.quoted or token.key in _SAYING or bool(NUMBER.fullmatch(low))


def _chosen(told: Sequence[Token], wanted: Sequence[int], rows: Sequence[Line], known: frozenset[str]) -> list[int]:
    """The rows that have most of the words, as few as give them, in their order; a neighbour before a distant one.

    None is taken for a name alone that the article is known to be about.
    """
    about = frozenset(i for i in wanted if _is_named(told[i]) and told[i].key in known)
    held = [frozenset(i for i in wanted if _has(row, told[i])) for row in rows]
    chosen: list[int] = []
    have: frozenset[int] = frozenset()
    while len(chosen) < _MOST and rows:
        best = max(range(len(rows)), key=lambda n: (len(held[n] - have), any(abs(n - c) == 1 for c in chosen), -n))
        if not held[best] - have - (about if chosen else frozenset()):
            break
        chosen.append(best)
        have |= held[best] | about
    return sorted(chosen)


def _around(hit: Hit, start: int) -> frozenset[str]:
    """The words of the article's headline, of its beginning and of the sentences before a place of the passage."""
    before = hit.article.text[: hit.passage.start + start][-1_000:]
    last = sentences(before)[-_BEFORE:]
    text = f"{hit.article.title} \n{_told_in(hit.article.text[:_HEAD])} \n{before[last[0][0] :] if last else ''}"
    return frozenset(token.key for token in tokens(normalised(text)))


def _is_known(token: Token, rows: Sequence[Line], around: frozenset[str]) -> bool:
    """Whether it need not be in the very sentences: a name that the article is about, a number or a day by other rules."""
    if token.values or token.date:
        return not any(row.matching(token) for row in rows)
    return _is_named(token) and (token.key in around or not demonyms().get(token.key, frozenset()).isdisjoint(around))


def _is_named(token: Token) -> bool:
    return is_name(token) and (not token.first or not is_word(token.key))


def _is_called_so(token: Token) -> bool:
    """Whether it is part of a name or a title before one: "Prince Harry"."""
    return _is_named(token) or (token.capital and token.key in TITLES)


def _has(line: Line, token: Token) -> bool:
    return bool(_places(line, token))


@lru_cache(maxsize=4096)
def _places(line: Line, token: Token) -> tuple[int, ...]:
    """Where a line has a word, or one that may mean it."""
    if token.values or token.date:
        given = [j for j in line.matching(token) if token.date or not _is_in_score(line.tokens, j)]
        return tuple(given) or tuple(j for j in line.numbers if _is_counted_so(line.tokens, j, token))
    if token.text.casefold() in _ONLY:
        return tuple(j for j, other in enumerate(line.tokens) if other.text.casefold() in _ONLY)
    if same := line.matching(token):
        return tuple(same)
    people = demonyms().get(token.key, frozenset())
    return tuple(
        j
        for j, other in enumerate(line.tokens)
        if other.content and not other.values and (other.key in people or (not token.capital and _means(token.key, other.key)))
    )


def _is_in_score(found: Sequence[Token], j: int) -> bool:
    """Whether a number is one side of "7-5", which counts nothing; a sentence with a score has both."""
    sides = [k for k in (j, j + 1) if 0 < k < len(found) and found[k].before == "-" and found[k].values and found[k - 1].values]
    return bool(sides) and not found[j].unit and not found[j].measure


def _is_counted_so(found: Sequence[Token], j: int, token: Token) -> bool:
    """Whether a number is the same in another form: "the third seed" and "No. 3", "at 44" and "the 44-year-old"."""
    other = found[j]
    if token.values.isdisjoint(other.values) or token.date or other.date:
        return False
    units = {token.unit, other.unit}
    if units in ({"ordinal", ""}, {"th", ""}):
        return bool(j) and (other.unit or token.unit) != "" and found[j - 1].content and not found[j - 1].values
    measures = [t.measure.dimension for t in (token, other) if t.measure]
    return measures == ["time"] and units == {""}


def _means(key: str, other: str) -> bool:
    family = key[:_FAMILY] == other[:_FAMILY] and len(key) >= _FAMILY and abs(len(key) - len(other)) <= 4
    return family or may_mean(key, other, narrower=False)


# --- what belongs together


def _misjoined(told: Sequence[Token], lines: Sequence[Line], rows: Sequence[Line]) -> Iterator[str]:
    """What the article ties to something else, or says nowhere together."""
    yield from _done_by(told, lines)
    yield from _tied(told, lines, rows)
    yield from _apposed(told, lines)
    yield from _of_another_clause(told, lines)
    yield from _in_time(told, lines)
    yield from _denied(told, lines)
    yield from _only_thought_of(told, lines)
    yield from _of_a_part(told, lines)


def _done_by(told: Sequence[Token], lines: Sequence[Line]) -> Iterator[str]:
    """What somebody whom a sentence begins with did, told in the article of nobody who may be this one."""
    if not told or not _is_named(told[0]):
        return
    n = next((n for n, t in enumerate(told) if not is_name(t) and t.key not in TITLES), len(told))
    while n < len(told) and not told[n].before.strip("-") and told[n].key in _AUXILIARIES:
        n += 1
    if n == len(told) or told[n].before.strip("-") or not (told[n].content and _is_verb(told[n])) or told[n].key in _LIGHT:
        return
    verb, who = told[n], [t for t in told[:n] if is_name(t)]
    doing = [line for line in lines if _has(line, verb)]
    if doing and not any(any(_has(line, t) for t in who) or line.tokens[0].key in _TAKES_UP for line in doing):
        yield f"The article does not say “{verb.text}” of {who[-1].text}."


def _tied(told: Sequence[Token], lines: Sequence[Line], rows: Sequence[Line]) -> Iterator[str]:
    """A name behind a verb or a preposition that the article ties to another: "born in A" of “born in B but moved to A”."""
    for i, token in enumerate(told):
        if not i or not _is_named(token) or (_is_named(told[i - 1]) and not token.before):
            continue
        governor, link = _governor(told, i)
        if governor is None or not any(_has(line, token) for line in lines):
            continue
        head = told[governor]
        phrase = " ".join(filter(None, (head.text, link)))
        both = [line for line in lines if _has(line, head) and _has(line, token)]
        mine = {t.key for t in _run(told, i)}
        alike = [row for row in rows if row.matching(head)] or lines  # "succeeded", rather than "follows" for it
        rivals = [shown(other) for line in alike if (other := _rival(line, head, link)) and not _are_one(other, mine)]
        if rivals and not any(_follows(line, head, link, token) for line in alike):
            yield f"In the article this is “{phrase} {rivals[0]}”, but this says “{phrase} {token.text}”."
        elif not link and both and not any(_follows(line, head, link, token) for line in lines):
            yield f"The article does not say “{phrase} {token.text}”."
        elif not both and any(_has(line, head) for line in lines) and not (link == "of" and isa(head.text.casefold(), "titles")):
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
    return (k - 1, "") if _may_govern(before) and _is_verb(before) else (None, "")


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
    for j in _places(line, head):
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
    for j in _places(line, head):
        for k in _places(line, token):
            between = [t.text for t in line.tokens[j + 1 : k]]
            if 0 < k - j <= _REACH + 2 and (not link or link in between[:_REACH]) and not _CLAUSES & {*between} - {"and", "or"}:
                return True
            if not link and 0 < j - k <= _REACH and "by" not in between:  # "A was succeeded by B"
                passive = any(t.key in _AUXILIARIES for t in line.tokens[k + 1 : j])
                if passive:
                    return True
    return False


def _apposed(told: Sequence[Token], lines: Sequence[Line]) -> Iterator[str]:
    """What somebody is called between commas, which the article says of nobody or of another."""
    for i in range(1, len(told) - 1):
        if "," not in told[i].before or not is_name(told[i - 1]) or told[i].key in _BINDS | _CLAUSES | _AUXILIARIES:
            continue
        if is_name(told[i]) or told[i].values or told[i].date or is_past(told[i]) or told[i].text.endswith("ing"):
            continue
        end = next((k for k in range(i + 1, len(told)) if set(told[k].before) & _BREAKS), 0)
        called = [t for t in told[i:end] if t.content and not t.values]
        if not end or not called or any(_is_finite(t) for t in told[i:end]):
            continue
        who = told[i - 1]
        if any(_has(line, who) for line in lines) and not any(_is_called(line, who, called) for line in lines):
            yield f"The article does not say that {who.text} is “{' '.join(t.text for t in told[i:end])}”."


def _is_finite(token: Token) -> bool:
    return token.key in _AUXILIARIES


def _is_called(line: Line, who: Token, called: Sequence[Token]) -> bool:
    """Whether a line has these words together, right before the name or behind it; few words between."""
    places = [_places(line, t) for t in called]
    if not all(places):
        return False
    return any(
        min(abs(at - min(near)), abs(at - max(near))) <= _NEAR and max(near) - min(near) <= len(called) + _NEAR
        for at in _places(line, who)
        for near in [[min(some, key=lambda j: abs(j - at)) for some in places]]
    )


def _of_another_clause(told: Sequence[Token], lines: Sequence[Line]) -> Iterator[str]:
    """A name, a number or a year that the article has in a clause of its own, which tells something else."""
    for clause in _clauses(told):
        words = [told[i] for i in clause if told[i].content and not told[i].values and not told[i].date]
        for token in (told[i] for i in clause):
            if not (token.values or token.date == "year" or _is_named(token)) or token.quoted:
                continue
            others = [t for t in words if t is not token and not (_is_called_so(t) and _is_named(token))]
            home = _home(others, lines)
            if home is None:
                continue
            if _has(home, token):
                rest = [t for t in told if t.content and t is not token and not (_is_called_so(t) and _is_named(token))]
                if all(_is_aside(home, j, rest) for j in _places(home, token)):
                    yield f"The article does not say this of {token.text}."
                elif rival := _nearer(home, token, others, [told[i] for i in clause]):
                    yield f"The article says this of {rival}, not of {token.text}."
            elif any(_has(line, token) for line in lines) and _of_its_kind(home, token, [told[i] for i in clause]):
                yield f"The article does not say this of {token.text}."  # in a sentence of its own it may


def _nearer(line: Line, token: Token, others: Sequence[Token], clause: Sequence[Token]) -> str:
    """The other number or year that stands in the clause of a line that tells what the sentence tells of this one."""
    if not token.values and token.date != "year":
        return ""
    parts = [Line(line.tokens[part.start : part.stop]) for part in _clauses(line.tokens)]
    counts = [sum(_has(part, t) for t in others) for part in parts]
    mine = max((count for part, count in zip(parts, counts, strict=True) if _has(part, token)), default=0)
    home = parts[counts.index(max(counts))]
    return _of_its_kind(home, token, clause) if max(counts) > mine and not _has(home, token) else ""


def _home(words: Sequence[Token], lines: Sequence[Line]) -> Line | None:
    """The one line that has most of some words; None where there is no such."""
    counts = [sum(_has(line, t) for t in words) for line in lines]
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
    inside = [k for k in range(start, end) if k != j and found[k].content and not found[k].capital and found[k].key not in _LIGHT]
    if not inside or not any(_is_verb(found[k]) for k in inside):
        return False
    with_words = {k for t in others for k in _places(line, t)}
    return with_words.isdisjoint(range(start, end)) and bool(with_words)


def _opens(found: Sequence[Token], n: int) -> bool:
    return bool(set(found[n].before) & frozenset(",;:()-") and found[n].before != "-") or found[n].key in _RELATIVES


def _clauses(told: Sequence[Token]) -> Iterator[range]:
    start = 0
    for n, token in enumerate(told):
        if n and (token.key in _CLAUSES or (set(token.before) & _BREAKS and not token.values)):
            yield range(start, n)
            start = n
    yield range(start, len(told))


def _in_time(told: Sequence[Token], lines: Sequence[Line]) -> Iterator[str]:
    """ "Before" for "after", or the other way around."""
    before, after = word_set("carrying.before"), word_set("carrying.after")
    theirs = {t.text.casefold() for line in lines for t in line.tokens}
    for n, token in enumerate(told):
        low = token.text.casefold()
        mine, other = (before, after) if low in before else (after, before)
        if low not in word_set("carrying.orders") or (n and told[n - 1].key in word_set("carrying.spans")):
            continue
        if n and any(_is_turned(told, n, line, mine) for line in lines):
            yield f"In the article what stands before and after “{token.text}” is the other way around."
        elif theirs.isdisjoint(mine):
            found = next((t.text for line in lines for t in line.tokens if t.text.casefold() in other), "")
            if found:
                yield f"This says “{token.text}” where the article says “{found}”."
            else:
                yield f"The article does not say “{token.text}”."


def _denied(told: Sequence[Token], lines: Sequence[Line]) -> Iterator[str]:
    """A deed that the article denies some words before it: "is not able to independently confirm"."""
    if any(t.key in _CUES for t in told):
        return
    for token in told:
        if not token.content or not _is_verb(token) or token.key in _LIGHT:
            continue
        for line in lines:
            for j in line.matching(token):
                before = line.tokens[max(0, j - _REACH) : j]
                cue = next((n for n in range(len(before) - 1, -1, -1) if before[n].key in _CUES), -1)
                between = before[cue + 1 :]
                if (
                    cue >= 0
                    and all(not t.content or t.key in _LIGHT or t.text.endswith("ly") for t in between)
                    and not any(set(t.before) & _BREAKS for t in (*between, line.tokens[j]))
                ):
                    yield f"The article says “{before[cue].text} … {line.tokens[j].text}”."


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
    part = next(part for part in _clauses(found) if j in part)
    return any(found[k].text.casefold() in _WOULD for k in part) or (j > 0 and found[j - 1].text == "to")


def _is_turned(told: Sequence[Token], n: int, line: Line, words: frozenset[str]) -> bool:
    """Whether a line has on the other side of such a word what the sentence has on the one, and has nothing as it has it."""
    first, then = (
        [t for t in side if t.content and t.key not in _LIGHT and not _is_named(t)] for side in (told[:n], told[n + 1 :])
    )
    for j, other in enumerate(line.tokens):
        if other.text.casefold() in words:
            left, right = range(j), range(j + 1, len(line.tokens))
            kept = _any_in(line, first, left) and _any_in(line, then, right)
            if not kept and _any_in(line, first, right) and _any_in(line, then, left):
                return True
    return False


def _any_in(line: Line, words: Sequence[Token], part: range) -> bool:
    return any(k in part for t in words for k in _places(line, t))


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
