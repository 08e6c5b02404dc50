"""Follow-ups: does a rewritten question find what the question as asked does not, and does it ever lose what that found?

Read from CANARD (Elgohary et al. 2019, CC BY-SA 4.0; `QA_Data/*.json` of its release): conversations about an encyclopedia
page, each follow-up with a human rewrite. The collection is made of the conversations' own answers, each headed by its page
and section; the passage to find is the answer that the conversation gives. BM25 finds it, so that words alone decide.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from qa.rewrite import by_rule
from qa.types import Turn
from vectorstore.lexical import LexicalIndex

NO_ANSWER = "I don't know."
Rewriter = Callable[[str, Sequence[Turn]], str]


@dataclass(frozen=True)
class FollowUp:
    """A question of a conversation, what was said before it, and the passage that answers it, where one does."""

    question: str
    history: tuple[Turn, ...]
    human: str
    heading: str
    answer: str = ""


@dataclass(frozen=True)
class Figures:
    """Shares of `questions`: the answer among the first five as asked, as rewritten, as people rewrote; won and lost."""

    questions: int
    as_asked: float
    rewritten: float
    by_people: float
    better: float
    worse: float


def read_canard(path: Path, titled: bool = True) -> list[FollowUp]:
    """The follow-ups (not the first questions) of a CANARD file. `titled` hands the page's title on as a cited headline."""
    records = json.loads(path.read_text(encoding="utf-8"))
    following = {(record["QuAC_dialog_id"], record["Question_no"]): record for record in records}
    found = []
    for record in records:
        page, section, *said = record["History"]
        if not said:
            continue
        turns = [
            Turn(asked, "" if answer == NO_ANSWER else answer, (page,) if titled else ())
            for asked, answer in zip(said[::2], said[1::2], strict=True)
        ]
        later = following.get((record["QuAC_dialog_id"], record["Question_no"] + 1))
        answer = ""
        if later and later["History"][-2] == record["Question"] and len(later["History"][-1].split()) >= 3:
            answer = later["History"][-1].replace(NO_ANSWER, "")
        found.append(FollowUp(record["Question"], tuple(turns), record["Rewrite"], f"{page}. {section}", answer))
    return found


def measure(followups: Sequence[FollowUp], rewriter: Rewriter = by_rule) -> Figures:
    """Hit@5 of the answer's passage for the questions that have one."""
    asked = [followup for followup in followups if followup.answer]
    with TemporaryDirectory() as folder:
        rows = [(n, followup.heading, followup.answer, 0, "") for n, followup in enumerate(asked)]
        LexicalIndex.write(Path(folder) / "lexical", rows)
        index = LexicalIndex.open(Path(folder) / "lexical")

        def hits(questions: Sequence[str]) -> list[bool]:
            return [any(number == n for number, _ in index.search(question, 5)) for n, question in enumerate(questions)]

        raw = hits([followup.question for followup in asked])
        ours = hits([rewriter(followup.question, followup.history) for followup in asked])
        people = hits([followup.human for followup in asked])
    n = max(1, len(asked))
    return Figures(
        questions=len(asked),
        as_asked=sum(raw) / n,
        rewritten=sum(ours) / n,
        by_people=sum(people) / n,
        better=sum(b and not a for a, b in zip(raw, ours, strict=True)) / n,
        worse=sum(a and not b for a, b in zip(raw, ours, strict=True)) / n,
    )


def disturbed(
    questions: Sequence[str], histories: Sequence[Sequence[Turn]], rewriter: Rewriter = by_rule, seed: int = 0
) -> float:
    """The share of questions that stand alone and are changed all the same, each asked after a history about something else."""
    chance = random.Random(seed)
    return sum(rewriter(question, chance.choice(histories)) != question for question in questions) / max(1, len(questions))
