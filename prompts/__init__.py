"""Prompts are Markdown files in this folder with `$named` blanks; `render` fills one."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from string import Template

# How a reader is told that the articles do not answer, and the token that a model is asked to write for it: a sentence would be
# translated or reworded, and no list knows every wording. Shared by the prompt, the reader of drafts, quote-only and the tests.
NOT_IN_ARTICLES = "The articles do not say."
NO_ANSWER = "NO_ANSWER"


@cache
def _template(name: str) -> Template:
    return Template(files("prompts").joinpath(f"{name}.md").read_text(encoding="utf-8"))


def render(name: str, **blanks: str) -> str:
    """The prompt `name` with its blanks filled. A value is never read as a template, so a question may hold any characters.

    Raises KeyError naming a blank that was forgotten, and ValueError naming one that the prompt does not have.
    """
    template = _template(name)
    unknown = set(blanks) - set(template.get_identifiers())
    if unknown:
        raise ValueError(f"The prompt {name!r} has no blank named {', '.join(sorted(unknown))}.")
    return template.substitute(blanks)
