"""The second opinion on claims: the shipped weights, what they may clear, and the language model asked again."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

import qa
from qa.assistant import Assistant
from qa.check.opinion import IN_OTHER_WORDS, LAYERS, Opinion, nearest, support
from qa.check.verdict import check
from qa.citations import read, verified
from qa.doubles import FaultServer, ScriptedModel
from qa.errors import SettingError
from qa.second import DOUBTED, Second
from qa.settings import Settings, read_settings
from qa.texts.claims import told
from vectorstore.errors import OpinionUnavailable
from vectorstore.minilm import packaged, read_weights
from vectorstore.reranker import added
from vectorstore.types import Article, Hit, Passage

SHIPPED = Path(str(files("qa"))) / "check" / "opinion.safetensors"
PASSAGE = (
    "The council of Marrow Bay voted on Tuesday to close the fish market for good, after inspectors found rats in the cold "
    "store. Traders were given until October to leave, and the city will pay their moving costs. Mayor Ilse Tamm said the "
    "building was past saving."
)
REWORDED = "Stallholders received an autumn deadline."
ALTERED = (
    "Traders were given until November to leave.",
    "Traders were not given until October to leave.",
    "The council of Velden voted on Tuesday to close the fish market for good.",
    "Inspectors found 40 rats in the cold store.",
    "The city will pay 5,000 crowns of the moving costs of stallholders who depart early.",
    "The inspectors said the building was past saving.",
    'The mayor called it "a shame for our town".',
)


class Sure(Opinion):
    """One that believes every claim."""

    def odds(self, claim: str, text: str) -> float:
        return 50.0


def found(text: str = PASSAGE, title: str = "Marrow Bay closes its fish market") -> Hit:
    return Hit(Passage("a#1", "a", 0, len(text), text), Article("a", text, title, "The Harbour Post"), 1.0)


@pytest.fixture(scope="module")
def opinion() -> Opinion:
    return Opinion()


def test_it_is_small_enough_to_ship() -> None:
    """At most 12 MB."""
    assert SHIPPED.stat().st_size <= 12_000_000


def test_what_a_passage_says_scores_above_what_it_does_not(opinion: Opinion) -> None:
    """By the model alone: as it stands, shortened, with another number, and about something else."""
    said = opinion.odds("The city will pay the traders' moving costs.", PASSAGE)
    assert said > opinion.odds("The city will not pay the traders' moving costs.", PASSAGE)
    assert said > opinion.odds("The city will build a swimming pool for its moving costs.", PASSAGE)
    assert said > opinion.odds("A ferry sank near the lighthouse.", PASSAGE)


def test_support_is_a_share_that_ranks() -> None:
    """From 0 to 1, from word for word to another matter; nothing to read is 0."""
    claims = ("Traders were given until October to leave.", "Traders left in April.", "A ferry sank near the lighthouse.")
    shares = [support(claim, [PASSAGE]) for claim in claims]
    assert shares == sorted(shares, reverse=True)
    assert all(0 < share < 1 for share in shares)
    assert support("", [PASSAGE]) == support("Traders left.", []) == 0.0
    assert qa.support is support


def test_the_graph_computes_what_the_trained_network_computes(opinion: Opinion) -> None:
    """onnxruntime's odds are torch's."""
    import torch

    from tests.studies.claims_model import Reader
    from vectorstore.minilm import folder

    model, weights = packaged(), added(packaged().weights, read_weights(SHIPPED)[0])
    network = Reader(folder(), LAYERS, 0.0).eval()
    state = network.state_dict()
    for name, old in state.items():
        if name.removeprefix("body.") in weights:
            array = np.asarray(weights[name.removeprefix("body.")], np.float32).reshape(old.shape)
            state[name] = torch.from_numpy(array)
    network.load_state_dict(state)
    opening, closing = model.marks
    for claim in (ALTERED[0], REWORDED):
        mine, theirs = model.tokens([claim, PASSAGE])
        ids = torch.tensor([[opening, *mine, closing, *theirs, closing]])
        place = torch.arange(ids.shape[1])[None]
        asked = len(mine) + 2
        with torch.inference_mode():
            odds, _ = network(ids, torch.ones_like(ids) > 0, (place >= asked).long(), (place > 0) & (place < asked - 1))
        assert opinion.odds(claim, PASSAGE) == pytest.approx(float(odds[0]), abs=1e-3)


def test_wording_alone_may_be_cleared_and_says_so() -> None:
    """The rules do not follow so many other words; the sentence is supported, with a note."""
    refused = check(REWORDED, [PASSAGE])
    assert not refused.supported
    cleared = Sure().cleared(REWORDED, [PASSAGE], refused)
    assert (cleared.supported, cleared.reasons, cleared.note) == (True, (), IN_OTHER_WORDS)
    assert check("Traders have to leave.", [PASSAGE]).note == ""


@pytest.mark.parametrize("sentence", ALTERED)
def test_what_a_rule_says_is_otherwise_stays(sentence: str) -> None:
    """However sure the model is: numbers, names, denials, speakers, quotations."""
    refused = check(sentence, [PASSAGE])
    assert not refused.supported
    assert Sure().cleared(sentence, [PASSAGE], refused) == refused


def test_other_languages_are_not_cleared() -> None:
    """It learnt English alone."""
    german = "Der Stadtrat hat am Dienstag beschlossen, den Fischmarkt zu schließen, weil im Kühlraum Ratten gefunden wurden."
    refused = check("Die Händler protestierten lautstark vor dem Rathaus.", [german])
    assert not refused.supported
    assert Sure().cleared("Die Händler protestierten lautstark vor dem Rathaus.", [german], refused) == refused


def test_it_never_marks_what_the_rules_pass(opinion: Opinion) -> None:
    passed = check("Traders were given until October to leave.", [PASSAGE])
    assert passed.supported
    assert opinion.cleared("Traders were given until October to leave.", [PASSAGE], passed) is passed


def test_of_long_passages_the_nearest_sentences_are_read() -> None:
    """Few words are read whole, of many those that say most of the claim, in their order."""
    assert nearest(REWORDED, ["One.", PASSAGE]) == f"One.\n{PASSAGE}"
    long = " ".join(f"Paragraph {n} tells of the harbour and of its cranes, ropes and men." for n in range(200))
    chosen = nearest("Inspectors found rats in the cold store.", [long, PASSAGE])
    assert "inspectors found rats" in chosen
    assert len(chosen.split()) <= 150


@pytest.mark.parametrize("keep", [0, 7, 200, 1_000_000])
def test_damaged_weights_are_refused(tmp_path: Path, keep: int) -> None:
    """A file cut short is our error, with what to do."""
    cut = tmp_path / "opinion.safetensors"
    cut.write_bytes(SHIPPED.read_bytes()[:keep])
    with pytest.raises(OpinionUnavailable, match="ONRECORD_SECOND_OPINION=no"):
        Opinion(cut).odds(REWORDED, PASSAGE)


def test_weights_for_another_base_are_refused(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    file = tmp_path / "opinion.safetensors"
    save_file(read_weights(SHIPPED)[0], file, {"format": "opinion 1", "base": "another"})
    with pytest.raises(OpinionUnavailable, match="made for other weights"):
        Opinion(file).odds(REWORDED, PASSAGE)


def test_prose_and_texts_profit() -> None:
    """A sentence of an answer, and one of a text that is checked; without the second opinion both stay marked."""
    hits = [found()]
    cited = read("Traders were given until October to leave [1].", hits, final=True)
    reading = replace(cited, sentences=(replace(cited.sentences[0], text=REWORDED),))
    second = Second("yes", None, Sure())
    assert [one.supported for one in verified(reading, hits).sentences] == [False]
    (sentence,) = verified(reading, hits, second=second).sentences
    assert (sentence.supported, sentence.note) == (True, IN_OTHER_WORDS)
    text = "The fish market of Marrow Bay, riddled by vermin, shuts down permanently after a council vote."
    assert told(text, hits).status != "supported"
    assert told(text, hits, second).status in ("supported", told(text, hits).status)


def test_the_setting() -> None:
    """yes, no or model; nothing else."""
    assert read_settings({}).second_opinion == "no"
    refused = check(REWORDED, [PASSAGE])
    asks = read_settings({"ONRECORD_SECOND_OPINION": "no"}).second_opinion
    assert Second(asks, None, Sure()).cleared(refused, REWORDED, [found()]) == refused
    with pytest.raises(SettingError, match="ONRECORD_SECOND_OPINION is 'maybe'"):
        read_settings({"ONRECORD_SECOND_OPINION": "maybe"})


ANSWER = "The operator denied that the captain had been asleep [1]."
QUESTION = "What did the operator deny about the captain?"


@pytest.mark.parametrize(
    ("again", "marked"), [("A", True), ("A.", True), ("NONE", False), ("None", False), ("", False), ("A great answer!", False)]
)
def test_the_language_model_may_mark_what_the_rules_passed(again: str, marked: bool, samples_index: Path) -> None:
    """It is asked once more, with letters; what is no list of letters marks nothing."""
    asked: list[str] = []

    def script(messages: list[dict[str, str]]) -> str:
        asked.append(messages[-1]["content"])
        return ANSWER if len(asked) == 1 else again

    with ScriptedModel(script) as server:
        settings = Settings(index=samples_index, answerer="model", base_url=server.url, second_opinion="model")
        with Assistant.open(samples_index, settings) as assistant:
            answer = assistant.ask(QUESTION)
    assert len(asked) == 2
    assert "A. The operator denied that the captain had been asleep. (1)" in asked[1]
    shown = [*answer.sentences, *answer.beside][0]
    assert (DOUBTED in shown.reasons) is marked
    assert shown.supported is not marked


def test_without_the_setting_it_is_asked_once(samples_index: Path) -> None:
    asked: list[int] = []

    def script(messages: list[dict[str, str]]) -> str:
        asked.append(len(messages))
        return ANSWER

    with ScriptedModel(script) as server:
        settings = Settings(index=samples_index, answerer="model", base_url=server.url)
        with Assistant.open(samples_index, settings) as assistant:
            assert assistant.ask(QUESTION).sentences[0].supported
    assert len(asked) == 1


def test_a_model_that_fails_marks_nothing() -> None:
    """The answer stands as the rules left it."""
    from qa.models import ChatModel

    hits = [found()]
    reading = verified(read("Traders were given until October to leave [1].", hits, final=True), hits)
    assert reading.sentences[0].supported
    with FaultServer("500") as server:
        model = ChatModel(Settings(base_url=server.url, timeout=4))
        assert Second("model", model, Sure()).asked_again(reading, hits) == reading
