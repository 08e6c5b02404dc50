"""`python -m vectorstore.verify FOLDER`: opens a generation that was just built and tries it; exits with 1 and a reason."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from vectorstore import generations
from vectorstore.archive import Archive
from vectorstore.errors import IndexDamaged, StoreError
from vectorstore.lexical import LexicalIndex
from vectorstore.store import VectorStore

_SAMPLES = 50


def verify(folder: Path) -> None:
    """Raises IndexDamaged unless counts agree, sampled passages are their articles' text and sampled vectors find themselves."""
    manifest = generations.check(folder)
    archive = Archive(folder / "articles.sqlite")
    words = LexicalIndex.open(folder / "lexical")
    vectors = VectorStore.open(folder / "chroma")
    try:
        counted = (*archive.counts(), words.count(), vectors.count())
        if counted != (manifest.articles, manifest.passages, manifest.passages, manifest.passages):
            raise IndexDamaged(f"the counts (articles, passages, in words, in vectors) are {counted}")
        numbers = sorted({int(n) for n in np.linspace(0, manifest.passages - 1, min(_SAMPLES, manifest.passages))})
        passages = archive.passages(numbers)
        articles = archive.articles({found.article for found in passages.values()})
        for number in numbers:
            passage = passages[number].passage
            if articles[passages[number].article].text[passage.start : passage.end] != passage.text:
                raise IndexDamaged(f"passage {passage.id} is not its article's text")
        lost = 0
        for number, vector in zip(numbers, vectors.vectors(numbers), strict=True):
            found = vectors.nearest(vector, 10)
            near = vectors.vectors([other for other, _ in found])
            if not found or not np.allclose(near @ vector, [cosine for _, cosine in found], atol=1e-3):
                raise IndexDamaged(f"the neighbours of passage {passages[number].passage.id} are not at their distances")
            # Wire copy has one vector for several passages: any of them is the same place.
            lost += number not in dict(found) and found[0][1] < 1 - 1e-4
        if lost > len(numbers) / 2:  # the search is approximate: a few may be missed among near-equal vectors
            raise IndexDamaged(f"{lost} of {len(numbers)} sampled vectors do not find themselves")
    finally:
        vectors.close()
        archive.close()


if __name__ == "__main__":
    try:
        verify(Path(sys.argv[1]))
    except StoreError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
