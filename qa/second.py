"""A second opinion on an answer's sentences, as the settings ask for it: a small model of our own, and the language model.

The small one may clear a sentence that the rules refuse for its wording alone. The language model, asked once for all sentences
of an answer, may mark what the rules passed. Neither clears what a rule says is otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from string import ascii_uppercase

from prompts import render
from qa.check.opinion import Opinion, shared
from qa.check.verdict import Verdict
from qa.citations import Reading
from qa.errors import ModelError
from qa.models import Model
from qa.prompting import Message, as_data, blocks
from vectorstore.types import Hit

DOUBTED = "The language model, asked again, does not find this in the passages."
_TOKENS = 60
_SHARE = 0.25  # of the time for an answer, on top of it
_LETTERS = re.compile(r"\b[A-Z]\b")


@dataclass(frozen=True, slots=True)
class Second:
    """Whoever is asked beside the rules: by ONRECORD_SECOND_OPINION nobody ("no"), a small model, or the language model, too."""

    asks: str  # yes, no or model
    model: Model | None = None
    opinion: Opinion = field(default_factory=shared)

    def cleared(self, verdict: Verdict, sentence: str, hits: Sequence[Hit]) -> Verdict:
        """The rules' verdict on a sentence by what it cites, or that it is carried in other words."""
        texts = [f"{hit.article.title}\n{hit.passage.text}".strip() for hit in hits]
        return self.opinion.cleared(sentence, texts, verdict) if hits and self.asks != "no" else verdict

    def asked_again(self, reading: Reading, hits: Sequence[Hit]) -> Reading:
        """The reading, with those of its supported sentences marked that the model does not find in the passages they cite.

        A model that fails, or that answers something else than letters, marks nothing.
        """
        numbers = {hit.passage.id: n for n, hit in enumerate(hits, 1)}
        cited = {one.number: numbers[one.passage_id] for one in reading.citations if one.passage_id in numbers}
        asked = [n for n, one in enumerate(reading.sentences) if one.supported and any(c in cited for c in one.citations)]
        asked = asked[: len(ascii_uppercase)]
        if self.model is None or not asked:
            return reading
        used = sorted({cited[c] for n in asked for c in reading.sentences[n].citations if c in cited})
        lines = [
            f"{letter}. {' '.join(as_data(one.text).split())} ({', '.join(str(cited[c]) for c in one.citations if c in cited)})"
            for letter, one in zip(ascii_uppercase, (reading.sentences[n] for n in asked), strict=False)
        ]
        text = render("second", passages="\n\n".join(blocks(hits, used)), sentences="\n".join(lines))
        try:
            *_, draft = self.model.stream([Message("user", text)], _TOKENS, self.model.endpoint.timeout * _SHARE)
        except ModelError:
            return reading
        found = _LETTERS.findall(draft.text) if re.fullmatch(r"(?:[A-Z]\b[\s,.;and]*)+", draft.text.strip()) else []
        wrong = {asked[ascii_uppercase.index(letter)] for letter in found if ascii_uppercase.index(letter) < len(asked)}
        marked = [
            replace(one, supported=False, reasons=(DOUBTED,), note="") if n in wrong else one
            for n, one in enumerate(reading.sentences)
        ]
        return replace(reading, sentences=tuple(marked))
