"""What is asked, without how it is put: "Hi, could you tell me how many …? Thank you" asks "how many …?".

The words of a frame are rare in news, so that a search and a weighing that kept them would look for small talk.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from vectorstore.language.lexicon import lines, table, word_list, word_set
from vectorstore.language.sentences import sentences

_AMID = re.compile(r", ?(?:please|pls|kindly),? ", re.I)
_LETTER = re.compile(r"[.!] .*\?|\? .*[.!]$", re.S)  # a question beside sentences that ask nothing
_NAMED = re.compile(r"\w,? (?!I\b|I')[^\W\d_a-z]\w")
_MOST = 8  # frames that one question is put in; more are text
_END = 100  # characters of a closing at most


@lru_cache(maxsize=256)
def polite(question: str) -> str:
    """The question without greetings, thanks and "could you tell me"; may be empty."""
    text = _AMID.sub(" ", question).strip()
    if _LETTER.search(text):
        text = _of_a_letter(text)
    for _ in range(_MOST):
        before = text
        text = _without(_without_end(_without(text, "greetings", "thanks"), "closings", "thanks"), "requests")
        if text == before:
            break
    return text


def _of_a_letter(text: str) -> str:
    """The question of a letter: without sentences on the writer alone, which name nobody ("I am a pensioner. …")."""
    told = [text[slice(*span)].strip() for span in sentences(text)]
    of_me = word_set("questions.of_me")
    kept = [
        one
        for one in told
        if "?" in one or re.search(r"\d", one) or _NAMED.search(one) or of_me.isdisjoint(re.findall(r"[\w']+", one.casefold()))
    ]
    return " ".join(kept) if sum("?" in one for one in told) == 1 else text


def bare(question: str) -> str:
    """The question itself; of a request for what is known ("Tell me about the ferry"), its subject. May be empty."""
    return _read(question)[0]


def wants_gist(question: str) -> bool:
    """Whether it asks for what is known of a subject: "Summarise the news about the ferry"."""
    return _read(question)[1]


def wants_summary(question: str) -> bool:
    """Whether it asks for the developments of a story in their order: "Summarise the news on the ferry"."""
    return bool(_pattern("summaries").match(polite(question)))


def told_before(question: str) -> bool:
    """Whether a reader tells first what he has heard: "My editor says that 40 were hurt. How many were …?"."""
    return bool(_pattern("hearsay").match(polite(question))) and "?" in question


@lru_cache(maxsize=256)
def is_small_talk(question: str) -> bool:
    """Whether it asks for nothing that an article could say: "hello", "thanks!", "who are you?"."""
    text = polite(question)
    if not re.search(r"\w", text):
        return bool(re.search(r"\w", question))
    return bool(_pattern("small_talk").fullmatch(text.strip(" ?!.,;:")))


@lru_cache(maxsize=256)
def _read(question: str) -> tuple[str, bool]:
    text, gist, so = polite(question), False, ""
    if told_before(question):
        text = _without(text, "hearsay")
    asks = re.compile(opener(), re.I)
    for _ in range(_MOST):
        before = text
        text = polite(_without_end(_without(text, "places"), "places"))
        if found := _pattern("gists").match(text):
            gist, text = True, _after(text, found.end())
            text = _without(text, "of_it")
            gist = not asks.match(text)  # "Explain why …" asks why
        elif found := _pattern("whether").match(text):
            so, text = "whether ", _after(text, found.end())
        if text == before:
            break
    subject = _without_end(text, "closing_gists", *(["closing_kinds"] if gist else []))
    inside = rf"(?:(?<=[,;:.!?]\s)|\b(?:and|so|but)\s)(?:{_pattern('requests').pattern})[:,]?\s(?={opener()})"
    said = so + re.sub(inside, "", subject, flags=re.I)
    for words, as_news_has_it in table("questions.said_as").items():
        said = re.sub(words, as_news_has_it, said, flags=re.I)
    return said, gist or subject != text


@cache
def opener() -> str:
    """A regular expression for the words that begin a question."""
    return rf"(?:{'|'.join(word_list('questions.openers'))})\b"


@cache
def _pattern(*lists: str) -> re.Pattern[str]:
    any_ = "|".join(line.replace("…", opener()) for name in lists for line in lines(f"questions.{name}"))
    return re.compile(rf"(?:{any_})(?!\w)", re.I)


def _without(text: str, *lists: str) -> str:
    found = _pattern(*lists).match(text)
    return _after(text, found.end()) if found else text


def _after(text: str, end: int) -> str:
    return text[end:].lstrip(" ,;:.!?–—-…\n")


def _without_end(text: str, *lists: str) -> str:
    """The text without what the lists have, where it ends."""
    stop = len(text.rstrip(" ?!.,;:"))
    near = max(0, stop - _END)
    for gap in re.finditer(r"[\s,;:.!?–—-]+(?=\w)", text[near:stop]):
        found = _pattern(*lists).match(text, near + gap.end())
        if found and found.end() >= stop:
            return text[: near + gap.start()] + ("?" if "?" in text[near + gap.start() :] else "")
    return text
