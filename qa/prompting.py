"""Question and hits -> the messages that a model is given. What articles say goes in as data that cannot pose as rules."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Literal

from prompts import NO_ANSWER, render
from qa.errors import SettingError
from qa.settings import Settings
from qa.types import Turn
from vectorstore.language.days import dated
from vectorstore.language.sentences import sentences
from vectorstore.types import Hit

# Said of weak evidence only: small models take a way out wherever they are shown one (of five questions that the first passage
# answers, a model of 1.5 billion parameters gave up on five; not shown it, it answered all).
DOUBT = "The search found only weak evidence: the passages may well not answer this question.\n"
EXIT = f" If they do not answer it, write: {NO_ANSWER}"
_EARLIER_TURNS = 2
_EARLIER_CHARACTERS = 300
_LEAST_PASSAGE_TOKENS = 64  # less of the best passage than this is no evidence
_SPARE_TOKENS = 64  # for what a chat template writes around the messages


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a prompt."""

    role: Literal["system", "user", "assistant"]
    text: str


def answer_messages(
    question: str, hits: Sequence[Hit], history: Sequence[Turn], today: date, settings: Settings, doubtful: bool = False
) -> list[Message]:
    """The rules, then the passages and the question, fitted to the model's context with room for its answer.

    Passage n is `hits[n - 1]`, best first: where not all fit, the last are left out, and a first one too long is cut after a
    sentence. `doubtful` tells the model that the search itself found little.

    Raises SettingError where the context has no room for a passage, not even without the earlier turns.
    """
    fence = _fence(hits)
    system = render("answer", no_answer=NO_ANSWER, fence=fence)

    def user(blocks: Sequence[str], earlier: str) -> str:
        found = "\n\n".join(blocks) or "(The search found no passage.)"
        asked, doubt, way_out = as_data(question), DOUBT * doubtful, EXIT * doubtful
        return render("question", today=dated(today), passages=found, earlier=earlier, doubt=doubt, question=asked, exit=way_out)

    answer_room = min(settings.max_tokens, settings.context_tokens // 3)
    parts = [tokens(_block(1, hits[0], text, fence)) for text in (hits[0].passage.text, "")] if hits else [0, 0]
    least = min(parts[0], parts[1] + _LEAST_PASSAGE_TOKENS)  # what is worth sending of a passage: all of a short one
    for earlier in (_earlier(history) if history else "", ""):
        fixed = _SPARE_TOKENS + tokens(system) + tokens(user([], earlier))
        left = settings.context_tokens - answer_room - fixed
        if left >= least:
            break
    else:
        raise _no_room(settings, fixed + least)
    blocks: list[str] = []
    for number, hit in enumerate(hits, 1):
        block = _block(number, hit, hit.passage.text, fence)
        if tokens(block) > left and not blocks:
            block = _block(number, hit, _beginning(hit.passage.text, left - tokens(_block(number, hit, "", fence))), fence)
        if tokens(block) <= left or not blocks:  # without one passage there is nothing to answer from
            blocks.append(block)
            left -= tokens(block) + 1
    return [Message("system", system), Message("user", user(blocks, earlier))]


def _no_room(settings: Settings, needed: int) -> SettingError:
    enough = min(needed + settings.max_tokens, needed * 3 // 2 + 1)
    return SettingError(
        f"ONRECORD_CONTEXT_TOKENS is {settings.context_tokens}: with the rules and this question, no passage fits. "
        f"Use at least {-(-enough // 10) * 10}, and a model with such a context."
    )


def blocks(hits: Sequence[Hit], numbers: Sequence[int]) -> list[str]:
    """Some of the passages, as a model is shown them, by their numbers."""
    return [_block(number, hits[number - 1], hits[number - 1].passage.text, _fence(hits)) for number in numbers]


def without_layout(draft: str) -> str:
    """A model's draft without lines copied from the layout of the passages: small models echo it."""
    return re.sub(
        r"^[ \t]*(?:Passage \[\d+\]|(?:BEGIN|END) [0-9a-f]{12}|(?:Headline|Outlet|Date):.*)[ \t]*$", "", draft, flags=re.M | re.I
    )


def as_data(text: str) -> str:
    """Text that cannot end its own fence, open a turn of the conversation, or look like one of our passage numbers.

    Chat templates mark turns with tokens such as <|im_end|>, </s> or [INST], and some servers read them in the middle of a
    message too. So angle brackets become ‹›, and [3] and [INST] become (3) and (INST); an editor's [he] stays.
    """
    text = text.translate({ord("<"): "‹", ord(">"): "›", ord("|"): "¦", 0: "\ufffd"})
    return re.sub(r"\[(/?\s*(?:\d[\d\s,;–-]*|[A-Z_]{2,})\s*)\]", r"(\1)", text)


def tokens(text: str) -> int:
    """About how many tokens a text has, rather too many than too few: no tokenizer is at hand for every model."""
    plain = len(re.sub(r"[^A-Za-z ]+", "", text))
    other = len(text.encode("ascii", "ignore")) - plain
    return 1 + int(plain / 4 + other * 0.8 + (len(text) - plain - other))


def _fence(hits: Sequence[Hit]) -> str:
    """A word that no passage holds: a hash of all of them, which none can contain by design."""
    words = "\n".join(hit.passage.id + hit.article.title + hit.passage.text for hit in hits)
    return sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _block(number: int, hit: Hit, text: str, fence: str) -> str:
    article = hit.article
    published = dated(article.published) if article.published else "unknown"
    headline, outlet = (" ".join(as_data(words).split())[:200] for words in (article.title, article.source))
    facts = f"Headline: {headline or 'none'}\nOutlet: {outlet or 'unknown'}\nDate: {published}"
    return f"Passage [{number}]\nBEGIN {fence}\n{facts}\n{as_data(text).strip()}\nEND {fence}"


def _beginning(text: str, most: int) -> str:
    """Whole sentences from the start of a passage that has more than `most` tokens; at least a part of the first."""
    end = 0
    for _, stop in sentences(text):
        if tokens(text[:stop]) > most:
            break
        end = stop
    return text[:end] if end else text[: max(0, most) * 3]


def _earlier(history: Sequence[Turn]) -> str:
    """The last turns, for what "shorter" or "the second one" means; the numbers in them are gone, they counted other passages."""
    lines = []
    for turn in history[-_EARLIER_TURNS:]:
        for who, words in (("Reader", turn.question), ("You", re.sub(r"\s*\[\d+\]", "", turn.answer))):
            if words.strip():
                lines.append(f"{who}: {_short(' '.join(as_data(words).split()))}")
    if not lines:
        return ""
    return "Earlier in this conversation (not evidence):\n" + "\n".join(lines) + "\n\n"


def _short(words: str) -> str:
    return words if len(words) <= _EARLIER_CHARACTERS else words[:_EARLIER_CHARACTERS].rsplit(" ", 1)[0] + " …"
