"""Ask a collection of news articles; every sentence of the answer carries a verbatim quote.

Importing this package loads none of the heavy libraries: they come with the first question.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from qa.assistant import Assistant, ask
from qa.types import Answer, Citation, Sentence, Turn

if TYPE_CHECKING:
    from qa.runnable import OnRecordRetriever, chain

__all__ = ["Answer", "Assistant", "Citation", "OnRecordRetriever", "Sentence", "Turn", "ask", "chain"]


def __getattr__(name: str) -> Any:
    """The LangChain parts are looked up on first use: they are classes of langchain-core, which is slow to import."""
    if name in ("OnRecordRetriever", "chain"):
        module = import_module("qa.runnable")
        globals()["OnRecordRetriever"], globals()["chain"] = module.OnRecordRetriever, module.chain
        return globals()[name]
    raise AttributeError(f"module 'qa' has no attribute {name!r}")
