"""The table of how rare words are, and the script that makes it."""

from __future__ import annotations

import gzip
import json
import math
from importlib.resources import files
from pathlib import Path

from tests.studies.rarity import RAREST, STRETCH, main, rarities, table
from vectorstore.language.stems import stem
from vectorstore.language.words import rarity


def test_rarity_is_the_logarithm_of_one_over_the_share_of_stretches() -> None:
    """In halves; a word twice in a stretch counts once, and what is left after the last whole stretch is a stretch."""
    texts = ["harbour harbour " + "boat " * (STRETCH - 2) + "boat"] + ["storm"] * 8  # ten stretches: the first text is two
    found = rarities(texts)
    assert found == {"harbour": round(2 * math.log(10)) / 2, "boat": round(2 * math.log(5)) / 2, "storm": 0.0}


def test_only_words_small_counts_and_years_are_listed() -> None:
    """No long number, no price and no mixture of letters and digits gets into the table."""
    assert set(rarities(["Ferry 12 1987 2031 417 74,000 3.5 A320"])) == {stem("ferry"), "12", "1987", "2031"}


def test_the_script_writes_what_the_product_reads(tmp_path: Path) -> None:
    """From a collection like news_training to a table of the shipped one's form."""
    folder = tmp_path / "news_training"
    folder.mkdir()
    with gzip.open(folder / "articles.jsonl.gz", "wt", encoding="utf-8") as out:
        out.writelines(json.dumps({"text": text}) + "\n" for text in ("The ferry sank.", "The harbour closed."))
    main([str(tmp_path), str(tmp_path / "rarity.txt")])
    made = (tmp_path / "rarity.txt").read_text(encoding="utf-8")
    assert made == table({"the": 0.0, **{stem(word): 0.5 for word in ("ferry", "sank", "harbour", "closed")}})
    shipped = files("vectorstore.language").joinpath("rarity.txt").read_text(encoding="utf-8")
    assert made.splitlines()[0] == shipped.splitlines()[0]
    assert [line.split("\t")[0] for line in shipped.splitlines()[1:]] == [str(n / 2) for n in range(int(2 * RAREST) + 1)]


def test_the_shipped_table_knows_the_common_from_the_rare() -> None:
    """A function word tells nothing, a news word little, a name much, a word never seen most."""
    assert rarity(stem("the")) < 1 < rarity(stem("president")) < 5 < rarity(stem("haaland")) < rarity("zzyzx") == RAREST
