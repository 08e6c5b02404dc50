"""How well saved news pages are read: bodies, headlines, authors, dates.

    python -m tests.studies.html FILES [--worst N]

FILES holds `html/` (the article-extraction benchmark: pages and `ground-truth.json`) and `pages/` (the parser tests of fundus:
`PUBLISHER.json` beside `PUBLISHER_DATE.html.gz`). The body's measure is the benchmark's own: shingles of four words, counted,
precision and recall averaged over the pages, F1 of the two means. In `pages/` the body is summary, subheads and paragraphs.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vectorstore.articles import html
from vectorstore.articles.document import Document
from vectorstore.types import Article


@dataclass(frozen=True, slots=True)
class Page:
    """A page and what is right for it; what is None is not known."""

    file: Path
    body: str
    title: str | None = None
    authors: tuple[str, ...] | None = None
    day: str | None = None


def benchmark(files: Path) -> Iterator[Page]:
    """The pages of the article-extraction benchmark."""
    truth = json.loads((files / "html" / "ground-truth.json").read_text(encoding="utf-8"))
    for name, one in sorted(truth.items()):
        yield Page(files / "html" / f"{name}.html.gz", one["articleBody"])


def publishers(files: Path) -> Iterator[Page]:
    """The pages of fundus; a publisher's versions stand in the order of their pages' days."""
    for record in sorted((files / "pages").glob("*/*.json")):
        versions = [one for _, one in sorted(json.loads(record.read_text(encoding="utf-8")).items())]
        pages = sorted(record.parent.glob(f"{record.stem}_[0-9]*.html.gz"))
        for file, one in zip(pages, versions, strict=True):
            body = one["body"]
            parts = [*body["summary"], *(text for part in body["sections"] for text in part["headline"] + part["paragraphs"])]
            authors = tuple(one["authors"]) if "authors" in one else None
            yield Page(file, "\n\n".join(parts), one["title"], authors, one["publishing_date"][:10])


def shingles(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[n : n + 4]) for n in range(max(1, len(words) - 3)))


def precision_recall(truth: str, text: str) -> tuple[float, float]:
    """As the benchmark's evaluate.py has them: 1 where there is nothing to find and nothing found."""
    right, found = shingles(truth), shingles(text)
    both = (right & found).total()
    return both / (found.total() or 1), both / (right.total() or 1)


def f1(pairs: Sequence[tuple[float, float]]) -> float:
    """F1 of the mean precision and the mean recall."""
    precision = sum(one for one, _ in pairs) / len(pairs)
    recall = sum(one for _, one in pairs) / len(pairs)
    return 2 * precision * recall / (precision + recall or 1)


def read(file: Path) -> Article | None:
    """The article that the product makes of a page; None where it finds none."""
    content = gzip.decompress(file.read_bytes())
    document = Document(str(file), file.name.removesuffix(".gz"), lambda: io.BytesIO(content))
    return next((one for one in html.read(document) if isinstance(one, Article)), None)


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("files", type=Path)
    arguments.add_argument("--worst", type=int, default=0, help="list so many of the worst pages and all wrong fields")
    given = arguments.parse_args()
    for name, pages in (("html", benchmark(given.files)), ("pages", publishers(given.files))):
        bodies: dict[str, tuple[float, float]] = {}
        fields: dict[str, list[bool]] = {"title": [], "authors": [], "day": []}
        for page in pages:
            article = read(page.file)
            bodies[page.file.name] = precision_recall(page.body, article.text if article else "")
            for field, right, found in (
                ("title", page.title, article.title if article else ""),
                ("authors", page.authors, article.authors if article else ()),
                ("day", page.day, str(article.published) if article else ""),
            ):
                if right is None:
                    continue
                ok = (
                    {*map(_folded, right)} == {*map(_folded, found)}
                    if field == "authors"
                    else _folded(str(right)) == _folded(str(found))
                )
                fields[field].append(ok)
                if given.worst and not ok:
                    print(f"  {page.file.name} {field}: {found!r}, right is {right!r}")
        each = {file: f1([pair]) for file, pair in bodies.items()}
        for file in sorted(each, key=lambda file: each[file])[: given.worst]:
            print(f"  {each[file]:.3f} precision {bodies[file][0]:.3f} recall {bodies[file][1]:.3f} {file}")
        shares = "  ".join(f"{field} {sum(right) / len(right):.3f}" for field, right in fields.items() if right)
        print(f"{name}: {len(each)} pages  F1 {f1(list(bodies.values())):.3f}  {shares}")


if __name__ == "__main__":
    main()
