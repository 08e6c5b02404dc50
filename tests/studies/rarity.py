"""How rare a stem is in news: the table that vectorstore/language/words.py reads.

    python -m tests.studies.rarity DATA OUT          from DATA/news_training; OUT is vectorstore/language/rarity.txt

The articles' texts, in the file's order, are cut into stretches of 60 words; what is left after the last whole one is a stretch
too. A stem's rarity is the logarithm of (all stretches / those that hold it), to the nearest half. Left out are stems above 9,
which is what a word never seen counts for, and numbers that are neither a small count nor a year. So the table says how often
stems occur, and nothing of an article. Whoever changes the stemmer makes the table anew, then fits the weights of qa/quoting.py.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from vectorstore.language.words import words

STRETCH = 60  # words: about two sentences, the size of what is quoted
RAREST = 9.0
_LISTED = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d{1,2}|(?:19|20)\d\d")
_HEADER = "# How rare a stem is: the logarithm of (all / those that hold it) over stretches of 60 words of news, then the stems."


def rarities(texts: Iterable[str]) -> dict[str, float]:
    """Stem -> rarity in halves, of the stems that are not rarer than an unknown word."""
    held: Counter[str] = Counter()
    stretches = 0
    for text in texts:
        stems = [word.stem for word in words.__wrapped__(text)]  # past its cache: each text is read once
        for start in range(0, len(stems), STRETCH):
            held.update(set(stems[start : start + STRETCH]))
            stretches += 1
    found = {stem: round(2 * math.log(stretches / count)) / 2 for stem, count in held.items() if _LISTED.fullmatch(stem)}
    return {stem: value for stem, value in found.items() if value <= RAREST}


def table(found: Mapping[str, float]) -> str:
    """The text of the table: a line a rarity, its stems in alphabetical order."""
    rows: defaultdict[float, list[str]] = defaultdict(list)
    for stem, value in found.items():
        rows[value].append(stem)
    return "\n".join([_HEADER, *(f"{value}\t{' '.join(sorted(rows[value]))}" for value in sorted(rows))]) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.studies.rarity", description="Write the table of how rare words are.")
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args(arguments)
    with gzip.open(given.data / "news_training" / "articles.jsonl.gz", "rt", encoding="utf-8") as lines:
        found = rarities(json.loads(line)["text"] for line in lines)
    given.out.write_text(table(found), encoding="utf-8")


if __name__ == "__main__":
    main()
