"""How often words are given to the one who said them: claims made of attributions that annotators marked.

    python -m tests.studies.speakers FOLDER [--claims 200] [--failures]

FOLDER holds text/NAME.txt and attributions/NAME*.ann (brat: Source, Cue and Content spans, joined by E lines), as PolNeAR has
them. Of an attribution a claim "SOURCE said that CONTENT" is made, and another with a source of the same article that shares
no word with the right one; each is checked against our own passages around the attribution.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qa.check.verdict import check
from vectorstore.passages import passages
from vectorstore.types import Article

# A claim that they "said that" would turn these round or leave out what they leave open.
_OTHERWISE = re.compile(
    r"\b(?:den[yi]|doubt|disput|reject|refus|ask|question|wonder|whether|if|urg|call|want|hop|fear|would|could|may|might|not|n't|n’t|"
    r"threat|promis|to|accus|critici|prais|claim|if|deci|blam)",
    re.I,
)
_PRONOUNS = frozenset("he she they it we i you who that which one this his her their those some many others people".split())


@dataclass(frozen=True, slots=True)
class Attribution:
    article: str  # its name
    source: str
    content: str
    start: int  # of the whole of it, in the article's text
    end: int


def attributions(folder: Path) -> Iterator[tuple[str, list[Attribution]]]:
    """Each article's text with its attributions that have a source, a cue and a content that is one clause."""
    for path in sorted((folder / "text").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        marks = next(iter(sorted((folder / "attributions").glob(f"{path.stem}*.ann"))), None)
        if marks is None:
            continue
        spans: dict[str, tuple[str, int, int]] = {}
        found: list[Attribution] = []
        for line in marks.read_text(encoding="utf-8").splitlines():
            name, _, rest = line.partition("\t")
            if name.startswith("T"):
                kind, _, places = rest.partition("\t")[0].partition(" ")
                numbers = [int(n) for n in re.findall(r"\d+", places)]
                spans[name] = (kind, min(numbers), max(numbers)) if ";" not in places else ("broken", 0, 0)
            elif name.startswith("E"):
                parts = dict(part.split(":", 1) for part in rest.split() if ":" in part)
                if not {"Source", "Cue", "Content"} <= set(parts) or any(
                    spans.get(parts[k], ("broken",))[0] == "broken" for k in ("Source", "Cue", "Content")
                ):
                    continue
                (_, a, b), (_, c, d), (_, e, f) = (spans[parts[k]] for k in ("Source", "Cue", "Content"))
                if _OTHERWISE.search(text[c:d]):
                    continue
                source, content = text[a:b].strip(" ,"), " ".join(text[e:f].split())
                content = re.sub(r"^that\s+", "", content.strip("“”\"',. "))
                if source.lower() in _PRONOUNS or len(source.split()) > 8 or not 5 <= len(content.split()) <= 40:
                    continue
                if set(source.lower().split()) & _PRONOUNS or not content[0].isalnum():
                    continue
                found.append(Attribution(path.stem, source, content, min(a, c, e), max(b, d, f)))
        yield text, found


def claims(folder: Path, number: int) -> list[tuple[str, list[str], dict[str, tuple[str, int]], bool]]:
    """(sentence, passages, their places in the article, whether it is right)."""
    shuffled = random.Random(12)
    pool: list[tuple[str, list[Attribution], Attribution]] = [
        (text, found, one) for text, found in attributions(folder) for one in found
    ]
    shuffled.shuffle(pool)
    made: list[tuple[str, list[str], dict[str, tuple[str, int]], bool]] = []
    for text, found, one in pool:
        words = _words(one.source)
        others = [
            o.source
            for o in found
            if not _words(o.source) & words and re.search(r"[A-Z]", o.source) and o.source.lower() not in one.content.lower()
        ]
        around = [p for p in passages(Article(id="a", text=text)) if p.start < one.end and p.end > one.start]
        if not others or not around or not words:
            continue
        near = [o for o in others if any(o in p.text for p in around)]  # the harder ones: the passage names them too
        other = shuffled.choice(near or others)
        whole = {p.text: (text, p.start) for p in around}
        for source, right in ((one.source, True), (other, False)):
            made.append(
                (
                    f"{source[0].upper() + source[1:]}{',' * (',' in source)} said that {one.content}.",
                    [p.text for p in around],
                    whole,
                    right,
                )
            )
        if len(made) >= 2 * number:
            break
    return made


def _words(source: str) -> set[str]:
    return {word for word in re.findall(r"[^\W\d_]{3,}", source.lower()) if word not in ("the", "and", "for")}


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--claims", type=int, default=200)
    arguments.add_argument("--failures", action="store_true", help="print each claim that is judged wrongly")
    asked = arguments.parse_args()
    if not (asked.folder / "text").is_dir():
        print(f"SKIPPED: {asked.folder} has no folder text/ with articles: nothing was measured.", file=sys.stderr)
        return 1
    totals: Counter[tuple[bool, bool]] = Counter()
    for sentence, texts, whole, right in claims(asked.folder, asked.claims):
        verdict = check(sentence, texts, whole)
        totals[right, verdict.supported == right] += 1
        if asked.failures and verdict.supported != right:
            print(f"{'REFUSED' if right else 'ACCEPTED'} {sentence}\n   {verdict.reasons}\n   {texts}\n")
    for right, name in ((True, "right speaker accepted"), (False, "wrong speaker refused")):
        good, all_ = totals[right, True], totals[right, True] + totals[right, False]
        print(f"{name}: {good} of {all_} ({good / max(1, all_):.3f})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
