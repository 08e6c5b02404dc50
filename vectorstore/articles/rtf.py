"""RTF: what word processors, agencies and old publishing systems save and send.

Our own reader: striprtf loses footnotes, the title and two-byte characters that end in an ASCII byte, keeps what was deleted and
hidden, and can be made to spin.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from vectorstore.articles.document import Document
from vectorstore.articles.encodings import Unreadable
from vectorstore.articles.fields import Record, article
from vectorstore.articles.written import Paragraph, Rank, record, rows
from vectorstore.types import Article, Rejected

_LARGEST = 100_000_000  # bytes; pictures are written out in it
_DEEPEST = 2_000  # groups in groups
_TOKEN = re.compile(r"\\([a-zA-Z]{1,32})(-?\d{1,9})? ?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|[\r\n\0]+|([^\\{}\r\n\0]+)", re.DOTALL)
_CHARSETS = {
    77: "mac_roman", 78: "shift_jis", 79: "big5", 80: "euc_kr", 81: "mac_arabic", 83: "mac_greek", 84: "mac_cyrillic",
    85: "mac_greek", 86: "mac_turkish", 88: "mac_latin2", 89: "mac_cyrillic", 128: "cp932", 129: "cp949", 130: "johab",
    134: "gb18030", 136: "cp950", 161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257",
    204: "cp1251", 222: "cp874", 238: "cp1250", 254: "cp437", 255: "cp850",
}  # fmt: skip
_LETTERS = {
    "tab": "\t", "line": "\n", "emdash": "—", "endash": "–", "emspace": " ", "enspace": " ", "qmspace": " ", "bullet": "•",
    "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "nestcell": " ", "nestrow": " ",
}  # fmt: skip
# Groups that are no text of the article; so is every group that begins with \*, which readers skip that do not know it.
_SKIPPED = frozenset(
    "colortbl pict header headerl headerr headerf footer footerl footerr footerf object fldinst nonshppict xe tc pntext listtext"
    " filetbl revtbl rxe txe ftnsep ftnsepc aftnsep aftnsepc template sp private do".split()
)
_READ_ALL_THE_SAME = frozenset("shpinst shptxt result".split())
_INFO = frozenset(("title", "author"))
_ENDS_PARAGRAPH = frozenset("par sect page".split())


def read(document: Document) -> Iterator[Article | Rejected]:
    """The one article of the file."""
    try:
        yield from article(told(document.bytes(_LARGEST)), document.where, document.name)
    except Unreadable as error:
        yield Rejected(document.where, str(error))


def told(content: bytes) -> Record:
    """What an RTF text says."""
    if not content.lstrip(b"\xef\xbb\xbf \r\n\t\0").startswith(b"{\\rtf"):
        raise Unreadable("the file is not RTF; save it again, or give it the ending of what it is.")
    found = _Text(content)
    return record([*found.paragraphs, *found.notes], found.info.get("title", ""), found.info.get("author", ""))


@dataclass(frozen=True, slots=True)
class _State:
    """What a group inherits, and what ends with it."""

    reads: str = "text"  # or "skipped", "fonts", "styles", "note", "title", "author"
    encoding: str = "cp1252"
    fallback: int = 1  # characters after \u that stand in for it
    unseen: bool = False  # hidden
    deleted: bool = False


class _Text:
    """The paragraphs, footnotes and properties of an RTF text."""

    def __init__(self, content: bytes) -> None:
        self.paragraphs: list[Paragraph] = []
        self.notes: list[Paragraph] = []
        self.info: dict[str, str] = {}
        self._state, self._open = _State(), [_State()]
        self._raw = bytearray()  # of the text not yet decoded
        self._text: list[str] = []
        self._kept: list[tuple[list[str], str]] = []  # the text around a note
        self._cells: list[str] = []
        self._rows: list[list[str]] = []
        self._code_page = "cp1252"
        self._fonts: dict[int, str] = {}
        self._styles: dict[int, Rank] = {}
        self._font = self._style = 0
        self._rank = Rank.BODY
        self._in_table = False
        self._skip = 0  # characters that stand in for one that was given by its number
        self._read(content.decode("latin-1"))
        self._end_paragraph()
        self._end_table()

    def _read(self, content: str) -> None:
        place, starts = 0, False  # whether a group has just begun
        while match := _TOKEN.match(content, place):
            place = match.end()
            word, number, byte, symbol, brace, text = match.groups()
            if brace:
                self._decode()
                self._skip = 0
                if brace == "}" and len(self._open) > 1:
                    self._close()
                elif brace == "{":
                    if len(self._open) > _DEEPEST:
                        raise Unreadable(f"the RTF has more than {_DEEPEST:,} groups in one another; save it again.")
                    self._open.append(self._state)
                starts = brace == "{"
                continue
            if symbol == "*":
                star = re.match(r"\s*\\([a-z]+)", content[place : place + 50])
                if starts and not (star and star[1] in _READ_ALL_THE_SAME):
                    self._to("skipped")
            elif word == "bin":
                place += min(int(number or 0), len(content)) if int(number or 0) > 0 else 0
            elif word:
                self._word(word, int(number) if number else None)
            elif self._skip and (byte or symbol):
                self._skip -= 1
            elif byte:
                self._raw.append(int(byte, 16))
            elif symbol:
                self._symbol(symbol)
            elif text:
                used = min(self._skip, len(text))
                self._skip -= used
                self._raw += text[used:].encode("latin-1")
            starts = starts and symbol == "*"

    # Text

    def _decode(self) -> None:
        if not self._raw:
            return
        raw, self._raw = bytes(self._raw), bytearray()
        state = self._state
        if state.reads == "skipped" or state.unseen or state.deleted:
            return
        text = raw.decode(_known(self._encoding_of(raw)), "replace")
        if state.reads == "fonts" or state.reads == "styles":
            self._table_entry(text)
        else:
            self._text.append(text)

    def _encoding_of(self, raw: bytes) -> str:
        """Of a font of no script's own it is Western by the book, and the file's where somebody did not read the book."""
        encoding = self._state.encoding
        if encoding == "cp1252" and self._code_page != "cp1252":
            high = sum(byte > 0xBF for byte in raw)
            low = sum(bytes((byte,)).isalpha() for byte in raw)
            return self._code_page if high > low else encoding
        return encoding

    def _symbol(self, symbol: str) -> None:
        if symbol in "\r\n":
            self._word("par", None)
        elif symbol in "{}\\":
            self._raw += symbol.encode()
        else:
            self._put({"~": " ", "_": "-", "\t": "\t"}.get(symbol, ""))

    def _put(self, text: str) -> None:
        self._decode()
        state = self._state
        if state.reads not in ("skipped", "fonts", "styles") and not state.unseen and not state.deleted:
            self._text.append(text)

    # Control words

    def _word(self, word: str, number: int | None) -> None:
        if word == "u":
            self._put(chr((number or 0) % 0x10000))
            self._skip = self._state.fallback
            return
        self._decode()
        if self._skip:
            self._skip -= 1
            return
        if word in _LETTERS:
            self._put(_LETTERS[word])
        elif word in _ENDS_PARAGRAPH:
            self._end_paragraph()
        elif word == "cell":
            self._end_cell()
        elif word == "row":
            self._end_row()
        elif word in _SKIPPED:
            self._to("skipped")
        elif word in _READ_ALL_THE_SAME and len(self._open) > 1 and not self._in_info():
            self._to("text")
        elif word in ("fonttbl", "stylesheet"):
            self._to("fonts" if word == "fonttbl" else "styles")
        elif word == "footnote":
            self._kept.append((self._text, self._state.reads))
            self._text = []
            self._to("note")
        elif word == "info":
            self._to("skipped")
        elif word in _INFO and self._state.reads == "skipped":
            self._kept.append((self._text, self._state.reads))
            self._text = []
            self._to(word)
        else:
            self._format(word, number)

    def _in_info(self) -> bool:
        return self._state.reads in _INFO

    def _format(self, word: str, number: int | None) -> None:
        state, on = self._state, number != 0
        if word == "ansicpg":
            self._code_page = _known(f"cp{number}" if number not in (65001, 0) else "utf-8")
            self._state = replace(state, encoding=self._code_page)
        elif word in ("mac", "pc", "pca"):
            self._code_page = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}[word]
            self._state = replace(state, encoding=self._code_page)
        elif word == "f" and state.reads == "fonts":
            self._font = number or 0
        elif word == "f":
            self._state = replace(state, encoding=self._fonts.get(number or 0, self._code_page))
        elif word == "fcharset" and state.reads == "fonts":
            # 0 is Western, 1 the file's own, 2 symbols
            own = self._code_page if number == 1 else "cp1252"
            self._fonts[self._font] = _known(_CHARSETS.get(number or 0, own))
            self._state = replace(state, encoding=self._fonts[self._font])
        elif word == "cpg" and state.reads == "fonts":
            self._fonts[self._font] = _known(f"cp{number}")
        elif word == "s":
            self._style = number or 0
            self._rank = self._styles.get(self._style, self._rank)
        elif word == "outlinelevel" and state.reads != "styles" and self._rank is Rank.BODY and (number or 0) < 3:
            self._rank = Rank.HEADING
        elif word == "pard":
            self._rank, self._in_table = Rank.BODY, False
        elif word == "intbl":
            self._in_table = True
        elif word == "plain":
            self._state = replace(state, unseen=False, deleted=False)
        elif word == "v":
            self._state = replace(state, unseen=on)
        elif word == "deleted":
            self._state = replace(state, deleted=on)
        elif word == "uc":
            self._state = replace(state, fallback=min(number if number is not None else 1, 10))

    def _to(self, reads: str) -> None:
        if self._state.reads != "skipped" or reads in ("text", *_INFO):
            self._state = replace(self._state, reads=reads)

    def _close(self) -> None:
        """The end of a group: what it said of itself goes where it belongs."""
        ended, self._state = self._state, self._open.pop()
        if ended.reads == self._state.reads or ended.reads not in ("note", *_INFO) or not self._kept:
            return
        said, (self._text, _) = "".join(self._text), self._kept.pop()
        if ended.reads == "note":
            self.notes.append(Paragraph(_whole(said)))
        else:
            self.info.setdefault(ended.reads, _whole(said))

    def _table_entry(self, text: str) -> None:
        name = text.split(";")[0].strip().lower()
        if self._state.reads == "styles" and name:
            if name in ("title", "subtitle"):
                self._styles[self._style] = Rank[name.upper()]
            elif re.fullmatch(r"heading [1-3]", name):
                self._styles[self._style] = Rank.HEADING
            self._style = 0

    # Paragraphs and tables

    def _end_paragraph(self) -> None:
        if self._state.reads == "skipped" or self._state.deleted:
            return
        if self._in_table or self._state.reads in ("note", *_INFO):
            self._text.append("\n")
            return
        text, self._text = _whole("".join(self._text)), []
        if text.strip():
            self._end_table()
            self.paragraphs.append(Paragraph(text, self._rank))

    def _end_cell(self) -> None:
        if self._state.reads == "text":
            self._cells.append(_whole("".join(self._text)))
            self._text = []

    def _end_row(self) -> None:
        if self._cells:
            self._rows.append(self._cells)
            self._cells = []

    def _end_table(self) -> None:
        self._end_row()
        if self._rows:
            self.paragraphs += rows(self._rows)
            self._rows = []


def _known(encoding: str) -> str:
    try:
        codecs.lookup(encoding)
    except (LookupError, ValueError):
        return "cp1252"
    return encoding


def _whole(text: str) -> str:
    """The text with its pairs of surrogates as the one character each that they are."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
