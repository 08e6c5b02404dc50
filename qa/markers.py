"""Which passages a draft's markers name, whatever they look like: [2], 【0:2†source】, (Passage 2), homes², "as passage 2 says".

Each marker becomes one private character, and the words about passages around it go, so that the sentence reads on. What has
the shape of a marker and stands in a passage itself, "Article 5" or "m²", is left alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache

from vectorstore.language.days import dated
from vectorstore.language.lexicon import LANGUAGES, lines, word_set
from vectorstore.types import Hit

Marker = tuple[int, ...]  # indexes of hits

# Each marker becomes one private character while the text is cleaned; drafts have their own ones removed first.
MARK = 0xF0000
_M = "[\U000f0000-\U000fffff]"
IS_MARK = re.compile(_M)
_NOUN = "\ue000"  # before a mark that is a noun of its sentence: "passage 2 says"
# Each digit and each space can match in one way only: "[1 12345 12345 …" was read for minutes when several could.
_NUMBERS = r"\d{1,3}(?!\d)(?:\s?(?:,|;|&|\+|–|—|-|/|and|und|et|y|bis|to)\s?\d{1,3}(?!\d)){0,20}"
_OPEN, _CLOSE = r"\[{【〔［｛⟦⟨〈《「『«‹(（", r"\]}】〕］｝⟧⟩〉》」』»›)）"
_BRACKET = re.compile(
    rf"(?P<open>[{_OPEN}]{{1,4}})(?P<inside>[^{_OPEN}{_CLOSE}\n]{{1,160}})(?P<close>[{_CLOSE}]{{1,4}})(?:\((?:https?:|#|/|www)[^()\s]{{0,500}}\))?"
)
_ROUND = ("(", "（")
_CODES = re.compile(  # what says nothing but that something is cited, or a number in a dress of its own
    r"(?:cite)?(?:turn\d{1,3}[a-z]{3,10}\d{1,3}){1,20}"
    r"|#{2}(?P<hash>\d{1,3})\${2}"
    rf"|\$\s?(?:[\^_]\s?)?\{{?\[?(?P<math>{_NUMBERS})\]?\}}?\s?\$(?!\d)"
    r"|~?\\[a-z]{3,16}\*?(?:\[[^\[\]]{0,30}\]){0,2}\{(?P<tex>[^{}\n]{1,60})\}"
    r"|<(?:(?P<pair>sup|sub|[a-z_]{0,3}cite|ref|citations?|sources?|doc|document|passages?|article|reference|footnote|fn|id|a)\b[^<>]{0,80}>\s?(?P<inside>[^<>\n]{1,40}?)\s?</(?P=pair)>"
    r"|(?P<tag>[a-z_]{0,10}[\s_:]?(?:(?:ids?|index|name|n|ref|source|doc)\s?=\s?)?[\"']?\d{1,3}[\"']?)\s?/?>)",
    re.IGNORECASE,
)
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉"
_SUPERSCRIPT = re.compile(
    rf"(?:(?<=[^\W\d_]{{3}})|(?<=\d{{4}})|(?<=,\d{{3}})|(?<=[\s.!?,;:%)”\"’]))[{_RAISED}]{{1,2}}(?:[⁻,˒][{_RAISED}]{{1,2}}){{0,9}}"
)
_CARET = re.compile(r"(?:(?<=[^\W\d_]{3})|(?<=\d{4})|(?<=[\s.!?,;:%)”\"’]))\^\{?(\d{1,2}(?:,\d{1,2}){0,9})\}?\^?(?!\w)")
_HALF = re.compile(r"[\[【]\^?\s?(\d{1,2})(?=[\s.,;]|$)|(?<=\s)(\d{1,2})[\]】]")  # "[1 and", "and 1]"
_BARE = re.compile(r"(?<=[\w.!?”\"’)%])\s?[(（](\d{1,2}(?:\s?[,;]\s?\d{1,2}){0,8})[)）]")
_TOUCHED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻˒₀₁₂₃₄₅₆₇₈₉", "0123456789-,0123456789")
_ALONE = re.compile(r"\[(\^?\d{1,2})\]\s?[-–—]\s?\[\^?(\d{1,2})\]")


def _union(name: str) -> frozenset[str]:
    return frozenset().union(*(word_set(f"sources.{name}", language) for language in LANGUAGES))


NUMBERED, _LABELS, WORDS = _union("numbered"), _union("numbered") | _union("labels"), _union("words")


@cache
def list_words(name: str) -> str:
    """An alternation of the lines of a list, of all languages, the longest first."""
    found = {" ".join(line.split()) for language in LANGUAGES for line in lines(f"sources.{name}", language)}
    if name in ("says", "that", "between"):
        found = {word for line in found for word in line.split()}
    return "|".join(re.escape(one).replace(r"\ ", " ") for one in sorted(found, key=len, reverse=True))


def marked(text: str, hits: Sequence[Hit], rounds: bool = True) -> tuple[str, list[Marker]]:
    """The text with a private character for each marker, and which hits each names; a marker may name none.

    `rounds` says that (2) is a marker too where it stands like one: in a draft that has no others.
    """
    found: list[Marker] = []

    def mark(named: Iterable[int]) -> str:
        found.append(tuple(dict.fromkeys(named)))
        return chr(MARK + len(found) - 1)

    def bracket(match: re.Match[str]) -> str:
        opened, closed = match["open"], match["close"]
        named = _named(match["inside"], hits, found, opened[-1] in _ROUND)
        both = min(len(opened), len(closed))  # what is open around it stays: "(see [1])"
        return match.group() if named is None else opened[: len(opened) - both] + mark(named) + closed[both:]

    def code(match: re.Match[str]) -> str:
        group, inside = match.lastgroup, match[match.lastgroup] if match.lastgroup else ""
        if group is None:
            return mark(())
        if group == "inside" and match["pair"].casefold() in ("sup", "sub") and inside.isdigit() and len(inside) < 3:
            return inside.translate(_RAISE)  # whether it is a marker its place decides
        named = _named(re.sub(r"[\[\]()]", "", inside), hits, found, group == "math" and "^" not in match.group())
        return match.group() if named is None and group in ("math", "tag") else inside if named is None else mark(named)

    def raised(match: re.Match[str]) -> str:
        numbers = _numbers(match.group().translate(_TOUCHED).strip("^{}"))
        literal = text[max(0, match.start() - 8) : match.end()].split(" ")[-1].strip(".,;")
        if not all(0 < n <= len(hits) for n in numbers) or (len(literal) > 2 and _in_passages(literal, hits)):
            return match.group()
        return mark(n - 1 for n in numbers)

    text = "".join(f"[{int(unicodedata.numeric(c))}]" if _is_circled(c) else c for c in text)
    text = _ALONE.sub(r"[\1-\2]", _CODES.sub(code, text))
    for _ in range(2):  # "[passage 1 and [2]]"
        text = _BRACKET.sub(bracket, text)
    text = _HALF.sub(lambda m: mark(_indexes(m.group(), len(hits))), text)
    text = _CARET.sub(raised, _SUPERSCRIPT.sub(raised, text.replace("⁽", "").replace("⁾", "")))
    text = _nouns().sub(lambda m: _noun(m, hits, mark), text)
    if rounds:
        text = _rounds(text, hits, mark)
    return _reading_on(text, found, hits), found


_RAISE = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def _is_circled(character: str) -> bool:
    return not character.isascii() and ("①" <= character <= "⒇" or "⓪" <= character <= "⓿" or "❶" <= character <= "➓")


def _numbers(text: str) -> list[int]:
    """The numbers that "1, 3", "1-3" and "passages 1 and 2" name."""
    named: list[int] = []
    for low, high in re.findall(r"(\d{1,9})(?:\s?(?:-|–|—|\bto\b|\bbis\b)\s?[\^#]?(\d{1,9}))?", text):
        first, last = sorted((int(low), int(high or low)))
        named.extend(range(first, min(last, first + 50) + 1))
    return named


def _indexes(text: str, hits: int) -> list[int]:
    return [number - 1 for number in _numbers(text) if 0 < number <= hits]


def _named(inside: str, hits: Sequence[Hit], found: Sequence[Marker], is_round: bool) -> list[int] | None:
    """The hits that what stands in a bracket names; none where it names one that is not there; None where it is no marker."""
    marks = [k for mark in IS_MARK.findall(inside) for k in found[ord(mark) - MARK]]
    plain = IS_MARK.sub(" ", inside).partition("†")[0].translate(_TOUCHED)
    if "†" in inside:
        plain = plain.rpartition(":")[2]
    words = [word.casefold() for word in re.findall(r"[^\W\d_]+", plain)]
    digits = re.findall(r"\d+", plain)
    named = _indexes(plain, len(hits))
    others = [word for word in words if word not in _LABELS]
    if IS_MARK.search(inside) and not others:
        return marks + named
    if not words:
        if is_round or not digits or re.search(r"[^\d\s,;&+–—\-^#./:]", plain):
            return None
        is_amount = bool(re.fullmatch(r"\s*(?:1\d{3}|20\d\d|\d{1,3}(?:[,.]\d{3})+)\s*", plain))
        return None if is_amount and not named else named
    if not others:
        if digits:
            return None if len(words) == 1 and _in_passages(plain.strip(), hits) else named
        return None if is_round or set(words) <= word_set("words.stop") else []
    return _by_record(others, digits, named, hits, is_round)


def _by_record(
    words: Sequence[str], digits: Sequence[str], named: list[int], hits: Sequence[Hit], is_round: bool
) -> list[int] | None:
    """The hit whose headline, outlet, byline and date have a bracket's words; or whose number stands beside unknown words."""
    fitting = [k for k, hit in enumerate(hits) if set(words) <= _record(hit)]
    for k in named:
        if k in fitting:
            return [k]
    dated = [k for k in fitting if all(number in _record(hits[k]) for number in digits)]
    outlets = [k for k in dated if _spoken(hits[k].article.source) & set(words) or len(words) > 3]
    if outlets:
        return outlets if len({hits[k].article.id for k in outlets}) == 1 else []
    known = any(re.search(rf"\b{re.escape(word)}\b", hit.passage.text.casefold()) for word in words for hit in hits)
    return named if named and len(digits) == 1 and len(words) <= 3 and not known and not is_round else None


@lru_cache(maxsize=256)
def _record(hit: Hit) -> frozenset[str]:
    """The words and the numbers of what our records say of an article."""
    article = hit.article
    day = f"{dated(article.published)} {article.published.isoformat()}" if article.published else ""
    return _spoken(" ".join((article.title, article.source, article.url, *article.authors, day)))


def names_source(line: str, hits: Sequence[Hit]) -> bool:
    """Whether a line of a list of sources says no more than our records of one of the articles, its outlet among it."""
    words = {word for word in _spoken(line) if word not in _LABELS and not word.isdigit()}
    return any(words <= _record(hit) and words & _spoken(hit.article.source) for hit in hits)


@lru_cache(maxsize=1024)
def _spoken(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W\d_]+|\d+", text.casefold()))


def _in_passages(words: str, hits: Sequence[Hit]) -> bool:
    """Whether a passage has these words just so: "Article 5" may be one of a law."""
    pattern = re.compile(rf"(?<!\w){re.escape(words.casefold())}(?!\w)")
    return any(pattern.search(hit.passage.text.casefold()) for hit in hits)


@cache
def _nouns() -> re.Pattern[str]:
    """ "passage 2", "the articles 1 and 3", "passage [2]" in running text."""
    spaced = "|".join(sorted((re.escape(w) for w in NUMBERED if w[0] < "\u3000"), key=len, reverse=True))
    joined = "|".join(re.escape(w) for w in NUMBERED if w[0] >= "\u3000")
    numbers = (
        rf"(?:#|no\.? |nr\.? )?(?:(?P<n>{_NUMBERS})(?![\w%€$]|[.,]\d)|(?P<m>{_M}(?:(?:,| and|,? und| et| y)? ?{_M}){{0,8}}))"
    )
    after = (
        rf"(?=\s*(?:[.,;:!?)”\"*]|$|{_M}|\n|(?:{list_words('says')}|{list_words('between')})\b))"  # "a text 2 days later" is none
    )
    both = rf"\b(?:the |(?:{spaced}) )?(?:{spaced})\b[ :#]{{0,2}}{numbers}{after}"
    return re.compile(rf"{both}|(?:{joined})\s?{numbers.replace('<n>', '<k>').replace('<m>', '<j>')}", re.IGNORECASE)


def _noun(match: re.Match[str], hits: Sequence[Hit], mark: Callable[[Iterable[int]], str]) -> str:
    if marks := match["m"] or match["j"]:
        before = re.search(r"(?:\w+ )?\w+ $", match.string[max(0, match.start() - 40) : match.start()])
        is_led = not before or re.search(rf"\b(?:{list_words('leads')}|{list_words('between')}) $", before[0], re.IGNORECASE)
        if not is_led or re.match(r"the \w+s\b", match.group(), re.IGNORECASE):
            return match.group()  # "not in the passages [1][2]"
        return _NOUN + "".join(IS_MARK.findall(marks))
    numbers = match["n"] or match["k"]
    named = _indexes(numbers, len(hits))
    if not named or len(named) < len(_numbers(numbers)) or _in_passages(match.group().casefold().removeprefix("the "), hits):
        return match.group()
    return _NOUN + mark(named)


def _rounds(text: str, hits: Sequence[Hit], mark: Callable[[Iterable[int]], str]) -> str:
    """Numbers in round brackets, where a draft has no other markers and each of them stands where one does."""
    after = re.compile(rf"\s*(?:[.,;:!?]|$|[A-Z“\"]|\n|(?:{list_words('between')}|but|while)\b)")
    found = list(_BARE.finditer(text))
    if not all(after.match(text, m.end()) and all(0 < n <= len(hits) for n in _numbers(m[1])) for m in found):
        return text
    for m in reversed(found):
        if _in_passages(m.group().strip(), hits):
            continue
        text = text[: m.start()] + mark(_indexes(m.group(1), len(hits))) + text[m.end() :]
    return text


@cache
def _frames() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """What is said around a marker, as patterns: between two, at the start of a sentence, and after a clause."""
    nouns = rf"(?:{_NOUN}?{_M}+(?: ?(?:,|;|{list_words('between')}) ?{_NOUN}?{_M}+){{0,8}})"
    start = r"(?P<start>(?:^|(?<=[.!?:…。][\s”\"])|(?<=[.!?…]))[ *_#>•\-]{0,6})"
    says, that = rf"(?:,? (?:{list_words('says')}))", rf"(?: (?:{list_words('that')})\b,?|[,:、，])"
    return (
        re.compile(rf"(?<={_M}) ?(?:[,;&/+、]|\b(?:{list_words('between')})\b) ?(?={_M})", re.IGNORECASE),
        re.compile(
            rf"{start}(?:{list_words('leads')}) ?{nouns}{says}?[,:，、]? ?(?P<next>[“\"'‘«]?\w)", re.IGNORECASE | re.MULTILINE
        ),
        re.compile(rf"{start}{nouns}(?:{says}{that}|:) ?(?P<next>[“\"'‘«]?\w)", re.IGNORECASE | re.MULTILINE),
        re.compile(
            rf",? ?\(?(?<!\w)(?:{list_words('leads')}) {nouns}{says}?\)?(?=\s*(?:[.,;:!?。)”\"\n]|$|{_M}))"
            rf"|,? ?\bas {nouns}{says}\b|,? ?(?:--?|[–—]|//) ?{nouns}(?=\s*(?:[.,;]|$|\n))",
            re.IGNORECASE,
        ),
    )


def _reading_on(text: str, found: Sequence[Marker], hits: Sequence[Hit]) -> str:
    """The text without the words about passages that its markers stood among."""
    if not IS_MARK.search(text):
        return text
    between, lead, subject, trail = _frames()

    def without(match: re.Match[str]) -> str:
        marks = "".join(IS_MARK.findall(match.group()))
        return match["start"] + marks + match["next"].upper()

    text = between.sub("", text)
    text = trail.sub(lambda m: "".join(IS_MARK.findall(m.group())), subject.sub(without, lead.sub(without, text)))
    return re.sub(rf"{_NOUN}({_M})", lambda m: _outlet(found[ord(m[1]) - MARK], hits) + m[1], text).replace(_NOUN, "")


def _outlet(named: Marker, hits: Sequence[Hit]) -> str:
    """How a sentence speaks of the passages that it named by their numbers."""
    return " and ".join(dict.fromkeys(hits[k].article.source or "the article" for k in named))
