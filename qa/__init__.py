"""Ask a collection of news articles; every sentence of the answer carries a verbatim quote.

Importing this package loads none of the heavy libraries: they come with the first question. Every error that is raised on
purpose can be imported from here; qa/errors.py draws their family tree.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from qa import errors
from qa.answerable import evidence
from qa.assistant import Assistant, ask
from qa.asynchronous import AsyncAssistant
from qa.check.opinion import support
from qa.check.verdict import Verdict, check  # the function; the folder of its rules is qa.check to those who import from it
from qa.errors import *  # noqa: F403 - all of them: the file says which
from qa.settings import Settings, read_settings
from qa.texts.checking import check_text
from qa.texts.types import CheckedText
from qa.types import Answer, Citation, Sentence, Turn
from vectorstore import errors as store_errors
from vectorstore.errors import *  # noqa: F403 - as above
from vectorstore.search import Index
from vectorstore.types import Filters

if TYPE_CHECKING:
    from qa.runnable import OnRecordRetriever, chain

__all__ = [
    "Answer",
    "Assistant",
    "AsyncAssistant",
    "CheckedText",
    "Citation",
    "Filters",
    "Index",
    "OnRecordRetriever",
    "Sentence",
    "Settings",
    "Turn",
    "Verdict",
    "ask",
    "chain",
    "check",
    "check_text",
    "evidence",
    "read_settings",
    "support",
]
__all__ += errors.__all__
__all__ += store_errors.__all__


def __getattr__(name: str) -> Any:
    """The LangChain parts are looked up on first use: they are classes of langchain-core, which is slow to import."""
    if name in ("OnRecordRetriever", "chain"):
        module = import_module("qa.runnable")
        globals()["OnRecordRetriever"], globals()["chain"] = module.OnRecordRetriever, module.chain
        return globals()[name]
    raise AttributeError(f"module 'qa' has no attribute {name!r}")
