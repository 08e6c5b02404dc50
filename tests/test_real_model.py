"""A real language model over the real protocol: small, poor at answering, honest about tokens."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from qa.assistant import Assistant
from qa.errors import ModelRefusedKey, PromptTooLong
from qa.models import ChatModel
from qa.prompting import Message
from qa.settings import Settings
from tests.llama import LLAMA_CONTEXT, LLAMA_KEY

HELLO = [Message("system", "You are brief."), Message("user", "Say hello to the reader in one sentence.")]


def settings(url: str, **changes: object) -> Settings:
    given: dict[str, object] = {"base_url": url, "api_key": LLAMA_KEY, "model": "smollm2", "timeout": 200.0, "max_tokens": 60}
    return Settings(**(given | {"context_tokens": LLAMA_CONTEXT} | changes))  # type: ignore[arg-type]


def test_streams(llama_url: str) -> None:
    """The drafts grow word by word, each holds the one before it, and the tokens are counted."""
    drafts = list(ChatModel(settings(llama_url)).stream(HELLO))
    assert len(drafts) > 2
    assert all(later.text.startswith(earlier.text) for earlier, later in pairwise(drafts))
    assert [draft.finished for draft in drafts] == [False] * (len(drafts) - 1) + [True]
    assert drafts[-1].finish_reason in ("stop", "length")
    assert drafts[-1].usage is not None
    assert drafts[-1].usage["output_tokens"] >= 3


def test_length_limit(llama_url: str) -> None:
    """An answer cut at the limit says so, and the limit is the one that was asked for."""
    *_, draft = ChatModel(settings(llama_url)).stream(HELLO, max_tokens=3)
    assert draft.finish_reason == "length"
    assert draft.usage is not None
    assert draft.usage["output_tokens"] == 3


def test_prompt_too_long(llama_url: str) -> None:
    """A prompt longer than the context is an error that names the setting to lower."""
    with pytest.raises(PromptTooLong, match="ONRECORD_CONTEXT_TOKENS"):
        list(ChatModel(settings(llama_url)).stream([Message("user", "word " * 6_000)]))


def test_wrong_key(llama_url: str) -> None:
    """A wrong key is refused, and the message does not repeat it."""
    with pytest.raises(ModelRefusedKey, match="Set OPENAI_API_KEY") as caught:
        list(ChatModel(settings(llama_url, api_key="wrong-key-0123456789")).stream(HELLO))
    assert "wrong-key" not in str(caught.value)


def test_stop_frees_the_server(llama_url: str) -> None:
    """A reader who stops in the middle of an answer is followed by the next question."""
    model = ChatModel(settings(llama_url))
    stream = model.stream([Message("user", "Write a long story about a lighthouse keeper.")], max_tokens=400)
    next(stream)
    stream.close()
    *_, draft = model.stream(HELLO, max_tokens=5)
    assert draft.text


def test_answer_obeys_the_rules(llama_url: str, samples_index: Path) -> None:
    """However poor its prose, what is shown is quoted exactly from our articles."""
    with Assistant.open(samples_index, settings(llama_url, passages=2)) as assistant:
        answer = assistant.ask("Who denied that the captain was asleep?")
    assert answer.final
    for citation in answer.citations:
        assert citation.article.text[citation.start : citation.end] == citation.quote
