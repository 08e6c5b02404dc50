"""Mail: a message (.eml), a mailbox of them (.mbox), a page saved by a browser as one (.mhtml).

A message is an article: its subject is the headline, who sent it is the author or the outlet, its day is the day of publication.
What is attached to it is a document of its own. A saved page is the page.
"""

from __future__ import annotations

import base64
import binascii
import io
import quopri
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from urllib.parse import unquote_to_bytes

from vectorstore.articles.document import Document
from vectorstore.articles.encodings import Unreadable, decoded
from vectorstore.articles.fields import article
from vectorstore.articles.letters import Letter, address_of, told
from vectorstore.language.days import parse_day
from vectorstore.types import Article, Rejected

_LARGEST = 60_000_000  # bytes of one message with what is attached to it
_MOST_PARTS = 1_000
_DEEPEST = 40  # parts in parts
_WORD = re.compile(r"=\?([\w.:+-]{1,60})(?:\*[\w-]{0,20})?\?([bBqQ])\?([^?\s]{0,2000}|[^?]{0,2000})\?=")
_FROM = re.compile(rb"From \S.*\d\d?:\d\d.*|From - .*")
_NOT_DOCUMENTS = frozenset(("image", "audio", "video", "font", "model"))
_SIGNATURES = frozenset(
    "pgp-signature pkcs7-signature x-pkcs7-signature pgp-keys calendar x-vcard vcard ms-tnef css javascript".split()
)
_ENDINGS = {"plain": ".txt"} | {name: f".{name}" for name in "pdf html rtf csv json xml zip".split()}
# As mail names them, and as Python does; a narrow one is read as the wider one that programs mean by it.
_CHARSETS = {
    "ks_c_5601-1987": "cp949", "gb2312": "gb18030", "gbk": "gb18030", "x-sjis": "cp932", "shift_jis": "cp932",
    "iso-8859-1": "cp1252", "iso-8859-8-i": "iso-8859-8", "x-mac-roman": "mac_roman", "macintosh": "mac_roman",
}  # fmt: skip
_NO_CHARSETS = frozenset(
    (
        "",
        "us-ascii",
        "unknown-8bit",
        "x-unknown",
        "utf-7",
        "idna",
        "punycode",
        "unicode_escape",
        "raw_unicode_escape",
        "undefined",
    )
)


def read(document: Document) -> Iterator[Article | Rejected | Document]:
    """The message and what is attached to it; of a saved page the page."""
    try:
        yield from _message(document.bytes(_LARGEST).lstrip(b"\xef\xbb\xbf\r\n \t"), document, document.where, document.name)
    except Unreadable as error:
        yield Rejected(document.where, str(error))


def read_mailbox(document: Document) -> Iterator[Article | Rejected | Document]:
    """Every message of a mailbox; one that is broken is named and the rest is read."""
    number = 0
    for number, (posted, content) in enumerate(_messages(document), 1):
        where = f"{document.where}: message {number}"
        try:
            if len(content) > _LARGEST:
                raise Unreadable(f"the message has more than {_LARGEST:,} bytes; it is left out. Save its text apart.")
            yield from _message(content, document, where, f"{document.name}/{number}", posted)
        except Unreadable as error:
            yield Rejected(where, str(error))
    if not number:
        yield Rejected(document.where, 'the mailbox holds no message (no line "From … 10:00:00 2024"); export it again as mbox.')


def _messages(document: Document) -> Iterator[tuple[str, bytes]]:
    """(when it came, its bytes) of each message, from one line "From ann@fen.example Mon May 13 10:00:00 2024" to the next."""
    held: list[bytes] | None = None
    size, empty, begins, posted = 0, True, True, ""
    with document.open() as file:
        while line := file.readline(1_000_000):
            if begins and empty and line.startswith(b"From ") and (held is None or _FROM.match(line)):
                if held is not None:
                    yield posted, b"".join(held)
                held, size, posted = [], 0, _day_of(line)
            elif held is not None:
                size += len(line)
                if size <= _LARGEST + 1_000_000:
                    held.append(line[1:] if begins and re.match(rb">+From ", line) else line)
            empty = begins and not line.strip()
            begins = line.endswith(b"\n")
    if held is not None:
        yield posted, b"".join(held)


def _day_of(line: bytes) -> str:
    """The moment that the line above a message names, where it names one."""
    moment = re.search(r"\s((?:\w{3} ){2}[ \d]\d \d\d?:\d\d.*)", line.decode("latin-1"))
    return moment[1].strip() if moment and parse_day(moment[1].strip()) else ""


def _message(
    content: bytes, document: Document, where: str, name: str, posted: str = ""
) -> Iterator[Article | Rejected | Document]:
    try:
        message = message_from_bytes(content)
        parts = list(_parts(message))
    except (MessageError, RecursionError, ValueError, LookupError, TypeError, AttributeError, IndexError) as error:
        raise Unreadable("the mail is damaged; save it again.") from error
    if not message.keys() and not content.startswith((b"\n", b"\r\n")):
        raise Unreadable("the file is no mail (it begins without a header); save it again from the mail program.")
    if message.get_content_type() == "multipart/related" and not header(message, "Received", "To", "Message-ID"):
        yield _page(message, parts, document, where, name)
        return
    if message.get_content_type() in ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"):
        raise Unreadable("the mail is encrypted; save its text from the program that can open it.")
    attached = list(_attached(parts, document, where, name))
    letter = letter_of(message)
    letter.date = letter.date or posted
    if letter.plain.strip() or letter.html.strip() or not attached:
        yield from article(told(letter), where, name)
    yield from attached


def letter_of(message: Message) -> Letter:
    """The fields of a message."""
    sender, address = address_of(header(message, "From", "Sender", "Return-Path"))
    plain, html = _texts(message)
    letter = Letter(header(message, "Subject"), sender, address, header(message, "Date"), plain, html)
    letter.id = header(message, "Message-ID").strip("<> ")
    letter.url = header(message, "Archived-At", "X-Archive-URL").strip("<> ")
    letter.listed = header(message, "List-Id", "List-Unsubscribe", "List-Post", "X-Campaign", "X-Mailer-RecptId")
    letter.organisation = header(message, "Organization", "Organisation")
    letter.language = header(message, "Content-Language").split(",")[0]
    if not parse_day(letter.date):
        received = header(message, "Received").rpartition(";")[2]
        letter.date = received if parse_day(received) else letter.date
    return letter


def _parts(message: Message) -> Iterator[Message]:
    """The message's parts in order, those of messages in it left out."""
    waiting, count = [(message, 0)], 0
    while waiting:
        part, depth = waiting.pop()
        count += 1
        if count > _MOST_PARTS or depth > _DEEPEST:
            raise Unreadable(
                f"the mail has more than {_MOST_PARTS:,} parts, or parts in parts {_DEEPEST} deep; save its text apart."
            )
        yield part
        if part.is_multipart() and part.get_content_maintype() != "message":
            waiting += [(one, depth + 1) for one in reversed(_below(part))]


def _below(part: Message) -> list[Message]:
    inner = part.get_payload()
    return [one for one in inner if isinstance(one, Message)] if isinstance(inner, list) else []


# The text


def _texts(part: Message, depth: int = 0) -> tuple[str, str]:
    """(plain text, HTML) of what a reader sees first."""
    if depth > _DEEPEST or _is_attachment(part):
        return "", ""
    below = _below(part)
    if part.get_content_type() == "message/rfc822":
        return "", ""
    if part.get_content_type() == "multipart/alternative":
        found = [_texts(one, depth + 1) for one in below]
        return next((plain for plain, _ in found if plain.strip()), ""), next((html for _, html in found if html.strip()), "")
    if below:
        # One after the other: a list's server adds its own part below the letter. HTML only where all of it is.
        found = [texts for one in below if any(texts := _texts(one, depth + 1))]
        if part.get_content_type() in ("multipart/related", "multipart/signed", "multipart/report"):
            found = found[:1]
        if all(html for _, html in found):
            return "\n\n".join(plain for plain, _ in found if plain), "\n".join(html for _, html in found)
        return "\n\n".join(plain for plain, _ in found if plain), "" if any(p for p, _ in found) else "\n".join(
            h for _, h in found
        )
    if part.get_content_type() == "text/html":
        return "", _text(part)
    if part.get_content_maintype() == "text" and part.get_content_subtype() in ("plain", "enriched", "richtext", "x-markdown"):
        text = _text(part)
        return (_unflowed(text, part) if str(part.get_param("format") or "").lower() == "flowed" else text), ""
    return "", ""


def _is_attachment(part: Message) -> bool:
    disposition = header(part, "Content-Disposition").lower()
    named = bool(_name(part))
    return disposition.startswith("attachment") or (
        named and part.get_content_maintype() != "multipart" and not disposition.startswith("inline")
    )


def content_of(part: Message) -> bytes:
    """The bytes of a part, its transfer encoding read; as they stand where it is broken."""
    try:
        content = part.get_payload(decode=True)
    except (ValueError, binascii.Error, AssertionError, LookupError, TypeError):
        content = str(part.get_payload()).encode("utf-8", "surrogateescape")
    return content if isinstance(content, bytes) else b""


def _text(part: Message) -> str:
    return in_charset(content_of(part), str(part.get_param("charset") or ""))


def in_charset(content: bytes, charset: str) -> str:
    """Bytes as text in the charset that is named, else as they look."""
    charset = charset.strip("\"' ").lower()
    charset = _CHARSETS.get(charset, charset)
    if charset not in _NO_CHARSETS:
        try:
            return content.decode(charset)
        except (LookupError, ValueError):  # a charset that is none, or that it is not in
            pass
    try:
        return decoded(content)
    except Unreadable:
        return content.decode("utf-8", "replace")


def _unflowed(text: str, part: Message) -> str:
    """RFC 3676: a line that ends with a space goes on."""
    joined = "" if str(part.get_param("delsp") or "").lower() == "yes" else " "
    text = text.replace("\r\n", "\n")
    lines: list[str] = []
    goes_on = False
    for line in text.split("\n"):
        quoted = line.startswith(">")
        stuffed = line[1:] if line.startswith(" ") else line
        if goes_on and not quoted and lines:
            lines[-1] += stuffed
        else:
            lines.append(stuffed)
        goes_on = line.endswith(" ") and line != "-- " and not quoted
        if goes_on:
            lines[-1] = lines[-1].rstrip(" ") + joined
    return "\n".join(lines)


# Headers


def header(message: Message, *names: str) -> str:
    """The first of the headers that is there, read: RFC 2047, raw bytes, folded lines; never an error."""
    for wanted in names:
        for name, value in message.raw_items():
            if name.lower() == wanted.lower() and str(value).strip():
                return words(str(value))
    return ""


def words(value: str) -> str:
    """A header's value as text."""
    raw = value[:100_000].encode("utf-8", "surrogateescape")
    text = " ".join((value[:100_000] if value.isascii() else in_charset(raw, "utf-8")).split())
    text = re.sub(r"\?=\s+=\?", "?==?", text)
    found: list[str] = []
    place, held, charset = 0, b"", ""
    for match in _WORD.finditer(text):
        if match.start() > place or match[1].lower() != charset:
            found += [in_charset(held, charset), text[place : match.start()]]
            held, charset = b"", match[1].lower()
        held += _unpacked(match[3], match[2].lower())  # a letter may be parted between two words
        place = match.end()
    return " ".join("".join([*found, in_charset(held, charset) if held else "", text[place:]]).split())


def _unpacked(text: str, way: str) -> bytes:
    try:
        if way == "b":
            return base64.b64decode(text + "=" * (-len(text) % 4))
        return quopri.decodestring(text.replace("_", " ").encode("ascii", "replace"), header=True)
    except (binascii.Error, ValueError):
        return text.encode("utf-8", "replace")


# What is attached


def _attached(parts: list[Message], document: Document, where: str, name: str) -> Iterator[Document]:
    """The attached documents; pictures, signatures and calendars are none."""
    for number, part in enumerate(parts):
        kind, sub = part.get_content_maintype(), part.get_content_subtype()
        if kind == "message" and sub == "rfc822" and number:
            content = _as_bytes(_below(part))
            called = _name(part) or f"message {number}.eml"
        elif (
            number and not part.is_multipart() and _is_attachment(part) and kind not in _NOT_DOCUMENTS and sub not in _SIGNATURES
        ):
            content, called = content_of(part), _name(part)
            if "." not in called:
                called += _ENDINGS.get(sub, "")
        else:
            continue
        if content.strip():
            yield enclosed(document, where, name, called, content)


def _as_bytes(inner: list[Message]) -> bytes:
    """A message in a message as a file would hold it; nothing where it is too broken to be written."""
    try:
        if inner and not inner[0].keys():  # in base64, which no message in a message should be
            return base64.b64decode(str(inner[0].get_payload()))
        return inner[0].as_bytes() if inner else b""
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, MessageError):
        return b""


def enclosed(document: Document, where: str, name: str, called: str, content: bytes, url: str = "") -> Document:
    """A document that lies in another."""
    called = " ".join(called.replace("/", "_").split())[:200] or "attachment"
    return Document(f"{where}: {called}", f"{name}/{called}", lambda: io.BytesIO(content), url=url, depth=document.depth + 1)


def _name(part: Message) -> str:
    """The name under which a part is attached, however it is written."""
    if "*1" in header(part, "Content-Disposition") + header(part, "Content-Type"):  # in pieces
        try:
            return words(part.get_filename() or "")
        except (ValueError, LookupError, TypeError, AttributeError):
            return ""
    for header_name, wanted in (("Content-Disposition", "filename"), ("Content-Type", "name")):
        text = header(part, header_name)
        if match := re.search(rf";\s*{wanted}\*(?:0\*)?\s*=\s*\"?([\w.-]*)'[^']*'([^;\"]+)", text, re.IGNORECASE):
            return in_charset(unquote_to_bytes(match[2]), match[1])
        pieces = re.findall(rf";\s*{wanted}(?:\*\d+)?\s*=\s*(?:\"([^\"]*)\"|([^;\s]+))", text, re.IGNORECASE)
        if pieces:
            return words("".join(quoted or bare for quoted, bare in pieces))
    return ""


# A page that a browser saved


def saved_page(content: bytes) -> str:
    """The HTML of a page that was saved as one file."""
    try:
        return _texts(message_from_bytes(content.lstrip()))[1]
    except (MessageError, RecursionError, ValueError, LookupError, TypeError, AttributeError, IndexError) as error:
        raise Unreadable("a page that the document holds is damaged; save it again.") from error


def _page(message: Message, parts: list[Message], document: Document, where: str, name: str) -> Document:
    """The page as a document of its own, in UTF-8, with its address."""
    page = next((part for part in parts if part.get_content_type() in ("text/html", "application/xhtml+xml")), None)
    if page is None:
        raise Unreadable("the saved page holds no HTML; save it again.")
    address = header(page, "Content-Location") or header(message, "Snapshot-Content-Location", "X-Snapshot-Content-Location")
    text = "\ufeff" + _text(page)  # the mark has more to say than a charset in the page, which it was saved from
    return enclosed(document, where, name, "page.html", text.encode("utf-8", "replace"), address)
