"""What checking a text gives: CheckedText, with its sentences and the quotations in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from qa.types import Citation, citation_dict

# What a sentence is found to be; "no claim" is a question, an opinion, a heading or the like.
Status = Literal["supported", "contradicted", "not in the articles", "no claim", "not checked"]
# What a quotation is found to be.
Quoted = Literal["word for word", "altered", "another person's", "stitched", "not found", "not checked"]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a quotation has in the place of what the article has; one of the two may be empty."""

    here: str
    there: str

    @property
    def said(self) -> str:
        """It in words: “32,000” here, “3,200” in the article."""
        if not self.there:
            return f"“{self.here}” is not in the article"
        return f"“{self.here}” here, “{self.there}” in the article" if self.here else f"“{self.there}” is left out"


@dataclass(frozen=True, slots=True)
class CheckedQuotation:
    """What stands in quotation marks in the text: `text[start:end]` with its marks."""

    number: int  # 1, 2, … in the text's order
    words: str  # without the marks around it
    start: int
    end: int
    status: Quoted = "not checked"
    speaker: str = ""  # who says it by the text; empty where that names nobody
    said_by: str = ""  # who says it by the article; empty where that is not told
    differences: tuple[Difference, ...] = ()
    note: str = ""
    citations: tuple[int, ...] = ()  # where the words, or the nearest ones, stand


@dataclass(frozen=True, slots=True)
class CheckedSentence:
    """One sentence of the text: `text[start:end]`, from which `words` has the markup and markers taken out."""

    words: str
    start: int
    end: int
    status: Status = "not checked"
    kind: str = "claim"  # or question, opinion, heading, source, fragment
    reasons: tuple[str, ...] = ()
    note: str = ""
    citations: tuple[int, ...] = ()
    quotations: tuple[int, ...] = ()  # the numbers of those that it has words of
    differs: tuple[int, ...] = ()  # the citations of a later report that says otherwise
    is_by_quotation: bool = False  # whether its status is that of a quotation in it


@dataclass(frozen=True, slots=True)
class CheckedText:
    """A text, sentence by sentence, with what the collection says of each."""

    sentences: tuple[CheckedSentence, ...]
    quotations: tuple[CheckedQuotation, ...]
    citations: tuple[Citation, ...]
    index: str = ""  # the generation that was searched
    articles: int = 0  # how many it holds
    notice: str = ""  # what was not checked, and why
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def faults(self) -> int:
        """How many sentences are contradicted and quotations not exact: what `--strict` fails for."""
        wrong = sum(one.status == "contradicted" for one in self.sentences)
        return wrong + sum(one.status not in ("word for word", "not checked") for one in self.quotations)

    def counts(self) -> dict[str, dict[str, int]]:
        """How many sentences and quotations there are of each status."""
        return {
            "sentences": dict(Counter(one.status for one in self.sentences)),
            "quotations": dict(Counter(one.status for one in self.quotations)),
        }

    def as_dict(self) -> dict[str, Any]:
        """The object that `check --json` prints."""
        return {
            "index": self.index,
            "articles": self.articles,
            "faults": self.faults,
            "counts": self.counts(),
            "notice": self.notice,
            "seconds": {stage: round(value, 4) for stage, value in self.seconds.items()},
            "sentences": [
                {
                    "text": one.words,
                    "start": one.start,
                    "end": one.end,
                    "status": one.status,
                    "kind": one.kind,
                    "reasons": list(one.reasons),
                    "note": one.note,
                    "citations": list(one.citations),
                    "quotations": list(one.quotations),
                    "differs": list(one.differs),
                }
                for one in self.sentences
            ],
            "quotations": [
                {
                    "number": one.number,
                    "text": one.words,
                    "start": one.start,
                    "end": one.end,
                    "status": one.status,
                    "speaker": one.speaker,
                    "said_by": one.said_by,
                    "differences": [{"text": d.here, "article": d.there} for d in one.differences],
                    "note": one.note,
                    "citations": list(one.citations),
                }
                for one in self.quotations
            ],
            "citations": [citation_dict(one) for one in self.citations],
        }
