"""A model's supported sentences as answers: are they of the time that is asked about, and does one sentence say all of it?

A small model puts a name of the passage into the question's words. All of them stand somewhere in the passage, so nothing refuses
it; but no sentence has them together, as one mostly has of what is true. It may be true all the same: a note says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from qa.asking import asking_sentence
from qa.check.at_once import denies, said_at_once
from qa.check.verdict import key_words
from qa.citations import PIECED, REPORTED, Reading
from qa.overtaken import overtaken
from qa.types import Sentence
from vectorstore.language.days import day_words
from vectorstore.language.frames import bare
from vectorstore.language.lexicon import pattern, table
from vectorstore.types import Hit

_LATELY = table("dates.lately")
_LATE = 31  # days beside those of "this week", after which a report is no slip of a few days
_OLDER = 200  # days before the newest report that was found
_NAME_ONLY = 6  # words
_BRIEF = 40  # characters: a bare name stands in every quote of it


def as_answers(reading: Reading, question: str, hits: Sequence[Hit], today: date) -> Reading:
    """The reading; a supported sentence that is no answer says so in a reason, and in its note what may make it none."""
    newest = max((hit.article.published for hit in hits if hit.article.published), default=today)
    told, by_id = [], {hit.passage.id: hit for hit in hits}
    for one in reading.sentences:
        cited = [(by_id[c.passage_id], (c.start, c.end)) for c in reading.citations if c.number in one.citations]
        if one.supported and cited:
            one = replace(one, note=f"{one.note} {overtaken(one.text, cited, hits)[1]}".strip())
            quotes = " ".join(hit.article.text[start:end] for hit, (start, end) in cited).casefold()
            day = max((hit.article.published for hit, _ in cited if hit.article.published), default=today)
            if (newest - day).days > _OLDER or _lately(f"{question} {one.text}"):
                one = _timely(one, question, quotes, day, today, newest)
            if one.supported and (len(one.text) < _BRIEF or one.text.casefold().rstrip(".") not in quotes):
                one = _whole(one, question, [hit for hit, _ in cited])
        told.append(one)
    return replace(reading, sentences=tuple(told))


def _timely(one: Sentence, question: str, quotes: str, day: date, today: date, newest: date) -> Sentence:
    """The sentence; an old report's "this week" is none, and where its day may mislead it is told."""
    mine, asked = _lately(one.text), _lately(question)
    age = (today - day).days
    if mine.islower() and mine not in quotes and age > _days(mine) + _LATE:
        return replace(one, supported=False, note="", reasons=(f"The report is of {day_words(day)}: it tells of no “{mine}”.",))
    late = any(age > _days(words) for words in (mine, asked) if words)
    old = (newest - day).days > _OLDER and str(day.year) not in one.text
    return replace(one, note=f"{one.note} {REPORTED}{day_words(day)}.".strip()) if late or old else one


def _lately(text: str) -> str:
    """What a text says of the days before it was written: "this week", "Monday", not USA TODAY; "" where nothing."""
    return next((words for words in _LATELY if re.search(rf"\b{words}\b", text[:1].casefold() + text[1:])), "")


def _days(words: str) -> int:
    return int(_LATELY[words])


def _whole(one: Sentence, question: str, hits: Sequence[Hit]) -> Sentence:
    """The sentence; what no sentence of the passages has nearly all the words of is marked."""
    told = pattern("sources.answers").sub("", one.text)
    if told != one.text or _is_name_only(told):  # it says what the question says, with itself in it
        told = f"{told} {(asking := asking_sentence(bare(question)))}"
        if denies(asking):
            return replace(one, note=f"{one.note} {PIECED}".strip())
    if words := _lately(told):  # of its day: it is told by when the report was written
        told = re.sub(rf"\b{words}\b", "", told, flags=re.I)
    passages = [text for hit in hits for text in (hit.passage.text, hit.article.title) if text]
    return one if said_at_once(told, passages, key_words(question)) else replace(one, note=f"{one.note} {PIECED}".strip())


def _is_name_only(text: str) -> bool:
    """Whether a text is but a name or a number, "Ada Holt", "412 of Orm", or a few words without an end: none is a sentence."""
    words = re.findall(r"\w[\w'’.-]*", text)
    if len(text) < _BRIEF and text.rstrip()[-1:] not in '.!?"”':
        return True
    return len(words) <= _NAME_ONLY and all(word[0].isupper() or word[0].isdigit() or len(word) < 4 for word in words)
