"""A benchmark's own collection as an index, made once and kept, or made for one run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from qa.errors import UsageError
from qa.evals.types import Benchmark
from vectorstore import generations
from vectorstore.building import Progress
from vectorstore.encoders import PACKAGED, Encoder
from vectorstore.errors import IndexDamaged, IndexIncompatible, NoIndex
from vectorstore.rebuild import rebuild
from vectorstore.search import Index
from vectorstore.types import Article, Rejected

_ARTICLES = "articles.jsonl"
_DONE = "benchmark.json"  # which articles the index was made from; written when it is complete


def opened(
    benchmark: Benchmark,
    folder: Path,
    embedder: str = PACKAGED,
    *,
    encoder: Encoder | None = None,
    rerank: bool = True,
    progress: Progress | None = None,
) -> tuple[Index, list[Rejected]]:
    """An index of the benchmark's articles in that folder, open, and what was left out of it.

    One that is there and was made from the same articles is taken as it is. A folder with an index of something else raises
    UsageError: nobody's own index is overwritten.
    """
    if (folder / "CURRENT").exists() and not (folder / _DONE).exists() and not (folder / _ARTICLES).exists():
        raise UsageError(f"{folder} holds an index that is not of a benchmark: name another folder with --keep.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        rejected = _write(benchmark, folder / (_ARTICLES + ".new"))
        digest = hashlib.sha256((folder / (_ARTICLES + ".new")).read_bytes()).hexdigest()
        if _done(folder) == digest:
            with suppress(NoIndex, IndexDamaged, IndexIncompatible):  # made anew below
                index = Index.open(folder, embedder, encoder, rerank)
                (folder / (_ARTICLES + ".new")).unlink()
                return index, rejected
        (folder / _DONE).unlink(missing_ok=True)
        (folder / (_ARTICLES + ".new")).replace(folder / _ARTICLES)
        report = rebuild([folder / _ARTICLES], folder, embedder, encoder=encoder, progress=progress)
        (folder / _DONE).write_text(json.dumps({"articles_sha256": digest}), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{folder} cannot be written ({error.strerror}): name another folder with --keep.") from error
    return Index.open(folder, embedder, encoder, rerank), [*rejected, *report.rejected]


def _write(benchmark: Benchmark, file: Path) -> list[Rejected]:
    rejected = []
    with file.open("w", encoding="utf-8", errors="backslashreplace") as out:
        for article in benchmark.articles() if benchmark.articles else _none():
            if isinstance(article, Rejected):
                rejected.append(article)
                continue
            fields = {
                "id": article.id,
                "url": article.url,
                "source": article.source,
                "title": article.title,
                "authors": list(article.authors),
                "published": article.published.isoformat() if article.published else None,
                "text": article.text,
            }
            out.write(json.dumps(fields) + "\n")
    return rejected


def _none() -> Iterator[Article]:
    return iter(())


def _done(folder: Path) -> str:
    try:
        generations.live(folder)
        return str(json.loads((folder / _DONE).read_bytes())["articles_sha256"])
    except (NoIndex, IndexDamaged, OSError, ValueError, KeyError, TypeError):
        return ""
