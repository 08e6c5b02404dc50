"""Articles in, hits out.

Importing this package loads none of the heavy libraries: they are imported by the functions that need them.
"""

from vectorstore import errors
from vectorstore.errors import *  # noqa: F403 - all of them: the file says which

# At once, not on first use: the module has the function's name, and whichever is imported last would own `vectorstore.rebuild`.
from vectorstore.rebuild import Report, rebuild
from vectorstore.search import Index
from vectorstore.types import Article, Filters, Found, Hit, Passage, Summary

__all__ = ["Article", "Filters", "Found", "Hit", "Index", "Passage", "Report", "Summary", "rebuild"]
__all__ += errors.__all__
