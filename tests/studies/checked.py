"""Are quotations in a text told for what they are? `python -m tests.studies.checked --data FOLDER [--index DIR] [--each 60]`.

From the articles of FOLDER/news: quotations as an article has them, in a sentence with or without their speaker, must be word for
word; the same with a number altered, a "not" put in or taken out, given to another person, stitched from two, or given to
somebody of another article, must be told as what they are. Shares no word list with qa/texts and qa/check.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qa.settings import read_settings
from qa.texts.checking import checked_text
from qa.texts.types import CheckedText
from vectorstore.rebuild import rebuild
from vectorstore.search import Index

KINDS = ("number", "negation", "speaker", "stitched", "article")
WANTED = {
    "exact": {"word for word"},
    "number": {"altered"},
    "negation": {"altered"},
    "speaker": {"another person's"},
    "stitched": {"stitched"},
    "article": {"another person's"},
}
# “…,” said NAME  or  “…,” NAME said: a plain attribution that a reader would call certain.
_NAME = r"(?P<name>(?:[A-Z][a-z]+(?:-[A-Z][a-z]+)? ){1,2}[A-Z][a-z]{2,}(?:-[A-Z][a-z]+)?)"
_VERB = r"(?:said|told|added|wrote|explained|says)"
_AFTER = rf"(?:{_VERB} {_NAME}|{_NAME.replace('name', 'first')} {_VERB})(?=[.,]| (?:told|in|on|at|during|after|when|of)\b)"
_ATTRIBUTED = re.compile(rf"[“\"](?P<words>[^“”\"\n]{{40,400}}?)[,.]?[”\"],? {_AFTER}")
_NUMBER = re.compile(
    r"(?<![\d.,$-])\b(?P<figure>[2-9]|[1-9]\d{1,3})\b(?![\d.,:%-]\d|[-/]|(?:st|nd|rd|th)\b)|\b(?P<word>two|three|four|five|six|ten|twenty)\b"
)
_BE = re.compile(r"\b(?P<be>is|are|was|were|will|can|should|would|could)\b(?P<no> not\b|n[’']t\b)?(?! not\b)")
_WORDS = "one two three four five six seven eight nine ten eleven twelve twenty thirty".split()


@dataclass(frozen=True)
class Quoted:
    """A quotation of an article, with who says it there."""

    article: str
    words: str
    speaker: str


def load(folder: Path) -> Iterator[dict[str, str]]:
    with gzip.open(folder / "articles.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def found(article: dict[str, str]) -> Iterator[Quoted]:
    """The plainly attributed quotations of an article."""
    for match in _ATTRIBUTED.finditer(article["text"]):
        name = match["name"] or match["first"]
        words = match["words"].strip().rstrip(",.")
        if len(words.split()) >= 8 and not re.search(r"[\[\]()]|…|\.\.\.", words):
            yield Quoted(article["id"], words, name)


def draft(words: str, speaker: str, rng: random.Random) -> str:
    """A sentence or two that a writer would put a quotation in."""
    if not speaker:
        return rng.choice(["“{0}.”", '"{0}."', "One reaction stood out: “{0}.”"]).format(words)
    frame = rng.choice(
        [
            "“{0},” said {1}.",
            '"{0}," {1} said.',
            "{1} said: “{0}.”",
            "“{0},” according to {1}.",
            "‘{0},’ {1} said.",
            "{1} told reporters: “{0}.”",
        ]
    )
    return frame.format(words, speaker)


def number(one: Quoted, rng: random.Random) -> str | None:
    places = list(_NUMBER.finditer(one.words))
    if not places:
        return None
    match = rng.choice(places)
    old = match["figure"] or match["word"]
    others = [w for w in _WORDS[1:] if w != old] if match["word"] else [str(int(old) + n) for n in (1, 3, 10)]
    return one.words[: match.start()] + rng.choice(others) + one.words[match.end() :]


def negation(one: Quoted, rng: random.Random) -> str | None:
    places = list(_BE.finditer(one.words))
    if not places:
        return None
    match = rng.choice(places)
    if match["be"] in ("ca", "wo"):
        return None
    new = match["be"] if match["no"] else f"{match['be']} not"
    return one.words[: match.start()] + new + one.words[match.end() :]


def stitched(one: Quoted, other: Quoted, rng: random.Random) -> str | None:
    head, tail = one.words.split(), other.words.split()
    a, b = rng.randint(5, max(5, len(head) - 3)), rng.randint(2, max(2, len(tail) - 6))
    return " ".join([*head[:a], *tail[b:]]) if len(tail) - b >= 5 else None


def cases(folder: Path, each: int, seed: int = 7) -> Iterator[tuple[str, str]]:
    """(kind, text) of what is to be checked: five times `each` altered ones, and as many exact ones."""
    rng = random.Random(seed)
    every = [one for article in load(folder) for one in found(article)]
    by_words: dict[str, set[str]] = {}
    for one in every:
        by_words.setdefault(one.words, set()).add(one.speaker.split()[-1])
    every = [one for one in every if len(by_words[one.words]) == 1]
    of: dict[str, list[Quoted]] = {}
    for one in every:
        of.setdefault(one.article, []).append(one)
    rng.shuffle(every)
    made: Counter[str] = Counter()
    for one in every:
        if made["exact"] == 5 * each and all(made[kind] == each for kind in KINDS):
            return
        if made["exact"] < 5 * each:
            made["exact"] += 1
            yield "exact", draft(one.words, one.speaker if rng.random() < 0.7 else "", rng)
        kind = rng.choice([k for k in KINDS if made[k] < each] or ["none"])
        speaker = one.speaker if rng.random() < 0.7 else ""
        altered: str | None = None
        if kind == "number":
            altered = number(one, rng)
        elif kind == "negation":
            altered = negation(one, rng)
        elif kind == "speaker":
            others = [q.speaker for q in of[one.article] if q.speaker.split()[-1] != one.speaker.split()[-1]]
            altered, speaker = (one.words, rng.choice(others)) if others else (None, "")
        elif kind == "stitched":
            others_ = [q for q in of[one.article] if q.words != one.words]
            other = rng.choice(others_) if others_ and rng.random() < 0.5 else rng.choice(every)
            altered = stitched(one, other, rng)
        elif kind == "article":
            other = rng.choice(every)
            if other.article != one.article and other.speaker.split()[-1] != one.speaker.split()[-1]:
                altered, speaker = one.words, other.speaker
        if altered:
            made[kind] += 1
            yield kind, draft(altered, speaker, rng)


def told(result: CheckedText) -> str:
    """What the text's one quotation was found to be."""
    return max(result.quotations, key=lambda one: len(one.words)).status if result.quotations else "no quotation seen"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder with news/ in it")
    parser.add_argument("--index", type=Path, help="an index of its articles that is there already")
    parser.add_argument("--each", type=int, default=60, help="of each of the five kinds; five times as many exact ones")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--show", action="store_true", help="those that were told otherwise")
    options = parser.parse_args(arguments)
    folder = options.data / "news"
    if not (folder / "articles.jsonl.gz").is_file():
        print(
            f"SKIPPED: {folder} has no articles.jsonl.gz; they belong to their publishers and are not committed.", file=sys.stderr
        )
        return 1
    settings = read_settings()
    where = options.index or Path("indexes/news")
    if not (where / "CURRENT").is_file():
        rebuild([folder / "articles.jsonl.gz"], where, settings.embedder)
    right: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    with Index.open(where, settings.embedder, rerank=settings.rerank) as index:
        for kind, text in cases(folder, options.each, options.seed):
            result = checked_text(text, index)
            status = told(result)
            seen[kind] += 1
            right[kind] += status in WANTED[kind]
            if options.show and status not in WANTED[kind]:
                print(
                    f"{kind}: {status}: {text}\n    {[(q.speaker, q.said_by, q.differences, q.note) for q in result.quotations]}"
                )
    for kind in ("exact", *KINDS):
        print(f"{kind:9} {right[kind]:4} of {seen[kind]:4}  {right[kind] / max(1, seen[kind]):.3f}")
    altered, of = (sum(row[kind] for kind in KINDS) for row in (right, seen))
    print(f"{'altered':9} {altered:4} of {of:4}  {altered / max(1, of):.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
