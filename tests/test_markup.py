"""HTML in text becomes the text that a reader sees."""

from __future__ import annotations

import time

import pytest

from vectorstore.articles import trees
from vectorstore.articles.encodings import Unreadable
from vectorstore.articles.markup import has_markup, plain

REDUCED = {
    "paragraphs and entities": ("<p>Oats &amp; barley.</p><p>Rye<br>too</p>", "Oats & barley.\n\nRye\ntoo"),
    "two breaks are a paragraph": ("Oats<br/><br />barley", "Oats\n\nbarley"),
    "words in tags": ("It’s <b>late</b>, she said.<i> And</i> dark", "It’s late, she said. And dark"),
    "scripts, styles, comments": ("a<script>x('</p>')</script><style>p{}</style><!-- <p>no</p> --> b", "a b"),
    "lists, whose ends nobody writes": ("<ul><li>oats<li>rye<ul><li>flour</ul></ul>then", "oats\nrye\n\nflour\n\nthen"),
    "tables": ("<table><tr><th>Mill<th>Sacks<tr><td>Low Mill</td><td>41</td></tr></table>", "Mill | Sacks\nLow Mill | 41"),
    "tables for layout": ("<table><tr><td><p>Oats.</p><p>Rye.</p></td></tr></table>", "Oats.\n\nRye."),
    "a row of paragraphs": ("<table><tr><td><p>Oats.</p><p>Rye.</p></td><td>x</td></tr></table>", "Oats.\n\nRye.\n\nx"),
    "marks that a browser writes": ("<q>Rain</q>, he said", "“Rain”, he said"),
    "lines as they stand": ("<pre>oats  4\n  rye  5</pre>end", "oats  4\n  rye  5\n\nend"),
    "text without tags keeps its lines": ("Oats.\n\nRye &#8217;s\nbarley", "Oats.\n\nRye ’s\nbarley"),
    "blank lines, where tags make no paragraphs": ("Oats.\n\nRye <b>and</b>\nbarley", "Oats.\n\nRye and\nbarley"),
    "lines of the source, where tags do": ("<p>Oats\n\nand\nrye</p>", "Oats and rye"),
    "escaped twice": ("&lt;p&gt;Oats&lt;/p&gt; &lt;p&gt;Rye&amp;#8217;s&lt;/p&gt;", "Oats\n\nRye’s"),
    "an address, not a tag": ("<p>Ann Rill <ann@rill.example>, a < b, <3</p>", "Ann Rill <ann@rill.example>, a < b, <3"),
    "a > in an attribute": ("<a title='x > y'>Oats</a> rye", "Oats rye"),
    "a mark without its second": ('<a title="x>Oats</a> rye', "Oats rye"),
    "CDATA": ("<![CDATA[Oats <b>and</b>]]> rye", "Oats and rye"),
    "hidden": ("<div style='display: none'>no<div>no</div></div>oats<span hidden>no</span>", "oats"),
    "hidden, and never closed": ("<p>oats<p style='visibility:hidden'>no<p>rye", "oats\n\nrye"),
    "hidden in a list": ("<ul><li hidden>no<ul><li>no</ul><li>oats</ul>", "oats"),
    "tiny": ("oats<span style='font-size:0px'>no</span><b style='font-size:.9em'> rye</b>", "oats rye"),
    "off the screen": ("<p style='position:absolute; left:-9999px'>no</p><p style='text-indent:-5000px'>no</p>oats", "oats"),
    "white on white": ("<p style='color:#FFF'>no</p><font color=white>no</font>oats", "oats"),
    "white on black": ("<div style='background:#000'><p style='color:#FFF'>oats</p></div>", "oats"),
    "zero width": ("o\u200ba\u2060t\u00ads \U000e0041rye", "oats rye"),
    "Persian joiners stay": ("می\u200cخواهم &amp; a\u200cb", "می\u200cخواهم & ab"),
}  # fmt: skip


@pytest.mark.parametrize("case", REDUCED)
def test_markup_becomes_what_a_reader_sees(case: str) -> None:
    """Tags and entities are read, what is hidden is gone."""
    fragment, text = REDUCED[case]
    assert has_markup(fragment) == (case != "zero width")
    assert plain(fragment) == text


@pytest.mark.parametrize(
    "text", ["a < b and c > d", "<3 you & me", "AT&T", "Ann <ann@rill.example>", "See <https://rill.example/>.", "x <y> z"]
)
def test_what_is_no_markup(text: str) -> None:
    """Signs that a text may hold are left alone."""
    assert not has_markup(text)
    assert plain(text) == text or text == "x <y> z"


def test_hostile_markup_takes_linear_time() -> None:
    """Twice as much takes about twice as long, whatever is nested, open or broken."""
    for piece in (
        *("<div>", "<p>", '<a "', "<", "<!--", "&#9", "<table><tr><td>a<td>b", "</b>", "<b>", "<script>", "<a x='", "<![CDATA["),
        *("<a = '>", "<li>", "<q>", "<pre>\n", "<tr><td>x", "<a b=", "<p style='"),
    ):
        started = time.process_time()
        has_markup(piece * 4_000)
        plain(piece * 4_000 + ">")
        assert time.process_time() - started < 2, piece
    assert plain("<div>" * 100_000 + "oats") == "oats"
    assert plain("&#" + "9" * 10_000 + ";") == "\ufffd"


def test_a_tree_takes_nothing_from_outside() -> None:
    """Entities of a file's own are refused, those of HTML are read, and a broken page is still a page."""
    assert trees.html("<p>Oats &eacute; <b>rye").text_content().strip() == "Oats é rye"
    assert trees.html('<?xml version="1.0" encoding="latin1"?><p>é</p>').text_content() == "é"
    assert trees.xml(b"<a><b>oats</b></a>").findtext("b") == "oats"
    with pytest.raises(Unreadable, match="entities of its own"):
        trees.xml(b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>')
    with pytest.raises(Unreadable, match="not well-formed"):
        trees.xml(b"<a><b></a>")
    with pytest.raises(Unreadable, match="empty"):
        trees.html(b" ")
