"""The fields above a Markdown text: YAML between two `---`, TOML between two `+++`, or a JSON object."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date, datetime

import yaml

from vectorstore.articles.encodings import Unreadable

_LARGEST = 100_000
_YAML = re.compile(r"---[ \t]*\n(.*?\n|)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_TOML = re.compile(r"\+\+\+[ \t]*\n(.*?\n|)\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL)
_WIKI_LINK = re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]+)\]\]")
_LINE = re.compile(r"([A-Za-z][\w .-]{0,60}?)[ \t]*:(?:[ \t]+(.*)|[ \t]*)")


def front_matter(content: str) -> tuple[dict[str, object] | None, str, str]:
    """(fields, the rest, a line for the report); no fields where there is no front matter.

    YAML that is broken, or refers back into itself, is read line by line. Raises Unreadable for what cannot be read so either.
    """
    start = content.lstrip("\ufeff \t\n")
    for pattern, parse in ((_YAML, _read_yaml), (_TOML, _read_toml)):
        if match := pattern.match(start):
            fields, problem = parse(match[1])
            return fields, start[match.end() :], problem
    if start.startswith("{"):
        try:
            fields, end = json.JSONDecoder(strict=False).raw_decode(start[:_LARGEST])
        except (ValueError, RecursionError):
            return None, content, ""
        if isinstance(fields, dict) and start[end:].strip():
            return _named(fields), start[end:], ""
    return None, content, ""


class _Plain(yaml.BaseLoader):
    """Strings, lists and dicts only: nothing is run, "2024-13-45" and "no" stay what was written, and nothing refers back."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "an alias", mark)
        return super().compose_node(parent, index)


def _read_yaml(text: str) -> tuple[dict[str, object], str]:
    _bounded(text)
    try:
        found = yaml.load(text, Loader=_Plain)  # noqa: S506 - a BaseLoader: see above
        if found in (None, ""):
            return {}, ""
        if isinstance(found, dict):
            return _named(found), ""
        place = ""
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" in its line {mark.line + 1}" if mark else ""
    fields = _by_lines(text)
    if not fields:
        raise Unreadable(
            f"the front matter is broken{place}: no list of fields; write it as `name: value` lines, quoted if need be."
        )
    return fields, f"the front matter is broken{place}; it was read as `name: value` lines. Put values with : # @ * in quotes."


def _read_toml(text: str) -> tuple[dict[str, object], str]:
    _bounded(text)
    try:
        return _named(tomllib.loads(text)), ""
    except (ValueError, RecursionError) as error:
        raise Unreadable('the front matter is broken; write it as `name = "value"` lines.') from error


def _bounded(text: str) -> None:
    if len(text) > _LARGEST:
        raise Unreadable(f"the front matter has {len(text):,} characters; it may have {_LARGEST:,}.")


def _by_lines(text: str) -> dict[str, object]:
    """`name: value` lines as they were meant, with the `- item` lines below a name as its list."""
    fields: dict[str, object] = {}
    name = ""
    for line in text.split("\n"):
        if found := _LINE.fullmatch(line.rstrip()):
            name = found[1].lower()
            value = (found[2] or "").strip()
            if value[:1] == "&":
                value = value.partition(" ")[2]
            if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
                value = value[1:-1]
            if value in (">", "|", ">-", "|-", ""):
                fields[name] = ""
            elif value[:1] == "[" and value[-1:] == "]":
                fields[name] = [part.strip(" \"'") for part in value[1:-1].split(",") if part.strip(" \"'*")]
            elif not value.startswith(("!!", "*")) or " " in value:
                fields[name] = value
        elif name and line[:1] in " \t-":
            item = line.strip()
            before = fields.get(name)
            if item.startswith("- "):
                several = before if isinstance(before, list) else []
                fields[name] = [*several, item[2:].strip(" \"'")] if len(several) < 100 else several
            elif isinstance(before, str):
                fields[name] = f"{before} {item}".strip()
    return _named({name: value for name, value in fields.items() if value})


def _named(found: dict[str, object]) -> dict[str, object]:
    return {str(key).lower(): _value(value) for key, value in found.items() if value != ""}


def _value(value: object) -> object:
    """TOML's days as text, and the words of a wiki link without its marks."""
    if isinstance(value, list):
        return [_value(one) for one in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return _WIKI_LINK.sub(r"\1", value) if isinstance(value, str) else value
