"""Makes vectorstore/language/senses.txt.gz: `python -m tests.studies.senses WORDNET/dict articles.jsonl.gz …`.

From WordNet's files (https://wordnet.princeton.edu; its licence stands at the head of the table): the words that name one sense,
among each word's first five, then broader ones and those of the same root; single words that the articles use.
"""

from __future__ import annotations

import gzip
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from tests.studies.trust import load_articles

_TABLE = Path(__file__).parents[2] / "vectorstore" / "language" / "senses.txt.gz"
_PARTS = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
# So broad that they could stand for anything.
_BROADEST = frozenset(
    "entity object thing abstraction whole unit part attribute relation group collection state act event matter "
    "substance cause organism being measure quantity amount content cognition knowledge communication change be "
    "make do move have get process action activity way someone somebody mortal soul transport instrument structure "
    "construction equipment happening occurrence point region location food material fluid chordate vertebrate "
    "carnivore artifact artefact instrumentality".split()
)
_Sense = tuple[str, str]  # part of speech, offset


def table(wordnet: Path, seen: Counter[str]) -> str:
    def used(word: str) -> bool:
        forms = [word, word + "s", word + "es", word + "ed", word + "d", word + "ing", word[:-1] + "ing", word[:-1] + "ies"]
        return word.isalpha() and len(word) > 2 and sum(seen[form] for form in forms) >= 12

    rank: dict[tuple[str, _Sense], int] = {}
    words: dict[_Sense, list[str]] = {}
    pointers: dict[_Sense, list[tuple[str, _Sense]]] = {}
    for part, name in _PARTS.items():
        for line in _lines(wordnet / f"index.{name}"):
            word, *rest = line.split()
            for n, offset in enumerate(piece for piece in rest if len(piece) == 8 and piece.isdigit()):
                rank[word, (part, offset)] = n
        for line in _lines(wordnet / f"data.{name}"):
            fields = line.split(" | ")[0].split()
            end = 4 + 2 * int(fields[3], 16)
            sense = (part, fields[0])
            words[sense] = [re.sub(r"\(.*", "", word).lower() for word in fields[4:end:2]]
            found = [fields[end + 1 + 4 * n : end + 5 + 4 * n] for n in range(int(fields[end]))]
            pointers[sense] = [(kind, (other.replace("s", "a"), offset)) for kind, offset, other, _ in found]
    rows = set()
    for sense, names in words.items():
        left = [w for w in names if used(w) and rank.get((w, sense), 99) < 5]
        broader: list[str] = []
        level = [sense]
        for _ in range(7 if sense[0] == "n" else 1):
            level = [other for one in level for kind, other in pointers[one] if kind in ("@", "@i", "&")]
            broader += [w for one in level for w in words[one] if used(w) and w not in _BROADEST]
        rooted = [other for kind, other in pointers[sense] if kind == "+"]
        broader += [w for one in rooted for w in words[one] if used(w) and rank.get((w, one), 99) < 4]
        right = [w for w in dict.fromkeys(broader) if w not in left]
        if left and (len(left) > 1 or right):
            rows.add(" ".join(sorted(left)) + (" < " + " ".join(right) if right else ""))
    return "! " + " ".join(_mostly_verbs(wordnet, used)) + "\n" + "\n".join(sorted(rows)) + "\n"


def _mostly_verbs(wordnet: Path, used: object) -> list[str]:
    tags: dict[str, Counter[str]] = defaultdict(Counter)
    for line in _lines(wordnet / "index.sense"):
        key, _, _, count = line.split()
        word, _, rest = key.partition("%")
        tags[word][rest[0]] += int(count)
    assert callable(used)
    return sorted(w for w, of in tags.items() if used(w) and of["2"] > of["1"] + of["3"] + of["5"])


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith(" ")]


def main(arguments: Sequence[str]) -> int:
    wordnet, *articles = map(Path, arguments)
    seen: Counter[str] = Counter()
    for path in articles:
        for _, text in load_articles(path):
            seen.update(set(re.findall(r"[a-z]+", text.lower())))
    licence = [line for line in gzip.decompress(_TABLE.read_bytes()).decode("ascii").splitlines() if line.startswith("#")]
    _TABLE.write_bytes(gzip.compress(("\n".join(licence) + "\n" + table(wordnet, seen)).encode("ascii"), 9, mtime=0))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
