"""Text -> who says which part of it: in quotation marks, beside a verb of saying, or by "according to".

What nobody is named for is the writer's own. A speaker is known by name or by role ("the mayor", "police"); a surname is that
of the first full name with it, and "she" is whom the sentence before was about, where that can be told.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from vectorstore.language.eastern import EASTERN, who_quoted, who_tells
from vectorstore.language.lexicon import word_set
from vectorstore.language.quotations import PAIRS, Quotation, quotations
from vectorstore.language.sentences import sentences
from vectorstore.language.speakers import (
    COMMAS,
    DASHES,
    QUOTE,
    UNKNOWN,
    People,
    Speaker,
    Word,
    ends_phrase,
    facts,
    is_possessive,
    isa,
    may_be_person,
    mentioned,
    people,
    speaker,
)  # fmt: skip
from vectorstore.language.stems import stem, stem_set
from vectorstore.language.tokens import WEEKDAYS


@dataclass(frozen=True, slots=True)
class Speech:
    """A part of a sentence that somebody says, with the words that say who does."""

    start: int
    end: int
    speakers: tuple[Speaker, ...]  # the nearest first: two where one tells what another said
    frame: tuple[int, int] = (0, 0)  # "said mayor Vit Dahl", in the same text
    denied: bool = False


@lru_cache(maxsize=256)
def speech(text: str) -> tuple[Speech, ...]:
    """What is said in a text, in order. What lies between two of them is the writer's own."""
    reading = _Reading(text)
    reading.read_sentences()
    reading.read_bare_quotations()
    return tuple(sorted(reading.found, key=lambda one: one.start))


_BINDS = word_set("carrying.binds")  # "in the", "of the"
_GRID = 4_000  # characters: of a text of three times as many what is around the place that is asked for is read


def speech_in(text: str, start: int, end: int, grid: int = _GRID) -> list[Speech]:
    """What is said in a part of a text, read with what stands around it."""
    first, last = 0, len(text)
    if last > 3 * grid:
        near = max(0, start // grid * grid - 3 * grid // 4)
        far = min(last, (end // grid + 1) * grid + 3 * grid // 4)
        line_start, line_end = text.rfind("\n", max(0, near - grid), near), text.find("\n", far, far + grid)
        first, last = (line_start + 1 if line_start >= 0 else near), (line_end if line_end >= 0 else far)
    return [
        Speech(a, b, one.speakers, (one.frame[0] + first, one.frame[1] + first), one.denied)
        for one in speech(text[first:last])
        if (a := one.start + first) < end and (b := one.end + first) > start
    ]


class Said(NamedTuple):
    """Whose the words of a quote are, and the quotation marks that belong to it and stand outside of it."""

    speaker: str = ""  # empty: the writer's own
    opening: str = ""
    closing: str = ""
    is_named: bool = True  # whether the words themselves name the speaker


_NEAR = 1_500  # characters: whose a quote is stands nearer to it than what a claim is held against


def _may_be_said(text: str, start: int, end: int) -> bool:
    """Whether anything around the words could give them to somebody: most sentences of news have nothing of the kind."""
    line_start, line_end = text.rfind("\n", 0, start) + 1, text.find("\n", end) % (len(text) + 1)
    near = text[max(line_start, start - 100) : min(line_end, end + 100)]
    if (
        text[max(0, start - 9) : start].rstrip(" \n")[-1:] in (":", "-", "–", "—")
        or _LABEL.match(text, line_start)
        or _MARK.search(near)
    ):
        return True
    return any(
        word.isa("verbs_of_saying") or word.isa("according")
        for word in (Word(*facts(m.group()), 0, 0) for m in _TOKEN.finditer(near))
    )


_MARK = re.compile('[:"“”„«»‹›「」『』‘]')


@lru_cache(maxsize=2048)
def said(text: str, start: int, end: int) -> Said:
    """Who says the words from start to end, if not the writer."""
    inside = _quotations_in(text, start, end)
    if not inside and not _may_be_said(text, start, end):
        return Said()
    found = speech_in(text, start, end, _NEAR)
    spoken = [one for one in found if _shared(one, start, end) - max(0, _shared(one.frame, start, end)) > 3]
    if 2 * sum(_shared(one, start, end) for one in found) < end - start:
        spoken = []  # the writer's own, with a word of somebody's
    names = list(dict.fromkeys(one.speakers[0].shown for one in spoken))
    words = text[start:end].casefold()
    opening = closing = ""
    for q in inside:
        if q.start < start < q.end and text[start] not in f"{q.opening or '“'}“":  # a later paragraph has a mark of its own
            opening = q.opening or "“"
        if q.start < end < q.end:
            closing = q.closing or PAIRS.get(q.opening, "”")[0]
    if not spoken:
        within = any(q.start <= start and end <= q.end for q in inside)
        return Said(_UNNAMED if within else "", opening, closing, not within)
    names = [name for name in names if name] or [""] * bool(names)  # beside one who is named, "she" adds nothing
    shown = " and ".join(name or _UNNAMED for name in names)
    return Said(shown, opening, closing, all(name and name.split()[-1].casefold() in words for name in names))


def _shared(one: tuple[int, int] | Speech, start: int, end: int) -> int:
    first, last = (one.start, one.end) if isinstance(one, Speech) else one
    return min(last, end) - max(first, start)


_UNNAMED = "somebody quoted in the article"


def _quotations_in(text: str, start: int, end: int) -> list[Quotation]:
    """The quotations of whole clauses that a part of a text lies in, or that lie in it."""
    found = quotations(text)
    first = max(0, bisect_right([q.start for q in found], start) - 1)
    return [q for q in found[first:] if q.start < end and q.end > start and _is_speech(text, q)]


# An elided article, a word with what is inside it ("O'Neil", "well-known", "J."), a number, a sign.
_TOKEN = re.compile(
    r"(?:[LlDdNnSsJjMm]|[Qq]u)['’](?=[^\W\d_]{2})"
    r"|[^\W\d_](?:\w|['’&.-](?=[^\W_]))*(?:(?<=\b[A-Z])\.|(?<=s)['’](?=\s\w))?"
    r"|\d+(?:[.,:]\d+)*\w*%?|[^\w\s]"
)
# A paragraph of a transcript: "KERN: The bridge is rotten."
_LABEL = re.compile(r"[^\S\n]*[“\"]?([A-Z][A-Z.'’-]+(?: [A-Z][A-Z.'’-]+){0,3}|[QA])(?:, [^:\n]{1,40}| \([^:\n]{1,40}\))?: ")
_LONG = 8  # characters: a Chinese, Japanese or Korean title is seldom as long
_CALLED = 15  # characters: as long are "dubbed" and its like
_ASIDE = 12  # words of a sentence between two quotations that tells who goes on
_INTRODUCED = 4  # sentences before an interview that name who is asked
_LONGEST_PHRASE = 14
_LONGEST_ASIDE = 6  # commas between somebody and their verb


class _Reading:
    """A text while it is read, sentence by sentence."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.quoted = [q for q in quotations(text) if _is_speech(text, q)]
        self.starts = [q.start for q in self.quoted]
        self.spans = sentences(text)
        self.rows = [self._words(start, end) for start, end in self.spans]
        self.people = people(self.rows)
        self.first: list[Speaker | None] = []  # for each sentence who speaks in it
        self.subjects: dict[int, list[Speaker]] = {}  # and whom it is about, as far as that was asked
        self.by_quote: dict[int, tuple[Speaker, ...]] = {}
        self.found: list[Speech] = []
        self.chief: Speaker | None = None  # who spoke last, where it was "the chief executive"

    def _words(self, start: int, end: int) -> list[Word]:
        """The words and signs of a sentence, with each quotation in it as one."""
        row: list[Word] = []
        q = max(0, bisect_right(self.starts, start) - 1)
        if not any(one.start < end and one.end > start for one in self.quoted[q : q + 2]):
            return [Word(*facts(match.group()), *match.span()) for match in _TOKEN.finditer(self.text, start, end)]
        for match in _TOKEN.finditer(self.text, start, end):
            while q < len(self.quoted) and self.quoted[q].end <= match.start():
                q += 1
            if q == len(self.quoted) or self.quoted[q].start > match.start():
                row.append(Word(*facts(match.group()), *match.span()))
            elif not row or row[-1].text != QUOTE or row[-1].start != max(self.quoted[q].start, start):
                row.append(Word(*facts(QUOTE), max(self.quoted[q].start, start), min(self.quoted[q].end, end)))
        return row

    def read_sentences(self) -> None:
        announced: Speaker | None = None  # by a colon at the end of the sentence before
        label: Speaker | None = None
        for n, ((start, end), row) in enumerate(zip(self.spans, self.rows, strict=True)):
            if n == 0 or "\n" in self.text[self.spans[n - 1][1] : start]:
                label = None
                if labelled := _LABEL.match(self.text, start, end):
                    label = self._labelled(labelled[1].title().split())
            if label:
                self.found.append(Speech(start, end, (self.people.resolved(label, n),), (start, start)))
                self.first.append(None)
                continue
            if EASTERN.search(self.text, start, end):
                self._read_eastern(start, end)
                continue
            cues = list(_cues(row, self.people))
            spoken = list(self._speeches(cues, n))
            self._give_quotations(n, cues, spoken, announced)
            self.found.extend(spoken)
            self.first.append(spoken[0].speakers[0] if spoken and spoken[0].speakers[0].shown else None)
            if row and row[0].isa("pronouns") and not spoken:
                self.first[-1] = self._meant(row[0].low, n)
            about = self._about(n) if row and row[-1].text == ":" else ()
            announced = about[0] if about else None

    def _read_eastern(self, start: int, end: int) -> None:
        """Note who says the quotations that end in a sentence of Chinese, Japanese or Korean, or what it tells."""
        self.first.append(None)
        near = range(max(0, bisect_right(self.starts, start) - 1), bisect_right(self.starts, end))
        for q in near:
            if (
                (one := self.quoted[q]).end > start
                and q not in self.by_quote
                and (who := who_quoted(self.text, one.start, one.end))
            ):
                self.by_quote[q] = (who,)
        if not any(self.quoted[q].end > start for q in near) and (told := who_tells(self.text, start, end)):
            who, frame, stop = told
            self.found.append(Speech(start, stop, (who,), frame))
            self.first[-1] = who

    def _labelled(self, words: Sequence[str]) -> Speaker:
        """Whom a transcript's label names; "Q" is who asks, "A" the one whom the text names first."""
        if words[0] in ("Q", "A"):
            named = (one for row in self.rows[:_INTRODUCED] for one in mentioned(row) if self.people.may_be_person(one))
            return next(named, UNKNOWN) if words[0] == "A" else UNKNOWN
        return Speaker(" ".join(words), frozenset(map(str.casefold, words)), frozenset({stem(words[0].lower())}))

    def _about(self, n: int) -> list[Speaker]:
        """Whom a sentence is about: who speaks in it, or its names in order, behind "a deckhand" where it starts so."""
        if n not in self.subjects:
            first, names = self.first[n], [self.people.resolved(one, n) for one in mentioned(self.rows[n])]
            if some := self._somebody(self.rows[n]):
                names.insert(0, some)
            self.subjects[n] = [first, *(one for one in names if not one.is_same(first))] if first else names
        return self.subjects[n]

    def _somebody(self, row: Sequence[Word]) -> Speaker | None:
        """Somebody without a name whom a sentence begins with: "A deckhand saw it"."""
        if not row or not row[0].isa("one_of_many"):
            return None
        phrase = _subject(row, len(row))
        who, behind = speaker(phrase), row[len(phrase) : len(phrase) + 2]
        if isinstance(who, str) or who.names or (len(behind) > 1 and behind[0].text == "," and behind[1].capital):
            return None  # "A passenger, Jo Lind, was hurt"
        return None if who.heads.isdisjoint(stem_set("followups.roles")) else who

    def _give_quotations(self, n: int, cues: Sequence[_Cue], spoken: Sequence[Speech], announced: Speaker | None) -> None:
        """Note whose the quotations are that touch a sentence, or end before one that only says who spoke."""
        row, (start, end) = self.rows[n], self.spans[n]
        before = q = bisect_right(self.starts, start) - 1
        if before >= 0 and not self.text[self.quoted[before].end : start].strip():
            if spoken and _has_nothing_else(row, cues[0]):  # "Kern said, looking at the bridge."
                self.by_quote.setdefault(before, spoken[0].speakers)
            elif row and row[0].text in (*DASHES, "-") and len(row) < 8 and (names := mentioned(row)):
                self.by_quote[before] = (self.people.resolved(names[0], n),)
        q = max(0, q)
        while q < len(self.quoted) and self.quoted[q].start < end:
            if self.quoted[q].end > start:
                if announced and not spoken and self.quoted[q].start >= start:
                    self.by_quote.setdefault(q, (announced,))
                for one in spoken:
                    if one.start < self.quoted[q].end and one.end > self.quoted[q].start:
                        self.by_quote.setdefault(q, one.speakers)
            q += 1

    def _speeches(self, cues: Sequence[_Cue], n: int) -> Iterator[Speech]:
        """The parts of a sentence by who says them. What leads up to a speaker ("Asked of it, Kern said") is the writer's."""
        row, (position, end) = self.rows[n], self.spans[n]
        previous: tuple[Speaker, ...] = ()
        denied = False
        for k, cue in enumerate(cues):
            nested = k > 0 and _is_nested(row, cues[k - 1], cue)
            if isinstance(cue.speaker, Speaker):
                who = self.people.resolved(cue.speaker, n)
                if self.chief and len(who.names) > 1 and not who.heads:  # "…, its chief executive said. “…,” Ida Kern said."
                    who = replace(who, heads=self.chief.heads, roles=self.chief.roles)
                if who.names or not who.heads.isdisjoint(stem_set("speech.chiefs")):
                    self.chief = None if who.names else who
            elif previous:
                who = (cue.denies and self._accused(row[: cue.start], previous[0], n)) or previous[0]
            else:
                own = speaker(_subject(row, cue.start)) if cue.start > 1 and cue.trailing else ""
                is_body = (
                    isinstance(own, Speaker) and not isa(cue.speaker, "one_person") and own.heads & stem_set("speech.bodies")
                )
                if isinstance(own, Speaker) and (
                    own.names or is_body
                ):  # "Dahl scolded him: “…,” she said", "the bank lost it, it said"
                    who = self.people.resolved(own, n)
                else:
                    who = self._meant(cue.speaker, n, cue.denies)
            begin = position if cue.trailing else max(position, row[cue.start].start)
            stop = end
            if k + 1 < len(cues):
                following = cues[k + 1]
                signs = [word.end for word in row[cue.end : following.start] if word.text in ":;"]
                stop = row[following.start].start
                if following.trailing and (cue.trailing or signs):
                    stop = row[cue.end - 1].end if cue.trailing else signs[-1]
            denied = cue.denies or (nested and denied and cue.start != cue.at)
            speakers = (
                who,
                *(self.people.resolved(one, n) for one in cue.beside),
                *(one for one in previous if nested and one != who),
            )
            teller = cues[k + 1].speaker if k + 1 < len(cues) and cues[k + 1].trailing and not cue.trailing else ""
            if isinstance(teller, Speaker):  # "Kern said it was rotten, according to Dahl"
                speakers += (self.people.resolved(teller, n),)
                if not k and position < begin:  # "Last year, Kern said …, according to Dahl"
                    yield Speech(position, begin, speakers[-1:], (begin, begin))
            if begin < stop:
                yield Speech(begin, stop, speakers, (row[cue.start].start, row[cue.end - 1].end), denied)
            previous, position = speakers, stop

    def _accused(self, row: Sequence[Word], accuser: Speaker, n: int) -> Speaker | None:
        """Who denies it in "Prosecutors say Kern took it, which she denies"."""
        named = [one for one in mentioned(row) if not one.is_same(accuser) and self.people.may_be_person(one)]
        return self.people.resolved(named[-1], n) if named else None

    def _meant(self, pronoun: str, n: int, denies: bool = False) -> Speaker:
        """Whom a pronoun means: whom the nearest sentence is about, unless that one is known to be of the other kind.

        Who denies it is whom somebody accused there, not who did."""
        about = [one for before in range(n - 1, max(-1, n - 5), -1) for one in self._about(before)]
        if denies and n and self.first[n - 1]:
            about = [*about[1 : len(self._about(n - 1))], *about[:1], *about[len(self._about(n - 1)) :]]
        if isa(pronoun, "one_person"):
            self._take_turns(pronoun, n)
            about = [one for one in about if self.people.may_be_person(one)] or [one for one in about if len(one.names) == 1]
        for one in about:
            if self.people.gender.get(one.shown, pronoun) == pronoun:
                if isa(pronoun, "one_person"):
                    self.people.gender[one.shown] = pronoun
                return one
        return UNKNOWN

    def _take_turns(self, pronoun: str, n: int) -> None:
        """Tell two who speak in turn apart: “…,” said Kern. “…,” said Dahl. “…,” she said. “…,” he said."""
        one, other = (self.first[n - 2], self.first[n - 1]) if n > 1 else (None, None)
        if not (one and other) or one.is_same(other) or self.people.gender.keys() & {one.shown, other.shown}:
            return
        rows = self.rows[n - 2 : n + 2]
        if len(rows) < 4 or not (one.names and other.names) or any(row[0].text != QUOTE for row in rows):
            return
        theirs = [word.low for word in rows[3] if word.isa("one_person") and word.low != pronoun]
        if theirs:
            self.people.gender.update({one.shown: pronoun, other.shown: theirs[0]})

    def read_bare_quotations(self) -> None:
        """Find whose the quoted sentences are beside which no verb says it."""
        covered = sorted((one.start, one.end) for one in self.found)
        begins = [start for start, _ in covered]
        starts = [start for start, _ in self.spans]
        for q, (start, end, *_) in enumerate(self.quoted):
            told = q in self.by_quote and EASTERN.match(self.text, start + 1)
            who = self.by_quote.setdefault(q, self.by_quote.get(q) or self._nearby(q, bisect_right(starts, start) - 1))
            n = max(0, bisect_right(starts, start) - 1)
            while n < len(starts) and starts[n] < end:
                a, b = max(start, starts[n]), min(end, self.spans[n][1])
                k = max(0, bisect_right(begins, a) - 1)
                fragment = (
                    not told and 2 * (b - a) < self.spans[n][1] - starts[n]
                )  # of a sentence of the writer's: "a “very long” walk"
                if a < b and not fragment and not any(x < b and y > a for x, y in covered[k : k + 6]):
                    self.found.append(Speech(a, b, who, (a, a)))
                n += 1

    def _nearby(self, q: int, n: int) -> tuple[Speaker, ...]:
        """Whose a quotation is by what stands beside it: the ones in its paragraph, or whom the sentence before is about."""
        start, end, *_ = self.quoted[q]
        between = self.text[self.quoted[q - 1].end : start] if q else "\n\n\n"
        if q and q - 1 in self.by_quote and (not between.strip() or "\n" not in between):
            other = self._introduced(n - 1) if n > 0 and self.spans[n - 1][0] >= self.quoted[q - 1].end else None
            aside = other and len(self.rows[n - 1]) <= _ASIDE and not other.is_same(self.by_quote[q - 1][0])
            return (other,) if other and aside else self.by_quote[q - 1]  # "Her neighbour, Vit Dahl, agreed. “…” "
        asks = self.text[start:end].rstrip('”’"»“ \xa0\u202f」』')[-1:] in ("?", "？", "؟")  # who answers did not ask
        if q + 1 in self.by_quote and not asks and "\n" not in self.text[end : self.quoted[q + 1].start]:
            return self.by_quote[q + 1]
        if n > 0 and "\n" not in self.text[self.spans[n - 1][1] : self.spans[n][0]] and (about := self._about(n - 1)[:1]):
            return (about[0] if may_be_person(about[0]) else UNKNOWN,)
        paragraphs = [part for part in between.split("\n") if part.strip()]
        if q and q - 1 in self.by_quote and len(paragraphs) == 1 and between.endswith("\n"):
            return self.by_quote[q - 1]  # “…,” Kern said.\n\n“…”
        if n > 0 and self._fills_paragraphs(start, end) and (one := self._introduced(n - 1)):
            return (one,)
        return (UNKNOWN,)

    def _fills_paragraphs(self, start: int, end: int) -> bool:
        """Whether nothing but a quotation stands in its paragraphs."""
        before, behind = self.text[:start].rstrip(" \t\xa0")[-1:], self.text[end : end + 80].lstrip(" \t\xa0")[:1]
        return before == "\n" and behind in ("", "\n")

    def _introduced(self, n: int) -> Speaker | None:
        """The one person that a sentence is about: "Sergeant Obi Lang told the inquiry what he saw." None where it has two."""
        people = [one for one in dict.fromkeys(self._about(n)) if may_be_person(one)]
        start, end = self.spans[n]
        quoted = any(q.start < end and q.end > start for q in self.quoted)
        return people[0] if len(people) == 1 and people[0].is_same(self._about(n)[0]) and not quoted else None


def _is_speech(text: str, one: Quotation) -> bool:
    """Whether words in quotation marks are somebody's sentence, not a word that the writer stands off from."""
    words = text[one.start : one.end]
    before = text[max(0, one.start - _CALLED) : one.start].split()
    if before and before[-1].casefold() in word_set("speech.called") and words.count(" ") < 2:  # known as “Wren,”
        return False
    if EASTERN.match(words, 1) and (len(words) > _LONG or who_quoted(text, one.start, one.end)):
        return True
    return words.count(" ") >= 3 or words[:-1].rstrip()[-1:] in tuple(",.!?…，。！？") or text[one.end : one.end + 1] == ","


# --- verbs of saying and their subjects


class _Cue(NamedTuple):
    """A verb of saying with its subject, as places in a sentence's words."""

    at: int
    start: int
    end: int
    speaker: Speaker | str  # a pronoun
    trailing: bool = False  # what is said stands before it
    denies: bool = False
    beside: tuple[Speaker, ...] = ()  # who says it, too


def _cues(row: Sequence[Word], known: People) -> Iterator[_Cue]:
    """The verbs of saying of a sentence; where it has none, a colon or a dash with a name."""
    last: _Cue | None = None
    for i, word in enumerate(row):
        if not word.kinds:
            continue
        cue: _Cue | None = None
        if word.isa("according"):
            cue = _according(row, i)
        elif cue := _told_by(row, i):
            pass
        elif word.isa("verbs_of_saying") and not (word.capital and i) and _is_verb(row, i):
            cue = _verb(row, i, last)
            cue = cue._replace(denies=word.isa("denials")) if cue else None
            if cue and not cue.trailing and word.isa("says_behind") and not (i + 1 < len(row) and row[i + 1].isa("that")):
                cue = None
        if cue and (cue.trailing or cue.speaker != UNKNOWN):
            yield cue
            last = cue
    if last:
        return
    for i, word in enumerate(row):  # “…,” shrugged Kai Lund. / “…,” Kern shrugged.
        if word.isa("verbs") and word.low.endswith("ed") and i and QUOTE in (row[i - 1].text, row[max(0, i - 4)].text):
            right = _right(row, i + 1) if row[i - 1].text == QUOTE else None
            start, phrase = _left(row, i - 1)
            who = right[0] if right else speaker(phrase) if start and row[start - 1].text == QUOTE else UNKNOWN
            if isinstance(who, Speaker) and who.names:
                yield _Cue(i, i, right[1], who, True) if right else _Cue(i, start, i + 1, who, True)
                return
        if word.isa("verbs") and word.low.endswith("ed") and [w.text for w in row[i + 1 : i + 3]] in ([",", QUOTE], [":", QUOTE]):
            start, phrase = _left(row, i - 1)  # Kern cracked, “…”
            who = speaker(phrase) if phrase else UNKNOWN
            if isinstance(who, Speaker) and who.names:
                yield _Cue(i, start, i + 1, who)
                return
    colon = next((i for i, word in enumerate(row[:30]) if word.text == ":"), 0)
    is_paper = colon == 1 and row[0].isa("documents")  # "Poll: voters turn away"
    is_name = 0 < colon < 4 and row[colon - 1].low in known.full
    if colon and (colon + 1 == len(row) or row[colon + 1].text == QUOTE or is_name or is_paper):
        phrase = _subject(row, colon)
        begin = next((n for n, word in enumerate(row[:colon]) if phrase and word is phrase[0]), 0)
        commas = [n for n, word in enumerate(row[:colon]) if word.text == "," and n > begin]
        who = speaker(phrase, row[commas[0] + 1 : commas[1]] if len(commas) > 1 else ())
        if isinstance(who, Speaker) and not who.names:  # "A lesson from Ida Kern: …"
            who = next(iter(mentioned(phrase)), who if is_paper or (phrase and phrase[0].isa("determiners")) else UNKNOWN)
        yield _Cue(colon, 0, colon + 1, who)
    elif len(row) > 2 and row[0].text == QUOTE and row[1].text in DASHES and row[2].capital:  # “…” — Ida Kern
        yield _Cue(1, 1, len(row), speaker(row[2 : _end_of_phrase(row, 2)]), True)


def _according(row: Sequence[Word], i: int) -> _Cue | None:
    first = i + 1 + (i + 1 < len(row) and row[i + 1].isa("according_to"))
    right, end = _right(row, first), _end_of_phrase(row, first)
    after = (k for k in range(first + 1, end) if row[k].isa("determiners"))
    cut = next((k for k in after if not row[k - 1].isa("determiners", "and") and row[k - 1].low not in _BINDS), 0)
    if right and not i and cut and first == i + 2:  # "According to the fishermen the nets were cut"
        return _Cue(i, i, cut, speaker(row[first:cut]))
    many = end == first + 1 and not row[first].capital  # "According to prosecutors, Ida Kern, a grocer, sold …"
    if right and not i and right[1] > end and (many or right[1] >= len(row) or row[right[1]].text != ","):
        right = speaker(row[first:end]), end  # "According to Ida Kern, the bridge fell because …": no apposition
    return _Cue(i, i, right[1], right[0], i > 0) if right else None


def _back(row: Sequence[Word], i: int) -> int:
    """The place before a verb and its auxiliaries and adverbs; -1 at the start."""
    j = i - 1
    while j > 1 and row[j].low in WEEKDAYS and row[j - 1].isa("stops"):  # "Kern, the mayor, on Friday denied that …"
        j -= 2
    while j >= 0 and (row[j].isa("auxiliaries") or row[j].low.endswith(("ly", "n't", "n’t"))) and (not row[j].capital or not j):
        j -= 1
    return j


def _is_verb(row: Sequence[Word], i: int) -> bool:
    """Whether a word that can say something does so here: no noun, no participle, nothing that is still to come."""
    word, j = row[i], _back(row, i)
    following = row[i + 1].low if i + 1 < len(row) else ""
    between = row[j + 1 : i]
    passive, ing = any(w.isa("passive") for w in between), word.low.endswith("ing")
    if ing and j > 0 and row[j].isa("gerund_after"):  # "Kern went on by saying …", "was shouted down after telling them …"
        return True
    if i and row[i - 1].isa("no_verb_after") and stem(word.low) in stem_set("speech.verbs_of_saying"):
        return False  # "a reported $5": "a" has no verb behind it in English, as it has in French
    has_clause = any(w.isa("verbs", "passive", "auxiliaries", "modals") or w.text == QUOTE for w in row[i + 1 :])
    is_thing = isa(following, "determiners") and row[max(0, i - 1)].is_word and not has_clause
    if word.low in word_set("speech.only_clauses") and is_thing:
        return False
    if word.isa("only_participles") and j == i - 1:
        return False  # "a report written after the fire that …"
    behind = word.isa("says_behind") and following in ("", ",", ".")  # "The bridge is rotten, a new study finds."
    if isa(following, "participle_before") or isa(f"{word.low} {following}", "participles") or (passive and not ing):
        return False  # "described as", "people accused of fraud", "was told"
    if not isa(following, "that") and ((word.isa("says_before_that") and not behind) or any(w.isa("modals") for w in between)):
        return False  # "police found a body", "he will insist on it"
    if word.isa("idiom_heads") and not any(isa(" ".join(w.low for w in row[i : i + n]), "idioms") for n in (2, 3)):
        return False  # "made it to Orm", but "made it clear"
    if word.isa("after_quotation") and QUOTE not in (w.text for w in row[max(0, j - 3) : i]):
        return False
    if j < 0:
        return not (
            word.isa("nouns_too") and following.isalpha() and not row[1].capital and not isa(following, "that", "determiners")
        )
    of_noun = ing and not passive and row[j].is_word and not row[j].isa("and")
    saying = isa(following, "that", "pronouns") and not row[j].isa("stops", "of")
    if row[j].isa("no_verb_after") or is_possessive(row[j]) or (of_noun and not saying):
        return False  # "taxpayers reporting gains", but "with a third of them saying they had none"
    if not word.isa("nouns_too") or isa(following, "that", "determiners") or following == ":":
        return True
    if not following[:1].isalnum() or isa(following, "verbs_of_saying", "stops", "of", "breaks", "and", "passive", "modals"):
        return False  # "the AP report is misleading"
    if row[j].capital and word.low in word_set("speech.verbs_of_saying") and not row[j].low.endswith("s"):
        return False  # "the New York state attorney", "a Heritage Board report released in May"
    return row[j].isa("pronouns") or row[j].capital or row[j].text in COMMAS


def _verb(row: Sequence[Word], i: int, last: _Cue | None) -> _Cue | None:
    """Who is the subject of a verb of saying: to its left, over an apposition, or to its right ("said mayor Vit Dahl")."""
    j = _back(row, i)
    if j > 2 and (row[j].text, row[j - 2].text) == (")", "("):  # "the Institute of Glaciology (IG) said"
        j -= 3
    if j > 1 and row[j].text in '”"' and row[j - 1].text == ",":  # 'the hacker known as “Wren,” said'
        j -= 1
    after_quote = j >= 0 and (row[j].text == QUOTE or (row[j].text in COMMAS and j > 0 and row[j - 1].text == QUOTE))
    ing, after = row[i].low.endswith("ing"), row[max(0, j)].isa("gerund_after")
    if j < 0 or (after_quote and not ing):
        right = _right(row, i + 1) if after_quote or row[i].capital else None
        return _Cue(i, i, right[1], right[0], after_quote) if right else last and _Cue(i, i, i + 1, last.speaker, True)
    if row[j].isa("and", "contrast") or (ing and (after or row[j].text in COMMAS or row[j].text == QUOTE)):
        phrase = _subject(row, j)
        doer = row[j].isa("contrast") and any(word.isa("written_by") for word in row[:j])
        if not last and (doer or (ing and not after)) and any(word.isa("passive") for word in row[:j]):
            return None  # "The police was called by a mother, accusing …": it may be either
        return _Cue(i, i, i + 1, last.speaker) if last else _Cue(i, i, i + 1, speaker(phrase)) if phrase else None
    more: Sequence[Word] = ()
    if row[j].isa("relative"):
        start, phrase = _left(row, j - 2 if j and row[j - 1].text in COMMAS else j - 1)
        return _Cue(i, start, i + 1, speaker(phrase)) if phrase else None
    if row[j].text in COMMAS:
        start, phrase, more = _over_apposition(row, j)
    else:
        start, phrase = _left(row, j)
        if ing and not any(word.isa("passive") for word in row[j + 1 : i]):  # "with a third of the voters saying they …"
            opens = [n for n in range(start, j + 1) if row[n].isa("determiners") or row[n].text[0].isdigit()]
            start = next((n for n in reversed(opens) if not row[n - 1].isa("of") or n == opens[0]), -1)
            if any(word.isa("documents") for word in row[start : j + 1]):  # "Kern released a statement saying she …"
                return _Cue(i, i, i + 1, speaker(_subject(row, j)))
            phrase = row[start : j + 1] if start >= 0 else ()
        if start > 3 and row[start - 1].text == "," and all(word.capital for word in phrase):
            start, phrase = _of_the_place(row, start, phrase)
        phrase = () if phrase and phrase[0].isa("stops") else phrase
    who = speaker(phrase, more) if phrase else UNKNOWN
    right = _right(row, i + 1) if row[j].text in COMMAS and isinstance(who, Speaker) and not who.names else None
    if right and isinstance(right[0], Speaker) and right[0].names:  # "The bridge, built in 1902, is rotten, said Ida Kern"
        return _Cue(i, i, right[1], right[0], True)
    begin, beside = _beside(row, start)
    return _Cue(i, begin, i + 1, who, _is_trailing(row, begin, i), beside=beside) if phrase else None


def _of_the_place(row: Sequence[Word], start: int, phrase: Sequence[Word]) -> tuple[int, Sequence[Word]]:
    """Who stands before a place whose last part could be a name: "Ida Kern of Orm, Ohio says"."""
    begin, longer = _left(row, start - 2)
    of = next((n for n, word in enumerate(longer) if word.isa("of_names") and not word.capital), 0)
    is_name = not begin and of > 1 and all(word.capital for n, word in enumerate(longer) if n != of)
    return (begin, longer) if is_name else (start, phrase)


def _beside(row: Sequence[Word], start: int) -> tuple[int, tuple[Speaker, ...]]:
    """Who else speaks in "the mayor and Ida Kern said", "pupils, parents and teachers said", and where the first one starts."""
    found: list[Speaker] = []
    while start > 1 and (row[start - 1].isa("and") or (found and row[start - 1].text == ",")):
        begin, phrase = _left(row, start - 2 - (row[start - 2].text == ","))
        one = speaker(phrase)
        if isinstance(one, str) or one == UNKNOWN or len(phrase) > 4 or any(word.isa("stops", "verbs") for word in phrase):
            break
        start = begin
        found.append(one)
    return start, tuple(found)


def _told_by(row: Sequence[Word], i: int) -> _Cue | None:
    """Who tells it in "Dahl was warned by Kern that the bridge is rotten", "Dahl heard from Kern that …"."""
    if (
        not row[i].isa("verbs_of_saying")
        or row[i].isa("idiom_heads")
        or i + 2 >= len(row)
        or row[i + 1].low not in ("by", "from")
    ):
        return None
    j, that = _back(row, i), next((k for k in range(i + 3, min(len(row), i + _LONGEST_PHRASE)) if row[k].isa("that")), 0)
    passive = row[i + 1].low == "from" or any(word.isa("passive") for word in row[j + 1 : i])
    return _Cue(i, _left(row, j)[0], that, speaker(row[i + 2 : that])) if that and passive else None


def _is_trailing(row: Sequence[Word], start: int, i: int) -> bool:
    """Whether what is said stands before who says it: "The bridge is rotten, Kern told the council on Monday." """
    if not start:
        return False
    before = row[start - 1]
    if before.text == QUOTE or (start > 1 and (before.isa("as") or (before.text in COMMAS and row[start - 2].text == QUOTE))):
        return True
    k = _end_of_phrase(row, i + 1) if stem(row[i].low) == stem("told") else i + 1
    while k < len(row) and row[k].capital:  # "…, Kern wrote Dahl."
        k += 1
    ends = k >= len(row) or not row[k].is_word or row[k].isa("stops")
    return before.text in COMMAS and ends and not (k < len(row) and row[k].text == ":")


def _is_nested(row: Sequence[Word], outer: _Cue, inner: _Cue) -> bool:
    """Whether one tells what another says: "Dahl said that Kern had warned him"; who "and said" is of is open, too."""
    if inner.trailing or outer.trailing:
        return False
    if inner.start == inner.at and row[inner.start - 1].isa("and"):
        return True
    between = row[outer.end : inner.start]
    if any(word.isa("that") for word in between) and between[-1].text == "," and not any(word.isa("verbs") for word in between):
        between = between[:-1]  # "told the court that her manager, Rolf Olm, had said …"
    return not any(word.text in ",;—–" or word.isa("contrast") for word in between)


def _has_nothing_else(row: Sequence[Word], cue: _Cue) -> bool:
    return (
        cue.start == 0
        and row[cue.at].text != ":"
        and not any(word.is_word or word.text == ":" for word in row[cue.end : cue.end + 1])
    )


def _left(row: Sequence[Word], j: int) -> tuple[int, Sequence[Word]]:
    """Where the phrase that ends at j starts, and the phrase."""
    s = j
    while s >= 0 and j - s < _LONGEST_PHRASE:
        word = row[s]
        if word.isa("and"):
            if not (0 < s < j and row[s - 1].capital and row[s + 1].capital):
                break
        elif word.text == QUOTE or word.isa("breaks") or (word.isa("that") and s < j) or ends_phrase(word):
            break
        s -= 1
    s += 1
    phrase = row[s : j + 1]
    relative = next((n for n, word in enumerate(phrase) if n and word.isa("relative")), 0)
    if relative and phrase[relative - 1].isa("stops", "of"):  # "a lawsuit in which Democrats argued"
        return s + relative + 1, phrase[relative + 1 :]
    if relative:  # "the man who owns the bridge said"
        return s, phrase[:relative]
    if 1 < s <= j and row[s - 1].isa("that") and row[s].isa("verbs") and not row[s].capital:  # "the firm that built it said"
        return _left(row, s - 2)
    verbs = (n for n in range(j, s - 1, -1) if not row[n].capital)
    says = (n for n in verbs if row[n].isa("passive") or (row[n].isa("verbs_of_saying") and _is_verb(row, n)))
    start = next((n + 1 for n in says if n == j or not row[n + 1].isa("of", "stops")), s)
    if start < j and row[j].isa("pronouns"):  # "She listed the harm it said the bridge had done"
        start = j
    elif start == s < j and _goes_on(row, s, opens=True):  # "forced to pay an engineer who said …"
        start = next((n for n in range(j, s, -1) if row[n].isa("determiners")), j + 1)
    end = next((n for n in range(start + 1, j) if _goes_on(row, n)), j + 1)
    return start, row[start:end]  # "Kern and Dahl vied for the post, each saying …": of Kern and Dahl


def _goes_on(row: Sequence[Word], n: int, opens: bool = False) -> bool:
    """Whether a verb stands there with what belongs to it: no noun, and no "retired" before one."""
    is_verb = (not row[n].capital or not n) and (row[n].isa("verbs") or (opens and row[n].low.endswith("ing")))
    return is_verb and not (n and row[n - 1].isa("determiners")) and row[n + 1].isa("of", "stops", "determiners", "pronouns")


def _over_apposition(row: Sequence[Word], j: int) -> tuple[int, Sequence[Word], Sequence[Word]]:
    """For a comma at j: where the phrase before the apposition starts, the phrase, and the apposition."""
    best: tuple[int, Sequence[Word], Sequence[Word]] = (j, (), ())
    k = j
    for _ in range(_LONGEST_ASIDE):
        k -= 1
        while k >= 0 and row[k].text not in (",", "—", "–", "("):
            if row[k].text in (QUOTE, ";"):
                return j, (), ()
            k -= 1
        if k < 0:
            break
        start, phrase = _left(row, k - 1)
        begin = next((n + 1 for n in range(k - 1, -1, -1) if row[n].text in (",", "—", "–", "(")), 0)
        ing = begin == 0 and row[0].low.endswith("ing") and row[1].text.islower()
        if best[1] and (
            ing or row[begin].isa("stops") or _goes_on(row, begin, opens=True)
        ):  # "Asked of it, the owner, Kern, said"
            break
        if phrase:
            best = start, phrase, row[k + 1 : j]
            named = next((word.capital for word in best[2] if not word.isa("determiners")), False)
            if named and row[start].isa("determiners"):  # "…, the mayor, Ane Ruud, said": what stands before is what she said
                break
            if start < 1 or row[start - 1].text != "," or not _is_aside(row, start, k):
                break
    return best


def _is_aside(row: Sequence[Word], start: int, end: int) -> bool:
    """Whether what stands from start to end between commas is said of somebody before it, not who speaks."""
    if row[start].isa("determiners", "relative", "of", "stops") or row[start].text.isdigit() or row[end + 1].isa("stops"):
        return True  # "Kern, 29, of Orm, …", "who lost it in Orm, Ohio, in May"
    before = _left(row, start - 2)[1] if end - start < 3 < start else ()
    return any(word.isa("of") and not word.isa("relative") for word in before[:1])  # "Kern, of Orm, Ohio, who …"


def _right(row: Sequence[Word], i: int) -> tuple[Speaker | str, int] | None:
    """Who stands from i on, and where that ends, with an apposition: "Petra Lund, a structural engineer"."""
    end = _end_of_phrase(row, i)
    if end == i or row[i].isa("relative", "that"):
        return None
    if end + 1 < len(row) and row[end].text == "," and (row[end + 1].isa("determiners", "relative") or row[end + 1].capital):
        stop = next((k for k in range(end + 1, len(row)) if ends_phrase(row[k])), len(row))
        more = row[end + 1 : stop]
        if not any(word.isa("verbs") for word in more[:6]) or more[0].isa(
            "relative"
        ):  # no "According to police, the fire started"
            return speaker(row[i:end], more), stop
    return speaker(row[i:end]), end


def _holds_on(before: Word, word: Word) -> bool:
    """Whether a phrase goes on over a word that would end it: "a Monday news release", "a study by the Orm Institute"."""
    return before.isa("determiners") or (before.isa("documents") and word.isa("written_by"))


def _end_of_phrase(row: Sequence[Word], i: int) -> int:
    e = i
    while e < min(len(row), i + _LONGEST_PHRASE):
        word = row[e]
        if (
            (word.isa("stops", "breaks") and not (e > i and _holds_on(row[e - 1], word)))
            or word.text == QUOTE
            or ends_phrase(word)
            or (word.isa("verbs_of_saying") and not word.isa("nouns_too") and not word.capital)
        ):
            break
        if word.isa("and") and not (i < e < len(row) - 1 and row[e - 1].capital and row[e + 1].capital):
            break
        e += 1
    return e - 1 if e > i and row[e - 1].text == "." else e


def _subject(row: Sequence[Word], limit: int) -> Sequence[Word]:
    """The first phrase of a sentence, where its subject stands: up to its verb."""
    start = 0
    commas = [n for n, word in enumerate(row[:limit]) if word.text == ","]
    if commas and (
        row[0].isa("stops", "of", "verbs_of_saying", "subordinate")
        or row[0].low.endswith(("ing", "ly"))
        or row[commas[0] - 1].isa("auxiliaries")
        or commas[0] == 1
    ):
        start = commas[0] + 1  # "Asked of it, Kern …: ", "However, Kern …"
        for one, other in itertools.pairwise(commas):  # "At a rally in Orm, N.H., on Tuesday, Kern …"
            if row[one + 1].isa("stops", "relative") or (
                other == one + 2 and (row[one + 1].text[-1] == "." or row[other + 1].isa("stops"))
            ):
                start = other + 1
            else:
                break
    for n in range(start, limit):
        if row[n].text in (*COMMAS, QUOTE, ";") or (n > start and not row[n].capital and row[n].isa("verbs")):
            return row[start:n]
        if n > start and row[n - 1].capital and row[n].text.islower() and row[n + 1].isa("determiners"):  # "Kern wears a suit"
            return row[start:n]
    return row[start:limit]
