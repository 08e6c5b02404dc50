"""The tab "Collection" and the timeline of a question as safe HTML, in the reader's language. Pure functions.

ui/static/collection.js and timeline.js put it into the page. A plot is inline SVG, beside the same as a table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from ui.render import clean, day, escaped, one_line
from ui.wording import Wording
from vectorstore.language.detect import language_name

_BARS = 48  # of a plot at most: by day, else by month, else by year
_YEARS = 200  # between the first and the last that are drawn where there is nothing between them
_OUTLETS = 12  # that a timeline offers to filter by
_WIDTH, _HEIGHT = 600, 110  # of the plot of months
_READ_WHY = 20  # things that could not be read that a job lists


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of days and the articles of it."""

    since: date
    until: date
    articles: int
    name: str


def bars(days: Sequence[tuple[date, int]]) -> list[Bar]:
    """The counts of days as bars, the empty ones between them too: of days, months or years, as few as can be read."""
    if not days:
        return []
    first, last = min(day for day, _ in days), max(day for day, _ in days)
    for begins, name in ((_day, _day_name), (_month, _month_name), (_year, _year_name)):
        counted: dict[date, int] = {}
        for at, articles in days:
            counted[begins(at)] = counted.get(begins(at), 0) + articles
        starts, at = [], begins(first)
        if (last - first).days > 366 * _YEARS:
            starts = sorted(counted)
        else:
            while at <= last and len(starts) <= max(_BARS, _YEARS if begins is _year else 0):
                starts.append(at)
                at = _after(begins, at)
        if len(starts) <= _BARS or begins is _year:
            return [Bar(at, _after(begins, at) - timedelta(1), counted.get(at, 0), name(at)) for at in starts]
    return []


def _day(day: date) -> date:
    return day


def _month(day: date) -> date:
    return day.replace(day=1)


def _year(day: date) -> date:
    return day.replace(month=1, day=1)


def _after(begins: Any, at: date) -> date:
    return begins(at + timedelta({_day: 1, _month: 31, _year: 366}[begins]))  # type: ignore[no-any-return]


def _day_name(at: date) -> str:
    return day(at)


def _month_name(at: date) -> str:
    return day(at).partition(" ")[2]


def _year_name(day: date) -> str:
    return str(day.year)


# --- the tab ----------------------------------------------------------------------------------------------------------


def holdings_html(found: Mapping[str, Any], words: Wording) -> str:
    """What is searched: facts, a plot, outlets, what could not be read; and, where that is allowed, room to add files."""
    t = {key: escaped(text) for key, text in words.texts.items()}
    facts = [
        (t["collection.passages"], f"{found['passages']:,}"),
        (t["collection.days"], _span(found)),
        (t["collection.undated"], f"{found['undated']:,}" if found["undated"] else ""),
        (t["collection.languages"], ", ".join(_language(row, words) for row in found["languages"])),
        (t["collection.vectors"], f"{min(99, int(100 * found['vectors']))} %" if found["vectors"] < 1 else t["collection.all"]),
        (t["collection.refreshed"], _moment(found["refreshed"])),
    ]
    listed = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts if value)
    return (
        f'<section id="or-collection" aria-label="{t["tab.collection"]}">'
        f"<h2>{escaped(words.count('articles', found['articles']))}</h2><dl>{listed}</dl>"
        f"{_uploads_form(t) if found['uploads'] else ''}{_months(found['months'], t, words)}{_outlets(found['outlets'], t)}"
        f"{_rejected(found['rejected'], t, words)}</section>"
    )


def _span(found: Mapping[str, Any]) -> str:
    if not found["first"]:
        return ""
    ends = dict.fromkeys(day(date.fromisoformat(found[name])) for name in ("first", "last"))
    return escaped(" – ".join(ends))


def _moment(refreshed: str) -> str:
    return f'<time datetime="{escaped(refreshed)}">{escaped(refreshed[:16].replace("T", " "))} UTC</time>' if refreshed else ""


def _language(row: Mapping[str, Any], words: Wording) -> str:
    code = str(row["language"])
    return f"{escaped(language_name(code, words.language) or words('collection.unknown'))} {row['articles']:,}"


def _months(months: Sequence[Mapping[str, Any]], t: Mapping[str, str], words: Wording) -> str:
    drawn = bars([(date.fromisoformat(f"{row['month']}-01"), row["articles"]) for row in months])
    if not drawn:
        return ""
    most, wide = max(bar.articles for bar in drawn), _WIDTH / len(drawn)
    shapes = "".join(
        f'<rect x="{n * wide + wide * 0.1:.1f}" y="{_HEIGHT - high:.1f}" width="{wide * 0.8:.1f}" height="{high:.1f}">'
        f"<title>{escaped(bar.name)}: {bar.articles:,}</title></rect>"
        for n, bar in enumerate(drawn)
        if (high := bar.articles / most * (_HEIGHT - 4))
    )
    rows = "".join(f'<tr><th scope="row">{escaped(bar.name)}</th><td>{bar.articles:,}</td></tr>' for bar in drawn if bar.articles)
    label = escaped(words("collection.plot", first=drawn[0].name, last=drawn[-1].name, most=f"{most:,}"))
    return (
        f'<h3 id="or-when">{t["collection.when"]}</h3><figure class="or-plot">'
        f'<svg width="{min(100, 8 * len(drawn))}%" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{label}" '
        f'preserveAspectRatio="none">{shapes}</svg><figcaption>{_ends(drawn)}</figcaption></figure>'
        f'<details><summary class="or-quiet">{t["collection.table"]}</summary><table aria-labelledby="or-when"><thead><tr>'
        f'<th scope="col">{t["collection.when.head"]}</th><th scope="col">{t["collection.articles"]}</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></details>"
    )


def _ends(drawn: Sequence[Bar]) -> str:
    """The first and the last of the bars, at either end; of few bars, which do not fill the line, together."""
    first, last = (f"<span>{escaped(bar.name)}</span>" for bar in (drawn[0], drawn[-1]))
    if len(drawn) == 1:
        return first
    return f"{first}{last}" if len(drawn) > 12 else f"<span>{escaped(drawn[0].name)} – {escaped(drawn[-1].name)}</span>"


def _outlets(outlets: Sequence[Mapping[str, Any]], t: Mapping[str, str]) -> str:
    heads = "".join(
        f'<th scope="col" aria-sort="{"descending" if name == "articles" else "none"}">'
        f'<button type="button" data-sort="{name}">{t[f"collection.{name}"]}</button></th>'
        for name in ("outlet", "articles", "first", "last")
    )
    rows = "".join(
        f'<tr><th scope="row" dir="auto" data-value="{name}">{name or "–"}</th>'
        f'<td data-value="{row["articles"]}">{row["articles"]:,}</td>{_cell(row["first"])}{_cell(row["last"])}</tr>'
        for row, name in ((row, escaped(one_line(row["source"]))) for row in outlets)
    )
    return (
        f'<h3 id="or-by-outlet">{t["collection.outlets"]}</h3><table id="or-outlet-table" aria-labelledby="or-by-outlet">'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _cell(day: str | None) -> str:
    return f'<td data-value="{day or ""}">{escaped(day or "–")}</td>'


def _rejected(rejected: Mapping[str, Any], t: Mapping[str, str], words: Wording) -> str:
    if not rejected["count"]:
        return ""
    more = rejected["count"] - len(rejected["first"])
    rest = f'<p class="or-note">{escaped(words("collection.rejected.more", count=f"{more:,}"))}</p>' if more > 0 else ""
    head = escaped(words.count("collection.rejected", rejected["count"]))
    return f'<h3>{head}</h3><ul class="or-rejected">{"".join(map(_why, rejected["first"]))}</ul>{rest}'


def _why(row: Mapping[str, str]) -> str:
    return f"<li><bdi>{escaped(one_line(row['where']))}</bdi>: {escaped(one_line(row['reason']))}</li>"


# --- adding files -----------------------------------------------------------------------------------------------------


def _uploads_form(t: Mapping[str, str]) -> str:
    return f"""
<h3 id="or-add">{t["uploads"]}</h3><form id="or-upload" aria-labelledby="or-add"><div class="or-drop">
<label class="or-strong" for="or-files">{t["uploads.files"]}</label><input class="or-sr" id="or-files" type="file" multiple>
<label class="or-quiet" for="or-folder">{t["uploads.folder"]}</label>
<input class="or-sr" id="or-folder" type="file" webkitdirectory multiple><span class="or-note">{t["uploads.drop"]}</span></div>
<p id="or-sending" hidden><label for="or-sent">{t["uploads.sending"]}</label>
<progress id="or-sent" max="1" value="0"></progress>
<button type="button" class="or-quiet" id="or-send-stop">{t["cancel"]}</button></p>
<p id="or-upload-wrong" class="or-wrong" role="alert" hidden></p></form><div id="or-uploads"></div>
<dialog id="or-delete" aria-labelledby="or-delete-says"><form method="dialog"><p id="or-delete-says" dir="auto"></p>
<p><button class="or-strong" value="yes">{t["uploads.remove"]}</button>
<button class="or-quiet" value="" autofocus>{t["keep"]}</button></p></form></dialog>
"""


def uploads_html(found: Mapping[str, Any], words: Wording) -> str:
    """The jobs that go on or were done last, and the files that were added, each of which can be taken out."""
    t = {key: escaped(text) for key, text in words.texts.items()}
    jobs = "".join(_job(job, t, words) for job in found["jobs"][:5])
    rows = "".join(
        f'<tr><th scope="row"><bdi>{name}</bdi></th><td>{one["articles"]:,}</td><td>{escaped(one["when"][:10])}</td>'
        f'<td><button type="button" class="or-quiet" data-remove="{escaped(one["id"])}" data-name="{name}">'
        f'{t["uploads.remove"]}<span class="or-sr"> {name}</span></button></td></tr>'
        for one, name in ((one, escaped(one_line(one["name"]))) for one in found["files"])
    )
    table = (
        f'<details id="or-added"><summary class="or-quiet">{escaped(words.count("uploads.added", len(found["files"])))}</summary>'
        f'<table aria-label="{t["uploads.added.head"]}"><thead><tr><th scope="col">{t["uploads.name"]}</th>'
        f'<th scope="col">{t["collection.articles"]}</th><th scope="col">{t["uploads.when"]}</th><th scope="col">'
        f'<span class="or-sr">{t["uploads.remove"]}</span></th></tr></thead><tbody>{rows}</tbody></table></details>'
        if rows
        else ""
    )
    return f'<ul class="or-jobs">{jobs}</ul>{table}'


def _job(job: Mapping[str, Any], t: Mapping[str, str], words: Wording) -> str:
    over = job["state"] in ("done", "failed", "cancelled")
    named = [one_line(one["name"]) for one in job["files"]] + [one_line(name) for name in job["same"]]
    title = f"<bdi>{escaped(named[0])}</bdi>" if named else ""
    if len(named) > 1:
        title += f" {escaped(words.count('uploads.others', len(named) - 1))}"
    bar = ""
    if not over:
        told = job["progress"]
        share = f' value="{told["encoded"]}" max="{told["of"]}"' if told["of"] else ""
        bar = f'<progress{share} aria-label="{t["uploads.progress"]}"></progress>'
        if job["state"] != "undoing":
            bar += f' <button type="button" class="or-quiet" data-cancel="{escaped(job["id"])}">{t["cancel"]}</button>'
    why = "".join(_why(row) for row in job["rejected"]["first"][:_READ_WHY])
    why = f'<ul class="or-rejected">{why}</ul>' if why else ""
    return f'<li data-state="{escaped(job["state"])}">{title}<p>{escaped(job_words(job, words))} {bar}</p>{why}</li>'


def job_words(job: Mapping[str, Any], words: Wording) -> str:
    """How far a job is, or what came of it: "12 articles added. 1 file was not read:"."""
    state, told = job["state"], job["progress"]
    if state == "failed":
        return words("uploads.failed", why=one_line(job["message"]))
    if state in ("waiting", "undoing", "cancelled"):
        return words(f"uploads.{state}")
    if state == "building":
        if job["message"]:
            return one_line(job["message"])
        if told["of"]:
            key = "uploads.indexed" if told["indexed"] else "uploads.encoding"
            return words(key, done=f"{told['encoded']:,}", of=f"{told['of']:,}")
        return words.count("uploads.read", told["read"])
    if job["kind"] == "remove":
        return words.count("uploads.removed", job["removed"])
    counts = {"new": job["added"]} | {name: job[name] for name in ("replaced", "older", "duplicates")}
    if not job["same"]:
        counts["new"] = counts["new"] or (0 if counts["replaced"] else -1)  # that nothing came of it is said, too
    parts = [words.count(f"uploads.{name}", max(0, number)) for name, number in counts.items() if number]
    if job["same"]:
        parts.append(words.count("uploads.same", len(job["same"])))
    if job["rejected"]["count"]:
        parts.append(words.count("uploads.rejected", job["rejected"]["count"]))
    return " ".join(parts)


# --- the timeline of a question -----------------------------------------------------------------------------------------


def timeline_html(found: Mapping[str, Any], words: Wording, root: str = "") -> str:
    """What matches a question by day and outlet: bars and outlets that filter, and the table of all of it to keep."""
    t = {key: escaped(text) for key, text in words.texts.items()}
    by_outlet: dict[str, int] = {}
    for row in found["days"]:
        by_outlet[row["source"]] = by_outlet.get(row["source"], 0) + row["articles"]
    drawn = bars([(date.fromisoformat(row["day"]), row["articles"]) for row in found["days"] if row["day"]])
    most = max((bar.articles for bar in drawn), default=1)
    buttons = "".join(_bar(bar, most, words) for bar in drawn)
    plot = ""
    if drawn:
        plot = f'<ol class="or-bars" aria-label="{t["timeline.when"]}">{buttons}</ol><p class="or-ends">{_ends(drawn)}</p>'
    top = sorted(by_outlet.items(), key=lambda row: (-row[1], row[0]))
    outlets = "".join(
        f'<li><button type="button" class="or-quiet" data-source="{escaped(source)}"><bdi>{escaped(one_line(source))}</bdi> '
        f"{articles:,}</button></li>"
        for source, articles in top[:_OUTLETS]
        if source and clean(source) == source
    )
    table = ""
    if found["question"]:
        scope = found["filters"]
        days = [(name, scope[name]) for name in ("since", "until") if scope[name]]
        several = [(name, one) for name in ("sources", "sections", "languages") for one in scope.get(name, ())]
        query = urlencode([("question", found["question"]), ("format", "csv"), *several, *days], errors="replace")
        table = f'<a href="{escaped(f"{root}/api/v1/timeline?{query}")}" download>{t["timeline.csv"]}</a>'
    return (
        f'<p class="or-note">{escaped(words.count("timeline.match", found["articles"]))} {table}</p>{plot}'
        f'<ul class="or-outlets-found" aria-label="{t["filters.outlets"]}">{outlets}</ul>'
    )


def _bar(bar: Bar, most: int, words: Wording) -> str:
    if not bar.articles:
        return "<li></li>"
    high, name = bar.articles / most * 40, escaped(bar.name)
    return (
        f'<li><button type="button" data-since="{bar.since}" data-until="{bar.until}" title="{name}: {bar.articles:,}">'
        f'<svg viewBox="0 0 10 40" preserveAspectRatio="none" aria-hidden="true"><rect x="1" y="{40 - high:.1f}" width="8" '
        f'height="{high:.1f}"/></svg>'
        f'<span class="or-sr">{name}: {escaped(words.count("articles", bar.articles))}</span></button></li>'
    )
