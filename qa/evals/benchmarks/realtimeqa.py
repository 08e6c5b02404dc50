"""RealTime QA (Kasai et al. 2022): a checkout of github.com/realtimeqa/realtimeqa_public, a folder of it, or one week's file.

A week is YYYYMMDD_qa.jsonl; beside it lie the news articles that a web search found, YYYYMMDD_gcs.jsonl, and those that the
quiz links, YYYYMMDD_gold.jsonl. Both are the collection. YYYYMMDD_dpr.jsonl holds Wikipedia of 2018, no news: it stays out.
A question's gold articles are the links in its evidence that the collection has; of two questions with one id the first counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

from qa.errors import UsageError
from qa.evals.benchmarks.lines import rows, string, strings
from qa.evals.types import Benchmark, Question
from vectorstore.articles.fields import outlet, web_address
from vectorstore.language.days import parse_day
from vectorstore.types import Article

_WEEK = re.compile(r"(\d{8})_qa\.jsonl")
_LINK = re.compile(r"""<a\s[^>]*?href\s*=\s*["']([^"']+)""", re.IGNORECASE)
_FIELDS = ("url", "text", "title", "publish_date")
_NEEDED = '{"question_id", "question_sentence", "choices", "answer"}'


def week(path: Path) -> str:
    """The week whose questions the file holds, as YYYYMMDD; empty for any other file."""
    named = _WEEK.fullmatch(path.name)
    return named[1] if named else ""


def weeks(folder: Path) -> list[Path]:
    """The weeks' question files in a folder, or below its folder `past`, in order of time."""
    below = folder / "past" if (folder / "past").is_dir() else folder
    return sorted((file for file in below.rglob("*_qa.jsonl") if week(file)), key=lambda file: file.name)


def read(path: Path) -> Benchmark:
    files = weeks(path) if path.is_dir() else [path]
    if not files:
        raise UsageError(f"{path} has no YYYYMMDD_qa.jsonl: pass past/2022 of a checkout of realtimeqa_public.")
    articles = _articles(files)
    questions: dict[str, Question] = {}
    for file in files:
        for question in _questions(file, articles):
            questions.setdefault(question.id, question)
    return Benchmark("realtimeqa", path, tuple(questions.values()), (lambda: iter(articles.values())) if articles else None)


def _questions(file: Path, articles: dict[str, Article]) -> Iterator[Question]:
    for number, row in rows(file, _NEEDED):
        try:
            choices = strings(row.get("choices"))
            right = [
                choices[int(answer)] if answer.isdecimal() and int(answer) < len(choices) else answer
                for answer in strings(row["answer"])
            ]
            links = (_name(unescape(link)) for link in _LINK.findall(string({"evidence": ""} | row, "evidence")))
            yield Question(
                string(row, "question_id"),
                string(row, "question_sentence"),
                tuple(right),
                tuple(dict.fromkeys(link for link in links if link in articles)),
                asked=_day(string({"question_date": ""} | row, "question_date")),
            )
        except (KeyError, TypeError) as error:
            raise UsageError(f"{file}:{number} is not {_NEEDED}: mend the line.") from error


def _articles(files: Sequence[Path]) -> dict[str, Article]:
    """The articles of these weeks by name: of several copies the longest text, as a failed fetch leaves a short one."""
    found: dict[str, Article] = {}
    for file in files:
        for kind in ("gold", "gcs"):
            beside = file.with_name(f"{week(file) or file.name[:8]}_{kind}.jsonl")
            if beside.exists():
                for number, row in rows(beside, '{"question_id", "search_result"}'):
                    results = row.get("search_result")
                    if not isinstance(results, list):
                        raise UsageError(f'{beside}:{number} is not {{"question_id", "search_result"}}: mend the line.')
                    for result in results:
                        _keep(found, result)
    return found


def _keep(found: dict[str, Article], result: Any) -> None:
    """Adds one search result; some have no text, because the page could not be fetched."""
    if not isinstance(result, dict):
        return
    url, text, title, day = (value if isinstance(value := result.get(key), str) else "" for key in _FIELDS)
    url = web_address(url).partition("#")[0]
    name = _name(url)
    if not name or not text.strip():
        return
    before = found.get(name, Article(name, ""))
    found[name] = Article(
        id=name,
        text=text if len(text) > len(before.text) else before.text,
        title=before.title or title,
        source=before.source or outlet("", url),
        url=before.url or url,
        published=before.published or _day(day),
        authors=before.authors or tuple(a for a in result.get("authors") or () if isinstance(a, str)),
    )


def _name(url: str) -> str:
    """An address without what differs between links to one page: scheme, www., index.html, last slash, fragment."""
    bare = re.sub(r"^https?://(?:www\.)?", "", url.strip().partition("#")[0], flags=re.IGNORECASE)
    return re.sub(r"/(?:index\.html)?$", "", bare)


def _day(text: str) -> date | None:
    return parse_day(text.replace("/", "-"))  # written 2022/06/16, which is year, month, day here
