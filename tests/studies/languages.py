"""Questions and articles in other languages than English: is the right paragraph first, does one of three quotes hold the answer?

    python -m tests.studies.languages DATA [de es ru zh en en-de en-zh …] [--embedder multilingual] [--every 4] [--keep DIR]
    python -m tests.studies.languages DATA de es ru zh en-de en-zh --fit …      weights for vectorstore/elsewhere.py

Over the paragraphs of XQuAD (DATA/languages and DATA/reading) as a collection; "en-de" asks the English questions of the German
paragraphs. Hit@1: the first passage is of the question's paragraph. quote@3: one of the first three quotes of the quote-only
answer holds the answer. Of the questions of every other page, the paragraphs are left out of a second index: "others" says how
many of these are answered all the same.

"en+de" is one collection of both, a third of the pages in English, a third in German; of the English questions of each third, and
of the third that is not there: how many, Hit@1, quote@3, answered.

The fit is a softmax over the sentences of a question's hits, so that one with the answer comes first, and a logistic
regression over the questions, with their paragraph in the collection and without its page.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.assistant import Assistant
from qa.evals.answers import as_words
from qa.evals.benchmarks import squad
from qa.evals.types import Question
from qa.settings import Settings
from vectorstore import elsewhere, generations
from vectorstore.encoders import Counted, Encoder, Vectors, open_encoder
from vectorstore.lexical import LexicalIndex
from vectorstore.passages import heading
from vectorstore.rebuild import rebuild
from vectorstore.reranker import Reranker
from vectorstore.search import Index
from vectorstore.types import Article

OF = ("de", "es", "ru", "zh", "en", "en-de", "en-zh")


def file_of(data: Path, language: str) -> Path:
    return data / "reading/xquad_en_first_half.json" if language == "en" else data / f"languages/xquad.{language}.json"


def asked(data: Path, pair: str) -> tuple[list[Article], list[Question]]:
    """The paragraphs, and the questions with the answers as the paragraphs have them."""
    asks, _, tells = pair.partition("-")
    benchmark = squad.read(file_of(data, tells or asks))
    if tells:
        words = {question.id: question.question for question in squad.read(file_of(data, asks)).questions}
        found = [replace(question, question=words[question.id]) for question in benchmark.questions if question.id in words]
    else:
        found = list(benchmark.questions)
    return [one for one in benchmark.articles() if isinstance(one, Article)] if benchmark.articles else [], found


class Remembering:
    """An encoder that encodes a text once, as long as the study runs."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._vectors: dict[str, Any] = {}
        self.fingerprint, self.dimensions = encoder.fingerprint, encoder.dimensions
        self.multilingual = elsewhere.is_multilingual(encoder)

    def encode_documents(self, texts: Sequence[str], progress: Counted | None = None) -> Vectors:
        new = list(dict.fromkeys(text for text in texts if text not in self._vectors))
        self._vectors.update(zip(new, self._encoder.encode_documents(new), strict=True))
        return np.stack([self._vectors[text] for text in texts])

    def encode_query(self, text: str) -> Vectors:
        if (key := f"?{text}") not in self._vectors:
            self._vectors[key] = self._encoder.encode_query(text)
        return np.asarray(self._vectors[key])


def opened(articles: Sequence[Article], folder: Path, embedder: str, encoder: Encoder) -> Assistant:
    rebuild(articles=articles, index_dir=folder, embedder=embedder, encoder=encoder)
    return Assistant(Index(folder, encoder, Reranker()), Settings(index=folder, embedder=embedder, answerer="quote"))


def page(question: Question | str) -> int:
    return int((question if isinstance(question, str) else question.gold_articles[0]).partition("/")[0])


def measured(pair: str, data: Path, embedder: str, encoder: Encoder, keep: Path, every: int) -> str:
    articles, questions = asked(data, pair)
    tells = pair.partition("-")[2] or pair
    hit1 = hit5 = quote1 = quote3 = answered = 0
    with opened(articles, keep / f"{tells}-{embedder}", embedder, encoder) as assistant:
        for question in questions[::every]:
            answer = assistant.ask(question.question)
            ids = [hit.article.id for hit in answer.hits]
            hit1 += ids[:1] == list(question.gold_articles)
            hit5 += question.gold_articles[0] in ids[:5]
            answered += not answer.abstained
            said = [] if answer.abstained else [as_words(citation.quote) for citation in answer.citations[:3]]
            holds = [any(as_words(one) in text for one in question.answers) for text in said]
            quote1, quote3 = quote1 + any(holds[:1]), quote3 + any(holds)
    half = [one for one in articles if page(one.id) % 2]
    others = [question for question in questions[::every] if page(question) % 2 == 0]
    with opened(half, keep / f"{tells}-{embedder}-half", embedder, encoder) as assistant:
        wrongly = sum(not assistant.ask(question.question).abstained for question in others)
    n = len(questions[::every])
    figures = [hit1 / n, hit5 / n, quote1 / n, quote3 / n, answered / n, wrongly / len(others)]
    return f"| {pair} | {n} | " + " | ".join(f"{value:.3f}" for value in figures) + " |"


def mixed(pair: str, data: Path, embedder: str, encoder: Encoder, keep: Path, every: int) -> str:
    """ "en+de": a third of the pages in English, a third in German, a third not there; the English questions of each third."""
    asks, _, tells = pair.partition("+")
    articles, questions = asked(data, asks)
    others, told = asked(data, f"{asks}-{tells}")
    names = {name: n for n, name in enumerate(dict.fromkeys(page(one.id) for one in articles))}
    there = [one for one in articles if names[page(one.id)] % 3 == 0]
    there += [replace(one, id=f"{one.id}/{tells}") for one in others if names[page(one.id)] % 3 == 1]
    rows = []
    with opened(there, keep / f"{pair}-{embedder}", embedder, encoder) as assistant:
        for third, held in ((0, questions), (1, told), (2, questions)):
            chosen = [one for one in held if names[page(one)] % 3 == third][::every]
            found = answered = quoted = 0
            for question in chosen:
                answer = assistant.ask(question.question)
                ids = [hit.article.id.removesuffix(f"/{tells}") for hit in answer.hits]
                found += ids[:1] == list(question.gold_articles)
                answered += not answer.abstained
                said = [] if answer.abstained else [as_words(citation.quote) for citation in answer.citations[:3]]
                quoted += any(as_words(one) in text for one in question.answers for text in said)
            rows.append([len(chosen), found / len(chosen), quoted / len(chosen), answered / len(chosen)])
    return f"| {pair} | " + " | ".join(f"{n}: {a:.3f} {b:.3f} {c:.3f}" for n, a, b, c in rows) + " |"


def read(pair: str, data: Path, embedder: str, encoder: Encoder, keep: Path, every: int) -> list[tuple[bool, Any, list[bool]]]:
    """Of each question whether its paragraph is there, the traits of the hits' sentences, and which of these hold the answer."""
    articles, questions = asked(data, pair)
    tells = pair.partition("-")[2] or pair
    half = [one for one in articles if page(one.id) % 2]
    knows = encoder if elsewhere.is_multilingual(encoder) else None
    found = []
    for name, of, parities in (("", articles, (0, 1)), ("-half", half, (0,))):
        folder = keep / f"{tells}-{embedder}{name}"
        with opened(of, folder, embedder, encoder) as assistant:
            words = LexicalIndex.open(generations.folder(folder, generations.live(folder)) / "lexical")
            for question in [one for one in questions[::every] if page(one) % 2 in parities]:
                hits = assistant.index.search(question.question, k=8)
                given = [(heading(hit.article), hit.passage, hit.article.language) for hit in hits]
                traits, holds = [], []
                for hit, row in zip(hits, elsewhere.read(question.question, given, knows, words), strict=True):
                    for start, end, values in row:
                        said = as_words(hit.article.text[start:end])
                        traits.append(values)
                        right = hit.article.id in question.gold_articles
                        holds.append(right and any(as_words(one) in said for one in question.answers))
                found.append((not name, np.array(traits), holds))
    return found


def fit(found: Sequence[tuple[bool, Any, list[bool]]]) -> tuple[NDArray[Any], NDArray[Any], float]:
    """The weights of the traits in a softmax over the sentences, and in a logistic regression over the questions."""
    rows = np.concatenate([traits for _, traits, _ in found if len(traits)])
    means, sizes = rows.mean(0), rows.std(0) + 1e-9
    order = np.zeros(rows.shape[1])
    answered = [((traits - means) / sizes, np.array(right)) for there, traits, right in found if there and any(right)]
    for _ in range(400):
        slope = np.zeros_like(order)
        for x, right in answered:
            odds = np.exp(x @ order - max(x @ order))
            slope += x.T @ (odds / odds.sum() - odds * right / (odds * right).sum())
        order -= 0.5 * slope / len(answered) + 1e-3 * order
    most = np.array([traits.max(0)[[0, 2]] for _, traits, _ in found if len(traits)])  # the best rank is always the first
    there = np.array([there for there, traits, _ in found if len(traits)], float)
    x = np.hstack([most, np.ones((len(most), 1))])
    weights = np.zeros(3)
    for _ in range(50):  # Newton's steps
        odds = 1 / (1 + np.exp(-x @ weights))
        weights += np.linalg.solve(
            (x * (odds * (1 - odds))[:, None]).T @ x + 1e-3 * np.eye(3), x.T @ (there - odds) - 1e-3 * weights
        )
    told = x @ weights >= 0
    print(f"answered {told[there == 1].mean():.3f}, others {told[there == 0].mean():.3f}")
    return order / sizes, weights[:2], float(weights[2])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("of", nargs="*", default=OF)
    parser.add_argument("--embedder", default=Settings().embedder)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--fit", action="store_true")
    given = parser.parse_args()
    encoder = Remembering(open_encoder(given.embedder))
    with tempfile.TemporaryDirectory() as scratch:
        more = given.data, given.embedder, encoder, given.keep or Path(scratch), given.every
        if given.fit:
            order, evidence, constant = fit([row for pair in given.of for row in read(pair, *more)])
            print(elsewhere.TRAITS, "order", order.round(2), "evidence", evidence.round(2), round(constant, 2))
            return
        print("| | questions | Hit@1 | Hit@5 | quote@1 | quote@3 | answered | others |")
        for pair in given.of:
            print(mixed(pair, *more) if "+" in pair else measured(pair, *more), flush=True)


if __name__ == "__main__":
    main()
