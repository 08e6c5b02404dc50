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
from qa.asking import asked, counts
from qa.check.translated import denied, differ, spoken
from qa.check.verdict import key_words
from qa.citations import Reading, kept
from qa.markers import WORDS
from qa.types import Sentence
from qa.words_met import met
from vectorstore.language.detect import language_of
from vectorstore.language.disclaimers import about, denies
from vectorstore.language.lexicon import LANGUAGES, lines, word_set
from vectorstore.language.stems import stem, stem_set
from vectorstore.types import Hit

_ALL, _MOST, _ENOUGH = 0.9, 0.8, 0.7  # of the weight of a question's words
_SEEN = frozenset(("number", "money", "date"))
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
    for, and it has one, most are enough.
    """
    ask = asked(question)
    texts = [f"{hit.article.title}. {hit.passage.text}" for hit in hits]
    return any(met(ask, text) >= (_MOST if ask.kind in _SEEN and counts(ask, text) else _ALL) for text in texts)


def rests_on_the_best(reading: Reading, question: str, hits: Sequence[Hit]) -> bool:
    """Whether what is supported, and says more than the question, rests on the best passage, and there on what is asked for."""
    telling = [one for one in reading.sentences if one.supported and key_words(one.text) - key_words(question)]
    ask, numbers = asked(question), {n for one in telling for n in one.citations}
    cited = [one for one in reading.citations if one.number in numbers]
    said = " ".join(one.quote for one in cited) if hits[0].passage.id in {one.passage_id for one in cited} else ""
    return met(ask, said) >= _ENOUGH and (ask.kind not in _SEEN or counts(ask, said))


def is_refusal(sentence: Sentence, question: str, hits: Sequence[Hit]) -> bool:
    """Whether a sentence, checked, says that the passages do not answer the question, in whatever words and language."""
    text = _folded(sentence.text)
    every = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", text)
    if says_not_in_articles(sentence.text):
        return True
    if sentence.supported and not {*every[:1]} <= _words("first_person"):
        return False  # no passage can carry what a model says of itself
    if _is_none(sentence, text, every, question, hits):
        return True
    main = _main(sentence.text, every)
    return bool(main) and not sentence.supported and is_refusal(replace(sentence, text=main), question, hits)


def _main(text: str, every: Sequence[str]) -> str:
    """The main clause behind what the passages do tell: "While the reports cover the fire, its cause is left open"."""
    before, comma, after = text.rpartition(", ")
    conceded = {*every[:1]} <= word_set("sources.conceding") and {*re.findall(r"\w+", _folded(before))} & WORDS
    return f"The articles: {after}" if comma and every and conceded else ""


def _is_none(sentence: Sentence, text: str, every: Sequence[str], question: str, hits: Sequence[Hit]) -> bool:
    """The same of one that no passage carries, or that speaks of "I"; `text` is what it says and `every` its words, folded."""
    words, language = set(every), spoken(sentence.text)
    speaks = bool(words & WORDS) or _stands_in(text, "words") or (language != "en" and bool(about(text, language)))
    absent = any(
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
    """Whether a sentence denies that the stories tell: "Nothing in these stories identifies the owner"."""
    if not stem_set("sources.tells") & {stem(word) for word in words}:
        return False
    stories, pointing = word_set("sources.stories"), word_set("sources.before_stories")
    return any(word in stories and not pointing.isdisjoint([*words[max(0, n - 3) : n], word]) for n, word in enumerate(words))


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
