"""How much evidence is enough that the articles answer whether something is so: less where a sentence decides it."""

from __future__ import annotations

from qa.asking import asked, asking_sentence
from qa.deciding import decides, deed
from qa.quoting import candidates
from vectorstore.language.frames import bare
from vectorstore.types import Found

# Of forty questions about small collections, two in five of them unanswerable: what a sentence decides had .32 and more, and what
# none decides and no article answers mostly less than .65.
_DECIDED, _UNDECIDED = 0.3, 0.65
_SURE = 0.7  # how well a sentence decides it, so that less evidence is enough


def enough(question: str, found: Found, usual: float) -> float:
    """What `answered` must be of a question that asks whether something is so; `usual` where a sentence decides it in part."""
    ask = asked(question)
    what = deed(ask, asking_sentence(bare(question)))
    best = max((decides(ask, what, one) for one in candidates(ask, found.hits)), default=0.0)
    return _DECIDED if best >= _SURE else usual if best else _UNDECIDED
