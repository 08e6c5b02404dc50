"""Every "also in" and "the reports differ" of many answers, held against the two texts by other means than the answerer's own.

    python -m tests.studies.copies DATA/news [--headlines N] [--out PAIRS.txt]

The questions of the folder and N headlines are asked over BM25's passages, collapsed as search does it. False is an "also in"
where the quote's words do not follow one another in the other article, and a passage taken for the same copy where a third of the
shorter one's words is missing in the other. Whether two reports do differ a person has to read: each pair is written out.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from qa.quoting import DIFFER, quote
from vectorstore.lexical import LexicalIndex
from vectorstore.passages import passages
from vectorstore.search import collapsed
from vectorstore.types import Article, Hit
from vectorstore.wirecopy import same_copy

FOUND, SHOWN = 40, 10  # passages of a question before and after copies are collapsed


def plain(text: str) -> list[str]:
    """The bare words of a text: none of our own readings of it."""
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFKD", text).casefold())


def stands_in(quoted: str, text: str) -> bool:
    """Whether the quote's words follow one another in the text."""
    return f" {' '.join(plain(quoted))} " in f" {' '.join(plain(text))} "


Claim = tuple[str, bool, str, str]  # what is said of two texts, whether the words bear it out, and the two


def claims(question: str, hits: Sequence[Hit], copies: dict[str, str]) -> Iterator[Claim]:
    """Each claim of an answer, and of its hits, about two texts."""
    for hit in hits:
        for other in hit.also_in:
            long, short = (Counter(plain(text)) for text in sorted((hit.passage.text, copies[other.id]), key=len, reverse=True))
            true = 3 * (short - long).total() < short.total()
            yield "same copy", true, f"{hit.article.id}: {hit.passage.text}", f"{other.id}: {copies[other.id]}"
    shown, cited = quote(question, hits)
    for citation in cited:
        for other in citation.also_in:
            yield "also in", stands_in(citation.quote, other.text), f"{citation.article.id}: {citation.quote}", other.id
    by_number = {c.number: f"{c.article.source} {c.article.published} ({c.article.title}): {c.quote}" for c in cited}
    told = [by_number[sentence.citations[0]] for sentence in shown]
    for sentence, quoted in zip(shown, told, strict=True):
        if sentence.text.startswith(("Corrects ", "Updates ")):
            yield "corrects", True, sentence.text, "; ".join(told[1:])
        if sentence.text.startswith(DIFFER):
            yield "differ", plain(told[0]) != plain(quoted), told[0], quoted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--headlines", type=int, default=0, help="so many headlines are asked as well")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    articles = {}
    with gzip.open(args.folder / "articles.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            published = date.fromisoformat(row["published"][:10]) if row.get("published") else None
            title, source = row.get("title") or "", row.get("source") or ""
            articles[row["id"]] = Article(row["id"], row["text"], title, source, published=published)
    all_ = [passage for article in articles.values() for passage in passages(article)]
    asked = [json.loads(line)["question"] for line in (args.folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    asked += random.Random(7).sample(sorted({article.title for article in articles.values() if article.title}), args.headlines)
    counts = Counter(asked=len(asked))
    pairs: dict[Claim, str] = {}
    with tempfile.TemporaryDirectory() as scratch:
        rows = ((n, articles[p.article_id].title, p.text, 0, "") for n, p in enumerate(all_))
        LexicalIndex.write(Path(scratch) / "words", rows)
        index = LexicalIndex.open(Path(scratch) / "words")
        for question in asked:
            found = {n: Hit(all_[n], articles[all_[n].article_id], score) for n, score in index.search(question, FOUND)}
            texts = {n: hit.passage.text for n, hit in found.items()}
            same = {n: [m for m, other in texts.items() if m != n and same_copy(other, text)] for n, text in texts.items()}
            kept = collapsed([(n, hash(hit.article.id)) for n, hit in found.items()], same, SHOWN)
            hits = [
                replace(
                    found[n],
                    also_in=tuple(found[m].article for m in same[n] if found[m].article.source != found[n].article.source),
                )
                for n in kept
            ]
            copies = {found[m].article.id: found[m].passage.text for n in kept for m in same[n]}
            for claim in claims(question, hits, copies):
                counts[claim[0]] += 1
                counts[f"{claim[0]}, false"] += not claim[1]
                pairs.setdefault(claim, question)
    for name, count in sorted(counts.items()):
        print(f"{name:20}{count:6}")
    if args.out:
        blocks = (
            f"{kind}{'' if true else ' FALSE'} | {question}\n    {one}\n    {other}\n"
            for (kind, true, one, other), question in pairs.items()
        )
        args.out.write_text("".join(blocks), encoding="utf-8")


if __name__ == "__main__":
    main()
