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

from qa.check.verdict import verdict_on
from vectorstore.passages import passages
from vectorstore.types import Article

# A claim that they "said that" would turn these round or leave out what they leave open.
_OTHERWISE = re.compile(
    r"\b(?:den[yi]|doubt|disput|reject|refus|ask|question|wonder|whether|if|urg|call|want|hop|fear|would|could|may|might|not|n't|n’t|"
    r"threat|promis|to|accus|critici|prais|claim|if|deci|blam)",
    re.I,
)
# Cues that plainly say that somebody says something; the others are of all sorts ("a signature issue", "is defending").
_PLAIN = re.compile(
    r"\b(?:said|says?|saying|tell|tells|told|according|add(?:s|ed)|wr[oi]te|argu|explain|claim|believ|not(?:es|ed)\b|insist)",
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
    plain: bool  # its cue plainly says that somebody says something


@dataclass(frozen=True, slots=True)
class Made:
    sentence: str
    passages: list[str]
    whole: dict[str, tuple[str, int]]  # where they stand in the article
    right: bool
    plain: bool


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
                spans[name] = (kind, min(numbers), max(numbers)) if len(numbers) == 2 else ("broken", 0, 0)
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
                found.append(Attribution(path.stem, source, content, min(a, c, e), max(b, d, f), bool(_PLAIN.search(text[c:d]))))
        yield text, found


def claims(folder: Path, number: int) -> list[Made]:
    """Claims with the right speaker, each followed by the same with another."""
    shuffled = random.Random(12)
    pool: list[tuple[str, list[Attribution], Attribution]] = [
        (text, found, one) for text, found in attributions(folder) for one in found
    ]
    shuffled.shuffle(pool)
    made: list[Made] = []
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
            sentence = f"{source[0].upper() + source[1:]}{',' * (',' in source)} said that {one.content}."
            made.append(Made(sentence, [p.text for p in around], whole, right, one.plain))
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
    totals: Counter[tuple[bool, bool, bool]] = Counter()
    for one in claims(asked.folder, asked.claims):
        verdict = verdict_on(one.sentence, one.passages, one.whole)
        totals[one.right, one.plain, verdict.supported == one.right] += 1
        if asked.failures and verdict.supported != one.right:
            print(f"{'REFUSED' if one.right else 'ACCEPTED'} {one.sentence}\n   {verdict.reasons}\n   {one.passages}\n")
    for cues, plain in (("all cues", (True, False)), ("cues that plainly say so", (True,))):
        for right, name in ((True, "right speaker accepted"), (False, "wrong speaker refused")):
            good, all_ = (sum(totals[right, p, g] for p in plain for g in goods) for goods in ((True,), (True, False)))
            print(f"{cues}: {name}: {good} of {all_} ({good / max(1, all_):.3f})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
