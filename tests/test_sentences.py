"""Where sentences end: abbreviations, speech, ellipses, scraped text, other scripts; and which may be quoted."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml

from vectorstore.language.sentences import presentable, sentences

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "sentences.yaml").read_text(encoding="utf-8"))
TEXTS = [pytest.param(text, id=f"{kind}-{n}") for kind, texts in CASES.items() for n, text in enumerate(texts)]


@pytest.mark.parametrize("marked", TEXTS)
def test_sentences_end_where_a_reader_ends_them(marked: str) -> None:
    """Each text of cases/sentences.yaml is cut at its bars and nowhere else."""
    text = marked.replace(" | ", " ").replace("|", "")
    assert [text[start:end] for start, end in sentences(text)] == [part.strip() for part in marked.split("|")]


@pytest.mark.parametrize(
    "scrap", ["” said Mia Roe.", ". the door would not open,", "12", "No.", "»", "They were met by Gov.", ""]
)
def test_a_scrap_is_not_presentable(scrap: str) -> None:
    """What starts with a closing mark or a stop, ends in an abbreviation or hardly says a thing is never quoted."""
    assert not presentable(scrap)


@pytest.mark.parametrize("whole", ["It is 3 p.m.", "“Never!”", "Nobody came", "船没有沉。", "نعم.", "He moved to the U.S."])
def test_a_sentence_is_presentable(whole: str) -> None:
    """A short sentence may be quoted."""
    assert presentable(whole)


def test_a_line_without_any_sense_costs_no_time() -> None:
    """A hundred thousand stops, marks and letters are read once."""
    for text in (". " * 50_000, "”." * 50_000, "a.A" * 30_000, "Then-Gov." * 10_000, "“Oh!” Ann " * 10_000, "no. " * 25_000):
        spans = sentences(text)
        assert spans[0][0] == 0
        assert spans[-1][1] == len(text.rstrip())


@pytest.mark.parametrize(
    "line", ["." * 50_000 + "x", "…»" * 30_000 + "x", "?!" * 30_000, ". " * 30_000 + "x", ".”" * 30_000 + "x"]
)
def test_a_long_run_of_stops_takes_no_time(line: str) -> None:
    """Dots that lead to a page number: when the search started anew at each of them it took nine minutes."""
    started = time.process_time()
    assert "".join(line[start:end] for start, end in sentences(line)).replace(" ", "") == line.replace(" ", "")
    assert time.process_time() - started < 2
