"""Text in another language than English -> words and numbers as `tokens` has them, by its own marks and words.

"74.000" is 74,000 in German, "3,5 Millionen" 3,500,000, "le 3 octobre" has the month that "3 October" has, and where the
language's denials are known "nicht" and "ne … pas" have the key "not". A text that uses the marks of English keeps them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache

from vectorstore.language.days import month_in
from vectorstore.language.lexicon import lines, rows, table, word_list, word_set
from vectorstore.language.numbers import MONEY_SIGNS, Measure, measure_of
from vectorstore.language.signs import UNSPACED
from vectorstore.language.stems import stem
from vectorstore.language.tokens import Token, tokens

NOT, WITHOUT = "not", "without"  # the keys of denials

_TOKEN = re.compile(
    r"(?P<day>\d{1,2})(?:\.(?P<month>\d{1,2})\.(?: ?(?P<year>\d{4})(?!\d)|(?![\d.]))|/(?P<month2>\d{1,2})/(?P<year2>\d{4})(?!\d))"
    r"|(?P<clock>\d{1,2}:\d{2}(?!\d))|(?P<moon>\d{1,2}) ?[月월]"
    rf"|(?:(?P<money>[{MONEY_SIGNS}]) ?)?"
    rf"(?P<figure>(?<!\d)\d{{1,3}}(?:[ .,']\d{{3}})+(?!\d)(?:[.,]\d{{1,2}}(?!\d))?|\d+(?:[.,]\d+)?)"
    r"(?P<tail>(?:er|re|e|ème|o|a)(?![^\W_]))?"
    rf"|(?P<sign>[{UNSPACED}])"  # each is compared by itself
    r"|(?P<word>km/h|m/s|(?:[^\W\d_]\.){2,}(?!\w)|(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)'(?=[^\W\d_])"
    rf"|[^\W\d_{UNSPACED}]+(?:'[^\W\d_]+)*)"
    r"|(?P<percent>%)|(?P<euro>€)|(?P<mark>\")|(?P<break>[,;:.!?()\[\]/-]|\n)",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\b(\d{1,2})(?:\.(\d\d)(?= ?Uhr\b)| ?h ?(\d\d)\b)")
_ENGLISH_MARKS = re.compile(r"\d,\d{3},\d{3}(?!\d)|\d,\d{3}\.\d")
_YEAR = re.compile(r"1[0-9]\d\d|20\d\d")


@lru_cache(maxsize=2048)
def tokens_in(text: str, language: str) -> tuple[Token, ...]:
    """The words and numbers of a normalised sentence in a language, in order."""
    if language == "en":
        return tokens(text)
    point = language in word_set("languages.point") or bool(_ENGLISH_MARKS.search(text))
    text = _CLOCK.sub(lambda found: f"{found[1]}:{found[2] or found[3]}", text)
    found: list[Token] = []
    before, quoted, opening = "", False, True
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind in ("percent", "euro"):
            if found and found[-1].values and not found[-1].unit and not before:
                found[-1] = found[-1]._replace(unit=match.group())
        elif kind in ("break", "mark"):
            before += match.group()
            if kind == "mark":
                quoted = not quoted
                opening = opening or quoted
        else:
            made = _made(match, language, point)
            found.append(made[0]._replace(before=before, first=opening, quoted=quoted))
            found += [token._replace(quoted=quoted) for token in made[1:]]
            before, opening = "", False
    found = _with_numbers(found, language)
    if language == "de":
        found = _with_names(found)
    return tuple(_with_denials(found, language))


def _made(match: re.Match[str], language: str, point: bool) -> list[Token]:
    raw = match.group()
    if match["day"]:
        year = match["year"] or match["year2"]
        day = Token(match["day"], match["day"], frozenset({float(match["day"])}))
        month = _month(int(match["month"] or match["month2"]), raw)
        return [day, *month, *([_number(year, frozenset({float(year)}))] if year else [])]
    if match["moon"]:
        return _month(int(match["moon"]), raw)
    if match["clock"]:
        hours, minutes = raw.split(":")
        return [Token(raw, raw, frozenset({int(hours) + int(minutes) / 100}), "clock")]
    if match["figure"]:
        number = _number(match["figure"], _readings(match["figure"], point))
        return [number._replace(text=raw, unit=match["money"] or ("th" if match["tail"] else ""))]
    return [_word(raw, language)]


def _number(raw: str, values: frozenset[float]) -> Token:
    return Token(raw, raw, values, date="year" if _YEAR.fullmatch(raw) else "")


def _month(number: int, raw: str) -> list[Token]:
    return [Token(rows("dates.months")[number - 1][0], raw, date="month")] if 0 < number < 13 else []


def _readings(raw: str, point: bool) -> frozenset[float]:
    """What a figure may stand for: one mark before three digits divides thousands, unless it is the language's decimal mark."""
    plain = re.sub("[ ']", "", raw)
    marks = [c for c in plain if c in ".,"]
    if not marks:
        return frozenset({float(plain)})
    whole, _, tail = plain.rpartition(marks[-1])
    bare = re.sub("[.,]", "", plain)
    if len(set(marks)) == 2 or len(tail) != 3 or (len(marks) == 1 and whole.startswith("0")):
        return frozenset({float(re.sub("[.,]", "", whole) + "." + tail)})
    if len(marks) > 1 or (marks[-1] == ",") == point:
        return frozenset({float(bare)})
    return frozenset({float(f"{whole}.{tail}")} if point else {float(f"{whole}.{tail}"), float(bare)})


def _word(raw: str, language: str) -> Token:
    key, content = _key(raw, language)
    return Token(key, raw, capital=raw[:1].isupper(), content=content)


@lru_cache(maxsize=50_000)
def _key(raw: str, language: str) -> tuple[str, bool]:
    """What a word is compared by, and whether it carries content."""
    low = raw.casefold()
    if low in word_set("words.stop", language) and not (len(raw) > 1 and raw.isupper()):
        return low, False
    key = stem_in(low, language)
    return "".join(c for c in unicodedata.normalize("NFKD", key) if not unicodedata.combining(c)) or low, True


_PARTICIPLE = re.compile(r"(ab|an|auf|aus|bei|durch|ein|fest|her|hin|los|mit|nach|teil|um|vor|weg|zu|zurück)?ge(?=\w{4})")


def stem_in(low: str, language: str) -> str:
    """The form that a word shares with its inflections; of a German one without the "ge" of its participle."""
    key = stem(low.replace("ß", "ss") if language != "de" else low, language)
    if language == "de" and len(key) > 4:
        key = _PARTICIPLE.sub(lambda found: found[1] or "", key, count=1) if _PARTICIPLE.match(key) else key
        key = re.sub(r"(?<=\w{3})t$", "", key)
    return key


# --- numbers


@cache
def _values(language: str) -> dict[str, float]:
    """Number words below a thousand, and those that stand for one by themselves."""
    found = {word: float(n) for n, word in enumerate(word_list("numbers.units", language))}
    found |= {word: 10.0 * n for n, word in enumerate(word_list("numbers.tens", language), 2)}
    found |= {word: float(value) for word, value in table("numbers.others", language).items()}
    for word in word_set("numbers.ones", language):
        found.pop(word, None)  # an article
    return found


@cache
def _scales(language: str) -> dict[str, float]:
    return {word: float(value) for word, value in table("numbers.scales", language).items()}


@cache
def _compounds(language: str) -> re.Pattern[str]:
    """What takes the words of a compound of numbers apart."""
    words = {
        *_values(language),
        *_scales(language),
        *word_set("numbers.half", language),
        *word_set("numbers.joints", language),
        "ein",
    }
    return re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)))


@lru_cache(maxsize=10_000)
def _parts(low: str, language: str) -> tuple[str, ...]:
    """A number word, or the words that a German one is made of; none where it is no number."""
    if low in _values(language) or low in _scales(language):
        return (low,)
    if language != "de" or len(low) < 7:
        return ()
    found = _compounds(language).findall(low)
    return tuple(found) if len(found) > 1 and "".join(found) == low else ()


def _spoken(found: Sequence[Token], n: int, language: str) -> tuple[float, int]:
    """The number that words from n on make, and where they end."""
    values, scales, joints = _values(language), _scales(language), word_set("numbers.joints", language)
    ones, halves = word_set("numbers.ones", language), word_set("numbers.half", language)
    total = current = 0.0
    end, k, joined = n, n, False
    while k < len(found):
        low = found[k].text.casefold()
        if found[k].values or (k > n and found[k].before.strip("-")):
            break
        parts = _parts(low, language) or ((low,) if joined and low in ones else ())
        if not parts and low in joints and n < k < len(found) - 1 and not joined:
            joined, k = True, k + 1
            continue
        compound = len(parts) > 1
        for part in parts:
            value = values.get(part) or (1.0 if part in ones and (joined or compound) else 0.5 if part in halves else 0.0)
            if part in scales:
                total, current = total + (current or 1) * scales[part], 0.0
            elif value == 100 and current < 10:
                current = max(current, 1) * 100
            elif value == 20 and current % 100 == 4 and language == "fr":
                current += 76
            elif value and (value >= 1 or compound or k == n) and _fits(current, value, language, compound):
                current += value
            elif part not in joints:
                parts = ()
                break
        if not parts:
            break
        k, joined = k + 1, False
        end = k
    return total + current, end


def _fits(current: float, value: float, language: str, compound: bool) -> bool:
    """Whether a number word goes on with the sum before it: "cuarenta y dos", "soixante-dix", "zweiund" + "vierzig"."""
    if value < 1:
        return True
    if current % 100 == 0:
        return value < 100 or current == 0
    tens = current % 100
    return (tens % 10 == 0 and (value < 10 or (language == "fr" and tens in (60, 80) and value < 20))) or (
        compound and tens < 10 <= value < 100 and value % 10 == 0
    )


def _with_numbers(found: list[Token], language: str) -> list[Token]:
    """Number words become numbers, "3,5" "Millionen" one number; each has the percent, the money or the unit that follows it."""
    out: list[Token] = []
    n = 0
    scales, ones = _scales(language), word_set("numbers.ones", language)
    while n < len(found):
        token, low = found[n], found[n].text.casefold()
        n += 1
        if token.values and token.unit in ("", *MONEY_SIGNS):
            while n < len(found) and found[n].text.casefold() in scales and not found[n].before:
                values = frozenset(v * scales[found[n].text.casefold()] for v in token.values)
                token = token._replace(values=values, text=f"{token.text} {found[n].text}", date="")
                n += 1
            out.append(token)
        elif token.values or not (parts := _parts(low, language)):
            if month := _named_month(out, found, n - 1, language):
                token = token._replace(key=rows("dates.months")[month - 1][0], date="month", content=True)
            elif weekday := _weekdays(language).get(low):
                token = token._replace(key=weekday, date="weekday", content=True)
            out.append(token)
            continue
        elif parts[0] in scales and low not in _values(language) and not (out and out[-1].text.casefold() in ones):
            out.append(token)  # "millones de …" is no number
            continue
        else:
            value, end = _spoken(found, n - 1, language)
            text = " ".join(t.text for t in found[n - 1 : end])
            if low in scales and out and out[-1].text.casefold() in ones:
                token = out.pop()._replace(first=token.first, quoted=token.quoted)
            out.append(token._replace(key=text.casefold(), text=text, values=frozenset({value}), content=True, capital=False))
            n = max(n, end)
        n = _halved(out, found, n, language)
        n = _with_unit(out, found, n, language)
    return out


@cache
def _weekdays(language: str) -> dict[str, str]:
    """The English names of weekdays by those of a language, and by themselves: our records of an article are in English."""
    english = [row[0] for row in rows("dates.weekdays")]
    found = {day: day for day in english}
    return found | {form: day for day, row in zip(english, rows("dates.weekdays", language), strict=False) for form in row}


def _named_month(out: Sequence[Token], found: Sequence[Token], n: int, language: str) -> int:
    """The month that a word names; a short one ("mar") is none but beside a number."""
    token = found[n]
    low = token.text.casefold().rstrip(".")
    if len(low) < 3 or not (month := month_in(low, language) or (token.capital and month_in(token.text.casefold(), "en"))):
        return 0
    beside = any(t.values for t in (*out[-1:], *(t for t in out[-2:-1] if not out[-1].content), *found[n + 1 : n + 2]))
    return month if beside or (len(low) > 3 or token.capital) else 0


def _halved(out: list[Token], found: Sequence[Token], n: int, language: str) -> int:
    """ "dos millones y medio" """
    low = [t.text.casefold() for t in found[n : n + 2]]
    halved = len(low) == 2 and low[0] in word_set("numbers.joints", language) and low[1] in word_set("numbers.half", language)
    if not halved:
        return n
    scale = next((s for s in (1e9, 1e6, 1e3) if max(out[-1].values) >= s), 1.0)
    text = f"{out[-1].text} {low[0]} {low[1]}"
    out[-1] = out[-1]._replace(values=frozenset(v + scale / 2 for v in out[-1].values), text=text)
    return n + 2


@cache
def _measures(language: str) -> dict[str, Measure]:
    return {form: Measure(row[0], float(row[1])) for row in rows("numbers.measures", language) for form in row[2:]}


def _with_unit(out: list[Token], found: Sequence[Token], n: int, language: str) -> int:
    """Gives the last number the unit that stands at n, and says where it ends."""
    number = out[-1]
    words = [t.text.casefold() for t in found[n : n + 2]]
    if not words or (found[n].before and (found[n].before != "." or number.text[-1].isdigit())) or number.unit not in ("", "%"):
        return n
    if number.unit == "":
        for phrase in map(str.split, lines("numbers.percent", language)):
            if words[: len(phrase)] == phrase:
                out[-1] = number._replace(unit="%")
                return n + len(phrase)
    if words[0] in word_set("numbers.points", language):
        if number.unit == "%" or language == "de":
            out[-1] = number._replace(unit="points")
            return n + 1
        return n
    of = 1 if len(words) > 1 and words[0] in ("de", "d'") and max(number.values) >= 1e6 else 0  # "millones de euros"
    money = table("numbers.money", language)
    if words[of] in money and not number.unit:
        out[-1] = number._replace(unit=money[words[of]])
        return n + of + 1
    measure = _measures(language).get(words[0]) or (
        measure_of(words[0]) if words[0] in ("km/h", "km", "kg", "mw", "gw") else None
    )
    if measure and not number.unit:
        out[-1] = number._replace(measure=measure, text=f"{number.text} {found[n].text}", date="")
        return n + 1
    return n


# --- names and denials


def knows_denials(language: str) -> bool:
    """Whether what a language denies with is known well enough to tell where a denial came or went."""
    return bool(word_set("polarity.prepositions", language))


def _with_names(found: list[Token]) -> list[Token]:
    """German writes every noun with a capital: only one that stands like a name keeps it."""
    out: list[Token] = []
    for n, token in enumerate(found):
        if token.capital and token.content and not token.date and not token.values and _is_noun(out, found, n):
            token = token._replace(capital=False)
        out.append(token)
    return out


def _is_noun(out: Sequence[Token], found: Sequence[Token], n: int) -> bool:
    token = found[n]
    if token.text.isupper():
        return False
    if token.text.casefold().endswith(word_list("words.noun_endings", "de")):
        return True
    if not n or token.before.strip("-"):
        return False
    last, low = out[-1], out[-1].text.casefold()
    if last.values or low in word_set("words.before_noun", "de"):
        return True
    if found[n - 1].capital and last.content:
        return bool(n > 1 and out[-2].values) or last.measure is not None
    is_adjective = last.content and low.endswith(("e", "en", "er", "es", "em"))
    return is_adjective and not last.capital and low not in word_set("speech.verbs_of_saying", "de")


def _with_denials(found: list[Token], language: str) -> list[Token]:
    """Denials have one key each: of "ne … pas" the first word, which stands before what is denied."""
    cues, halves = word_set("polarity.negations", language), word_set("polarity.halves", language)
    seconds, alone = word_set("polarity.seconds", language), word_set("polarity.prepositions", language)
    if not knows_denials(language):
        return found
    out = list(found)
    for n, token in enumerate(found):
        low = token.text.casefold()
        if low in alone:
            out[n] = token._replace(key=WITHOUT, content=False)
        elif low in halves:
            second = any(t.text.casefold() in seconds for t in (*found[n + 1 : n + 7], *found[max(0, n - 5) : n]))
            out[n] = token._replace(key=NOT if second else low, content=False)
        elif low in cues:
            out[n] = token._replace(key=low if halves else NOT, content=False)
    return out
