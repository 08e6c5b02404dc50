"""Words as the quote-only answerer compares them: stems, how rare each is, and which carry no content.

Written for English. A light stemmer of our own (plural, -ed, -ing, -ly and a table of irregular forms) so that comparing a
question with a sentence needs no library and no start-up.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from vectorstore.language.lexicon import rows, word_set
from vectorstore.language.stems import stem

_WITHIN = r"[\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufeff]"  # accents that are characters of their own, and what is unseen
_WORD = re.compile(rf"[^\W_]+(?:{_WITHIN}+[^\W_]*)*(?:[.,](?=\d)[\d]+|['’](?!s\b)[^\W_]+)*|(?<=\w)['’]s\b")

# Words that say how a question is put, not what it is about.
STOP_WORDS = frozenset(
    "a an the this that these those there here it its itself they them their theirs he him his she her hers we us our ours you "
    "your yours i me my mine who whom whose which what when where why how is are was were be been being am do does did doing "
    "done has have had having will would shall should can could may might must of in on at to for from by with about into "
    "onto over under between among through during before after above below up down out off again further then once and or "
    "but if because as until while so than too very just also not no nor only own same such both each few more most other "
    "some any all 's s t re ve ll d m don didn doesn isn wasn aren weren hasn haven won't didn't doesn't isn't wasn't "
    "however according yet ever many much".split()
)

_IRREGULAR = {
    form: base
    for line in (
        "be:is are was were been being am|say:said says|win:won winner winning|die:died dead death dying|kill:killing killed|"
        "send:sent|go:went gone|take:took taken|make:made|give:gave given|find:found|found:founded founder founding|"
        "get:got gotten|"
        "come:came|see:saw seen|know:knew known|think:thought|tell:told|become:became|leave:left|feel:felt|bring:brought|"
        "begin:began begun|keep:kept|hold:held|write:wrote written writer|stand:stood|hear:heard|mean:meant|meet:met|run:ran|"
        "pay:paid|sit:sat|speak:spoke spoken|lie:lay lain|lead:led leader|grow:grew grown growth|lose:lost loss|fall:fell fallen|"
        "build:built|understand:understood|draw:drew drawn|break:broke broken|spend:spent|rise:rose risen|drive:drove driven|"
        "buy:bought|wear:wore worn|choose:chose chosen choice|sell:sold sale|fight:fought fighter|catch:caught|teach:taught|"
        "throw:threw thrown|fly:flew flown flight|sing:sang sung singer song|swim:swam|shoot:shot shooter shooting|"
        "steal:stole stolen|"
        "bear:born bore|sink:sank sunk|strike:struck|swear:swore sworn|beat:beaten|deny:denies denied denial|"
        "elect:election elected|appoint:appointment|resign:resignation|arrest:arrested|marry:married marriage|"
        "child:children|man:men|woman:women|person:people|foot:feet|life:lives|wife:wives|play:player|act:actor actress"
    ).split("|")
    for base, forms in [line.split(":")]
    for form in forms.split()
}


@cache
def _related() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for row in rows("words.related"):
        stems = {stem(word) for word in row}
        for one in stems:
            table.setdefault(one, set()).update(stems - {one})
    return {one: frozenset(others) for one, others in table.items()}


def related(stemmed: str) -> frozenset[str]:
    """Stems that often say nearly the same as this one."""
    return _related().get(stemmed, frozenset())


STOP_WORDS = word_set("words.stop_in_questions")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")  # soft hyphens, zero-width spaces and the like, inside words too


def plain(text: str) -> str:
    """A text as words are read from it: a character that is only an accent, or something unseen, would end the word."""
    return text if text.isascii() else _UNSEEN.sub("", unicodedata.normalize("NFKC", text))


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text: as written, its stem, and where it stands."""

    text: str
    stem: str
    start: int
    end: int


@lru_cache(maxsize=2_000)  # a question's hits are read for evidence, then for quotes
def words(text: str) -> tuple[Word, ...]:
    """The words of a text in order, possessive endings left out."""
    return tuple(
        Word(found.group(), stem(plain(found.group()).lower()), found.start(), found.end())
        for found in _WORD.finditer(text)
        if found.group()[0] not in "'’"
    )


@cache
def _rarities() -> dict[str, float]:
    table = files("vectorstore.language").joinpath("rarity.txt")
    lines = table.read_text(encoding="utf-8").splitlines()
    return {
        word: float(value)
        for value, _, row in (line.partition("\t") for line in lines if line[:1] != "#")
        for word in row.split()
    }


def rarity(stemmed: str) -> float:
    """How much a stem tells: about the logarithm of one over the share of news that holds it; 9 for a word never seen."""
    return _rarities().get(stemmed, 9.0)
