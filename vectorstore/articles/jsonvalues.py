"""JSON out of a file of any size, value by value, in bounded memory; what is broken is named by its line, and the rest read.

A list is never held: its items come one by one. An object comes whole, or, where it is larger than `_LARGEST`, as its lists'
items. Read too: comments, trailing commas, NaN, several values one after another, Python's own spelling.
"""

from __future__ import annotations

import ast
import codecs
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO

from vectorstore.articles.encodings import LARGEST_ARTICLE, Unreadable, decoded

_LARGEST = 6 * LARGEST_ARTICLE  # characters of one value: JSON may spell a character in six
_DEEPEST = 8  # lists in lists that are looked into item by item; deeper ones come whole
_MOST_TRIES = 100  # of going on after a broken value: each may read far ahead
_CHUNK = 1 << 16
_LARGEST_PYTHON = 1_000_000  # what `ast` may be given; it takes some hundred times that in memory

# Everything but brackets: what is between them, whole strings and comments. Possessive: linear on any input.
_BETWEEN = re.compile(r'(?:[^"{}\[\]/]++|"(?:[^"\\]++|\\.)*+"|//[^\n]*+\n|/\*(?:[^*]++|\*(?!/))*+\*/|/(?![/*]))*+', re.DOTALL)
_GAP = re.compile(r"(?:[\s,:;\ufeff\x1e]++|//[^\n]*+\n|/\*(?:[^*]++|\*(?!/))*+\*/)*+")
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_WORD = re.compile(r'[^\s,:\[\]{}"]++')
_DECODE = json.JSONDecoder(strict=False).decode  # control characters in strings are what they are
_BESIDE_STRINGS = re.compile(r'("(?:[^"\\]++|\\.)*+")|//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/|,(?=\s*+[}\]])', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Found:
    """A value, or why there is none, with the line where it begins; `around` is what the objects around it say."""

    value: object
    line: int
    key: str = ""  # that of the list it stands in
    around: dict[str, object] = field(default_factory=dict)
    problem: str = ""
    listed: bool = False  # whether it is an item of a list


def parsed(text: str) -> object:
    """What a JSON text says; raises Unreadable."""
    try:
        return _DECODE(text)
    except json.JSONDecodeError as error:
        problem = error
    except RecursionError as error:
        raise Unreadable("its JSON is nested too deeply to read; give one flat object per article.") from error
    except ValueError as error:  # a number of thousands of digits
        raise Unreadable(f"its JSON holds a value we cannot read ({str(error)[:60]}).") from error
    try:
        return _DECODE(_BESIDE_STRINGS.sub(lambda found: found[1] or "", text))
    except (ValueError, RecursionError):
        pass
    try:  # {'title': None}: what print() makes of it
        if len(text) <= _LARGEST_PYTHON and isinstance(made := ast.literal_eval(text.strip()), dict | list):
            return made
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        pass
    place = f"line {problem.lineno}, column {problem.colno}" if problem.lineno > 1 else f"column {problem.colno}"
    raise Unreadable(f"it is not JSON ({problem.msg} at {place}); write one object per line.")


def text_of(file: IO[bytes]) -> Callable[[int], str]:
    """What reads the next so many characters: UTF-8, or UTF-16 or UTF-32 as the first bytes say. JSON begins with ASCII.

    A byte that is not UTF-8 comes as a lone surrogate; `repaired` makes text of it.
    """
    head = file.read(4)
    encoding = _encoding(head)
    decode = codecs.getincrementaldecoder(encoding)("surrogateescape" if encoding == "utf-8" else "replace")
    held = [decode.decode(head)]

    def read(size: int) -> str:
        while raw := file.read(size):
            if text := "".join(held) + decode.decode(raw):
                held.clear()
                return text
        text = "".join(held) + decode.decode(b"", True)
        held.clear()
        return text

    return read


def _encoding(head: bytes) -> str:
    for mark, encoding in ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32")):
        if head.startswith(mark):
            return encoding
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    zeros = tuple(byte == 0 for byte in head)
    known: dict[tuple[bool, ...], str] = {
        (False, True, True, True): "utf-32-le",
        (True, True, True, False): "utf-32-be",
        (False, True, False, True): "utf-16-le",
        (True, False, True, False): "utf-16-be",
    }
    return known.get(zeros, "utf-8")


def repaired(text: str) -> str:
    """The text where some of its bytes were not UTF-8: in the encoding that they are; raises Unreadable."""
    return decoded(text.encode("utf-8", "surrogateescape")) if re.search("[\udc80-\udcff]", text) else text


def values(file: IO[bytes]) -> Iterator[Found]:
    """The items of the lists that a file holds, its other values whole."""
    yield from _Reading(text_of(file)).values()


class _TooLarge(Exception):
    pass


class _Ended(Exception):
    pass


@dataclass(slots=True)
class _Open:
    """A list, or an object too large to be held, of which the window is inside."""

    sign: str
    key: str
    around: dict[str, object]


class _Reading:
    """A window on the text that moves forward; what lies behind it is forgotten."""

    def __init__(self, read: Callable[[int], str]) -> None:
        self.read = read
        self.text = ""
        self.at = 0
        self.line = 1
        self.tries = 0

    def more(self) -> bool:
        """Reads on, twice as much each time, so that what is looked at anew stays in proportion."""
        chunk = self.read(max(_CHUNK, len(self.text) - self.at))
        self.text = self.text[self.at :] + chunk
        self.at = 0
        return bool(chunk)

    def move(self, length: int) -> None:
        self.line += self.text.count("\n", self.at, self.at + length)
        self.at += length

    def values(self) -> Iterator[Found]:
        open_: list[_Open] = []
        key = ""
        while self.skip(_GAP):
            sign = self.text[self.at]
            inside = open_[-1] if open_ else _Open("[", "", {})
            if sign in "]}":
                if open_:
                    open_.pop()
                self.move(1)
                key = ""
                continue
            line = self.line
            try:
                if sign == "[" and (not open_ or inside.sign == "{") and len(open_) < _DEEPEST:
                    raise _TooLarge  # a list is never held
                text = self.container() if sign in "[{" else self.scalar()
            except _TooLarge:
                if sign in "[{" and len(open_) < _DEEPEST:
                    open_.append(_Open(sign, key or inside.key, dict(inside.around)))
                    self.move(1)
                else:
                    yield Found(None, line, problem=f"it is longer than {_LARGEST:,} characters; split the article.")
                    self.leave()
                key = ""
                continue
            except _Ended:
                yield Found(None, line, problem="it ends in the middle: a bracket or a quotation mark is missing.")
                if self.go_on():
                    continue
                return
            try:
                value, problem = parsed(repaired(text)), ""
            except Unreadable as error:
                value, problem = None, str(error)
            if inside.sign == "[" or sign in "[{":
                if problem or value is not None:
                    yield Found(value, line, key or inside.key, inside.around, problem, bool(open_))
            elif sign == '"' and not key and isinstance(value, str):
                key = value
                continue
            if inside.sign == "{" and len(text) < 2_000 and len(inside.around) < 100:
                inside.around[key] = value
            key = ""
            if problem and sign not in "[{" and inside.sign == "[" and not self.go_on():
                return
        if open_:
            yield Found(None, self.line, problem="the file ends in the middle of a list; it may be cut off. Fetch it again.")

    def skip(self, gap: re.Pattern[str]) -> bool:
        """Moves over what says nothing; False at the end."""
        while True:
            found = gap.match(self.text, self.at)
            self.move(found.end() - self.at if found else 0)
            if self.at < len(self.text) and not (self.text[self.at] == "/" and len(self.text) - self.at < _CHUNK):
                return True
            if not self.more():
                return self.at < len(self.text)

    def container(self) -> str:
        """The object or list that begins here; the window moves behind it."""
        depth = ahead = 0
        while True:
            ahead = self.between(ahead)
            sign = self.text[self.at + ahead] if self.at + ahead < len(self.text) else ""
            if sign and sign in "{}[]":
                depth += 1 if sign in "{[" else -1
                ahead += 1
                if not depth:
                    text = self.text[self.at : self.at + ahead]
                    self.move(ahead)
                    return text
            elif len(self.text) - self.at > _LARGEST:
                raise _TooLarge
            elif not self.more():
                raise _Ended

    def between(self, ahead: int) -> int:
        found = _BETWEEN.match(self.text, self.at + ahead)
        return found.end() - self.at if found else ahead

    def scalar(self) -> str:
        pattern = _STRING if self.text[self.at] == '"' else _WORD
        while True:
            found = pattern.match(self.text, self.at)
            if found and (pattern is _STRING or found.end() < len(self.text)):
                break
            if len(self.text) - self.at > _LARGEST:
                raise _TooLarge
            if not self.more():
                if found:
                    break
                raise _Ended
        self.move(found.end() - self.at)
        return found.group()

    def leave(self) -> None:
        """Moves behind a value that is too large to hold."""
        depth = 0
        quoted = False
        mark = re.compile(r'[^"\\]++|\\.|"', re.DOTALL)
        while True:
            if quoted:
                while found := mark.match(self.text, self.at):
                    self.move(len(found.group()))
                    if found.group() == '"':
                        quoted = False
                        break
            else:
                self.move(self.between(0))
                sign = self.text[self.at] if self.at < len(self.text) else ""
                if sign:
                    quoted = sign == '"'
                    depth += (sign in "{[") - (sign in "}]")
                    self.move(1)
                    if not quoted and depth <= 0:
                        return
                    continue
            if self.at < len(self.text) - 1:
                if not depth and not quoted:
                    return
                continue
            if not self.more():
                self.move(len(self.text) - self.at)
                return

    def go_on(self) -> bool:
        """Moves to the next line that begins as the broken value's did; False where there is none."""
        self.tries += 1
        start = self.text.rfind("\n", 0, self.at) + 1
        indent = re.compile(r"[ \t]*").match(self.text, start)
        wanted = "\n" + (indent.group() if indent and indent.end() <= self.at else "") + "{"
        while self.tries <= _MOST_TRIES:
            place = self.text.find(wanted, self.at + 1)
            if place >= 0:
                self.move(place - self.at)
                return True
            self.move(max(0, len(self.text) - self.at - len(wanted)))
            if not self.more():
                return False
        return False
