"""What people type: greetings and frames, keywords, questions about the collection, accents left off, two questions in one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from qa.asking import asked
from qa.assistant import Assistant
from qa.check.verdict import check
from qa.collection import GREETING, Wanted, wanted
from qa.doubles import ScriptedModel
from qa.parts import parts
from qa.settings import Settings
from qa.types import Turn
from vectorstore.language.frames import bare, is_small_talk, wants_gist
from vectorstore.language.words import key, spellings
from vectorstore.rebuild import rebuild

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "asking.yaml").read_text(encoding="utf-8"))
QUESTIONS = [(name, row) for name, case in CASES.items() for row in case["questions"]]


@pytest.fixture(scope="module")
def collections(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Assistant]]:
    """An assistant without a model over each little collection of the cases."""
    opened = {}
    for name, case in CASES.items():
        folder = tmp_path_factory.mktemp(name)
        lines = [json.dumps(article, default=str) for article in case["articles"]]
        (folder / "articles.jsonl").write_text("\n".join(lines), encoding="utf-8")
        rebuild([folder / "articles.jsonl"], folder / "index")
        opened[name] = Assistant.open(folder / "index", Settings(index=folder / "index", answerer="quote"))
    yield opened
    for assistant in opened.values():
        assistant.close()


@pytest.mark.parametrize(("name", "row"), QUESTIONS, ids=[row["ask"] for _, row in QUESTIONS])
def test_however_it_is_put(name: str, row: dict[str, Any], collections: dict[str, Assistant]) -> None:
    """A question is answered however people put it; what is cited is the article's own text."""
    question, answered, *titles = row.get("after", [""] * 2)
    answer = collections[name].ask(row["ask"], [Turn(question, answered, tuple(titles))] if question else ())
    assert answer.abstained == row.get("abstains", False)
    for words in row.get("says", ()):
        assert words in answer.text
    assert row.get("never", "\0") not in answer.text
    for citation in answer.citations:
        assert citation.article.text[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize("text", ["hello", "Hi!", "thanks!", "Good morning", "Who are you?", "help", "Thank you very much."])
def test_a_greeting_gets_a_greeting(text: str, collections: dict[str, Assistant]) -> None:
    """Nothing is searched and nothing quoted; it is neither an answer of the articles nor an abstention."""
    answer = next(iter(collections.values())).ask(text)
    assert (answer.text, answer.final, answer.abstained) == (GREETING, True, False)
    assert (answer.sentences, answer.citations, answer.hits) == ((), (), ())


def test_no_model_is_asked_for_what_the_records_say(samples_index: Path) -> None:
    """A greeting, and a question about the collection itself, cost no call of a model."""
    with ScriptedModel("A model's words [1].") as server:
        settings = Settings(index=samples_index, answerer="model", base_url=server.url)
        with Assistant.open(samples_index, settings) as assistant:
            assert assistant.ask("hello").text == GREETING
            assert "25 articles" in assistant.ask("How many articles are there?").text
        assert not server.requests


def test_what_needs_no_history_is_not_rewritten(samples_index: Path) -> None:
    """Thanks, and a question about the whole collection, cost no call of a model in the middle of a talk either."""
    talk = [Turn("Who is the captain of the ferry?", "Per Aasen.")]
    with ScriptedModel("Who is Per Aasen?") as server:
        settings = Settings(index=samples_index, answerer="model", base_url=server.url)
        with Assistant.open(samples_index, settings) as assistant:
            assert assistant.ask("thanks!", talk).text == GREETING
            assert "outlets" in assistant.ask("Which outlets are there?", talk).text
        assert not server.requests


def test_a_model_gets_the_passages_of_both_questions(samples_index: Path) -> None:
    """Two questions in one are searched for apart, and the model reads the whole question with what both found."""
    question = "How many steps does the lighthouse have, and who wants to close the cannery?"
    with ScriptedModel("The lighthouse has 178 steps [1].") as server:
        settings = Settings(index=samples_index, answerer="model", base_url=server.url)
        with Assistant.open(samples_index, settings) as assistant:
            answer = assistant.ask(question)
    assert answer.standalone_question == question
    told = " ".join(hit.passage.text for hit in answer.hits[:4])
    assert "178 steps" in told
    assert "cannery" in told


@pytest.mark.parametrize(
    ("claim", "passage"),
    [
        ("Kåre Ørbek won.", "Kare Orbek won."),
        ("Juergen Loewe won.", "Jürgen Löwe won."),
        ("Jurgen Lowe said that the mill is safe.", "“The mill is safe,” said Jürgen Löwe."),
    ],
)
def test_a_true_sentence_is_supported_however_a_name_is_written(claim: str, passage: str) -> None:
    """The check knows a name with its accents left off or spelt out, either way; another name stays another."""
    assert check(claim, [passage]).supported
    assert not check(claim.replace("J", "M").replace("K", "M"), [passage]).supported


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("Hi, how many shops closed?", "how many shops closed?"),
        ("Good evening! Could you please tell me how many shops closed?", "how many shops closed?"),
        ("Please tell me how many shops closed, thank you", "how many shops closed"),
        ("Good day, how many shops closed? Many thanks, Ruth", "how many shops closed?"),
        ("How many shops closed? Kind regards, Ruth Amsel", "How many shops closed?"),
        ("According to the articles, how many shops closed?", "how many shops closed?"),
        ("I'm writing a piece and I need to know how many shops closed.", "how many shops closed."),
        ("Is it true that the shops closed?", "whether the shops closed?"),
        ("Explain why the shops closed", "why the shops closed"),
        ("Sorry to bother you. Hope all is well! Just a quick one: why did the shops close? Ta", "why did the shops close?"),
        ("I am a baker, and this matters to me. Why did the shops close? P.S. I like your paper.", "Why did the shops close?"),
        ("I live in Velden. Why did the shops close?", "I live in Velden. Why did the shops close?"),
        ("How much hope is there for the shops?", "How much hope is there for the shops?"),
        ("Who said hello to the queen?", "Who said hello to the queen?"),
        ("Did anyone know that the shops would close?", "Did anyone know that the shops would close?"),
        ("Can you swim in the lake?", "Can you swim in the lake?"),
    ],
)
def test_what_is_asked_without_how_it_is_put(question: str, asks: str) -> None:
    """A frame goes; what only looks like one stays."""
    assert bare(question) == asks


@pytest.mark.parametrize("question", ["Tell me about the mill", "Summarise the news on the mill.", "mill summary"])
def test_a_request_has_a_subject(question: str) -> None:
    """What asks for what is known leaves its subject to look for."""
    assert wants_gist(question)
    assert "mill" in bare(question)
    assert not {"summary", "news", "happen"} & {term.stem for term in asked(question).terms}


def test_questions_are_no_small_talk() -> None:
    """A question that begins or ends politely is one."""
    for question in (
        "Hello, who won?",
        "Thanks, and who lost?",
        "help for farmers",
        "Who are the owners?",
        "What can you buy there?",
    ):
        assert not is_small_talk(question), question


@pytest.mark.parametrize(
    ("question", "what"),
    [
        ("How many articles are there?", Wanted("count")),
        ("Hello, which outlets do you have?", Wanted("outlet")),
        ("What are the articles about?", Wanted("topics")),
        ("Who wrote the article about the mill?", Wanted("wrote", "the mill")),
        ("List all articles on the mill", Wanted("listed", "the mill")),
        ("How many articles of the constitution were changed?", None),
        ("Who wrote Hamlet?", None),
        ("When was the mill published in the register?", None),
        ("What is the article of faith?", None),
    ],
)
def test_what_asks_about_the_collection(question: str, what: Wanted | None) -> None:
    """The collection is meant only where nothing else can be."""
    assert wanted(question) == what


@pytest.mark.parametrize(
    ("question", "apart"),
    [
        ("Who won the cup, and how old is Ada Quell?", ("Who won the cup?", "how old is Ada Quell?")),
        ("Who won the cup? What is the price of rye?", ("Who won the cup?", "What is the price of rye?")),
        ("Why did it rain and how many got wet?", None),
        ("Why did the mill burn and how many fell?", ("Why did the mill burn?", "Why did the mill burn. how many fell?")),
        ("Who won the cup and by how much?", None),
        ("Who is it and how many bakers lost their jobs at the mill?", None),
        ("What is rye bread and how is it baked?", None),
        ("Who won the cup and when?", None),
        ("The mill and who owns it", None),
    ],
)  # fmt: skip
def test_two_questions_in_one(question: str, apart: tuple[str, ...] | None) -> None:
    """They are taken apart where both stand alone; one that has no subject is told the first before."""
    assert parts(question) == (apart or (question,))


@pytest.mark.parametrize(
    ("written", "typed"),
    [("Łódź", "Lodz"), ("Ørsted", "Orsted"), ("Straße", "Strasse"), ("Þóra", "Thora"), ("Çağla", "Cagla"), ("İlkay", "Ilkay")],
)
def test_accents_make_no_difference(written: str, typed: str) -> None:
    """A name is one however its accents are left off."""
    assert key(written) == key(typed)


@pytest.mark.parametrize(
    ("written", "typed"), [("Müller", "Mueller"), ("Ørbek", "Oerbek"), ("Åsborg", "Aasborg"), ("Jäger", "Jaeger")]
)
def test_accents_may_be_spelt_out(written: str, typed: str) -> None:
    """Each way is found by the other."""
    assert key(typed) in spellings(written)
    assert key(written) in spellings(typed)
