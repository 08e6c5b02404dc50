"""Which kind of document it is: by its name, and by what it holds."""

from __future__ import annotations

from vectorstore.articles.document import Document

_BY_SUFFIX = {
    ".txt": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".jsonl": "jsonl",
    ".jsonl.gz": "jsonl",
    ".json": "json",
    ".pdf": "pdf",
    ".docx": "docx",
    ".odt": "odt",
    ".rtf": "rtf",
    ".epub": "epub",
    ".eml": "eml",
    ".mhtml": "eml",
    ".mht": "eml",
    ".mbox": "mbox",
    ".msg": "msg",
}
NAMES = ", ".join(_BY_SUFFIX)  # as messages list them


def kind(document: Document) -> str:
    """The key of its reader in READERS; empty where there is none."""
    name = document.name.lower()
    suffix = next((suffix for suffix in sorted(_BY_SUFFIX, key=len, reverse=True) if name.endswith(suffix)), "")
    return _BY_SUFFIX.get(suffix, "")
