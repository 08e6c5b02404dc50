"""Telling a model's "I cannot answer", and its small talk, from an answer.

A list of wordings alone would take "There is no information on survivors, police said" for a refusal, and know no other language.
So a sentence is judged by what it carries: one that its passages carry stays, whatever it says. Of the others those are refusals
that speak of the passages or of not knowing, deny something, and tell nothing of the world: no number, no name, no words of a
passage beside those of the question.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from prompts import NO_ANSWER, NOT_IN_ARTICLES
from qa.amounts import untold
from qa.asking import Asked, asked, counts, fits, names_none
from qa.check.translated import denied, differ, spoken
from qa.check.verdict import key_words
from qa.citations import Reading, kept
from qa.markers import WORDS
from qa.types import Sentence
from qa.words_met import met, sentences_read, share
from vectorstore.language.detect import language_of
from vectorstore.language.disclaimers import about, denies
from vectorstore.language.lexicon import LANGUAGES, lines, pattern, word_set
from vectorstore.language.stems import stem, stem_set
from vectorstore.types import Hit

_ALL, _MOST, _ENOUGH, _HALF = 0.9, 0.8, 0.7, 0.5  # of the weight of a question's words
_SEEN = frozenset(("number", "money", "date"))
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_TOKEN = re.compile(r"\bNO[ _-]ANSWER\b[.:]?")


def in_words(draft: str) -> str:
    """A draft with the token that the prompt asks for put into words; while only a part of it has arrived, nothing."""
    if draft.strip() and NO_ANSWER.startswith(draft.strip()):
        return NOT_IN_ARTICLES if draft.strip() == NO_ANSWER else ""
    return _TOKEN.sub(NOT_IN_ARTICLES, draft)


def says_not_in_articles(sentence: str) -> bool:
    """Whether a sentence says that the articles do not answer in the words that we ask for."""
    return _folded(sentence).strip("\"'*“”‘’ ").startswith(NOT_IN_ARTICLES.casefold().rstrip("."))


def without_refusals(reading: Reading, question: str, hits: Sequence[Hit]) -> tuple[Reading, bool]:
    """A verified reading without refusals, small talk and what it says again, and whether it had a refusal."""
    refused = {n for n, sentence in enumerate(reading.sentences) if is_refusal(sentence, question, hits)}
    talk = {
        n
        for n, sentence in enumerate(reading.sentences)
        if (not sentence.supported and not sentence.citations and _is_talk(sentence.text, n + 1 in reading.breaks))
        or (sentence.text.endswith("?") and key_words(sentence.text) <= key_words(question))  # asked again
        or sentence.text in [before.text for before in reading.sentences[:n]]  # small models go round in circles
    }
    return kept(reading, lambda n: n not in refused | talk), bool(refused)


def overruled(question: str, hits: Sequence[Hit]) -> bool:
    """Whether a passage plainly answers, so that a model that found no answer is wrong.

    It has, with its headline, nearly all the words of the question: who "owns" the mine, too. Where a number or a day is asked
    for, and it has one, most are enough; where a name or a cause is, it must have one.
    """
    ask = asked(question)
    texts = [f"{hit.article.title}. {hit.passage.text}" for hit in hits]
    return any(
        met(ask, text) >= (_MOST if ask.kind in _SEEN and counts(ask, text) else _ALL) and _has_its_kind(ask, text)
        for text in texts
    )


def _has_its_kind(ask: Asked, text: str) -> bool:
    """Whether a sentence that is of the question has who, or why, where that is asked."""
    if names_none(ask, text) or untold(ask, text):
        return False
    if ask.kind not in ("name", "reason"):
        return True
    form = pattern("questions.answers.cause") if ask.kind == "reason" else None
    told = [(share(ask, one.met), text[one.start : one.end]) for one in sentences_read(ask, text)]
    best = max(value for value, _ in told)
    return any(form.search(one) if form else fits(ask, one) for value, one in told if value >= min(best, _HALF))


def rests_on_the_best(reading: Reading, question: str, hits: Sequence[Hit]) -> bool:
    """Whether what is supported, and says more than the question, rests on the best passage, and there on what is asked for."""
    telling = [one for one in reading.sentences if one.supported and key_words(one.text) - key_words(question)]
    ask, numbers = asked(question), {n for one in telling for n in one.citations}
    cited = [one for one in reading.citations if one.number in numbers]
    said = " ".join(one.quote for one in cited) if hits[0].passage.id in {one.passage_id for one in cited} else ""
    return met(ask, said) >= _ENOUGH and (ask.kind not in _SEEN or counts(ask, said))


def is_refusal(sentence: Sentence, question: str, hits: Sequence[Hit]) -> bool:
    """Whether a sentence, checked, says that the passages do not answer the question, in whatever words and language."""
    if says_not_in_articles(sentence.text):
        return True
    if sentence.supported and not {*_WORD.findall(_folded(sentence.text))[:1]} <= _words("first_person"):
        return False  # no passage can carry what a model says of itself
    sentence = replace(sentence, text=_of_outlets(sentence.text, hits))
    return _is_none(sentence, question, hits) or any(_is_none(one, question, hits) for one in _parts(sentence))


def _of_outlets(text: str, hits: Sequence[Hit]) -> str:
    """A sentence with the outlets that it speaks of as what they wrote: "Neither the Gazette nor …"."""
    names = {re.sub(r"^The ", "", hit.article.source) for hit in hits if hit.article.source}
    any_ = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return (
        re.sub(rf"(^|\b(?:neither|nor|in|from) )(?:the )?(?:{any_})\b(?:['’]s?)?", r"\1the article", text, flags=re.I)
        if names
        else text
    )


def _parts(sentence: Sentence) -> list[Sentence]:
    """Of an unsupported sentence that tells what the passages say beside what they do not, the clauses that may do the latter.

    "While the report covers the fire, its cause is left open", "No price is given in what I have; it carries 60 cars"."""
    joined = pattern("sources.joined").split(sentence.text)
    conceding = {*_WORD.findall(_folded(joined[0]))[:1]} <= word_set("sources.conceding")
    parts = [piece for one in joined for piece in (one.rsplit(", ", 1) if conceding else [one]) if key_words(piece)]
    of_reading = not (WORDS | _readers() | _stories()).isdisjoint(_WORD.findall(_folded(sentence.text)))
    several = len(parts) > 1 and not sentence.supported
    return [replace(sentence, text=one, citations=()) for one in parts if several and (of_reading or _untold(one))]


def _is_none(sentence: Sentence, question: str, hits: Sequence[Hit]) -> bool:
    """The same of a sentence that no passage carries, or that speaks of "I"."""
    text = _folded(sentence.text)
    every = _WORD.findall(text)
    words, language = set(every), spoken(sentence.text)
    speaks = bool(words & WORDS) or _stands_in(text, "words") or (language != "en" and bool(about(text, language)))
    absent = _untold(text) or any(
        re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)" if phrase[0] < "\u3000" else phrase, text) for phrase in _phrases("absent")
    )
    is_denied = (
        absent
        or bool(words & (_negations() | _words("unable")))
        or "n't" in text
        or _stands_in(text, "negations", "polarity")
        or denies(text, language)
    )
    if is_denied and words and {*every[:1]} <= _words("first_person"):
        return True
    tells_nothing = is_denied and _nothing_told(every)
    if (
        sentence.supported
        or _told(sentence.text, question, hits, _of_telling() if tells_nothing else frozenset())
        or set(_numbers(text)) - set(_numbers(_folded(question))) - {str(n) for n in range(len(hits) + 1)}
    ):
        return False
    if speaks and is_denied:
        return not any(differ(sentence.text, hit.passage.text) and denied(sentence.text, hit.passage.text) for hit in hits)
    if _names(sentence.text, question):
        return False
    if tells_nothing:
        return True
    if absent or not key_words(sentence.text):
        return not sentence.citations
    if not hits or not differ(sentence.text, hits[0].passage.text):
        return False
    return is_denied or not word_set("polarity.negations", language_of(sentence.text))


def _nothing_told(words: Sequence[str]) -> bool:
    """Whether a sentence denies that the stories tell: "Nothing in these stories, or that I was given, identifies the owner"."""
    if not stem_set("sources.tells") & {stem(word) for word in words}:
        return False
    pointing = word_set("sources.before_stories")
    pointed = (word in _stories() and not pointing.isdisjoint([*words[max(0, n - 3) : n], word]) for n, word in enumerate(words))
    return any(pointed) or not _readers().isdisjoint(words)


def _untold(text: str) -> bool:
    return bool(pattern("sources.untold").search(text))


def _stories() -> frozenset[str]:
    return word_set("sources.stories")


def _readers() -> frozenset[str]:
    return word_set("sources.readers")


def _told(sentence: str, question: str, hits: Sequence[Hit], but: frozenset[str]) -> bool:
    """Whether a passage has what a sentence says beside the words of the question and those about passages."""
    own = key_words(sentence) - key_words(question) - _about_passages() - but
    most = max((len(own & key_words(hit.passage.text)) for hit in hits), default=0)
    return most >= 2 and 2 * most >= len(own)


def _names(sentence: str, question: str) -> set[str]:
    """The words inside a sentence that are written with a capital, neither of the question nor about passages."""
    inside = re.findall(r"(?<=[^.!?:\s])\s+[\"“‘(]?([^\W\d_a-z][\w'’-]+)", sentence)
    known = set(re.findall(r"[^\W\d_]+", _folded(question))) | WORDS
    return {word for word in inside if word[0].isupper() and _folded(word) not in known}


def _is_talk(text: str, is_over: bool) -> bool:
    """Whether a sentence speaks to the reader of the answer itself, or is a heading over what follows."""
    plain = text.strip()
    if any(_folded(plain).startswith(phrase) for phrase in _phrases("talk")):
        return True
    return is_over and plain[-1:] not in '.!?。！？…”"' and len(plain.split()) <= 12 and not re.search(r"\d", plain)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).replace("’", "'").casefold().split())


def _numbers(text: str) -> list[str]:
    return re.findall(r"\d+", text)


@cache
def _phrases(name: str) -> tuple[str, ...]:
    return tuple(_folded(line) for language in LANGUAGES for line in lines(f"sources.{name}", language))


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset().union(*(word_set(f"sources.{name}", language) for language in LANGUAGES))


@cache
def _negations() -> frozenset[str]:
    return frozenset().union(*(word_set("polarity.negations", language) for language in LANGUAGES))


@cache
def _of_telling() -> frozenset[str]:
    return key_words(" ".join(word_set("sources.tells") | word_set("sources.stories")))


@cache
def _about_passages() -> frozenset[str]:
    return key_words(" ".join(WORDS.union(_phrases("absent"))))


def _stands_in(text: str, name: str, of: str = "sources") -> bool:
    """Whether a word of a language that puts no spaces between words stands in a text."""
    return any(
        word in text
        for language in ("ja", "zh")
        for word in word_set(f"{of}.{name}", language)
        if len(word) > 1 or of == "polarity"
    )
