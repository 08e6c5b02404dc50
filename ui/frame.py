"""The page before anything is asked: its islands as safe HTML, in the reader's language. Pure functions.

The scripts in ui/static/ fill these islands and clone the `<template>`s; they make no HTML of their own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ui.feedback import REASONS
from ui.render import clean, escaped, mode_name, one_line, span_of_days, vectors_so_far
from ui.wording import Wording, wording
from vectorstore.language.detect import language_name
from vectorstore.types import Summary

EXAMPLES = 4
Kinds = Mapping[str, Sequence[tuple[str, int]]]  # the sections and the languages of the articles, each with how many have it
_FORMS = ("copy", "md", "html", "csv")
_THUMB = "M7 11v9H4v-9zM7 11l4-8c1.7 0 2.5 1 2.3 2.7L12.8 9H19c1.2 0 2 1 1.8 2.1l-1.3 7.2c-.2 1-1 1.7-2 1.7H7"


def front(
    summary: Summary,
    model_name: str,
    examples: Sequence[str],
    words: Wording,
    root: str = "",
    user: str = "",
    kinds: Kinds = MappingProxyType({}),
) -> dict[str, Any]:
    """What the scripts are given: their strings, the islands, what can be filtered by."""
    return {
        "language": words.language,
        "texts": dict(words.texts),
        "root": root,
        "user": user,
        "islands": {
            "or-header": header_html(words, user, root),
            "or-ask-tab": ask_html(words),
            "or-collection-tab": collection_html(summary, words),
        },
    } | fresh(summary, model_name, examples, words, kinds)


def fresh(
    summary: Summary, model_name: str, examples: Sequence[str], words: Wording, kinds: Kinds = MappingProxyType({})
) -> dict[str, Any]:
    """What changes with the collection: a rebuild beside a running chat is seen by asking for it again."""
    return {
        "generation": summary.generation,
        "status": status_html(summary, model_name, words),
        "welcome": welcome_html(summary, model_name, words),
        "examples": [clean(example) for example in examples[:EXAMPLES]],
        "sources": [[name, clean(name), articles] for name, articles in summary.sources if name],
        "sections": [[name, clean(name), articles] for name, articles in kinds.get("sections", ())],
        "languages": [
            [code, language_name(code, words.language), articles] for code, articles in kinds.get("languages", ()) if code
        ],
        "first": summary.first.isoformat() if summary.first else "",
        "last": summary.last.isoformat() if summary.last else "",
    }


def as_script(given: Mapping[str, Any]) -> str:
    """The values as JSON that can stand in a `<script>`: nothing in it can end the element."""
    text = json.dumps(given, ensure_ascii=True)  # a lone surrogate, too, is written as an escape
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


# --- the header -------------------------------------------------------------------------------------------------------


def header_html(words: Wording, user: str = "", root: str = "") -> str:
    """The brand, the tabs, and room for the status line."""
    tabs = "".join(
        f'<button type="button" role="tab" id="or-tab-{name}" aria-controls="or-{name}-tab" aria-selected="{selected}" '
        f'tabindex="{0 if selected == "true" else -1}" data-tab="{name}">{escaped(words(f"tab.{name}"))}</button>'
        for name, selected in (("ask", "true"), ("collection", "false"))
    )
    leave = (
        f'<span class="or-user"><span class="or-sr">{escaped(words("user"))} </span><bdi>{escaped(user)}</bdi></span>'
        f'<form method="post" action="{escaped(root)}/logout"><button class="or-quiet">{escaped(words("logout"))}</button></form>'
        if user
        else ""
    )
    return (
        '<h1 class="or-brand">onrecord</h1>'
        f'<div class="or-tabs" role="tablist" aria-label="{escaped(words("tabs"))}">{tabs}</div>'
        f'<div id="or-status"></div>{leave}'
    )


def status_html(summary: Summary, model_name: str, words: Wording | None = None) -> str:
    """The header's right side: how answers are made, and what is being searched."""
    words = words or wording()
    mode = escaped(words("mode.quotes" if model_name == "quote-only" else "mode.model"))
    number, _, noun = words.count("articles", summary.articles).partition(" ")
    facts = [f"<b>{escaped(number)}</b> {escaped(noun)}"]
    if summary.first:
        facts.append(escaped(span_of_days(summary.first, summary.last)))
    named = [name for name, _ in summary.sources if name]
    if len(named) == 1:
        facts.append(f"<bdi>{escaped(one_line(named[0]))}</bdi>")
    elif named:
        facts.append(escaped(words.count("outlets", len(named))))
    if summary.undated:
        facts.append(escaped(words("undated", count=f"{summary.undated:,}")))
    facts += vectors_so_far(summary)
    collection = " ".join(f'<span class="or-fact">{fact}</span>' for fact in facts)
    return (
        f'<div class="or-status"><span class="or-mode" title="{mode}"><span class="or-sr">{escaped(words("mode"))}: </span>'
        f'<bdi>{escaped(mode_name(model_name))}</bdi><span class="or-sr">. {mode}</span></span>'
        f'<span class="or-collection"><span class="or-sr">{escaped(words("collection"))}: </span>{collection}</span></div>'
    )


# --- the tab "Ask" ----------------------------------------------------------------------------------------------------


def ask_html(words: Wording) -> str:
    """The desk: the conversation with its box, and the evidence beside it."""
    t = {key: escaped(text) for key, text in words.texts.items()}
    return f"""
<div id="or-desk">
<section id="or-talk" aria-label="{t["conversation"]}">
<div id="or-bar">
<button type="button" class="or-quiet" id="or-talks-open" aria-expanded="false" aria-controls="or-talks">{t["talks"]}</button>
<span id="or-talk-name" dir="auto"></span>
{_menu(t, "export.talk", ' id="or-export"')}
<button type="button" class="or-quiet" id="or-clear">{t["talk.new"]}</button>
</div>
<div id="or-talks" hidden><p class="or-label" id="or-talks-label">{t["talks.list"]}</p>
<p class="or-note" id="or-talks-none">{t["talks.none"]}</p><ul id="or-talks-list" aria-labelledby="or-talks-label"></ul></div>
<div id="or-scroll" tabindex="0" aria-label="{t["conversation"]}">
<div id="or-welcome"></div>
<div id="or-examples"></div>
<div id="or-said"></div>
</div>
<form id="or-composer">
<p id="or-editing" hidden><span></span> <button type="button" class="or-quiet" id="or-edit-end">{t["cancel"]}</button></p>
<div id="or-filters" hidden>
{_choices(t, "outlets", "filters.find")}
{_choices(t, "sections", "filters.find.section")}
{_choices(t, "languages")}
<div id="or-days"><label class="or-date"><span>{t["filters.since"]}</span><input type="date" id="or-since"></label>
<label class="or-date"><span>{t["filters.until"]}</span><input type="date" id="or-until"></label></div>
<p class="or-wrong" id="or-filters-wrong" role="alert" hidden>{t["filters.wrong"]}</p>
<p><button type="button" class="or-quiet" id="or-reset">{t["filters.clear"]}</button>
<button type="button" class="or-quiet" id="or-filters-done">{t["filters.done"]}</button></p>
</div>
<div id="or-ask-row">
<div id="or-box"><label class="or-sr" for="or-question">{t["box"]}</label>
<textarea id="or-question" rows="1" dir="auto" placeholder="{t["box.hint"]}" enterkeyhint="send"></textarea></div>
<button id="or-ask">{t["ask"]}</button>
<button type="button" id="or-stop" hidden>{t["stop"]}</button>
</div>
<div id="or-tools">
<button type="button" class="or-quiet" id="or-filters-open" aria-expanded="false"
aria-controls="or-filters">{t["filters"]}</button>
<ul id="or-chosen" aria-label="{t["filters.chosen"]}"></ul>
</div>
</form>
</section>
<aside id="or-evidence" aria-label="{t["evidence"]}" tabindex="0">
<button type="button" class="or-back" data-back="">{t["evidence.back"]}</button>
<label class="or-order" id="or-order" hidden>{t["evidence.order"]} <select>
<option value="relevance">{t["evidence.relevance"]}</option><option value="date">{t["evidence.date"]}</option></select></label>
<div id="or-nothing" class="or-empty"><p>{t["evidence.none"]}</p></div>
<div id="or-shown"></div>
<div id="or-reader" tabindex="-1" aria-label="{t["reader"]}" hidden></div>
</aside>
</div>
<div id="or-shade" hidden></div>
<div id="or-tip" role="tooltip" hidden></div>
<template id="or-exchange"><article class="or-exchange">
<h2 class="or-question" dir="auto"></h2>
<div class="or-body"></div>
<p class="or-searching" hidden></p>
<p class="or-notice or-ended" role="note" hidden></p>
<div class="or-error" role="alert" hidden><p class="or-label">{t["failed"]}</p><p class="or-text" dir="auto"></p></div>
<div class="or-actions" hidden>
<button type="button" class="or-quiet" data-do="evidence">{t["evidence.open"]}</button>
<button type="button" class="or-quiet" data-do="retry">{t["retry"]}</button>
<button type="button" class="or-quiet" data-do="edit">{t["edit"]}</button>
<button type="button" class="or-quiet" data-do="link">{t["link"]}</button>
<button type="button" class="or-quiet" data-do="unqueue">{t["unqueue"]}</button>
{_menu(t, "export")}
<span class="or-thumbs" role="group" aria-label="{t["thumb"]}">{_thumb(t, "up")}{_thumb(t, "down")}</span>
</div></article></template>
<template id="or-draft"><div class="or-answer or-prose or-streaming" aria-busy="true">
<p class="or-label">{t["unchecked"]}</p><p class="or-text" dir="auto"></p></div></template>
<template id="or-talks-row"><li><button type="button" class="or-open" data-do="open"></button>
<span class="or-note"></span>
<button type="button" class="or-quiet" data-do="rename">{t["talk.rename"]}</button>
<button type="button" class="or-quiet" data-do="delete">{t["talk.delete"]}</button></li></template>
<template id="or-chosen-row"><li><bdi></bdi> <button type="button"><span aria-hidden="true">×</span></button></li></template>
<template id="or-outlets-row"><label class="or-outlet-choice"><input type="checkbox"> <bdi></bdi>
<span class="or-note"></span></label></template>
<dialog id="or-sure" aria-labelledby="or-sure-says"><form method="dialog"><p id="or-sure-says" dir="auto"></p>
<p><button class="or-strong" value="yes"></button>
<button class="or-quiet" value="" autofocus>{t["keep"]}</button></p></form></dialog>
<dialog id="or-why" aria-labelledby="or-why-says"><form method="dialog">
<fieldset><legend id="or-why-says">{t["thumb.why"]}</legend>{_reasons(t)}</fieldset>
<label>{t["thumb.text"]} <textarea name="text" maxlength="2000" dir="auto"></textarea></label>
<label>{t["thumb.address"]} <input name="address" maxlength="2000" dir="auto" autocomplete="off"></label>
<p class="or-note">{t["thumb.kept.where"]}</p>
<p class="or-wrong" role="alert" hidden></p>
<p><button class="or-strong" value="yes">{t["thumb.send"]}</button>
<button class="or-quiet" value="" formnovalidate>{t["cancel"]}</button></p></form></dialog>
<dialog id="or-rename" aria-labelledby="or-rename-says"><form method="dialog">
<label><span id="or-rename-says">{t["talk.name"]}</span> <input name="name" maxlength="120" dir="auto" autocomplete="off"></label>
<p><button class="or-strong" value="yes">{t["save"]}</button>
<button class="or-quiet" value="" formnovalidate>{t["cancel"]}</button></p></form></dialog>
"""


def _choices(t: Mapping[str, str], name: str, find: str = "") -> str:
    """A list to choose from, which ui/static/filters.js fills; with a field that finds in it, where it may be long."""
    sought = (
        f'<input type="search" class="or-find" id="or-{name}-find" aria-label="{t[find]}" placeholder="{t[find]}">'
        if find
        else ""
    )
    legend = f'<legend>{t[f"filters.{name}"]} <span class="or-note">{t["filters.all"]}</span></legend>'
    return (
        f'<fieldset class="or-choices" id="or-{name}">{legend}{sought}<div class="or-list" id="or-{name}-list"></div></fieldset>'
    )


def _menu(t: Mapping[str, str], name: str, more: str = "") -> str:
    """What an answer, or the conversation, can be exported as."""
    rows = "".join(
        f'<button type="button" class="or-quiet" data-export="{form}">{t[f"export.{form}"]}</button>' for form in _FORMS
    )
    summary = f'<summary class="or-quiet">{t[name]}</summary>'
    return f'<details class="or-menu"{more}>{summary}<div>{rows}<output></output></div></details>'


def _thumb(t: Mapping[str, str], way: str) -> str:
    return (
        f'<button type="button" class="or-quiet" data-thumb="{way}" aria-pressed="false" aria-label="{t[f"thumb.{way}"]}" '
        f'title="{t[f"thumb.{way}"]}"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="{_THUMB}"/></svg></button>'
    )


def _reasons(t: Mapping[str, str]) -> str:
    return "".join(
        f'<label><input type="radio" name="reason" value="{reason}" required> {t[f"reason.{reason}"]}</label>'
        for reason in REASONS
    )


def welcome_html(summary: Summary, model_name: str, words: Wording | None = None) -> str:
    """The page before the first question: what it does, and with what."""
    words = words or wording()
    articles = escaped(words.count("articles", summary.articles))
    if model_name == "quote-only":
        how = escaped(words("welcome.quotes")).replace("{articles}", articles)
    else:
        who = f"<bdi>{escaped(mode_name(model_name))}</bdi>"
        how = escaped(words("welcome.model")).replace("{articles}", articles).replace("{model}", who)
    return f'<div class="or-welcome"><h2>{escaped(words("welcome"))}</h2><p>{how}</p></div>'


# --- the tab "Collection" ---------------------------------------------------------------------------------------------


def collection_html(summary: Summary, words: Wording | None = None) -> str:
    """What is searched: each outlet and how many of its articles there are."""
    words = words or wording()
    rows = "".join(
        f'<tr><th scope="row" dir="auto">{escaped(one_line(name)) or "–"}</th><td>{articles:,}</td></tr>'
        for name, articles in summary.sources
    )
    return (
        f'<section id="or-collection" aria-label="{escaped(words("tab.collection"))}">'
        f"<h2>{escaped(words.count('articles', summary.articles))}</h2>"
        f'<table><thead><tr><th scope="col">{escaped(words("collection.outlet"))}</th>'
        f'<th scope="col">{escaped(words("collection.articles"))}</th></tr></thead><tbody>{rows}</tbody></table></section>'
    )
