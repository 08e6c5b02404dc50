"""A question's words as the collection spells them, where it holds none like the one typed. The only file that imports rapidfuzz.

A word that is held is right, and so is one of common English: whoever asks for a "carriage" means no "marriage". What is left is
compared with words of the same first letter; slips come seldom there, and names that differ there are two (Hansen, Jansen).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from vectorstore.language.detect import language_of
from vectorstore.language.senses import is_word
from vectorstore.language.words import folded, is_in_news, key, spellings, words
from vectorstore.lexical import LexicalIndex

_FEWEST, _LONG = 5, 7  # letters of a word that may be mended at all, and more freely
_OFTEN, _MANY = 2, 1_000  # passages: in so many, a word of a single one may be a slip of its own
_WORD = re.compile(r"(?<![\w'’-])[^\W\d_]+(?![\w-])")
_STEMS, _PASSAGES = 12, 30  # that are looked at for the forms of a word


Texts = Callable[[Sequence[int]], Iterable[str]]  # passages by their numbers


# `names` are outlets', which are right as well.
def respelt(question: str, index: LexicalIndex, texts: Texts, names: Iterable[str]) -> str:
    """The question with the words that no article has as the articles spell them: "goverment" as "government"."""
    slips = [found for found in _WORD.finditer(question) if not is_in_news(key(found[0])) and _is_unknown(found[0], index)]
    return _mended(question, slips, index, texts, names) if slips else question


def _is_unknown(word: str, index: LexicalIndex) -> bool:
    """Whether the articles have no such word, in any way to write it, and English has none."""
    if len(word) < _FEWEST or any(map(index.spread, (word, *spellings(word)))):
        return False
    return not is_word(key(word))  # looked up last: it takes .3 s when it is first asked


def _mended(question: str, slips: Sequence[re.Match[str]], index: LexicalIndex, texts: Texts, names: Iterable[str]) -> str:
    held = {word.stem for name in names for word in words(name)}
    found = [(word, _nearest(word, index, texts)) for word in slips if key(word[0]) not in held]
    if any(better for _, better in found) and language_of(question) in ("", "en"):
        for word, better in reversed(found):
            question = question[: word.start()] + (better or word[0]) + question[word.end() :]
    return question


def _nearest(word: re.Match[str], index: LexicalIndex, texts: Texts) -> str:
    """The form in the articles that is the fewest edits from a word, of several the most frequent; empty where none is near."""
    from rapidfuzz.distance import OSA

    typed, low = word[0], folded(word[0]).lower()
    numbers = {number for stem in _stems(low, index) for number in index.with_stem(stem, _PASSAGES)}
    written = Counter(form for text in texts(list(numbers)) for form in _WORD.findall(text))
    is_name = word.start() > 0 and typed[0].isupper() and not typed.isupper()
    edits = {}
    own = index.stem(low)
    for form in written:
        other = folded(form).lower()
        many = OSA.distance(low, other, score_cutoff=2) if other[0] == low[0] else 3
        if many == 2 and OSA.distance(own, index.stem(other), score_cutoff=1) == 1 and len(own) >= _FEWEST:
            many = 1  # "camra" of "cameras"
        if _is_slip(low, other, many, is_name) and not (is_name and form.islower()):
            edits[form] = many
    form = min(edits, key=lambda form: (edits[form], -index.spread(form), -written[form]), default="")
    if typed.islower() and not form.isupper():
        return form.lower()
    return form[:1].upper() + form[1:] if typed.istitle() else form


def _is_slip(typed: str, meant: str, edits: int, is_name: bool) -> bool:
    """Whether one word is mistyped for another: two edits are where they double or misplace its letters ("Otillie", "milenium").

    Of a short name another letter makes another name: Luton, Luzon.
    """
    if edits == 1:
        return len(typed) >= _LONG or not is_name or len(typed) != len(meant) or set(typed) == set(meant)
    return edits == 2 and len(typed) >= _LONG and set(typed) == set(meant)


def _stems(low: str, index: LexicalIndex) -> list[str]:
    """The stems that a mistyped word may have: those near its own, then those that it nearly begins with.

    A mistyped ending stays on its own: "elecitons" is near "elections" and not near "elect".
    """
    from rapidfuzz.distance import OSA

    own, most = index.stem(low), 1 + (len(low) >= _LONG)
    often = [stem for stem, count in index.starting(low[0]) if count >= _OFTEN or index.count() < _MANY]
    near = [stem for stem in often if OSA.distance(own, stem, score_cutoff=most) <= most]
    long = [stem for stem in often if len(stem) >= max(4, len(low) // 2) and stem not in near]
    return near[:_STEMS] + [stem for stem in long if OSA.distance(low[: len(stem)], stem, score_cutoff=1) <= 1][:_STEMS]
