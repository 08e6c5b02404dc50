"""How much evidence is enough that the articles answer whether something is so: less where a sentence decides it."""

from __future__ import annotations

from qa.asking import BY_FORM, Asked, asked, asking_sentence
from qa.deciding import around, decides, deed
from qa.quoting import Candidate, candidates
from qa.telling import telling
from qa.words_met import share
from vectorstore.language.frames import bare
from vectorstore.language.stems import stem_set
from vectorstore.types import Found

# Of forty questions about small collections, two in five of them unanswerable: what a sentence decides had .32 and more, and what
# none decides and no article answers mostly less than .65.
_DECIDED, _UNDECIDED = 0.3, 0.65
_NEVER, _ANY = 1.1, 0.02
_SURE = 0.7  # how well a sentence decides it, so that less evidence is enough


def _covers(ask: Asked, one: Candidate) -> float:
    """How much of a question the sentence's passage and headline have, where it tells by its form what befell somebody."""
    befell = stem_set("questions.befell")
    near = around(ask, one)
    return share(ask, (float(term.stem in befell) or value for term, value in zip(ask.terms, near, strict=True)))


def enough(question: str, found: Found, usual: float, known: bool = False) -> float:
    """What `answered` must be: less where a sentence decides whether it is so, more than it can be where none tells why.

    The matter may be `known` from what was asked before: there a sentence that has the question's words and tells it is enough.
    """
    ask = asked(question)
    ranked = candidates(ask, found.hits)
    told = telling(question, ask, ranked)
    if told is not None and not told:
        return _NEVER
    if known and told and (told[0].met >= _SURE or ask.need in BY_FORM - {"harm"}):
        return _ANY
    if ask.kind != "whether" and ask.need != "harm":
        return usual
    what = deed(ask, asking_sentence(bare(question)))
    best = max((_covers(ask, one) if told else decides(ask, what, one) for one in told or ranked), default=0.0)
    return (_ANY if known and told else _DECIDED) if best >= _SURE else usual if best else _UNDECIDED
