"""An assistant that says what it is told to: the page's other half in its tests, with the methods of qa.assistant.Assistant."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from qa.errors import ModelUnreachable, QuestionError
from qa.stopping import Stop
from qa.types import Answer, Citation, Sentence, Turn
from vectorstore.passages import passages
from vectorstore.types import Article, Filters, Hit, Summary, Understood

FERRY = Article(
    id="ferry",
    title="Ferry firm denies its captain was asleep when the ship struck a rock",
    source="The Quay Gazette",
    url="https://quay-gazette.example/2026/03/03/ferry",
    published=date(2026, 3, 3),
    authors=("Ines Calloway", "Henrik Sølvberg"),
    text=(
        "The passenger ferry Marianne Vold ran on to a rock off Skarv Light before dawn on Tuesday. All 212 passengers were "
        "taken off by lifeboat within two hours, the coastguard said. Northline, which runs the ship, denied that the captain "
        "had been asleep. “He was awake, on the bridge and at the wheel,” said Declan Halloran, its managing director. "
        "Nine people were treated for cuts and bruises. The company has chartered a second ship until the autumn."
    ),
)
WIRE = Article(
    id="wire",
    title="Fourteen hurt as ferry strikes rock",
    source="Estrin Evening Post",
    url="https://evening-post.example/news/fourteen-hurt",
    published=date(2026, 3, 4),
    authors=("Odile Brandt",),
    text=(
        "Fourteen people were hurt when the Marianne Vold struck a rock, St. Brannoc's hospital said on Wednesday. Two of them "
        "were kept overnight. The operator had earlier spoken of nine. Investigators boarded the ship at noon."
    ),
)
UNDATED = replace(WIRE, id="copy", source="Radio Ouvre", url="javascript:alert(1)", published=None, authors=())


def cite(number: int, article: Article, quote: str, also_in: tuple[Article, ...] = ()) -> Citation:
    start = article.text.index(quote)
    return Citation(number, quote, start, start + len(quote), article, f"{article.id}#0", also_in)


DENIAL = cite(1, FERRY, "Northline, which runs the ship, denied that the captain had been asleep.")
HURT = cite(2, WIRE, "Fourteen people were hurt when the Marianne Vold struck a rock", (UNDATED,))
HITS = tuple(Hit(passage, article, 1.0) for article in (FERRY, WIRE) for passage in passages(article, 40))


def _so_far(text: str) -> tuple[Sentence, ...]:
    """The sentences of a draft, each with the marker that it ends in; nothing of it has been checked."""
    parts = [part for part in re.split(r"(?<=\])\.\s*", text) if part]
    return tuple(
        Sentence(re.sub(r"\s*\[\d\]", "", part).strip(), tuple(map(int, re.findall(r"\[(\d)\]", part)))) for part in parts
    )


class Held:
    """The articles that it answers from, as an index holds them."""

    def sections(self) -> list[tuple[str, int]]:
        return [("Harbour", 20), ("Council", 4)]

    def languages(self) -> list[tuple[str, int]]:
        return [("en", 35), ("de", 1)]

    def article(self, id_: str) -> Article | None:
        return next((article for article in (FERRY, WIRE, UNDATED) if article.id == id_), None)


class Scripted:
    """Answers by the words of the question: "fail", "price", "slow", "crash", "doubt"; anything else is answered."""

    model_name = "small-model-7b"
    second = None

    def __init__(self) -> None:
        self.index = Held()
        self.generation, self.articles = "g1", 36  # a test changes them as a rebuild would
        self.asked: list[tuple[str, tuple[Turn, ...], Filters]] = []
        self.go_on = threading.Event()  # a slow answer waits for it before its last words
        self.closed = threading.Event()  # a stream was given up before its end

    def summary(self, filters: Filters = Filters()) -> Summary:
        sources = (("The Quay Gazette", 20), ("Estrin Evening Post", 11), ("Radio Ouvre", 5))
        return Summary(self.generation, self.articles, 180, date(2026, 3, 2), date(2026, 6, 9), sources, 1)

    def until(self, stop: Stop) -> Scripted:
        stop.when_ended(self.go_on.set)
        return self

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters = Filters(),
        today: object = None,
        ignore: Sequence[str] = (),
        as_written: bool = False,
    ) -> Iterator[Answer]:
        self.asked.append((question, tuple(history), filters))
        if not question.strip():
            raise QuestionError("The question is empty: ask in words.")
        if len(question) > 2_000:
            raise QuestionError(f"The question has {len(question):,} characters: ask in at most 2,000.")
        standalone = f"{question} (the Marianne Vold)" if history and not as_written else question
        asked = Answer(question, standalone, "", hits=HITS, model=self.model_name, index=self.generation, filters=filters)
        if "this week" in question and "this week" not in ignore:
            week = Understood("this week", since=date(2026, 6, 2), until=date(2026, 6, 9))
            asked = replace(asked, understood=(week,))
        yield asked
        if "fail" in question:
            raise ModelUnreachable("Nothing answers at http://127.0.0.1:9/v1: start the server or set OPENAI_BASE_URL.")
        if "crash" in question:
            raise ZeroDivisionError("secret detail")
        if "price" in question:
            text = "The articles do not say. Searched 36 articles, 2 March 2026 to 9 June 2026."
            yield replace(asked, text=text, abstained=True, final=True, seconds={"total": 0.2})
            return
        text = (
            "The operator, Northline, denied that its captain had been asleep [1]. A hospital counted fourteen people hurt, "
            "where the company had spoken of nine [2]."
        )
        so_far = ""
        try:
            for word in re.split(r"(?<=\s)", text):
                so_far += word
                cited = tuple(c for c in (DENIAL, HURT) if f"[{c.number}]" in so_far)
                yield replace(asked, text=so_far, sentences=_so_far(so_far), citations=cited)
                if "slow" in question and "[1]" in so_far:
                    self.go_on.wait(30)
        except GeneratorExit:
            self.closed.set()
            raise
        said = (
            Sentence("The operator, Northline, denied that its captain had been asleep.", (1,), True),
            Sentence("A hospital counted fourteen people hurt, where the company had spoken of nine.", (2,), True),
        )
        if "doubt" in question:
            reason = "the number 300 is not in the cited passage"
            said += (Sentence("Some 300 passengers were aboard.", (1,), False, (reason,)),)
        yield replace(asked, text=text, sentences=said, citations=(DENIAL, HURT), final=True, seconds={"total": 1.31})

    def close(self) -> None:
        pass
