"""Outlook's .msg: a mail, read as one. The only file that imports olefile.

Our own reader of the streams that are needed: the well-known library for it is GPL.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_string
from typing import Any

from vectorstore.articles import rtf
from vectorstore.articles.document import Document
from vectorstore.articles.encodings import Unreadable
from vectorstore.articles.fields import article
from vectorstore.articles.letters import Letter, told
from vectorstore.articles.mail import enclosed, in_charset, letter_of
from vectorstore.types import Article, Rejected

_LARGEST = 60_000_000
_LARGEST_TEXT = 20_000_000
_MOST_ATTACHED = 200
# Properties by their numbers in [MS-OXPROPS]
_SUBJECT, _HEADERS, _SENDER, _ADDRESS, _SMTP, _BODY, _RTF, _HTML, _ID = (
    0x37,
    0x7D,
    0xC1A,
    0xC1F,
    0x5D01,
    0x1000,
    0x1009,
    0x1013,
    0x1035,
)
_SENT, _DELIVERED, _CODE_PAGE, _MESSAGE_CODE_PAGE = 0x39, 0xE06, 0x3FDE, 0x3FFD
_LONG_NAME, _NAME, _DATA = 0x3707, 0x3704, 0x3701
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".emf", ".wmf", ".ics", ".vcf", ".p7s", ".wav", ".mp3", ".mp4")
_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n"
    b"\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)


def read(document: Document) -> Iterator[Article | Rejected | Document]:
    """The mail and what is attached to it."""
    import olefile

    try:
        content = document.bytes(_LARGEST)
        try:
            with olefile.OleFileIO(io.BytesIO(content)) as opened:
                letter, attached = _letter(opened), list(_attached(opened))
        except (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, struct.error, RecursionError) as error:
            raise Unreadable("the Outlook mail is damaged; save it again, as .eml if you can.") from error
        if letter.plain.strip() or letter.html.strip() or not attached:
            yield from article(told(letter), document.where, document.name)
        for name, data in attached:
            yield enclosed(document, document.where, document.name, name, data)
    except Unreadable as error:
        yield Rejected(document.where, str(error))


def _letter(opened: Any) -> Letter:
    names = {tuple(part.lower() for part in one): one for one in opened.listdir(streams=True, storages=False)}
    fixed = _fixed(_stream(opened, names, "__properties_version1.0"), 32)
    code_page = f"cp{fixed.get(_MESSAGE_CODE_PAGE, fixed.get(_CODE_PAGE, 1252)) & 0xFFFF}".replace("cp65001", "utf-8")

    def text(number: int) -> str:
        return _text(opened, names, "", number, code_page)

    letter = letter_of(message_from_string(text(_HEADERS)))
    letter.subject = text(_SUBJECT).strip() or letter.subject
    letter.sender = text(_SENDER) or letter.sender
    address = text(_SMTP) or text(_ADDRESS)
    letter.address = address if "@" in address else letter.address
    moment = fixed.get(_SENT) or fixed.get(_DELIVERED) or 0
    letter.date = _day(moment) or letter.date
    letter.id = text(_ID).strip("<> ") or letter.id
    letter.plain = text(_BODY)
    html = _stream(opened, names, f"__substg1.0_{_HTML:04x}0102")
    letter.html = in_charset(html, f"cp{fixed.get(_CODE_PAGE, 0)}".replace("cp65001", "utf-8")) if html else text(_HTML)
    packed = _stream(opened, names, f"__substg1.0_{_RTF:04x}0102")
    if packed and not letter.plain.strip() and not letter.html.strip():
        letter.plain = _of_rtf(packed)
    return letter


def _of_rtf(packed: bytes) -> str:
    try:
        found = rtf.told(unpacked(packed))
    except Unreadable:
        return ""
    return "\n\n".join(filter(None, (found.title, found.text)))


def _text(opened: Any, names: dict[tuple[str, ...], list[str]], folder: str, number: int, code_page: str) -> str:
    """A property that is text, as Unicode or in the mail's code page."""
    if wide := _stream(opened, names, f"__substg1.0_{number:04x}001f", folder):
        return wide.decode("utf-16-le", "replace").rstrip("\0")
    return in_charset(_stream(opened, names, f"__substg1.0_{number:04x}001e", folder).rstrip(b"\0"), code_page)


def _stream(opened: Any, names: dict[tuple[str, ...], list[str]], name: str, folder: str = "") -> bytes:
    place = names.get((folder, name) if folder else (name,))
    return bytes(opened.openstream(place).read(_LARGEST)) if place else b""


def _fixed(content: bytes, skipped: int) -> dict[int, int]:
    """The numbers among the properties."""
    found = {}
    for start in range(skipped, len(content) - 15, 16):
        kind, number, _, value = struct.unpack_from("<HHIQ", content, start)
        if kind in (0x3, 0x40):
            found[number] = value if kind == 0x40 else value & 0xFFFFFFFF
    return found


def _day(moment: int) -> str:
    """A moment in tenths of microseconds since 1601 as an ISO one."""
    try:
        return (datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=moment // 10)).isoformat() if moment else ""
    except OverflowError:
        return ""


def _attached(opened: Any) -> Iterator[tuple[str, bytes]]:
    names = {tuple(part.lower() for part in one): one for one in opened.listdir(streams=True, storages=False)}
    folders = sorted({one[0] for one in names if one[0].startswith("__attach_version1.0_")})
    for folder in folders[:_MOST_ATTACHED]:
        data = _stream(opened, names, f"__substg1.0_{_DATA:04x}0102", folder)
        name = _text(opened, names, folder, _LONG_NAME, "cp1252") or _text(opened, names, folder, _NAME, "cp1252")
        if data.strip() and not name.lower().endswith(_PICTURES):
            yield name, data


def unpacked(packed: bytes) -> bytes:
    """Compressed RTF ([MS-OXRTFCP]) as RTF."""
    if len(packed) < 16:
        return b""
    _, size, kind = struct.unpack_from("<III", packed)
    size = min(size, _LARGEST_TEXT)
    if kind == 0x414C454D:
        return packed[16 : 16 + size]
    window = bytearray(_DICTIONARY) + bytearray(4096 - len(_DICTIONARY))
    write, out, at = len(_DICTIONARY), bytearray(), 16
    while at < len(packed) and len(out) < size:
        control, at = packed[at], at + 1
        for bit in range(8):
            if control >> bit & 1:
                if at + 2 > len(packed):
                    return bytes(out)
                offset, length = packed[at] << 4 | packed[at + 1] >> 4, (packed[at + 1] & 15) + 2
                at += 2
                if offset == write:
                    return bytes(out)
                for step in range(length):
                    letter = window[(offset + step) % 4096]
                    out.append(letter)
                    window[write] = letter
                    write = (write + 1) % 4096
            elif at < len(packed):
                out.append(packed[at])
                window[write] = packed[at]
                write, at = (write + 1) % 4096, at + 1
    return bytes(out)
