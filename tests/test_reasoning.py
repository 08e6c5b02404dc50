"""Reasoning and template tokens are never shown, and nothing of an answer is taken for them."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from qa.assistant import CUT_OFF, Assistant, whole_sentences
from qa.doubles import FaultServer, ScriptedModel
from qa.errors import BadReply, SettingError
from qa.models.reasoning import answer_in, opens_unseen
from qa.settings import Settings
from vectorstore.rebuild import rebuild

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "reasoning.yaml").read_text(encoding="utf-8"))
ANSWER = CASES["answer"]
ASKED = "How many people were treated after the ferry struck a rock?"


def written(form: str) -> str:
    return form.replace("REASON", CASES["reason"]).replace("ANSWER", ANSWER)


def drafts(text: str) -> list[str]:
    return [answer_in(text[:end]) for end in range(len(text))]


@pytest.mark.parametrize("form", CASES["wrapped"] + CASES["tokens"])
def test_the_answer_is_left(form: str) -> None:
    """Whole, and only it; while it is written, no part of anything else."""
    assert answer_in(written(form), whole=True).strip() == ANSWER
    for draft in drafts(written(form)):
        assert any(shown.startswith(draft.strip()) for shown in (ANSWER, "Sure, let me see.")), draft


@pytest.mark.parametrize("form", CASES["unseen"])
def test_reasoning_that_began_unseen(form: str) -> None:
    """All before a tag that only closes is reasoning; from then on the model is known for it, and nothing is shown before."""
    text = written(form)
    assert answer_in(text, whole=True).strip() == ANSWER
    assert answer_in(text, thinks=True, whole=True).strip() == ANSWER
    if "</think>" in form:
        assert opens_unseen(text)
        first = text.index("</think>") + 8
        assert not any(answer_in(text[:end], thinks=True) for end in range(first))
    assert answer_in(ANSWER, thinks=True, whole=True) == ANSWER


@pytest.mark.parametrize("form", CASES["nothing"])
def test_reasoning_alone_is_no_answer(form: str) -> None:
    """Nothing of it is shown, at no moment."""
    assert not answer_in(written(form), whole=True)
    assert not any(drafts(written(form)))


@pytest.mark.parametrize("text", CASES["kept"])
def test_what_is_no_reasoning_stays(text: str) -> None:
    """Words of an article that look a little like a tag."""
    assert answer_in(text, whole=True) == text
    assert answer_in(text + " More") == text + " More"


@pytest.mark.parametrize(
    "text",
    ["<", "<think>", "[think]", "</think>", "</s> ", "<|start|> ", "<|channel|>", "&lt;", "```thinking\n", "answer:\n", "\n", "_",
     "assistantfinal", "<details>", "{", "<a_"],
)  # fmt: skip
def test_hostile_drafts_are_read_in_no_time(text: str) -> None:
    """Each pattern is bounded: a hundred kilobytes of the same take less than a second or two."""
    start = time.monotonic()
    answer_in(text * (100_000 // len(text)))
    answer_in(text * (100_000 // len(text)), whole=True)
    assert time.monotonic() - start < 3


def settings(index: Path, url: str) -> Settings:
    return Settings(index=index, base_url=url, timeout=30)


def test_an_assistant_shows_no_reasoning(samples_index: Path) -> None:
    """Through the whole program: the answer is checked as if the model had not reasoned, and nothing is streamed of it."""
    text = written("REASON</think>ANSWER")
    with ScriptedModel(text) as server, Assistant.open(samples_index, settings(samples_index, server.url)) as assistant:
        assert assistant.ask(ASKED).sentences[0].text == "The operator of the ferry said that nine people were treated."
        seen = list(assistant.stream(ASKED))
        assert not any("Hmm" in answer.text or "99" in answer.text for answer in seen)
        server.script = written("<think>REASON")
        with pytest.raises(BadReply, match="wrote its reasoning and no answer"):
            assistant.ask(ASKED)


@pytest.fixture(scope="module")
def denial_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of an article that carries what a server's broken reply says."""
    folder = tmp_path_factory.mktemp("denial")
    (folder / "leak.txt").write_text(
        "Leak at the Ekby plant\n\nThe ministry denied it that the Ekby plant had leaked.\n", encoding="utf-8"
    )
    rebuild([folder / "leak.txt"], folder / "index")
    return folder / "index"


@pytest.mark.parametrize("mode", ["cut stream", "no finish reason", "length"])
def test_half_a_sentence_is_not_shown(mode: str, denial_index: Path) -> None:
    """An answer that was cut off ends with its last whole sentence, and says that it was cut."""
    with FaultServer(mode) as server, Assistant.open(denial_index, settings(denial_index, server.url)) as assistant:
        answer = assistant.ask("Who denied that the Ekby plant had leaked?")
    assert [sentence.text for sentence in answer.sentences] == ["The ministry denied it."]
    assert CUT_OFF in answer.notice


@pytest.mark.parametrize(
    ("cut", "left"),
    [
        ("It was denied [1]. It also", "It was denied [1]."),
        ("It was denied. [1] The toll rose to 74.", "It was denied. [1]"),
        ("It was denied [1]", "It was denied [1]"),
        ("It was denied by all of them.", "It was denied by all of them."),
        ("“We will not go,” she said [2]. “Not", "“We will not go,” she said [2]."),
        ("Die Brücke ist gesperrt [1]. Am 3.", "Die Brücke ist gesperrt [1]."),
        ("嵐で停電した。[1] また", "嵐で停電した。[1]"),
        ("It was denied【1】. And", "It was denied【1】."),
        ("The mayor denied [1] that the bridge", ""),
        ("It was said by Mr.", ""),
        ("It was denied [1", ""),
    ],
)
def test_where_a_cut_answer_ends(cut: str, left: str) -> None:
    """After its last whole sentence with its marker; a number or an abbreviation at the very end may have gone on."""
    assert whole_sentences(cut) == left


def test_a_context_too_small_for_a_passage(samples_index: Path) -> None:
    """No question is sent with an empty passage: the error names the size that is enough, and that size is."""
    with ScriptedModel(ANSWER) as server:
        given = replace(settings(samples_index, server.url), context_tokens=512)
        with Assistant.open(samples_index, given) as assistant:
            with pytest.raises(SettingError, match=r"Use at least \d+") as caught:
                assistant.ask(ASKED)
            enough = int(str(caught.value).partition("at least ")[2].split(",")[0])
            assistant.settings = replace(given, context_tokens=enough)
            assert assistant.ask(ASKED).final
        sent = server.requests[-1]["messages"][1]["content"]
    assert len(sent.partition("Date: ")[2].partition("END")[0].split()) > 15
