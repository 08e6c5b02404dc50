"""How likely some passages answer a question at all. Below `THRESHOLD`, the articles are taken not to say.

Each passage is weighed by plain traits, and the best one decides. `evidence` reads given texts; `answered` what a search has
found, together with what the reranker makes of it: of thousands of passages some have a question's words by chance, so the
weights are others. They are kept in qa/answerable.toml: `python -m tests.studies.nothing` fits those of a search,
`python -m tests.studies.abstain --fit` those of texts.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from operator import itemgetter

from qa.amounts import untold
from qa.asking import BY_FORM, ENOUGH, Asked, asked, fits, names_none, new_names, years_in
from qa.likeliest import likeliest
from qa.told import enough
from qa.words_met import Read, met, nearness, sentences_read, share, words_met
from vectorstore.language.lexicon import word_set
from vectorstore.language.words import words
from vectorstore.scope import counted_days
from vectorstore.types import Filters, Found, Hit, strings

THRESHOLD = 0.5

TRAITS = (
    "best sentence", "best sentence fits", "topical", "topical prose", "words met", "introduced", "second word met",
    "met per sentence", "other names", "no kind", "place", "reason", "sentences",
    "told", "headline", "missing", "name missing", "year missing", "another time",
)  # fmt: skip
READ = "read"  # the weight of what the reranker makes of a passage

_MANY = 1_000  # passages of a collection: of fewer hardly any has a question's words by chance
_HEAVIEST = 9  # about the rarity of the rarest words
# Of a subject ("Tell me about the ferry", "ferry accident") a passage tells that names nearly all of it.
_OF_SUBJECT, _MOSTLY, _LARGELY = 8.0, 0.75, 0.6  # bare words may be anything; who asks for a gist names its subject freely
_NOT_OF_IT = -0.5  # the most (as log odds) that a passage on the price of tin says about the price of oil
_ANOTHER_TIME = timedelta(45)  # an article so long before or after the days asked about tells of other days
_NAMES = 6.0  # the weight of words that tell one thing from others: "Doge", not "happened"
_ASKS = 2.5  # the weight of words that ask for something by themselves
_OF_MATTER = 0.3  # of the words of what a follow-up is about: what a passage on it has
OF_TALK = re.compile(r" \(about “([^“”]*)”\)")  # what a follow-up is about: see qa/rewrite.py
_COPULAS = frozenset("is are was were refers refer means".split())


def evidence(question: str, passages: Sequence[str]) -> float:
    """How likely it is, from 0 to 1, that these passages answer the question. Below `THRESHOLD`, abstain.

    The best passage decides. Pure, and a few milliseconds for a passage.
    """
    ask = asked(question)
    texts = [text for text in strings(passages, "passages") if sentences_read(ask, text)] if ask.terms else []
    return _probability(_weighed(ask, traits(ask, text), text, "texts", 0.0) for text in texts)


def answered(question: str, found: Found) -> float:
    """The same of what a search has found, with the headlines and days of its articles."""
    ask = asked(question)
    chosen = found.scope.filters.since or found.scope.filters.until  # by the reader, who knows which days are there
    days = () if chosen else counted_days(question, found.scope.today)
    few = found.summary.passages < _MANY
    return _probability(_of_hit(ask, hit, days, few) for hit in found.hits if ask.terms and sentences_read(ask, hit.passage.text))


def tells(question: str, found: Found) -> bool:
    """Whether what a search has found is likely enough to answer the question."""
    if any(hit.elsewhere for hit in found.hits):
        return bool(likeliest(found.hits, 1))
    own, of_it = of_its_matter(question, found)
    likely = max(answered(one, of_it) for one in {question, own})
    ask, known = asked(own), "(about “" in question
    less = known or ask.kind == "whether" or ask.need == "harm"  # may be enough of these
    least = enough(own, of_it, THRESHOLD, known) if ask.need and (less or likely >= THRESHOLD) else THRESHOLD
    return likely >= least or any(_asks_it(question, hit.article.title) for hit in of_it.hits)


def of_its_matter(question: str, found: Found) -> tuple[str, Found]:
    """A follow-up without what it is about, and what was found of that; another question as it is."""
    return _of_talk(question, about[1], found) if (about := OF_TALK.search(question)) else (question, found)


def _of_talk(question: str, about: str, found: Found) -> tuple[str, Found]:
    """The hits of the matter that have a word of the question itself: "Who resigned?" after a storm.

    One that asks for nothing by itself ("And what happened then?") stays as it is.
    """
    own = OF_TALK.sub("", question)
    ask, matter = asked(own), asked(about)
    if ask.gist or sum(term.weight for term in ask.terms) <= _ASKS:
        return question, found
    of_it = [hit for hit in found.hits if met(matter, f"{hit.article.title} {hit.passage.text}") >= _OF_MATTER]
    hits = tuple([hit for hit in of_it if ask.need in BY_FORM or any(words_met(ask, words(hit.passage.text)))])  # "a broken leg"
    return own, replace(found, hits=hits)


def _asks_it(question: str, headline: str) -> bool:
    """Whether a headline puts the very question: "What is 'Doge'? The meme, explained" is there to answer it."""
    first, ask = question.partition(" ")[0].casefold(), asked(question)
    put = first in word_set("followups.asking") and headline.casefold().startswith(f"{first} ")
    names = sum(term.weight for term in ask.terms) >= _NAMES
    return put and names and all(value >= 1 for value in words_met(ask, words(headline)))


def _of_hit(ask: Asked, hit: Hit, days: Sequence[Filters], few: bool) -> float:
    told = traits(ask, hit.passage.text, hit.article.title, hit.article.published, days)
    of = "texts" if few else "found" if hit.answers is not None else "found unread"
    return _weighed(ask, told, hit.passage.text, of, hit.answers or 0.0)


def _weighed(ask: Asked, told: Sequence[float], passage: str, of: str, read: float) -> float:
    weights = _weights(of)
    score = weights["bias"] + sum(
        weights.get(name, 0.0) * value for name, value in zip((READ, *TRAITS), (read, *told), strict=True)
    )
    stems = {word.stem for word in words(passage)}
    off = bool(ask.of) and all(nearness(term, stem) < 0.5 for term in ask.of for stem in stems)
    if off or names_none(ask, passage) or (ask.amount and untold(ask, passage)):
        return min(score, _NOT_OF_IT)
    return max(score, _OF_SUBJECT * (met(ask, passage) - (_LARGELY if ask.gist else _MOSTLY))) if ask.subject else score


def _probability(scores: Iterable[float]) -> float:
    best = max(scores, default=-math.inf)
    return 1 / (1 + math.exp(-best)) if best > -700 else 0.0


def traits(
    ask: Asked, passage: str, headline: str = "", published: date | None = None, days: Sequence[Filters] = ()
) -> tuple[float, ...]:
    """What is weighed in one passage, in the order of `TRAITS`; `days` are those that the question counts from today."""
    read = sentences_read(ask, passage)
    row = [word for one in read for word in one.words]
    counts = Counter(word.stem for word in row)
    overall = [max(column) for column in zip(*(one.met for one in read), strict=True)]
    shares = [share(ask, one.met) for one in read]
    second = sorted(zip((-term.share for term in ask.terms), overall, strict=True), key=itemgetter(0))[:2][-1][1]
    # BM25's saturation, so that a passage about the question's subject gains from naming it more than once
    topical = share(ask, (counts[term.stem] / (counts[term.stem] + 3 * (0.25 + 0.75 * len(row) / 130)) for term in ask.terms))
    introduces = bool({word.text.lower() for word in read[0].words[:14]} & _COPULAS)
    above = words_met(ask, words(headline))
    # Rare words tell more: many common ones are met by chance.
    told = [(term, max(pair) * term.weight) for term, *pair in zip(ask.terms, overall, above, strict=True)]
    missing = [(term.weight - value, term.stem in ask.names) for term, value in told]
    there = f"{passage} {headline} {published or ''}"
    return (
        max(shares), max(share * fits(ask, passage[one.start : one.end]) for share, one in zip(shares, read, strict=True)),
        topical, topical * sum(word.is_light for word in row) / len(row), min(1.0, sum(overall) / min(ENOUGH, len(overall))),
        introduces * share(ask, words_met(ask, read[0].words[:8])), second,
        sum(shares) / len(shares), new_names(ask, passage) / len(row),
        *(float(ask.kind == kind) for kind in ("", "place", "reason")), math.log1p(len(read)),
        math.log1p(sum(value for _, value in told)), share(ask, above), max(missing)[0] / _HEAVIEST,
        max((value for value, is_name in missing if is_name), default=0.0) / _HEAVIEST,
        float(any(year not in there for year in ask.years) or bool(ask.years and _of_another_year(ask, passage, shares, read))),
        float(bool(published and days) and not any(_near(published, one) for one in days if published)),
    )  # fmt: skip


def _of_another_year(ask: Asked, passage: str, shares: Sequence[float], read: Sequence[Read]) -> bool:
    """Whether the best sentence names years, but not the one asked about: "winners of the 2021 contest" of that of 2023."""
    best = max(zip(shares, read, strict=True), key=itemgetter(0))[1]
    years = years_in(passage[best.start : best.end])
    return bool(years) and not years & ask.years


def _near(day: date, days: Filters) -> bool:
    return (not days.since or days.since - _ANOTHER_TIME <= day) and (not days.until or day <= days.until + _ANOTHER_TIME)


@cache
def _weights(of: str) -> Mapping[str, float]:
    kept: dict[str, dict[str, float]] = tomllib.loads(files("qa").joinpath("answerable.toml").read_text(encoding="utf-8"))
    return kept[of]
