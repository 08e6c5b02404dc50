"""Number words, fractions, signs and units, read into the tokens of a sentence: what each number is a number of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from vectorstore.language.lexicon import lines, rows, table, word_list, word_set
from vectorstore.language.stems import stem

if TYPE_CHECKING:
    from vectorstore.language.tokens import Token

_UNITS = {word: n for n, word in enumerate(word_list("numbers.units"))}
_TENS = {word: 10 * n for n, word in enumerate(word_list("numbers.tens"), 2)}
_ORDINALS = {word: n for n, word in enumerate(word_list("numbers.ordinals"), 1)}
_SCALES: dict[str, float] = table("numbers.scales")
_FRACTIONS: dict[str, float] = table("numbers.fractions")
_PARTS: dict[str, int] = table("numbers.parts")
_MONEY: dict[str, str] = table("numbers.money")
_BEFORE_NUMBER: dict[str, str] = table("numbers.money_before")
_CLOCKS: dict[str, float] = table("numbers.clocks")
_HALVES_OF_DAY: dict[str, int] = table("numbers.halves_of_day")
_PARTS_OF_DAY: dict[str, int] = table("numbers.parts_of_day")
_MINUTES: dict[str, int] = table("numbers.minutes")
_SIDES_OF_HOUR: dict[str, int] = table("numbers.sides_of_hour")
_MINUS = word_set("numbers.minus")
_BELOW = word_list("numbers.below_zero")
_OUT_OF = word_set("numbers.out_of")
_OF_IT = word_set("numbers.of_it")
_BY = (
    word_set("numbers.by")
    | word_set("numbers.about")
    | {line.split()[-1] for line in lines("numbers.nearly") + lines("numbers.more_than")}
)
_THEN = word_set("numbers.then")
_PERCENT = word_set("numbers.percent")
MONEY_SIGNS = "$£€¥₹₩₽₺₴₪"


class Measure(NamedTuple):
    """A unit of measure: what it measures, and how many of the base it is."""

    dimension: str
    factor: float


M = Measure("m", 1)  # "12 m": metres, minutes or million, as the other text has it


@cache
def measures() -> dict[str, Measure]:
    return {form: Measure(row[0], float(row[1])) for row in rows("numbers.measures") for form in row[2:]}


NUMBER_KEYS = frozenset(
    form
    for word in (*_UNITS, *_TENS, *_SCALES, *_ORDINALS, *_FRACTIONS, *_PARTS, *_CLOCKS, *_MINUS)
    for form in (word, stem(word))
)  # as tokens have them


def measure_of(word: str) -> Measure | None:
    """What a unit of measure measures."""
    return measures().get(word.casefold())


def same_number(a: Token, b: Token) -> bool:
    """Whether two numbers may be one: of the same size, and in units that are one or can be turned into one another."""
    if a.measure and b.measure and a.measure != b.measure:
        return _same_measure(a, b, a.measure, b.measure)
    units = {a.unit, b.unit}
    if units == {"%", "part"}:
        part, percent = (a, b) if a.unit == "part" else (b, a)
        return any(abs(100 * v - w) <= 1 for v in part.values for w in percent.values)
    if units == {"clock", ""}:
        clock, figure = (a, b) if a.unit == "clock" else (b, a)
        return any(hour % 12 == plain % 12 and plain <= 24 for hour in clock.values for plain in figure.values)
    return bool(a.values & b.values) and (
        len(units) == 1 or units == {"th", "ordinal"} or ("" in units and "ordinal" not in units)
    )


def _same_measure(a: Token, b: Token, mine: Measure, other: Measure) -> bool:
    if M in (mine, other):
        written = other if mine == M else mine
        million = written.dimension not in ("length", "time") and max(a.values) == max(b.values)
        return million or (written in (measures()["metre"], measures()["minute"]) and min(a.values) == min(b.values))
    if mine.dimension != other.dimension:
        loose = any(one.startswith(two.dimension) for one, two in ((mine.dimension, other), (other.dimension, mine)))
        return loose and bool(a.values & b.values)  # "41C" is "41 degrees"
    sizes = [w * other.factor for w in b.values]
    return any(abs(v * mine.factor - size) <= 0.006 * abs(size) for v in a.values for size in sizes)


def with_numbers(found: list[Token]) -> list[Token]:
    """Number words become numbers; "3" "million" one number; "10 to 15 percent" two percentages; "12" "km" a distance."""
    out: list[Token] = []
    n = 0
    while n < len(found):
        token = found[n]
        low = token.text.casefold()
        if not token.values and token.key not in NUMBER_KEYS:
            out.append(token)
            n += 1
        elif token.values and token.unit in ("", *MONEY_SIGNS):
            value, n = _scaled(found, n)
            out.append(value)
        elif low in _UNITS or low in _TENS or (low in _SCALES and out and out[-1].key in ("a", "an")):
            value, n = _spoken(found, n)
            if low in _SCALES and out:
                out.pop()
            out.append(value)
        else:
            out.append(_plain_number(token, low))
            n += 1
    return _as_one_time(_shared(_with_units(_with_parts(out))))


def _as_one_time(found: list[Token]) -> list[Token]:
    """A stretch of time in two or three units as one number: "two hours, six minutes and 40 seconds" are 2.11 hours."""
    out: list[Token] = []
    for token in found:
        last, link = (out[-1], 0) if out and out[-1].key != "and" else (out[-2], 1) if len(out) > 1 else (None, 0)
        if (
            not last
            or not (one := last.measure)
            or not (more := token.measure)
            or not _goes_on(one, more)
            or set(token.before) - {","}
        ):
            out.append(token)
            continue
        values = frozenset({max(last.values) + max(token.values) * more.factor / one.factor})
        text = " ".join(t.text for t in (last, *out[len(out) - link :], token))
        out[len(out) - 1 - link :] = [last._replace(text=text, values=values)]
    return out


def _goes_on(one: Measure, more: Measure) -> bool:
    return one.dimension == more.dimension == "time" and one.factor / more.factor > 3


def _scaled(found: list[Token], n: int) -> tuple[Token, int]:
    value, n = found[n], n + 1
    if n > 1 and value.before == "-" and found[n - 2].values and min(value.values) < 0:
        value = _times(value, -1, value.text.lstrip("-"))  # a score, no sign
    while n < len(found) and found[n].text.casefold() in _SCALES and not found[n].before.strip("-"):
        value = _times(value, _SCALES[found[n].text.casefold()], f"{value.text} {found[n].text}")
        n += 1
    return value, n


def _plain_number(token: Token, low: str) -> Token:
    if low in _ORDINALS:
        return token._replace(values=frozenset({float(_ORDINALS[low])}), unit="ordinal", content=True)
    if low in _FRACTIONS:
        return token._replace(values=frozenset({float(_FRACTIONS[low])}), unit="part" if _FRACTIONS[low] < 1 else "")
    if low in _CLOCKS:
        return token._replace(values=frozenset({float(_CLOCKS[low])}), unit="clock")
    return token


def _times(token: Token, factor: float, text: str) -> Token:
    return token._replace(values=frozenset([v * factor for v in token.values]), text=text)


def _spoken(found: list[Token], n: int) -> tuple[Token, int]:
    """The number that number words from n on make, and where they end: "two hundred and fifty thousand"."""
    first, total, current, end = found[n], 0.0, 0.0, n
    position = n
    while position < len(found):
        low = found[position].text.casefold()
        if position > n and found[position].before.strip("-"):
            break
        if low in _UNITS and (current % 10 == 0 and (current % 100 or current == 0 or current % 100 == 0)):
            if current and not current % 100 and found[position - 1].key != "and" and current < 100:
                break
            if position > n and found[position - 1].text.casefold() in _UNITS:
                break
            current += _UNITS[low]
        elif low in _TENS and current % 100 == 0:
            current += _TENS[low]
        elif low in _SCALES:
            current = max(current, 1) * _SCALES[low]
            if low != "hundred":
                total, current = total + current, 0.0
        elif low == "and" and position + 1 < len(found) and found[position - 1].text.casefold() in _SCALES:
            following = found[position + 1].text.casefold()
            if following not in _UNITS and following not in _TENS:
                break
            position += 1
            continue
        else:
            break
        position += 1
        end = position
    text = " ".join(t.text for t in found[n:end])
    return first._replace(
        key=text.casefold(), text=text, values=frozenset({total + current}), content=text.casefold() != "one"
    ), end


def _with_parts(found: list[Token]) -> list[Token]:
    """Fractions: "three-quarters", "a third of", "two and a half", "half a million", "one in four"; "two dozen"; "minus 3"."""
    out: list[Token] = []
    lows = [token.text.casefold() for token in found]
    n = 0
    while n < len(found):
        token, last = found[n], out[-1] if out else None
        low, texts = lows[n], lows[n + 1 : n + 4]
        number = last if last and last.values and last.unit == "" and not token.before.strip("-") else None
        size = max(number.values) if number else 0.0
        mixed = 2 if texts[:1] == ["a"] else 1  # "two and a half", "two and one half"
        if low in _MINUTES and texts and texts[0] in _SIDES_OF_HOUR and (hours := _hours(found, n)):
            if last and last.key == "a":
                out.pop()
            hour = " ".join(t.text for t in found[n : n + 3])
            out.append(token._replace(key=hour, text=hour, values=hours, unit="clock", content=True))
            n += 2
        elif number and low in _PARTS and (size == 1 or (low.endswith("s") and size < _PARTS[low])):
            out[-1] = _joined(number, (token,), [size / _PARTS[low]], "part")
        elif last and last.key == "a" and low in _PARTS and _is_part(out, found, n):
            out[-1] = _joined(token, (), [1 / _PARTS[low]], "part")
        elif last and last.key in ("a", "an") and texts == ["and", "a", "half"] and (measure := measures().get(low)):
            out[-1] = _joined(token, found[n + 1 : n + 4], [1.5])._replace(measure=measure)
            n += 3
        elif number and low == "and" and len(texts) >= mixed and texts[mixed - 1] in _PARTS:
            more = mixed + 1
            scale = max([_SCALES.get(word, 1.0) for word in number.text.casefold().split()])  # "a million and a half"
            value = size + scale / _PARTS[texts[mixed - 1]]
            while n + more < len(found) and (larger := _SCALES.get(found[n + more].text.casefold())):  # "two and a half million"
                value, more = value * larger, more + 1
            out[-1] = _joined(number, found[n : n + more], [value])
            n += more - 1
        elif number and token.unit == "part" and low not in _PARTS and size < 100:
            out[-1] = _joined(number, (token,), [size + max(token.values)])
        elif number and low == "dozen":
            out[-1] = _joined(number, (token,), [12 * size])
        elif token.values and last and last.key in _MINUS and not token.before and token.unit in ("", *MONEY_SIGNS):
            out[-1] = _times(token, -1, f"{last.text} {token.text}")
        elif token.values and token.unit == "" and max(token.values) >= 12 and (half := _half_before(out)) is not None:
            out[half:] = [_joined(out[half], (token,), [v / 2 for v in token.values])]
        elif number and (words := _out_of(found, n, size)):
            out[-1] = _joined(number, found[n : n + words + 1], [size / max(found[n + words].values)], "part")
            n += words
        else:
            out.append(token)
        n += 1
    return out


def _hours(found: Sequence[Token], n: int) -> frozenset[float]:
    """The two times of a day that "half past six" may be; none where no hour follows."""
    hour = max(found[n + 2].values, default=0) if n + 2 < len(found) and not found[n + 2].before.strip("-") else 0
    if not 1 <= hour <= 12 or hour % 1 or found[n + 2].unit:
        return frozenset()
    minutes = _MINUTES[found[n].text.casefold()]
    time = hour + minutes / 100 if _SIDES_OF_HOUR[found[n + 1].text.casefold()] > 0 else hour - 1 + (60 - minutes) / 100
    return frozenset({round(time % 12, 2), round(time % 12 + 12, 2)})


def _is_part(out: Sequence[Token], found: Sequence[Token], n: int) -> bool:
    """Whether "a third" is a part: "a third of", or at the end of "by a third", "nearly a third"; no third one."""
    following = found[n + 1] if n + 1 < len(found) else None
    if following and following.text.casefold() in _OF_IT and not following.before:
        return True
    measured = len(out) > 1 and out[-2].text.casefold() in _BY
    return measured and (
        following is None or bool(following.before) or not following.content or following.text.casefold() in _THEN
    )


def _joined(number: Token, more: Sequence[Token], values: Iterable[float], unit: str = "") -> Token:
    text = " ".join([number.text, *(t.text for t in more)])
    return number._replace(text=text, values=frozenset(values), unit=unit, content=True)


def _half_before(out: Sequence[Token]) -> int | None:
    """Where "half" stands before "a million" or "a dozen"."""
    for k in range(1, 3):
        if len(out) >= k and out[-k].text.casefold() == "half":
            return len(out) - k if all(t.key in ("a", "of") for t in out[len(out) - k + 1 :]) else None
    return None


def _out_of(found: Sequence[Token], n: int, part: float) -> int:
    """How far the whole is from n in "of 4", "in every 10": 0 where it is none."""
    words = 0
    while words < 3 and n + words < len(found) and found[n + words].key in _OUT_OF and not found[n + words].before:
        words += 1
    whole = found[n + words] if words and n + words < len(found) else None
    outright = found[n].key == "of" or (found[n].key == "out" and whole and max(whole.values or (0,)) < 10)
    if outright:
        return 0  # "three out of five judges" are three
    if whole and whole.values and whole.unit == "" and not whole.before and part < max(whole.values):
        after = found[n + words + 1].text.casefold() if n + words + 1 < len(found) else ""
        if max(whole.values) in (2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 100, 1000) and after not in measures():
            return words
    return 0


def _with_units(found: list[Token]) -> list[Token]:
    """Numbers with the unit that follows them: percent, dollars, kilometres, p.m."""
    out: list[Token] = []
    n = 0
    while n < len(found):
        token = found[n]
        used = _unit_of(out, found, n) if out and out[-1].values and not token.before.strip("-") else 0
        if used:
            n += used
            continue
        if (
            token.values
            and token.unit == ""
            and out
            and out[-1].text.rstrip(".") in _BEFORE_NUMBER
            and not token.before.strip(".")
        ):
            token = token._replace(unit=_BEFORE_NUMBER[out.pop().text.rstrip(".")])
        out.append(token)
        n += 1
    return out


def _unit_of(out: list[Token], found: Sequence[Token], n: int) -> int:
    """How many words from n on are the unit of the last number, which then has it."""
    number, token = out[-1], found[n]
    low = token.text.casefold()
    following = [t.text.casefold() for t in found[n + 1 : n + 3]]
    if not token.before and number.unit in ("", "%"):
        if low == "percentage" and following[:1] in (["point"], ["points"]):
            out[-1] = number._replace(unit="points")
            return 2
        if low in _PERCENT or (low == "per" and following[:1] == ["cent"]):
            out[-1] = number._replace(unit="%")
            return 1 if low in _PERCENT else 2
    if low == _BELOW[0] and following[:1] == [_BELOW[1]]:
        out[-1] = _times(number, -1, f"{number.text} {low} {following[0]}")
        return 2
    if number.unit in ("", "clock") and low.replace(".", "") in _HALVES_OF_DAY and min(number.values) < 13:
        late = _HALVES_OF_DAY[low.replace(".", "")]
        hours = frozenset([round(v % 12 + late, 2) for v in number.values if v < 13])
        out[-1] = number._replace(values=hours, unit="clock", text=f"{number.text} {token.text}")
        return 1
    if number.unit == "clock" and low == "in" and following[:1] == ["the"] and following[1:2] and following[1] in _PARTS_OF_DAY:
        hours = frozenset([round(v % 12 + _PARTS_OF_DAY[following[1]], 2) for v in number.values])
        out[-1] = number._replace(values=hours, text=f"{number.text} in the {following[1]}")
        return 3
    if number.unit == "part" and low in ("a", "an", "of"):  # half an hour
        words = 1 if low != "of" or following[:1] not in (["a"], ["an"]) else 2
        unit = found[n + words].text.casefold() if n + words < len(found) else ""
        if measure := measures().get(unit):
            out[-1] = number._replace(measure=measure, unit="", text=f"{number.text} {low} {unit}")
            return words + 1
    if number.unit or (number.measure and number.measure != M) or (number.text == "one"):
        return 0
    if low in _MONEY and not token.before:
        measure = measures().get(low)  # pounds are a weight, too
        out[-1] = number._replace(unit=_MONEY[low], measure=measure, values=_with_scale(number), text=number.text)
        return 1
    if low == "m" and token.text == "m" and not token.before:
        out[-1] = number._replace(values=number.values | {v * 1e6 for v in number.values}, text=f"{number.text} m", measure=M)
        return 1
    measure, used = _measure_at(low, following)
    if not measure or (token.text in ("C", "F") and token.before):
        return 0
    out[-1] = number._replace(measure=measure, values=_with_scale(number), text=f"{number.text}{token.before or ' '}{token.text}")
    return used


def _with_scale(number: Token) -> frozenset[float]:
    """The values of a number whose unit is written out: "12m tonnes" are millions."""
    return number.values if len(number.values) == 1 else frozenset({max(number.values)})


def _measure_at(low: str, following: Sequence[str]) -> tuple[Measure | None, int]:
    if low in ("square", "sq", "cubic") and following and (side := measures().get(following[0])) and side.dimension == "length":
        power = 3 if low == "cubic" else 2
        return Measure(f"length{power}", side.factor**power), 2
    measure = measures().get(low)
    if measure and measure.dimension == "length" and following[:2] in (["an", "hour"], ["per", "hour"]):
        return Measure("speed", measure.factor / 3600), 3
    if measure and measure.dimension == "degree" and following and (scale := measures().get(following[0])):
        return (scale, 2) if scale.dimension.startswith("degree") else (measure, 1)
    return measure, 1


def _shared(out: list[Token]) -> list[Token]:
    """A range shares the unit and the scale of its end: "10 to 15 percent", "3-5 km", "two or three million"."""
    for n in [n for n in range(len(out) - 2, -1, -1) if out[n].values]:
        later = out[n + 1]
        joint = later.key if later.key in ("to", "and", "or") and not later.before and n + 2 < len(out) else ""
        if joint:
            later = out[n + 2]
        if not later.values or later.before.strip("-"):
            continue
        if not out[n].unit and later.unit == "%":
            out[n] = out[n]._replace(unit="%")
        if not out[n].unit and not out[n].measure and joint != "and" and later.measure:
            out[n] = out[n]._replace(measure=later.measure)
        if out[n].text[-1].isdigit() and later.unit == "clock" and later.text[-1] in ".mM" and min(out[n].values) <= 12:
            hours = {round(v % 12 + late, 2) for v in out[n].values for late in (0, 12)}
            out[n] = out[n]._replace(unit="clock", values=frozenset(hours))
        if max(later.values) >= 1e6 > 1000 > max(out[n].values):
            scale = next(s for s in (1e12, 1e9, 1e6) if max(later.values) >= s)
            out[n] = out[n]._replace(values=out[n].values | {v * scale for v in out[n].values})
    return out
