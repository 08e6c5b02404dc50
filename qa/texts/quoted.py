"""Is a quotation what somebody said? Its words are looked for in the articles just so, and then aligned with what they have.

Word for word: they stand there one after the other, whatever the punctuation, the case and the kind of marks. Where a quotation
shows that it leaves something out ("…", "[the mayor]"), its parts do, in their order. A speaker's words around "he said" are one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise

from qa.check.speakers import Part, parts
from qa.texts.reading import Marked
from qa.texts.types import Difference, Quoted
from vectorstore.language.align import Line, aligned, runs
from vectorstore.language.detect import common_language
from vectorstore.language.folding import places
from vectorstore.language.foreign import tokens_in
from vectorstore.language.lexicon import word_set
from vectorstore.language.quotations import quotations
from vectorstore.language.sentences import sentences
from vectorstore.language.speakers import Speaker
from vectorstore.language.tokens import Token, normalised
from vectorstore.types import Article, Hit

Span = tuple[int, int]
Place = tuple[Article, Span]

_LONGEST = 6_000  # characters of a quotation that are checked
_AROUND = 400  # characters either side of a passage that are read with it
_GAP = 1_500  # characters that three dots may stand for
_FRAME = 160  # characters that "he said, looking at the bridge" may take
_ALIKE = 0.6  # share of a quotation's words that the article must have, in order, for it to be those words, altered
_RUN = 3  # words of a place that one after the other stand in the quotation, at least
_SAID, _OF_NOTHING = 4, 6  # words of what is told by nearly all of its words; of which none need be one of content
_NEARLY = 0.7  # share of all its words that are the very same, in order
_PLACES = 8  # that a quotation may be stitched from


@dataclass(frozen=True, slots=True)
class Judged:
    """What a quotation is, where its words stand, and whose they are there."""

    status: Quoted
    places: tuple[Place, ...] = ()
    said_by: str = ""
    differences: tuple[Difference, ...] = ()
    note: str = ""


def judged(quoted: Marked, around: str, find: Callable[[str], Sequence[Hit]], near: Sequence[Hit] = ()) -> Judged:
    """What a quotation is by the articles that `find` finds for its words, and those that are `near` its sentence.

    `around` is the sentence that it stands in: what an article has just so, with its speaker, is not another person's.
    """
    words = quoted.words[:_LONGEST]
    given = [piece for piece in _SHORTENED.split(words) if any(map(str.isalnum, piece))]
    if not given:
        return Judged("not found")
    hits = [*near, *find(" ".join(given))]
    articles = list({hit.article.id: hit.article for hit in hits}.values())
    found = list(_verbatim(given, articles))
    if not found:
        return _without_place(quoted, given, hits, articles, find)
    who = quoted.speakers
    agreeing = [_agreement(one[0], one[1], who, around) if who else 1 for one in found]
    most = max(agreeing)  # that it is said by another in one article outweighs that another article does not say whose it is
    if most > 0 and (most > 1 or not who or min(agreeing) >= 0):
        article, span, note = found[agreeing.index(most)]
        shown = _speaker_at(article, span)
        return Judged("word for word", ((article, span),), shown, note=note or ("" if shown or not who else _REPORTED))
    article, span, note = found[agreeing.index(min(agreeing))]
    return Judged("another person's", ((article, span),), _speaker_at(article, span), note=note or _own(article, span))


_SHORTENED = re.compile(r"\s*[\[(]?(?:…|\.\.\.|\. \. \.)[\])]?\s*|\s*\[[^\[\]\n]{1,60}\]\s*")
_REPORTED = "In the article these words do not stand in quotation marks."


# --- word for word


def _verbatim(pieces: Sequence[str], articles: Sequence[Article]) -> Iterator[tuple[Article, Span, str]]:
    """Where all of a quotation stands, with what a reader must know of it."""
    for article in articles:
        if spans := _in_order(pieces, article.text):
            yield article, (spans[0][0], spans[-1][1]), ""
            continue
        rows = [piece[a:b] for piece in pieces for a, b in sentences(piece)]
        spans = _in_order(rows, article.text) if len(rows) > len(pieces) else []
        if spans and all(_is_frame(article.text, a[1], b[0]) for a, b in pairwise(spans)):
            yield article, (spans[0][0], spans[-1][1]), _INTERRUPTED


_INTERRUPTED = "In the article the words that say who speaks stand in between."


def _in_order(pieces: Sequence[str], text: str) -> list[Span]:
    """Where the pieces stand in a text, in their order and not far from each other; empty where they do not."""
    for first in places(pieces[0], text):
        spans = [first]
        for piece in pieces[1:]:
            last = spans[-1][1]
            following = next((one for one in places(piece, text) if last <= one[0] <= last + _GAP), None)
            if following is None:
                break
            spans.append(following)
        if len(spans) == len(pieces):
            return spans
    return []


def _is_frame(text: str, start: int, end: int) -> bool:
    """Whether nothing stands between two parts of somebody's words but the end of a quotation and the start of the next."""
    between = text[start:end]
    if not any(map(str.isalnum, between)):
        return True
    if len(between) > _FRAME:
        return False
    marked = quotations(text)
    return any(start <= one.end <= end for one in marked) and any(start <= one.start < end for one in marked)


# --- whose words


def _speaking(article: Article, span: Span) -> list[Part]:
    start, end = span
    return [part for part in parts(article.text[start:end], article.text, start) if any(map(str.isalnum, part.text))]


def _speaker_at(article: Article, span: Span) -> str:
    """Who says what stands there, by name or by role: nobody where the words are the article's own, or where it is not told."""
    longest = max(_speaking(article, span), key=lambda part: len(part.text), default=None)
    return longest.speakers[0].shown if longest and longest.speakers else ""


def _own(article: Article, span: Span) -> str:
    """What to say of words that nobody says in the article."""
    return "" if any(part.speakers for part in _speaking(article, span)) else "These are the article's own words."


def _is_said_by(article: Article, span: Span, who: Sequence[Speaker], around: str) -> bool:
    return _agreement(article, span, who, around) > 0


def _agreement(article: Article, span: Span, who: Sequence[Speaker], around: str) -> int:
    """2: the article gives the words to one of these speakers; 1: it may; 0: it does not say whose they are; -1: to another.

    The outlet may speak for itself. Where the article only says "the governor", whoever is named in that paragraph may be meant.
    """
    if all(_is_vague(one) or _is_outlet(one, article) for one in who):
        return 2
    told = _speaking(article, span)
    if any(part.is_by(one) for part in told for one in who):
        return 2
    if any(_is_named(one, around.casefold()) for one in who) and places(around, article.text):
        return 2  # with its speaker, word for word
    speaking = [speaker for part in told for speaker in part.speakers if speaker.shown]
    if any(speaker.names for speaker in speaking):
        return -1
    near = _paragraphs(article.text, span, 0 if speaking else 1)
    beside = " ".join(normalised(near).casefold().replace("'s", " ").split())
    return 1 if any(_is_named(one, beside) for one in who) else -1 if speaking else 0


def _is_named(one: Speaker, beside: str) -> bool:
    words = set(re.findall(r"[^\W_]+(?:['-][^\W_]+)*", beside))
    return bool(one.names & words) or (not one.names and one.shown.casefold().removeprefix("the ").removeprefix("a ") in beside)


def _paragraphs(text: str, span: Span, beside: int) -> str:
    """The paragraph that the words stand in, with so many before it and behind it."""
    begins = [0, *(m.end() for m in _BREAK.finditer(text, 0, span[0]))]
    start, end = begins[-min(len(begins), 1 + beside)], span[1]
    for _ in range(1 + beside):
        following = _BREAK.search(text, end)
        end = following.end() if following else len(text)
    return text[start:end]


_BREAK = re.compile(r"\n+")


def _is_vague(one: Speaker) -> bool:
    return not one.names and bool(one.heads) and one.heads <= word_set("speech.vague")


def _is_outlet(one: Speaker, article: Article) -> bool:
    """Whether the speaker is the outlet, a writer of the article, or "the article"."""
    shown = one.shown.casefold().removeprefix("the ").removeprefix("a ")
    names = [article.source, article.source.partition(".")[0], article.agency, *article.authors]
    return shown in word_set("speech.papers") or any(
        shown == name.casefold().removeprefix("the ").strip() for name in names if name
    )


# --- words that stand there otherwise


@dataclass(frozen=True, slots=True)
class _Row:
    """A sentence of an article."""

    article: Article
    span: Span
    line: Line


@dataclass(frozen=True, slots=True)
class _Match:
    """What a sentence of an article has of a quotation: pairs of words, in order in both."""

    row: _Row
    pairs: tuple[tuple[int, int], ...]


def _without_place(
    quoted: Marked, pieces: Sequence[str], hits: Sequence[Hit], articles: Sequence[Article], find: Callable[[str], Sequence[Hit]]
) -> Judged:
    """What a quotation is whose words stand nowhere as they are: stitched, altered, or not found."""
    spans = [piece[a:b] for piece in pieces for a, b in sentences(piece)]
    if len(spans) > 1 and (several := _several(spans, articles)):
        return several
    language = common_language(" ".join(pieces), [hit.passage.text for hit in hits[:4]])
    words = [token for piece in pieces for token in tokens_in(normalised(piece.replace("\n", " ")), language)][:300]
    rows = _rows(hits, language)
    matches = _matches(words, rows)
    for left in _left(words, matches):  # each by itself: few words of many find little
        rows = list({(row.article.id, row.span): row for row in (*rows, *_rows(find(left), language))}.values())
        matches = _matches(words, rows)
    if not matches or not _is_told(words, matches):
        matches = _nearly(words, rows, quoted.speakers)
    if not matches:
        return Judged("not found")
    joined = _joined(matches)
    found = tuple((group[0].row.article, _whole(group)) for group in joined)
    if len(joined) > 1:
        names = list(dict.fromkeys(_speaker_at(*place) for place in found))
        return Judged("stitched", found, " and ".join(name for name in names if name))
    differences = tuple(_differences(words, joined[0]))
    article, span = found[0]
    said_by, note = _speaker_at(article, span), ""
    if quoted.speakers and not _is_said_by(article, span, quoted.speakers, ""):
        note = f"In the article these are words of {said_by}." if said_by else "In the article these are words of another."
    if differences:
        return Judged("altered", found, said_by, differences, note)
    if note:
        return Judged("another person's", found, said_by, note=_own(article, span))
    return Judged("word for word", found, said_by)


def _left(words: Sequence[Token], matches: Sequence[_Match]) -> list[str]:
    """The stretches of a quotation that no article has, as far as they are long enough to be words of another place."""
    held = {i for match in matches for i, _ in match.pairs}
    kept = runs([i for i in range(len(words)) if i not in held], lambda a, b: b - a <= 2)
    return [" ".join(words[i].text for i in range(run[0], run[-1] + 1)) for run in kept if run[-1] - run[0] >= _RUN][:_PLACES]


def _several(spans: Sequence[str], articles: Sequence[Article]) -> Judged | None:
    """A quotation each sentence of which stands somewhere just so, but not all of them together."""
    found: list[Place] = []
    for words in spans:
        place = next(((article, where[0]) for article in articles if (where := places(words, article.text))), None)
        if place is None:
            return None
        found.append(place)
    names = list(dict.fromkeys(_speaker_at(*place) for place in found))
    return Judged("stitched", tuple(found), " and ".join(name for name in names if name))


def _rows(hits: Sequence[Hit], language: str) -> list[_Row]:
    """The sentences of passages and of what stands beside them."""
    found: dict[tuple[str, int], _Row] = {}
    for hit in hits:
        text = hit.article.text
        first = max(0, hit.passage.start - _AROUND)
        first = text.rfind("\n", 0, first) + 1 if first else 0
        first = max(first, hit.passage.start - 3 * _AROUND)
        for a, b in _spans(text[first : hit.passage.end + _AROUND]):
            span = a + first, b + first
            if (hit.article.id, span[0]) not in found:
                opened = any(one.start < span[0] < one.end for one in quotations(text))
                found[hit.article.id, span[0]] = _Row(hit.article, span, _line('"' * opened + text[slice(*span)], language))
    return list(found.values())


@lru_cache(maxsize=256)
def _spans(text: str) -> tuple[Span, ...]:
    return tuple(sentences(text))


@lru_cache(maxsize=4096)
def _line(sentence: str, language: str) -> Line:
    return Line(tokens_in(normalised(sentence.replace("\n", " ")), language))


def _matches(words: Sequence[Token], rows: Sequence[_Row]) -> list[_Match]:
    """The sentences that have most of the words, each with the words that no better one has."""
    free = list(range(len(words)))
    found: list[_Match] = []
    keys = {token.key for token in words}
    near = [row for row in rows if not keys.isdisjoint(row.line.keys) or row.line.numbers]
    while free and len(found) < _PLACES:
        left = [words[i] for i in free]
        best, most = None, 0.0
        for row in near:
            taken = {j for match in found if match.row is row for _, j in match.pairs}
            pairs, score = aligned(left, row.line, taken)
            score += 0.5 * _longest(pairs)  # words one after the other are the same words
            if pairs and score > most + 1e-6:
                best, most = (row, pairs), score
        if best is None:
            break
        match = _Match(best[0], _without_ends(words, [(free[i], j) for i, j in best[1]]))
        if found and not _is_piece(words, match.pairs):
            break
        found.append(match)
        held = {i for i, _ in match.pairs}
        free = [i for i in free if i not in held and not _is_within(i, match.pairs)]
    return found


def _without_ends(words: Sequence[Token], pairs: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The pairs without a word or two at either end that meet far from the others: they may be of another piece."""
    found = runs(pairs, lambda a, b: b[0] - a[0] <= _RUN)
    while len(found) > 1 and not _is_piece(words, found[0]):
        found = found[1:]
    while len(found) > 1 and not _is_piece(words, found[-1]):
        found = found[:-1]
    return tuple(pair for run in found for pair in run)


def _is_within(i: int, pairs: Sequence[tuple[int, int]]) -> bool:
    """Whether a word stands between two of a run: it is a word put in, not the beginning of another piece."""
    at = [a for a, _ in pairs]
    before, after = [a for a in at if a < i], [a for a in at if a > i]
    return bool(before and after) and after[0] - before[-1] <= 3


def _longest(pairs: Sequence[tuple[int, int]]) -> int:
    most = run = 0
    last = (-2, -2)
    for i, j in pairs:
        run = run + 1 if (i, j) == (last[0] + 1, last[1] + 1) else 1
        most, last = max(most, run), (i, j)
    return most


def _is_piece(words: Sequence[Token], pairs: Sequence[tuple[int, int]]) -> bool:
    """Whether the pairs are a piece of speech and no words that meet by chance."""
    content = sum(words[i].content for i, _ in pairs)
    return _longest(pairs) >= (_RUN if content >= 2 else _RUN + 2) and content >= 1


def _is_told(words: Sequence[Token], matches: Sequence[_Match]) -> bool:
    """Whether enough of the words is there, in pieces long enough, for them to be the quotation's own source."""
    held = {i for match in matches for i, _ in match.pairs}
    content = [i for i, token in enumerate(words) if token.content]
    share = len(held) / max(1, len(words))
    told = sum(i in held for i in content) / max(1, len(content))
    longest = max(_longest(match.pairs) for match in matches)
    return share >= _ALIKE and told >= _ALIKE and longest >= min(_RUN, max(2, len(words) - 1)) and any(i in held for i in content)


def _nearly(words: Sequence[Token], rows: Sequence[_Row], who: Sequence[Speaker]) -> list[_Match]:
    """Where a speaker has all but one or two of the words of a short quotation: "We listened, and we were …"."""
    mine = [token.text.casefold() for token in words]
    found: list[tuple[float, _Match]] = []
    together = [_following(a, b) for a, b in pairwise(rows) if _follows(a, b)]
    for row in (*rows, *together) if who and len(words) >= _SAID else ():
        theirs = [token.text.casefold() for token in row.line.tokens]
        blocks = SequenceMatcher(None, mine, theirs, autojunk=False).get_matching_blocks()
        pairs = tuple((a + n, b + n) for a, b, size in blocks for n in range(size))
        is_of_it = len(words) >= _OF_NOTHING or any(words[i].content for i, _ in pairs)
        if is_of_it and _longest(pairs) >= _RUN and len(pairs) >= _NEARLY * len(words) and row.line.tokens[pairs[0][1]].quoted:
            found.append((len(pairs), _Match(row, pairs)))
    best = max(found, key=lambda one: one[0], default=None)
    return [best[1]] if best and _is_said_by(best[1].row.article, best[1].row.span, who, "") else []


def _follows(one: _Row, other: _Row) -> bool:
    return one.article.id == other.article.id and 0 <= other.span[0] - one.span[1] <= 2


def _following(one: _Row, other: _Row) -> _Row:
    """Two sentences as one."""
    return _Row(one.article, (one.span[0], other.span[1]), Line((*one.line.tokens, *other.line.tokens)))


def _joined(matches: Sequence[_Match]) -> list[list[_Match]]:
    """The matches by place: sentences of an article that follow one another, in the quotation's order, are one."""
    ordered = sorted(matches, key=lambda match: match.pairs[0][0])
    found: list[list[_Match]] = []
    for match in ordered:
        last = found[-1][-1] if found else None
        if (
            last
            and last.row.article.id == match.row.article.id
            and last.row.span[1] <= match.row.span[0] <= last.row.span[1] + _FRAME
            and last.pairs[-1][0] < match.pairs[0][0]
            and (not _tail(last) or _is_outside(last, match))
        ):
            found[-1].append(match)
        else:
            found.append([match])
    return found


def _tail(match: _Match) -> int:
    """How many words of content the article's sentence goes on with behind what the quotation has."""
    return sum(t.content for t in match.row.line.tokens[match.pairs[-1][1] + 1 :])


def _is_outside(one: _Match, other: _Match) -> bool:
    """Whether what stands between the two is outside of quotation marks, "…," he said. "…", but for words that were altered."""
    altered = other.pairs[0][0] - one.pairs[-1][0] - 1
    rest = one.row.line.tokens[one.pairs[-1][1] + 1 :], other.row.line.tokens[: other.pairs[0][1]]
    return sum(t.quoted and t.content for row in rest for t in row) <= altered


def _whole(group: Sequence[_Match]) -> Span:
    return group[0].row.span[0], group[-1].row.span[1]


def _differences(words: Sequence[Token], group: Sequence[_Match]) -> Iterator[Difference]:
    """What the quotation has in the place of what the article has, piece by piece."""
    theirs: list[Token] = []
    pairs: list[tuple[int, int]] = []
    for match in group:
        pairs += [(i, j + len(theirs)) for i, j in match.pairs]
        theirs += match.row.line.tokens
    quoted = any(theirs[j].quoted for _, j in pairs)
    first = max(0, pairs[0][1] - pairs[0][0] - _SLACK)
    end = min(len(theirs), pairs[-1][1] + len(words) - pairs[-1][0] + _SLACK)
    pairs = _filled(words, theirs, [(-1, first - 1), *pairs, (len(words), end)])
    for (a, c), (b, d) in pairwise(pairs):
        here, there = list(words[a + 1 : b]), list(theirs[c + 1 : d])
        if (a, b) == (-1, len(words)) or not (here or there):
            continue
        if a < 0:  # what the article has before it is no part of it
            there = there[max(0, len(there) - len(here)) :]
        elif b == len(words):
            there = there[: len(here)]
        if quoted and not here:
            there = [t for t in there if t.quoted]
        if here or there:
            yield Difference(_shown(here), _shown(there))


_SLACK = 3  # words that the beginning or the end of a quotation may have lost


def _filled(words: Sequence[Token], theirs: Sequence[Token], pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The pairs of words that are the very same, and those between them that the alignment takes for chance: "of the"."""
    found: list[tuple[int, int]] = [pairs[0]]
    for (a, c), (b, d) in pairwise(pairs):
        at = c + 1
        backwards = a < 0
        row = range(b - 1, a, -1) if backwards else range(a + 1, b)
        inner: list[tuple[int, int]] = []
        low, high = c + 1, d
        for i in row:
            places = [j for j in (range(high - 1, low - 1, -1) if backwards else range(at, d)) if _same(words[i], theirs[j])]
            if places:
                inner.append((i, places[0]))
                high, at = places[0], places[0] + 1
        found += sorted(inner)
        if (b, d) == pairs[-1] or _same(words[b], theirs[d]):
            found.append((b, d))
    return found


def _same(one: Token, other: Token) -> bool:
    return one.text.casefold() == other.text.casefold() and (one.unit == other.unit or not one.values)


def _shown(row: Sequence[Token]) -> str:
    return " ".join(f"{t.unit}{t.text}" if t.unit in _SIGNS else f"{t.text}{t.unit if t.unit == '%' else ''}" for t in row)


_SIGNS = frozenset("$£€¥")
