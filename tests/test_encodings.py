"""Bytes as text: what is marked, declared or can be told is read right; what is doubtful is said."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from vectorstore.articles import read
from vectorstore.articles.document import Document
from vectorstore.articles.encodings import Unreadable, decoded, garbled, reading
from vectorstore.types import Article, Rejected

TEXTS = {
    "ru": "Мост через Сольму закрыт\n\nМэр города сказал в понедельник, что новый мост откроют следующей весной.",
    "uk": "Міст закрито\n\nМер міста у понеділок повідомив, що новий міст добудують наступної весни, а витрати зросли.",
    "bg": "Мостът е затворен\n\nКметът съобщи в понеделник, че новият мост ще бъде готов през пролетта.",
    "el": "Κλειστή η γέφυρα\n\nΟ δήμαρχος είπε τη Δευτέρα ότι η νέα γέφυρα θα ανοίξει την επόμενη άνοιξη.",
    "pl": "Most zamknięty\n\nBurmistrz powiedział w poniedziałek, że nowy most zostanie otwarty przyszłej wiosny.",
    "cs": "Most je uzavřen\n\nStarosta v pondělí řekl, že nový most bude otevřen příští rok na jaře. Náklady vzrostly.",
    "hu": "Lezárták a hidat\n\nA polgármester hétfőn közölte, hogy az új híd jövő tavaszra készül el. A költségek nőttek.",
    "tr": "Köprü kapandı\n\nBelediye başkanı pazartesi günü yeni köprünün gelecek ilkbaharda açılacağını söyledi.",
    "de": "Brücke gesperrt\n\nDer Bürgermeister sagte am Montag, die neue Brücke werde im nächsten Frühjahr eröffnet.",
    "fr": "Le pont est fermé\n\nLe maire a déclaré lundi que le nouveau pont, très attendu, serait ouvert à l’été.",
    "en": "Bridge shut\n\nThe mayor said on Monday that “the bridge is rotten” – and that it’s the council’s fault.",
    "ar": "إغلاق الجسر\n\nقال رئيس البلدية يوم الاثنين إن الجسر الجديد سيفتتح في الربيع المقبل.",
    "th": "ปิดสะพาน\n\nนายกเทศมนตรีกล่าวเมื่อวันจันทร์ว่าสะพานใหม่จะเปิดในฤดูใบไม้ผลิหน้า",
    "ja": "橋が閉鎖\n\n市長は月曜日、新しい橋は来年の春に完成すると述べた。工事の費用は予想より増えたという。",
    "ko": "다리 폐쇄\n\n시장은 월요일 기자 회견에서 새 다리가 내년 봄에 완공될 것이라고 밝혔다.",
    "zh": "大桥关闭\n\n市长星期一说，新的大桥将在明年春天建成。他表示费用比原来估计的要多。",
    "zh-Hant": "大橋關閉\n\n市長星期一說，新的大橋將在明年春天建成。他表示費用比原來估計的要多。",
}
ENCODINGS = {
    "ru": "cp1251 koi8-r cp866 iso8859-5 mac-cyrillic utf-16-le utf-16-be utf-32-le", "uk": "cp1251 koi8-u", "bg": "cp1251",
    "el": "cp1253 iso8859-7", "pl": "cp1250 iso8859-2", "cs": "cp1250 iso8859-2 cp852", "hu": "cp1250 iso8859-2", "tr": "cp1254",
    "de": "cp1252 mac-roman cp850 utf-16-le utf-32-be", "fr": "cp1252 mac-roman", "en": "cp1252 mac-roman",
    "ar": "cp1256 iso8859-6", "th": "cp874", "ja": "shift-jis euc-jp iso2022-jp utf-16-be", "ko": "euc-kr",
    "zh": "gb18030 gb2312 utf-16-le",
    "zh-Hant": "big5",
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "encoding"), [(language, one) for language, some in ENCODINGS.items() for one in some.split()]
)
def test_an_encoding_that_nobody_names_is_told(language: str, encoding: str) -> None:
    """A headline and a sentence are enough."""
    assert decoded(TEXTS[language].encode(encoding)) == TEXTS[language]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides(encoding: str) -> None:
    """That of UTF-32 begins like that of UTF-16."""
    assert decoded(TEXTS["ru"].encode(encoding)) == TEXTS["ru"]


def test_what_is_declared_is_believed_where_it_fits() -> None:
    """By a page, an XML file or a server; not where the bytes are UTF-8, nor where they do not fit."""
    page = "<html><meta charset={}><p>Ночь. Улица. Мост."
    assert decoded(page.format("koi8-r").encode("koi8-r")) == page.format("koi8-r")
    assert decoded(page.format("cp1251").encode()) == page.format("cp1251")
    assert decoded(page.format("shift_jis").encode("cp1251")) == page.format("shift_jis")
    assert decoded(page.format("rot13").encode("cp1251")) == page.format("rot13")
    feed = '<?xml version="1.0" encoding="ISO-8859-1"?><rss>“Ça”</rss>'
    assert decoded(feed.encode("cp1252")) == feed
    assert decoded("Мост".encode("iso8859-5"), declared="iso-8859-5") == "Мост"


def test_what_is_no_text_is_refused() -> None:
    """Bytes at random, and NULs in a text."""
    for _ in range(20):
        with pytest.raises(Unreadable, match="not text"):
            reading(os.urandom(600))
    with pytest.raises(Unreadable, match="NUL"):
        reading(b"The mill\0 shuts in May.\0\0\0")


def test_what_is_doubtful_is_said(tmp_path: Path) -> None:
    """The article is kept, and the report has a line: a letter that may be two, and a text that was garbled before."""
    (tmp_path / "a.txt").write_bytes(b"Mill closes\n\nBy the mill \xbf stands a tree.")
    (tmp_path / "b.txt").write_text("Mill closes\n\nItâ€™s shut, the cafÃ© says.")
    items = list(read([tmp_path]))
    assert len([item for item in items if isinstance(item, Article)]) == 2
    one, two = [item.reason for item in items if isinstance(item, Rejected)]
    assert "was read as" in one
    assert "'â€™' where '’' was meant" in two


@pytest.mark.parametrize("text", ["“AMANHÃ”, „GUÐ“", "Ã, Â and Ð are letters", "São Paulo – ÁÉÍ", "Ånd Øst, Ærø"])
def test_what_only_looks_garbled_is_left_alone(text: str) -> None:
    """Letters with marks are no mojibake."""
    assert garbled(text) == ""


def test_a_stream_is_read_in_utf8() -> None:
    """Whatever it is in, in pieces of any size."""
    text = (TEXTS["ru"] + "\n") * 2000
    for encoding in ("utf-8", "cp1251", "utf-16", "utf-16-le", "koi8-r"):
        document = Document("a", "a", lambda encoding=encoding: io.BytesIO(text.encode(encoding)))  # type: ignore[misc]
        with document.utf8() as file:
            assert b"".join(iter(lambda file=file: file.read(997), b"")).decode("utf-8-sig") == text  # type: ignore[misc]
