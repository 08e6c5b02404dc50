"""The reranker: the shipped weights on the packaged ones, what it reads of a passage, and what a search makes of it."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from qa.assistant import Assistant
from qa.settings import Settings, read_settings
from vectorstore.errors import RerankerUnavailable
from vectorstore.language.sentences import sentences
from vectorstore.minilm import MiniLM, folder
from vectorstore.reranker import LAYERS, READING, Reranker, aged, passage_score, tokenised, trained, window
from vectorstore.search import Index, reranked

SHIPPED = Path(str(files("vectorstore"))) / "reranker.safetensors"
QUESTION = "who denied sending fighters?"
CANDIDATES = [
    ("Border tension", ["Three factions denied sending fighters across the border.", "The price of oil fell."]),
    ("", ["A ferry sank in the harbour on Monday."]),
    ("A very long one", ["word " * 400, "This sentence comes after the end of what fits.", "So does this one."]),
]


@pytest.fixture(scope="module")
def reranker() -> Reranker:
    return Reranker()


def test_it_is_small_enough_to_ship() -> None:
    """At most 12 MB."""
    assert SHIPPED.stat().st_size <= 12_000_000


def test_the_sentence_that_answers_scores_best(reranker: Reranker) -> None:
    """Each candidate's sentences get a score each, and the one that answers the highest."""
    scores = reranker.scores(QUESTION, CANDIDATES)
    assert [len(row) for row in scores] == [2, 1, 3]
    assert max(score for row in scores for score in row) == scores[0][0]
    assert passage_score(scores[0]) > passage_score(scores[1])


def test_a_score_does_not_depend_on_the_others(reranker: Reranker) -> None:
    """Batches, their order and padding change nothing."""
    together = reranker.scores(QUESTION, CANDIDATES * 5)
    for n, candidate in enumerate(CANDIDATES):
        (alone,) = reranker.scores(QUESTION, [candidate])
        for other in together[n :: len(CANDIDATES)]:
            assert other == pytest.approx(alone, abs=1e-4)


def test_sentences_that_do_not_fit_come_last(reranker: Reranker) -> None:
    """What was not read cannot be better than what was."""
    read = reranker.scores(QUESTION, [("", ["word " * 100] * 5)])[0]
    assert read[-1] < min(read[:2]) - 10


def test_nothing_to_score(reranker: Reranker) -> None:
    assert reranker.scores(QUESTION, []) == []
    assert reranker.scores("", [("", ["A sentence."])])


def test_the_graph_computes_what_the_trained_network_computes() -> None:
    """onnxruntime's scores are torch's, for rows of any length."""
    import torch

    from tests.studies.reranker import CrossEncoder

    model = MiniLM(folder())
    network, weights = CrossEncoder(folder()).eval(), trained(model, SHIPPED)
    state = network.state_dict()
    for name in state:
        if name.removeprefix("body.") in weights:
            state[name] = torch.from_numpy(np.asarray(weights[name.removeprefix("body.")], np.float32))
    network.load_state_dict(state)
    with torch.inference_mode():
        theirs = network(tokenised(model, QUESTION, CANDIDATES)).numpy()
    for row, ours in zip(theirs, Reranker().scores(QUESTION, CANDIDATES), strict=True):
        read = [score for score in ours if score > -30]
        assert read == pytest.approx(row[: len(read)].tolist(), abs=1e-4)


WHOLE = [
    ("Harbour", ["The ferry sank at noon.", "Ida Kern, the minister, denied that the captain had slept.", "Rain is expected."]),
    ("", ["Three factions met.", "A long one: " + "word " * 300, "This comes after what is read."]),
]


def told_apart(reranker: Reranker) -> list[list[float]]:
    return [row for row, _ in reranker.read("Who denied that the captain had slept?", WHOLE, whole=True)]


def test_sentences_of_a_passage_are_told_apart() -> None:
    """Each sentence of a whole passage has a score, in bytes much like in floats; the one that answers has the best."""
    exact, bytes_ = (told_apart(Reranker(bytewise=bytewise)) for bytewise in (False, True))
    for row in (exact, bytes_):
        assert [len(part) for part in row] == [3, 3]
        assert max(score for part in row for score in part) == row[0][1]
    assert bytes_[0] == pytest.approx(exact[0], abs=1.0)


def test_what_reads_sentences_computes_what_was_trained() -> None:
    """onnxruntime's scores are those of the network in tests/studies/reader.py."""
    import torch

    from tests.studies.reader import Reader, batch_of, own

    model, question = MiniLM(folder()), "Who denied that the captain had slept?"
    rows = tokenised(model, question, WHOLE, READING)
    with torch.inference_mode():
        theirs = Reader(own(trained(model, SHIPPED))).eval()(*batch_of(rows)).numpy()
    for row, ours in zip(theirs, told_apart(Reranker(bytewise=False)), strict=True):
        read = [score for score in ours if score > -30]
        assert read == pytest.approx(row[: len(read)].tolist(), abs=1e-3)


def test_runs_are_averaged() -> None:
    """Every weight of the network that is shipped lies half-way between those of two runs."""
    import torch

    from tests.studies.reranker import CrossEncoder, averaged

    networks = [CrossEncoder(folder()), CrossEncoder(folder())]
    with torch.no_grad():
        for parameter in networks[1].parameters():
            parameter.add_(1.0)
    before = {name: tensor.clone() for name, tensor in networks[0].state_dict().items()}
    other = {name: tensor.clone() for name, tensor in networks[1].state_dict().items()}
    for name, tensor in averaged(networks).state_dict().items():
        assert torch.allclose(tensor, (before[name] + other[name]) / 2, atol=1e-6), name


def test_what_the_search_knows_is_not_learnt_again() -> None:
    """With the search's score in the loss a passage that it puts first already costs less than one that it puts last."""
    import torch

    from tests.studies.reranker import ANSWER, OTHER, Read, loss_of

    def loss(right: float, wrong: float, prior: float) -> float:
        read = [Read("", ("Yes.",), (ANSWER,), right), Read("", ("No.",), (OTHER,), wrong)]
        return float(loss_of(torch.zeros(2, 1), read, prior))

    assert loss(0.9, 0.1, 10.0) < loss(0.5, 0.5, 10.0) < loss(0.1, 0.9, 10.0)
    assert loss(0.9, 0.1, 0.0) == loss(0.1, 0.9, 0.0)


def test_weights_for_another_base_are_refused(tmp_path: Path) -> None:
    """A reranker trained from other weights is not run on these."""
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    with pytest.raises(RerankerUnavailable, match="made for other weights"):
        trained(MiniLM(tmp_path), SHIPPED)


@pytest.mark.parametrize("keep", [0, 7, 200, 1_000_000])
def test_damaged_weights_are_refused(tmp_path: Path, keep: int) -> None:
    """A file cut short is our error, with what to do."""
    cut = tmp_path / "reranker.safetensors"
    cut.write_bytes(SHIPPED.read_bytes()[:keep])
    with pytest.raises(RerankerUnavailable, match="ONRECORD_RERANK=no"):
        Reranker(cut).scores(QUESTION, CANDIDATES)


def test_missing_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RerankerUnavailable, match="is missing"):
        Reranker(tmp_path / "none").scores(QUESTION, CANDIDATES)


def test_only_the_first_layers_are_changed() -> None:
    """The embeddings and the layers beyond are the packaged ones."""
    model = MiniLM(folder())
    weights = trained(model, SHIPPED)
    changed = {name for name, array in model.weights.items() if not np.array_equal(array, weights[name])}
    assert changed
    assert {name.split(".")[2] for name in changed} == {str(n) for n in range(LAYERS)}


@pytest.mark.parametrize(
    ("met", "sizes", "wanted"),
    [
        ([{"a"}, set(), {"b"}], [10, 10, 10], slice(0, 3)),  # all fit
        ([{"a"}, set(), {"b"}], [20, 20, 20], slice(0, 2)),  # as good as the last two, and earlier
        ([set(), {"a"}, {"b"}], [20, 20, 20], slice(1, 3)),
        ([{"a"}, {"a", "b"}], [100, 100], slice(1, 2)),  # one sentence is read however long
        ([], [], slice(0, 0)),
    ],
)
def test_what_is_read_of_a_passage(met: list[set[str]], sizes: list[int], wanted: slice) -> None:
    """The run of sentences within the limit that meets most of the question."""
    assert window({"a": 2.0, "b": 1.0}, met, sizes, words=48) == wanted


_WINDOWS = """
from random import Random
from vectorstore.reranker import window
rng = Random(1)
for _ in range(200):
    terms = {f"w{n}": rng.random() * 9 for n in range(12)}
    stems = [set(rng.sample(list(terms), rng.randrange(9))) for _ in range(9)]
    print(window(terms, stems, [rng.randrange(8, 20) for _ in stems], 60))
"""


def test_what_is_read_is_the_same_in_every_process() -> None:
    """The order in which a process keeps its sets does not decide between two runs that meet the same words."""
    told = {
        subprocess.run(
            [sys.executable, "-c", _WINDOWS], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in "12"
    }
    assert len(told) == 1


@pytest.mark.parametrize(
    ("published", "newest", "wanted"),
    [
        (date(2022, 6, 14), date(2022, 6, 14), "today Ferry sinks"),
        (date(2022, 6, 15), date(2022, 6, 14), "today Ferry sinks"),  # it may be tomorrow elsewhere
        (date(2022, 6, 16), date(2022, 6, 14), "later Ferry sinks"),
        (date(2022, 6, 7), date(2022, 6, 14), "days Ferry sinks"),
        (date(2022, 5, 14), date(2022, 6, 14), "weeks Ferry sinks"),
        (date(2021, 6, 14), date(2022, 6, 14), "months Ferry sinks"),
        (date(2014, 6, 14), date(2022, 6, 14), "years Ferry sinks"),
        (None, date(2022, 6, 14), "Ferry sinks"),
        (date(2022, 6, 14), None, "Ferry sinks"),
    ],
)
def test_a_headline_is_read_with_its_age(published: date | None, newest: date | None, wanted: str) -> None:
    """One word says how old the news is, where both days are known."""
    assert aged("Ferry sinks", published, newest) == wanted


def test_an_age_is_one_token_and_means_something(reranker: Reranker) -> None:
    """No age is cut into pieces, and what is of the week asked about comes before old news."""
    ages = ["today", "days", "weeks", "months", "years", "later"]
    assert [len(tokens) for tokens in MiniLM(folder()).tokens(ages)] == [1] * len(ages)
    told = ["Three factions denied sending fighters across the border."]
    fresh, old = reranker.scores("Who denied sending fighters this week?", [("days Border", told), ("years Border", told)])
    assert passage_score(fresh) > passage_score(old)


def test_a_passage_gains_from_each_of_its_sentences() -> None:
    assert passage_score([0.0, 0.0]) == pytest.approx(np.log(2))
    assert passage_score([5.0, -30.0]) == pytest.approx(5.0)
    assert passage_score([]) < -20


def test_the_reranked_come_first_in_a_new_order() -> None:
    """What was looked at again is ordered anew; the rest follows as it was, with lower scores."""
    ranked = [(1, 0.9), (2, 0.8), (3, 0.7), (4, 0.6), (5, 0.1)]
    again = reranked(ranked, [-9.0, 0.0, -5.0])
    assert [number for number, _ in again] == [2, 3, 1, 4, 5]
    assert [score for _, score in again] == sorted((score for _, score in again), reverse=True)
    assert reranked(ranked, []) == ranked


def test_a_search_says_which_sentences_were_judged(samples_index: Path) -> None:
    """They are whole sentences of the hit's passage, by their place in the article."""
    with Index.open(samples_index) as index:
        hits = index.search("Who denied that the ward is to close?", k=5)
        assert index.search("Who denied that the ward is to close?", k=5) == hits
    assert any(hit.judged for hit in hits)
    for hit in hits:
        spans = {(hit.passage.start + start, hit.passage.start + end) for start, end in sentences(hit.passage.text)}
        assert {(start, end) for start, end, _ in hit.judged} <= spans
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_it_can_be_switched_off(samples_index: Path) -> None:
    """ONRECORD_RERANK=no leaves the order of the two searches."""
    settings = read_settings({"ONRECORD_RERANK": "no"})
    assert (settings.rerank, Settings().rerank) == (False, True)
    with Assistant.open(samples_index, settings) as assistant:
        assert not any(hit.judged for hit in assistant.ask("Who denied that the ward is to close?").hits)
