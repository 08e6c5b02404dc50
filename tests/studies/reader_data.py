"""What tests/studies/reader.py learns from: questions with the passages found for them, as numbers, and which sentences answer.

    python -m tests.studies.reader_data DATA OUT.npz [--minutes 20] [--fit] [--few]

DATA is a folder like the shared data. The questions: the quiz of DATA/news_training, over its articles from November 2022 on, the
first passages that words find; and questions made of those articles' sentences, by taking a name or a number
out ("a Danish shoemaker, Acme, …": "which Danish shoemaker"), to be answered by other articles of those days: whoever told
the same in other words. A passage of the article that was asked about is not shown. CLAPNQ's own passages, too.
A sentence answers that holds the answer, as words; of CLAPNQ one that its answer was taken from.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from qa.asking import asked
from qa.evals.answers import as_words
from qa.quoting import SENTENCE_TRAITS, candidates
from tests.studies.quoting import reading
from tests.studies.reranker import Collection, Search, news
from vectorstore.language.sentences import sentences
from vectorstore.minilm import MiniLM, folder
from vectorstore.reranker import aged
from vectorstore.types import Article, Hit, Passage

SINCE = date(2022, 11, 15)
HITS = 8
VALIDATES = 0.75  # of the quiz questions, by date, come before those that validate
EACH = 6  # questions made of one article
NEAR = 7  # days from the article asked about to another that answers
UNTRIED = -99.0  # instead of the score for quoting of what is no candidate

_TITLES = (
    "actor actress singer rapper author writer director producer comedian broadcaster presenter player coach manager "
    "striker captain team club company giant firm startup retailer carmaker airline bank city town village province "
    "district suburb island state country nation president premier minister senator governor mayor congressman "
    "congresswoman lawmaker representative judge lawyer attorney prosecutor spokesman spokeswoman official officer "
    "sheriff general king queen prince princess pope bishop scientist professor researcher economist analyst founder "
    "billionaire tycoon activist journalist reporter newspaper magazine network platform app show series film movie "
    "musical album song band group party university school hospital airport river lake hurricane storm typhoon planet "
    "agency"
).split()
_NAME = r"[A-Z][\w'’-]*[a-z][\w'’-]*(?: (?:of |the |de |al-)?[A-Z][\w'’.-]+)*|[A-Z]{2,}(?: [A-Z]\w+)*"
_NAMED = re.compile(rf"\b(?:{_NAME})")
_NUMBER = re.compile(r"(?<![\w.,-])(?:[$£€])?\d[\d,.]*\d(?:%| percent| million| billion| trillion)?(?![\w-])|\b\d(?= [a-z]{3,})")
_PLACED = re.compile(r"\b(?:in|at|near|from|to) $")
_ROLE = re.compile(rf"\b(?:[Tt]he |[Aa]n? )?((?:[a-z]+ |[A-Z][a-z]+ )?(?i:{'|'.join(_TITLES)})) $")
_APPOSED = re.compile(rf", (?:an?|the) ((?:[\w-]+ ){{0,3}}(?:{'|'.join(_TITLES)}))\b[^,.]{{0,60}},")
# What may follow a name that stands by itself: "Acme said", but not "the Acme newsletter".
_ALONE = re.compile(
    r"$|[,;:]| (?:is|was|were|are|has|have|had|will|would|could|can|may|and|or|but|in|on|at|to|of|for|from|by|with|after|before|"
    r"as|that|who|which|where|when|while|during|over|about|into|against|[a-z]+ed|s?aid|says|told|won|lost|took|made|beat|met|gave|left)\b"
)
_OFFERS = re.compile(r"(?i)newsletter|sign up|subscri|click|privacy|our app|photo|read more|getty")
_WEEKDAY = re.compile(
    r"^(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|Jan\w*|Feb\w*|March|April|May|June|July|Aug\w*|Sept?\w*|Oct\w*|Nov\w*|Dec\w*)\b"
)


@dataclass(slots=True)
class Store:
    """Groups as they come: tokens of passages once each, everything else by numbers."""

    tokens: MiniLM
    texts: list[str] = field(default_factory=list)  # sentences, of all passages
    places: dict[str, tuple[int, int]] = field(default_factory=dict)  # a passage's sentences
    titles: dict[str, int] = field(default_factory=dict)
    questions: list[str] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)  # of a group: see KINDS
    months: list[int] = field(default_factory=list)  # of a group: days since SINCE
    uses: list[tuple[int, int, int, int]] = field(default_factory=list)  # group, first sentence, end, title
    labels: list[int] = field(default_factory=list)  # of each use's sentences
    scores: list[float] = field(default_factory=list)  # by the plain traits
    traits: list[tuple[float, ...]] = field(default_factory=list)

    def add(
        self, kind: int, search: Search, day: date, hits: Sequence[Hit], found: Sequence[list[bool]], traits: bool = False
    ) -> None:
        group = len(self.questions)
        scored = {(c.hit.article.id, c.start): c for c in candidates(asked(search.question), tuple(hits))} if traits else {}
        self.questions.append(search.question)
        self.kinds.append(kind)
        self.months.append((day - SINCE).days)
        for hit, holds in zip(hits, found, strict=True):
            spans = sentences(hit.passage.text)
            if hit.passage.id not in self.places:
                first = len(self.texts)
                self.texts += [hit.passage.text[start:end] for start, end in spans]
                self.places[hit.passage.id] = first, len(self.texts)
            title = self.titles.setdefault(aged(hit.article.title, hit.article.published, search.newest), len(self.titles))
            self.uses.append((group, *self.places[hit.passage.id], title))
            self.labels += holds
            for start, _ in spans:
                one = scored.get((hit.article.id, hit.passage.start + start))
                self.scores.append(one.score if one else UNTRIED)
                self.traits.append(one.traits if one else NO_TRAITS)

    def write(self, file: Path) -> None:
        arrays: dict[str, Any] = {}
        for name, texts in (("sentence", self.texts), ("title", list(self.titles)), ("question", self.questions)):
            rows = self.tokens.tokens(texts)
            arrays[f"{name}_tokens"] = np.array([token for row in rows for token in row], np.uint16)
            arrays[f"{name}_ends"] = np.cumsum([len(row) for row in rows]).astype(np.int32)
        np.savez_compressed(
            file,
            kinds=np.array(self.kinds, np.int8),
            days=np.array(self.months, np.int16),
            uses=np.array(self.uses, np.int32),
            labels=np.array(self.labels, bool),
            scores=np.array(self.scores, np.float16),
            traits=np.array(self.traits, np.float32),
            **arrays,
        )


QUIZ, MADE, PAGE, READING = 0, 1, 2, 3
NO_TRAITS = (0.0,) * len(SENTENCE_TRAITS)


def first(c: Collection, scores: Mapping[int, float]) -> list[Hit]:
    """The first hits, at most two of an article, as a search gives them."""
    of: Counter[str] = Counter()
    hits: list[Hit] = []
    for number, score in scores.items():
        of[c.passages[number].article_id] += 1
        if of[c.passages[number].article_id] <= 2 and len(hits) < HITS:
            hits.append(Hit(c.passages[number], c.article(number), score))
    return hits


def holding(passage: Passage, answers: Sequence[str]) -> list[bool]:
    return [any(answer in as_words(passage.text[start:end]) for answer in answers) for start, end in sentences(passage.text)]


def quiz(c: Collection, file: Path, store: Store, every: int = 1) -> None:
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    for row in sorted(rows, key=lambda row: row["asked"])[::every]:
        day = date.fromisoformat(row["asked"])
        answers = [text for text in map(as_words, row["answers"]) if text]
        search = c.find(row["question"], day, 30)
        hits = first(c, search.scores)
        labels = [holding(hit.passage, answers) for hit in hits]
        if any(map(any, labels)):
            store.add(QUIZ, search, day, hits, labels, traits=True)


def questions_of(article: Article, rng: random.Random) -> Iterator[tuple[str, str]]:
    """Questions made of an article's first sentences, each with its answer."""
    spans = sentences(article.text)[:14]
    rng.shuffle(spans)
    made = 0
    for start, end in spans:
        text = (
            re.sub(r"^[A-Z][\w .,()/]{2,40} ?[-–—] ?|^\([^)]{1,20}\)\s*[-–—]*\s*", "", article.text[start:end])
            .strip()
            .rstrip(".")
        )
        size = len(text.split())
        if (
            not 8 <= size <= 38
            or re.search(r"[“”\"?|@:]", text)
            or _OFFERS.search(text)
            or sum(word[0].islower() for word in text.split()) < size / 2
        ):
            continue
        picks = [m.span() for m in _NAMED.finditer(text) if _ALONE.match(text, m.end()) and _is_name(m.group(), article.text)]
        picks += [m.span() for m in _NUMBER.finditer(text)] * 2
        if not picks:
            continue
        question = asked_for(text, *rng.choice(picks), rng)
        if question:
            yield question
            made += 1
            if made == EACH:
                return


def _is_name(taken: str, text: str) -> bool:
    """Whether it stands in capitals within a sentence, too."""
    return bool(re.search(rf"[a-z,] {re.escape(taken)}\b", text)) and len(taken.split()) <= 5


def asked_for(text: str, start: int, end: int, rng: random.Random) -> tuple[str, str] | None:
    """A sentence with something taken out, as a question, and what was taken out."""
    taken, before, after = text[start:end].strip(" .,'’"), text[:start], text[end:]
    taken = taken.removesuffix("'s").removesuffix("’s")
    if taken[:1] in "$£€":
        how = "how much"
    elif taken[:1].isdigit():
        if re.fullmatch(r"(?:19|20)\d\d", taken):
            how = "what year"
        elif taken.endswith(("%", "percent")):
            how = "what percentage"
        elif re.match(r" (?:more |other )?[a-z]{3,}", after):
            how = "how many"
        else:
            return None
    elif _WEEKDAY.match(taken):
        if rng.random() < 0.7:
            return None
        how = "what day"
    elif found := _ROLE.search(before):
        how, before = f"which {found.group(1)}", before[: found.start()]
    elif found := _APPOSED.match(after):
        how, after = f"which {found.group(1)}", after[found.end() - 1 :] if rng.random() < 0.5 else "," + after[found.end() :]
        after = re.sub(r"^[, ]+", " ", after)
    elif _PLACED.search(before):
        how = rng.choice(("which place", "what", "which country", "which city"))
    elif re.match(r",? (?:who|said|says|told|added|wrote|was born|died|tweeted)\b", after) or re.match(r"\w+ \w+$", taken):
        how = rng.choice(("who", "who", "which person", "what"))
    else:
        how = rng.choice(("what", "which company", "who", "what"))
    if re.search(r"\bat least $|\babout $|\bmore than $|\bnearly $|\bsome $|\b[Aa]round $", before) and how.startswith("how"):
        before = re.sub(r"(?:at least|about|more than|nearly|some|around) $", "", before, flags=re.I)
    if before and len(before.split()) <= 2 and before[:1].isupper() and not before.rstrip().endswith(("The", "A", "An")):
        before = before if rng.random() < 0.5 else ""
    elif re.fullmatch(r"(?:The|A|An) ", before):
        before = ""
    told = " ".join(f"{before} {how} {after}".split())
    told = re.sub(r" ([,.;:'’])", r"\1", told)
    words_ = told.split()
    if len(words_) > 24:  # the part around what is asked for
        place = len(before.split())
        first = max(0, min(place - 12, len(words_) - 24))
        told = " ".join(words_[first : first + 24])
    if rng.random() < 0.25:
        told = re.sub(r"\b(?:on (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|this week|last week)\b", "this week", told)
    answer = as_words(taken)
    if len(answer.strip()) < 2 or answer in as_words(told):
        return None
    return f"{told[:1].upper()}{told[1:]}".rstrip(",;:") + "?", answer


def made(c: Collection, store: Store, rng: random.Random, until: float, before: date) -> None:
    """Questions made of articles, to be answered by others; until it is time to stop."""
    articles = [a for a in c.articles.values() if a.published and a.published < before]
    rng.shuffle(articles)
    tried = 0
    for article in articles:
        if time.monotonic() > until:
            break
        assert article.published
        for question, answer in questions_of(article, rng):
            tried += 1
            day = article.published + timedelta(rng.randrange(8))
            search = c.find(question, day, 24)
            others = [(n, score) for n, score in search.scores.items() if c.passages[n].article_id != article.id]
            shown = first(c, dict(others))
            right = [h for h in shown if _near(h.article.published, article.published) and any(holding(h.passage, [answer]))]
            if not right or len(right) > 5:
                continue
            shown = [hit for hit in shown if hit in right or not any(holding(hit.passage, [answer]))]
            if len(shown) < 4:
                continue
            labels = [holding(hit.passage, [answer]) for hit in shown]
            told = sum(map(sum, labels))
            if told and told <= 0.4 * sum(map(len, labels)):
                store.add(MADE, search, day, shown, labels)
    print(tried, "tried", sum(kind == MADE for kind in store.kinds), "kept", flush=True)


def _near(one: date | None, other: date) -> bool:
    return bool(one and abs((one - other).days) <= NEAR)


def clapnq(file: Path, store: Store) -> None:
    """Questions with their own passage; the sentences that answer are marked there."""
    for n, row in enumerate(map(json.loads, file.read_text(encoding="utf-8").splitlines())):
        passage = row["passages"][0]
        told = [as_words(text) for one in row["output"] for text in one.get("selected_sentences", ())]
        whole = Article(f"clapnq{n}", passage["text"], passage.get("title", ""))
        hit = Hit(Passage(f"{whole.id}#0", whole.id, 0, len(whole.text), whole.text), whole, 0.0)
        parts = [as_words(whole.text[start:end]) for start, end in sentences(whole.text)]
        labels = [any(part in one or one in part for one in told) for part in parts]
        if any(labels) and not all(labels):
            store.add(PAGE, Search(row["input"], {}, None), SINCE, [hit], [labels])


def paragraphs(file: Path, store: Store) -> None:
    """Reading comprehension's questions over the paragraphs of their page: nothing is trained on them, but weights are fitted."""
    for question, hits, answers, _ in reading(file):
        labels = [holding(hit.passage, answers) for hit in hits[:HITS]]
        store.add(READING, Search(question, {}, None), SINCE, hits[:HITS], labels, traits=True)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.studies.reader_data", description="Gathers what the reader learns from."
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=20.0, help="for the questions made of articles")
    parser.add_argument("--fit", action="store_true", help="what the weights of quotes are fitted on, with all traits")
    parser.add_argument("--few", action="store_true", help="a twentieth of all, to see that it runs")
    given = parser.parse_args(arguments)
    rng, store = random.Random(7), Store(MiniLM(folder()))
    articles = news(given.data / "news_training" / "articles.jsonl.gz")
    articles = [a for a in articles if a.published and a.published >= SINCE]
    started = time.monotonic()
    c = Collection(articles[:: 20 if given.few else 1])
    print(len(c.articles), "articles", len(c.passages), "passages", round(time.monotonic() - started), "s", flush=True)
    file = given.data / "news_training" / "questions.jsonl"
    days = sorted(json.loads(line)["asked"] for line in file.read_text(encoding="utf-8").splitlines())
    if not given.fit:
        clapnq(given.data / "abstain" / "clapnq_answerable.jsonl", store)
    quiz(c, file, store, 10 if given.few else 1)
    print(sum(kind == QUIZ for kind in store.kinds), "of the quiz", round(time.monotonic() - started), "s", flush=True)
    if given.fit:
        for page in sorted((given.data / "reading").glob("*.json")):
            paragraphs(page, store)
        store.write(given.out)
        return
    until = time.monotonic() + 60 * given.minutes
    made(c, store, rng, until, date.fromisoformat(days[int(len(days) * VALIDATES)]))
    store.write(given.out)
    print(given.out.stat().st_size, "bytes", len(store.texts), "sentences", len(store.uses), "uses", flush=True)


if __name__ == "__main__":
    main()
