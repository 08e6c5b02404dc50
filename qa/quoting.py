"""Answering by quotation: the sentences of the hits that answer the question, verbatim and attributed.

Sentences are weighed by plain traits: `python -m tests.studies.quoting --fit` prints the weights. Whether the hits answer at all
is told in qa/answerable.py.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache, partial

from qa.also_in import also_in, one_speaker, shared, standing
from qa.amounts import told_at, untold
from qa.asking import DATE, ENOUGH, Asked, asked, counts, counts_others, denies, fits, is_new, new_names, of_sort, years_in
from qa.clauses import clause, furniture
from qa.disagreement import (
    Report,
    ages_apart,
    causes_apart,
    corrects,
    counted_apart,
    disagree,
    grown,
    is_before,
    one_story,
    tells_wrong,
    tolls_apart,
    undoes,
)
from qa.later import is_later
from qa.later import one_story as may_be_one
from qa.likeliest import Place, likeliest
from qa.overturned import overturned, turns
from qa.shapes import shaped
from qa.tables import head_of
from qa.tallies import fate_asked
from qa.telling import telling_first
from qa.types import Citation, Sentence
from qa.voices import asks_what_is_said, asks_who_said, heard
from qa.words_met import Read, sentences_read, share, stems_of, words_met
from vectorstore.language.align import Line
from vectorstore.language.datelines import dateline
from vectorstore.language.days import day_words
from vectorstore.language.lexicon import pattern, word_set
from vectorstore.language.quotations import set_inside
from vectorstore.language.sentences import PUTS, Span, presentable
from vectorstore.language.speech import said
from vectorstore.language.words import Word, rarity, words
from vectorstore.types import Article, Filters, Hit
from vectorstore.wirecopy import same_sentence

SENTENCE_TRAITS = (
    "met", "met nearby", "passage", "words met", "headline", "names", "score", "first", "late",
    "length", "question", "capitals", "echo", "vote", "denies", "counted", "number", "date", "name", "place", "which", "reason",
    "asking", "sort", "told", "headline's name", "read",
)  # fmt: skip
# Fitted on BM25's hits, but for the one of "denies", of which those questions have too few to tell, and of "score", which says
# more of reranked hits: 1.6 to 2.6, and no trait for the rank, gave on later weeks (214 questions) an answer in the first
# sentence .388 to .425, in one of three .551 to .570. That of "read" was set on quiz questions that its layer had not seen.
_SENTENCE_WEIGHTS = (
    -1.82, 1.88, 4.88, 3.20, 0.82, 0.67, 2.60, 0.28, -0.14,
    -0.34, -2.54, -4.51, 2.01, 0.27, 1.00, 1.52, 1.62, 2.78, 1.61, 0.95, 0.93, 1.18,
    1.86, 5.02, 4.85, 0.63, 0.50,
)  # fmt: skip

EARLIER, LATER = "Earlier: ", "Later: "  # said before a quote of another day's article that seems to be of the same story
DIFFER = "The reports differ: "  # said before a quote that contradicts the one above it

_BEHIND = 3.5  # of the score, which is a log likelihood: e to this power is the odds at which a further sentence is left out
_LEAST = -6.0  # log odds behind the likeliest sentence: what is farther behind is as good as what the reranker has not read
_FURNITURE = 2.0  # off the score of what is no prose, like a caption or a pointer to another article
_ANOTHER_YEAR = 2.0  # the same of one that names years, but not the one asked about
_TOLD = 10.0  # on the score of a sentence that tells the amount asked for, when they are put in order
_OF_MATTER = 0.8  # of the most that a passage meets of the question: what one must meet whose amount may be the one asked for
_TITLE = 0.8  # what a question's word in the headline counts for the passage
# "She is 34." is said of whom the sentence before names.
_TAKES_UP = frozenset(word.capitalize() for word in word_set("words.subjects") - {"i", "we"})
_HALF = 0.4  # of the shorter one's words, who said it included: what two copies share at least
_ALIKE = 0.7  # share of the shorter sentence's words in the other one: the same is told again
_BARE = 4  # words: "Our report of 5 September was wrong." has no more that carry meaning
_CLEAR = 0.9  # share of the question's weight that a lone answer must meet
_BARELY = 0.3  # "is cancelled" has few of the words of "Will it go ahead as planned?"
_SAME_FACT = 0.6  # of the question's words that either of two sentences meets: what both must meet to be of one fact
_SIZE = 2.5  # times: what two counts of one thing differ by at most
_MOSTLY = 0.75  # of the question's weight: what two articles tell of one matter both have in a sentence
_CHANGING = ("number", "money", "date", "reason")  # kinds of answers that are often others on a later day
_ON_IT = 0.35  # share that a sentence of a later article must have, its neighbours counted half
_LESS = 0.4  # of the first answer's share: what a further sentence must meet to be quoted


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may be quoted."""

    hit: Hit
    start: int  # in the article's text
    end: int
    read: Read
    met: float  # share of the question's weight that it meets, 0 to 1
    share: float  # the same where its neighbours and the headline count half
    traits: tuple[float, ...]  # in the order of SENTENCE_TRAITS
    also_in: tuple[Article, ...] = field(default=())
    head: tuple[int, int] | None = None  # of the table that it is a row of
    of_another_year: bool = False  # than the one that the question names
    is_told: bool = False  # it tells the amount that the question asks for

    @property
    def text(self) -> str:
        return self.hit.article.text[self.start : self.end]

    @property
    def report(self) -> Report:
        return Report(self.text, self.hit.article)

    @property
    def is_prose(self) -> bool:
        """Also a table's row, which has no more of a sentence than a heading has; a question says nothing."""
        return bool(self.head) or not (furniture(self.text) or self.text.endswith("?"))

    @property
    def score(self) -> float:
        traits = sum(a * b for a, b in zip(_SENTENCE_WEIGHTS, self.traits, strict=True))
        return traits - _FURNITURE * (not self.is_prose) - _ANOTHER_YEAR * self.of_another_year


def quote(
    question: str, hits: Sequence[Hit], limit: int = 3, prefer: Sequence[Filters] = ()
) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """The one to `limit` sentences that best answer, best first (up to five of a summary, by date), each with its one citation.

    A citation's quote is one stretch of its article. A sentence shows it in quotation marks, then who says so and when."""
    if any(hit.elsewhere for hit in hits):
        return _whole(likeliest(hits, limit))
    ask = asked(question)
    if not ask.terms or not (ranked := candidates(ask, tuple(hits))):
        return (), ()
    chosen = _chosen(ask, telling_first(question, ask, ranked) if ask.need else ranked, limit)
    chosen = _latest_first(ask, chosen, prefer) if chosen[1:] else chosen
    shown, cited, said = list[Sentence](), list[Citation](), ""
    if ask.gist or pattern("questions.shaped").search(question):
        chosen, said = shaped(question, ask, chosen, ranked, _tells_again)
        chosen = _latest_first(ask, chosen, prefer) if ask.kind == "whether" else chosen
    chosen = [c for c in chosen if c.is_prose] or chosen
    dated = bool(chosen) and not (said or prefer or ask.gist)  # it is not said already, nor asked, of what days or whose it is
    chosen = _with_newer(ask, chosen, ranked, hits)[:limit] if dated else chosen
    for candidate in chosen:
        number, whole, begin, article = len(cited) + 1, candidate.text, candidate.start, candidate.hit.article
        doubt = bool(shown) and not _replaces(chosen[0].hit.article, article) and _contradicts(ask, chosen[0], candidate)
        lead = DIFFER if doubt else "" if shown else said or _lead(ask, candidate, chosen[1:])
        lead = lead or (_day_of(ask, chosen[0], candidate, hits) if dated and _is_new(article, cited) else "")
        start, end = (0, len(whole)) if lead and ";" in whole else _clause(ask, candidate)
        start, end, others = _standing(candidate, start, end) if candidate.also_in else (start, end, ())
        opens = "…" if start and not whole[start].isupper() else ""
        closes = "…" if whole[end:].strip(".") else ""
        one = Citation(number, whole[start:end], begin + start, begin + end, article, candidate.hit.passage.id, others)
        # Without its marks and its speaker an allegation would be the paper's own words.
        inner = set_inside(f"{one.said.opening}{opens}{one.quote}{closes}{one.said.closing}")
        cited.append(one)
        inner, numbers = _under_head(candidate, inner, cited) if candidate.head else (inner, (number,))
        by = "" if one.said.is_named else f"{one.speaker}, in "
        shown.append(Sentence(f"{lead}“{inner}” — {by}{_credit(article, others)}", numbers, supported=True))
    return tuple(shown), tuple(cited)


def _whole(places: Sequence[Place]) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """Whole sentences as quotes, in whatever language they are."""
    shown: list[Sentence] = []
    cited: list[Citation] = []
    for number, (hit, start, end) in enumerate(places, 1):
        text, others = hit.article.text[start:end], also_in(hit.article, start, end, hit.also_in)
        one = Citation(number, text, start, end, hit.article, hit.passage.id, others)
        inner = set_inside(f"{one.said.opening}{text}{one.said.closing}")
        by = "" if one.said.is_named else f"{one.speaker}, in "
        cited.append(one)
        shown.append(Sentence(f"“{inner}” — {by}{_credit(hit.article, others)}", (number,), supported=True))
    return tuple(shown), tuple(cited)


def _under_head(candidate: Candidate, inner: str, cited: list[Citation]) -> tuple[str, tuple[int, ...]]:
    """A table's row below its head, which is cited, too: "4,112 | 11" says nothing without "Votes | Seats"."""
    number, article, span = len(cited), candidate.hit.article, candidate.head or (0, 0)
    above = Citation(number + 1, article.text[slice(*span)], *span, article, candidate.hit.passage.id)
    above = next((c for c in cited if (c.article.id, c.start, c.end) == (article.id, *span)), above)
    cited += [above] * (above.number > number)
    return f"{above.quote}” “{inner}", (number, above.number)


def _clause(ask: Asked, candidate: Candidate) -> tuple[int, int]:
    """The part of a sentence that says as much; a row is shown whole, a career, and what an earlier report had wrong."""
    whole = candidate.text
    all_of_it = candidate.head or ask.need == "before" or tells_wrong(candidate.hit.article.text, candidate.start, candidate.end)
    return (0, len(whole)) if all_of_it else clause(whole, partial(_says_as_much, ask, whole))


def _standing(candidate: Candidate, start: int, end: int) -> tuple[int, int, tuple[Article, ...]]:
    """The part to quote, and the articles that carry it, too: "…, according to police." goes on there, or is a sentence less."""
    whole, begin = candidate.text, candidate.start
    spans = [(start, end), (start, end - whole[:end].endswith("."))]
    spans += [] if candidate.head else [shared(whole, candidate.also_in)]
    for a, b in dict.fromkeys(spans):
        if others := also_in(candidate.hit.article, begin + a, begin + b, candidate.also_in):
            return a, b, others
    return start, end, ()


@lru_cache(maxsize=4)  # weighed to tell whether it is so, then to be quoted
def candidates(ask: Asked, hits: tuple[Hit, ...]) -> tuple[Candidate, ...]:
    """Every sentence of the hits with what speaks for it, the best first; each stretch of an article once."""
    texts_read = [(_set_right if tells_wrong(t := hit.passage.text, 0, len(t)) else sentences_read)(ask, t) for hit in hits]
    read = [[_headed(ask, hit, one) for one in rows] for hit, rows in zip(hits, texts_read, strict=True)]
    least, best = (most((hit.score for hit in hits), default=0.0) for most in (min, max))
    near = [(hit.score - least) / (best - least) if best > least else 1.0 for hit in hits]
    titles = [words(hit.article.title) for hit in hits]
    # A passage deep in an article names its subject only in the headline.
    named = [[_TITLE * value for value in words_met(ask, title)] for title in titles]
    passages = [
        share(ask, map(max, zip(met, *(one.met for one, _ in rows), strict=True))) for met, rows in zip(named, read, strict=True)
    ]
    spread = Counter(stem for rows in read for stem in frozenset().union(*(one.stems for one, _ in rows)))
    votes: Counter[str] = Counter()
    own = [passage * (0.5 + closeness / 2) for passage, closeness in zip(passages, near, strict=True)]
    for rows, vote in zip(read, own, strict=True):
        for stem in _tellings(ask, [word for one, _ in rows for word in one.words]):
            votes[stem] += vote  # type: ignore[assignment]
    asked_for = sum(term.share for term in ask.terms if term.stem in ask.asking) or 1.0
    asking = [term.share / asked_for * (term.stem in ask.asking) for term in ask.terms]
    said_by, on_denial = asks_what_is_said(ask), ask.denial or ask.kind == "whether"
    said_on = ask.kind not in ("name", "which")  # who it was no "he" tells
    odds = [{start: value for start, _, value in hit.judged} for hit in hits]
    likely = max((value for row in odds for value in row.values()), default=0.0)
    found: dict[tuple[str, int], Candidate] = {}
    for n, (hit, rows) in enumerate(zip(hits, read, strict=True)):
        texts = [hit.passage.text[one.start : one.end] for one, _ in rows]
        met, title = [heard(ask, hit, one) if said_by else one.met for one, _ in rows], words_met(ask, titles[n])
        puts = [bool(PUTS.search(text)) and "ask" not in ask.stems for text in texts]
        for i in range(1, len(rows)):  # what follows a question answers it, and "Kern denied it." whether she did
            answers = puts[i - 1] > puts[i] or bool(on_denial and pattern("speech.denied_it").search(texts[i]))
            if answers or (said_on and rows[i][0].words[0].text in _TAKES_UP):
                likened = zip(ask.terms, met[i], met[i - 1], strict=True)
                met[i] = tuple([max(own, before * (answers or term.stem in ask.names)) for term, own, before in likened])
        for i, ((one, head), text) in enumerate(zip(rows, texts, strict=True)):
            begin, end = hit.passage.start + one.start, hit.passage.start + one.end
            bare = not head and len(one.words) < _BARE and (furniture(text) or text[-1].isalnum())  # "Household debt"
            if bare or not presentable(text) or (hit.article.id, begin) in found or (head and head[0] == begin):
                continue
            beside = [title, *met[max(0, i - 1) : i], *met[i + 1 : i + 2]]
            nearby = share(ask, [max(own, max(others) / 2) for own, *others in zip(met[i], *beside, strict=True)])
            new, size = [word for word in one.words if is_new(ask, word)], len(one.words)
            telling, names = _tellings(ask, new), new_names(ask, text)
            replies = i > 0 and puts[i - 1] > puts[i] and share(ask, met[i]) >= _CLEAR  # "Not before Christmas!" tells when
            shown = replies or (fits(ask, text) if ask.kind not in ("thing", "") else names > 0)
            echo = sorted(((spread[word.stem] - 1) * rarity(word.stem) for word in new), reverse=True)[:4]
            values = (
                share(ask, met[i]), nearby, passages[n], sum(met[i]) / len(met[i]), share(ask, title), min(5, names) / 5, near[n],
                float(begin == 0), math.log1p(begin / 300), math.log1p(size), float(puts[i]),
                sum(word.text[0].isupper() for word in new) / size, sum(echo) / 4 / 9 / max(1, len(hits) - 1),
                max((votes[stem] - own[n] for stem in telling), default=0.0), float(ask.denial and denies(text)),
                float(ask.kind == "number" and shown and counts(ask, text)),
                *(float(ask.kind == kind and shown) for kind in ("number", "date", "name", "place", "which", "reason")),
                sum(share * value for share, value in zip(asking, met[i], strict=True)), float(of_sort(ask, text)),
                (len(telling) if ask.kind != "date" else len(DATE.findall(text))) / size,
                max((rarity(word.stem) / 9 for word in titles[n] if word.stem in telling), default=0.0),
                max(_LEAST, odds[n].get(begin, _LEAST + likely) - likely),
            )  # fmt: skip
            told = bool(ask.amount and passages[n] >= _OF_MATTER * max(passages)) and one.start in told_at(ask, hit.passage.text)
            apart = bool(ask.years and (years := years_in(text)) and not years & ask.years)
            place = hit.article.id, begin
            found[place] = Candidate(hit, begin, end, one, share(ask, met[i]), nearby, values, hit.also_in, head, apart, told)
    return tuple(sorted(found.values(), key=lambda c: -c.score - _TOLD * c.is_told))


def _set_right(ask: Asked, text: str) -> Sequence[Read]:
    """The sentences; one that says what an earlier report had wrong goes on with the one that puts it right.

    "Our report was wrong." says nothing by itself, and goes with the one before it."""
    found: list[Read] = []
    read = sentences_read(ask, text)
    wrong = [tells_wrong(text, one.start, one.end) for one in read]
    says = [sum(not word.is_light for word in one.words) for one in read]
    bare = [told and content <= _BARE for told, content in zip(wrong, says, strict=True)]
    for n, one in enumerate(read):
        told = n and wrong[n - 1] and not bare[n - 1]
        told = told or (n > 1 and wrong[n - 2] and says[n - 1] <= 1)  # "… said 40. This was wrong. It was 14."
        joins = n and (bare[n] if wrong[n] else told)
        if joins and "\n\n" not in text[read[n - 1].end : one.start]:
            row, met = found[-1].words + one.words, tuple(map(max, found[-1].met, one.met))
            found[-1] = Read(found[-1].start, one.end, row, stems_of(row), met)
        else:
            found.append(one)
    return found


def _headed(ask: Asked, hit: Hit, one: Read) -> tuple[Read, Span | None]:
    """A sentence; one that is a row of a table with its head's words, and where that stands."""
    head = head_of(hit.article.text, hit.passage.start + one.start)
    row = words(hit.article.text[slice(*head)]) + one.words if head else ()
    return (one._replace(words=row, stems=stems_of(row), met=words_met(ask, row)) if head else one), head


def _chosen(ask: Asked, ranked: Sequence[Candidate], limit: int) -> list[Candidate]:
    """The candidates to show: the best, then those that add something; one copy in two outlets is one, with `also_in`.

    Two statements on the same words are both shown, whatever else must go.
    """
    chosen, who_said = list[Candidate](), asks_who_said(ask)
    for candidate in ranked:
        first = chosen[0] if chosen else candidate
        twin = next((n for n, other in enumerate(chosen) if _copies(candidate, other, who_said)), None)
        if twin is not None:
            chosen[twin] = _joined(chosen[twin], candidate)
            continue
        differs = bool(chosen) and _outdone(ask, first, candidate)
        restated = _restates(first, candidate) and candidate.share >= _LESS * first.share
        again = candidate.is_prose and (differs or (bool(chosen) and (_last_word(first, candidate) or restated)))
        if len(chosen) == limit and differs and not any(_differ(ask, first, other) for other in chosen[1:]):
            chosen.pop()
        if len(chosen) == limit or (chosen and not (again or _adds(ask, chosen, candidate))):
            continue
        if chosen and not again and _answers_alone(ask, first, candidate):
            continue
        chosen.append(candidate)
    return chosen


def _with_newer(ask: Asked, chosen: list[Candidate], ranked: Sequence[Candidate], hits: Sequence[Hit]) -> list[Candidate]:
    """The candidates with what the last article says that goes on with the first one's story; before it where that answers."""
    first, later = chosen[0], dict[str, list[Candidate]]()
    for one in ranked:
        if one.is_prose and one.share >= _ON_IT and is_later(first.hit.article, one.hit.article):
            later.setdefault(one.hit.article.id, []).append(one)
    for rows in sorted(later.values(), key=lambda row: row[0].hit.article.published or date.min, reverse=True):
        best = max(rows, key=lambda c: (_leads(ask, first, c), _of_one_size(first, c), c.score))
        if _goes_on(ask, first, rows, hits):
            rest = [c for c in chosen[1:] if (c.hit.article.id, c.start) != (best.hit.article.id, best.start)]
            return [best, first, *rest] if _leads(ask, first, best) else [first, best, *rest]
    return chosen


def _of_one_size(one: Candidate, other: Candidate) -> bool:
    """Whether both have a number of one unit and about one size: a fare for a fare, not for what the mayor spends on fares."""
    rows = [[t for t in c.report.told if t.values and not t.date and min(t.values) > 0] for c in (one, other)]
    pairs = [(min(a.values), min(b.values)) for a in rows[0] for b in rows[1] if a.unit == b.unit]
    return any(max(pair) <= _SIZE * min(pair) for pair in pairs)


def _goes_on(ask: Asked, first: Candidate, rows: Sequence[Candidate], hits: Sequence[Hit]) -> bool:
    """Whether sentences of another article tell most of what is asked of a name, as the first one does, or it is of one story."""
    told = bool(ask.names) and min(first.met, max(one.met for one in rows)) >= _MOSTLY  # "Who denied it?" names no matter
    return told or may_be_one(ask, hits, first.hit.article, rows[0].hit.article)


def _leads(ask: Asked, first: Candidate, newer: Candidate) -> bool:
    """Whether what a later article says answers by itself: a number, a day, a cause, a turn of what is asked whether; no name."""
    if ask.kind == "whether":
        of_it = any(value for term, value in zip(ask.terms, newer.read.met, strict=True) if term.stem not in ask.names)
        return of_it and turns(newer.text) != turns(first.text) and newer.met >= _LESS
    return ask.kind in _CHANGING and fits(ask, newer.text) and not untold(ask, newer.text) and newer.share >= _LESS


def _day_of(ask: Asked, first: Candidate, other: Candidate, hits: Sequence[Hit]) -> str:
    """What is said before a quote from an article of another day that tells the first one's story."""
    newer = is_later(first.hit.article, other.hit.article)
    apart = newer or is_later(other.hit.article, first.hit.article)
    return (LATER if newer else EARLIER) if apart and _goes_on(ask, first, [other], hits) else ""


def _is_new(article: Article, cited: Sequence[Citation]) -> bool:
    """Whether others are cited, and not this one."""
    return bool(cited) and all(one.article.id != article.id for one in cited)


def _latest_first(ask: Asked, chosen: list[Candidate], prefer: Sequence[Filters]) -> list[Candidate]:
    """The candidates with the last word on what the first one says before it: a correction, or else the later report.

    An outlet or days that the question asks for go first all the same.
    """
    first, rest = chosen[0], [c for c in chosen[1:] if c.is_prose or not chosen[0].is_prose]
    others = [c for c in rest if all(w.admits(c.hit.article) and not w.sources for w in prefer if w.admits(first.hit.article))]
    told = [c for c in others if _outdone(ask, first, c) or _last_word(first, c)]
    if not told:
        return chosen
    last = max([first, *told], key=lambda c: (_last_word(first, c), c.hit.article.published or date.min, c.report.hour))
    return [last, *(c for c in chosen if c is not last)]


def _outdone(ask: Asked, one: Candidate, other: Candidate) -> bool:
    return _differ(ask, one, other) or (min(one.met, other.met) >= 0.5 and grown(one.report, other.report, across=True))


def _last_word(first: Candidate, other: Candidate) -> bool:
    new, old = other.hit.article, first.hit.article
    return new.source == old.source and corrects(new) and _of_one_matter(first, other)


def _of_one_matter(first: Candidate, other: Candidate) -> bool:
    """Whether a correction is of what the first sentence tells."""
    new, old = other.hit.article, first.hit.article
    named = tells_wrong(new.text, other.start, other.end) and old.id != new.id and _shared(first, other, _HALF)
    return named or (one_story(old, new) and _restates(first, other))


def _contradicts(ask: Asked, first: Candidate, other: Candidate) -> bool:
    """Whether the first sentence says something else of the same fact, or corrects the other one."""
    return _differ(ask, first, other) or _last_word(other, first)


def _lead(ask: Asked, first: Candidate, others: Sequence[Candidate]) -> str:
    """What is said before the first quote: that it puts right an earlier report of the same outlet."""
    article = first.hit.article
    olds = [c for c in others if _replaces(article, c.hit.article)]
    wrong = "Corrects an earlier report: " if tells_wrong(article.text, first.start, first.end) else ""
    return next((_replacing(first, c) for c in olds if grown(first.report, c.report) or _contradicts(ask, first, c)), wrong)


def _replacing(first: Candidate, other: Candidate) -> str:
    article, old = first.hit.article, other.hit.article
    how = "Corrects" if corrects(article) else "Updates" if grown(first.report, other.report) else "Corrects or updates"
    day = _day_and_month(old, article) if old.published != article.published else ""
    return f"{how} the report of {day}: " if day else f"{how} an earlier report: "


def _replaces(article: Article, old: Article) -> bool:
    """Whether an article has the last word of its outlet on what an older one says."""
    earlier = bool(old.published and article.published and is_before(old, article))
    return bool(article.source and old.source == article.source) and (earlier or (corrects(article) and not corrects(old)))


def _day_and_month(old: Article, new: Article) -> str:
    words = day_words(old.published) if old.published else ""
    same_year = old.published and new.published and old.published.year == new.published.year
    return words.rpartition(" ")[0] if same_year else words


def _adds(ask: Asked, chosen: Sequence[Candidate], other: Candidate) -> bool:
    """Whether a further sentence is prose about the question, close behind the first of a short one; or has what those lack."""
    those = [c.read.met for c in chosen if c.hit.article.id == other.hit.article.id and not ask.denial]
    lacked = any(new >= 0.5 > max(old, default=1.0) for new, *old in zip(other.read.met, *those, strict=True))
    near = len(ask.terms) > ENOUGH or other.score >= chosen[0].score - _BEHIND
    # "No one was hurt." behind a landslip
    whole = lacked and (other.is_told or share(ask, map(max, *those, other.read.met)) >= _CLEAR)
    return other.is_prose and (whole or (near and other.share >= _LESS * chosen[0].share))


def _answers_alone(ask: Asked, candidate: Candidate, other: Candidate) -> bool:
    """Whether the sentence meets nearly all of a short question and holds the kind of thing it asks for.

    A long question tells a story before it asks; meeting that says little of the answer. Yes or no is a matter of both sides.
    """
    if ask.denial:
        return candidate.met >= max(0.5, other.met if denies(other.text) else 0.0) and denies(candidate.text)
    if ask.kind in ("", "thing", "whether", "which") or len(ask.terms) > ENOUGH:
        return False
    return candidate.met >= _CLEAR and (counts if ask.counted else fits)(ask, candidate.text)


def _copies(one: Candidate, other: Candidate, who_said: bool = False) -> bool:
    """Whether two sentences are one copy, but for a dateline and for who said it, unless that is asked."""
    if not _shared(one, other, _HALF):  # a quick look spares the alignment of most
        return False
    mine, theirs = (Line(told) for told in (one.report.told, other.report.told))
    same = bool(mine.tokens and theirs.tokens) and same_sentence(mine, theirs)
    same = same and not (who_said and not one_speaker(*(said(c.hit.article.text, c.start, c.end) for c in (one, other))))
    return same and not any(tells_wrong(c.hit.article.text, c.start, c.end) for c in (one, other))  # it repeats what was wrong


def _restates(one: Candidate, other: Candidate) -> bool:
    """Whether another article tells the same in nearly the same words."""
    return one.hit.article.id != other.hit.article.id and _shared(one, other, _ALIKE)


def _tells_again(one: Candidate, other: Candidate) -> bool:
    return _shared(one, other, _ALIKE)


def _shared(one: Candidate, other: Candidate, share: float) -> bool:
    mine, theirs = one.read.stems, other.read.stems
    return len(mine & theirs) > share * min(len(mine), len(theirs))


def _joined(one: Candidate, other: Candidate) -> Candidate:
    """The candidate with the other's articles; of the two, the one whose words stand in the other is what is quoted."""
    if standing(_bare(other.text), one.text) and not standing(_bare(one.text), other.hit.article.text):
        one, other = replace(other, traits=one.traits, share=one.share), one
    return replace(one, also_in=(*one.also_in, other.hit.article, *other.also_in))


def _bare(text: str) -> str:
    return text[dateline(text) :].rstrip(" .")


def _differ(ask: Asked, one: Candidate, other: Candidate) -> bool:
    """Whether two articles say different things of the one fact that is asked for."""
    least, reports = min(one.met, other.met), (one.report, other.report)
    if one.hit.article.id == other.hit.article.id or least <= 0 or (least < _BARELY and min(one.share, other.share) < 0.5):
        return False
    off = undoes(*reports) or bool(overturned(*reports, ask.stems))
    if (off := off or ((ask.kind in ("number", "reason") or ask.sort == "age") and _tell_apart(ask, *reports))) or least < 0.5:
        return off
    both = [(min(pair) >= 0.5, max(pair) >= 0.5) for pair in zip(one.read.met, other.read.met, strict=True)]
    if sum(all_ for all_, _ in both) < _SAME_FACT * sum(any_ for _, any_ in both):
        return False
    dates_matter = ask.kind == "date" or ask.sort in ("year", "month", "day")
    counted = ask.counted and not any(counts_others(ask, report.text) for report in reports)
    return bool(counted and counted_apart(*reports, {ask.counted})) or disagree(*reports, dates_matter)


def _tell_apart(ask: Asked, one: Report, other: Report) -> bool:
    """Whether two reports give another toll, or another cause, wherever in them that stands."""
    if ask.sort == "age":
        return ages_apart(one, other)
    fate = fate_asked(ask.stems)
    return causes_apart(one, other) if ask.kind == "reason" else fate is not None and tolls_apart(one, other, fate)


def _says_as_much(ask: Asked, whole: str, part: str) -> bool:
    """Whether a part of a sentence meets as much of the question as all of it, with the same kind of answer."""
    whole = whole[dateline(whole) :]  # where and when a report was written is not what it says
    ours, all_ = words(part), words(whole)
    if any(less < more for less, more in zip(words_met(ask, ours), words_met(ask, all_), strict=True)):
        return False
    if fits(ask, whole) and not fits(ask, part):
        return False
    kept = stems_of(ours)
    lost = [word for word in all_ if not word.is_light and word.stem not in kept]
    # what goes may not name what could be the answer
    names = not ask.denial and ask.kind not in ("number", "date", "money", "reason")
    return not any(word.text[0].isdigit() or (names and word.text[0].isupper()) for word in lost)


def _tellings(ask: Asked, row: Sequence[Word]) -> set[str]:
    """The stems that could be the answer itself: numbers or names that the question does not have."""
    may_be = str.isdigit if ask.kind in ("number", "money", "date") else str.isupper
    return {word.stem for word in row if may_be(word.text[0]) and is_new(ask, word)}


def _credit(article: Article, also_in: Sequence[Article] = ()) -> str:
    """Who says it, and when: the outlet and the date, or else the headline; then the other outlets that carry it."""
    name = article.source or article.title or article.id
    more = list(dict.fromkeys(other.source for other in also_in if other.source and other.source != article.source))
    also = f" (also in {', '.join(more)})" if more else ""
    return (f"{name}, {day_words(article.published)}" if article.published else name) + also
