"""kill -9 at random moments: `python -m tests.studies.kills [--ray ADDRESS] [--times 10] [--what worker driver server asked]`.

Of a worker and of the driver while an index is built, of the Chroma server while one is built on it and while it is asked. After
each the index before, or the new one, answers every question rightly; the next build takes up what was done, and what it makes
is, vector for vector, what one process makes.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.chroma import Chroma
from tests.test_generations import ROOT, collection, top
from tests.test_spread import alive, vectors
from vectorstore.doubles import WordHashEncoder
from vectorstore.errors import OnRecordError
from vectorstore.rebuild import rebuild
from vectorstore.search import Index
from vectorstore.verify import verify_live

ARTICLES, OLD = 2_400, 300

_BUILD = """
import sys
from pathlib import Path
from tests.test_spread import Noting
from vectorstore.rebuild import rebuild
source, index, noted, ray = sys.argv[1:]
report = rebuild([source], index, encoder=Noting(Path(noted), 0.3), ray=ray, workers=2)
print(report.encoded, report.reused)
"""


def one(what: str, folder: Path, ray: str, chance: random.Random) -> str:
    """One build with kills in it; what came of it, in words."""
    source, index, noted = collection(folder / "in", articles=OLD), folder / "index", folder / "noted"
    noted.mkdir()
    rebuild([source], index, encoder=WordHashEncoder())
    collection(folder / "in", articles=ARTICLES)
    command = [sys.executable, "-c", _BUILD, str(source), str(index), str(noted), ray]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while child.poll() is None and len(list(noted.iterdir())) < 2:
        time.sleep(0.02)
    time.sleep(chance.uniform(0, 2.5))
    if child.poll() is not None:
        return "ended before it could be killed"
    if what == "driver":
        child.kill()
        child.wait()
    elif running := alive(noted):
        os.kill(chance.choice(running), signal.SIGKILL)
    asked = [f"mill {chance.randrange(OLD)}" for _ in range(5)]
    wrong = [question for question in asked if top(index, question) != f"The {question}"]
    said = child.communicate()
    report = rebuild([source], index, encoder=WordHashEncoder()) if what == "driver" else None
    count = f"{report.encoded} encoded, {report.reused} kept" if report else f"{said[0].strip()} {said[1].strip()[-200:]}"
    whole = vectors(index)
    found = {n: row for held in whole for n, row in held.items()}
    asked = [f"mill {chance.randrange(ARTICLES)}" for _ in range(5)]
    wrong += [question for question in asked if top(index, question) != f"The {question}"]
    left = [str(file) for name in ("making", "encoded") for file in (index / name).glob("*")]
    deadline = time.monotonic() + 20
    while alive(noted) and time.monotonic() < deadline:
        time.sleep(0.1)
    bad = [f"wrong answers {wrong}"] * bool(wrong) + [f"{len(found)} vectors"] * (len(found) != ARTICLES)
    bad += [f"left {left}"] * bool(left) + ["workers live on"] * bool(alive(noted))
    return f"{'BAD: ' + '; '.join(bad) if bad else 'good'} ({count})"


def build_on_server(folder: Path, _: str, chance: random.Random) -> str:
    """One build on a server that is killed at some moment of it, and started again a while after; what came of it, in words."""
    source, index, server = collection(folder / "in", articles=OLD), folder / "index", Chroma(folder / "server")
    try:
        rebuild([source], index, encoder=WordHashEncoder(), server=server.server)
        collection(folder / "in", articles=ARTICLES)
        killer = threading.Timer(chance.uniform(0, 4.0), server.kill)
        killer.start()
        try:
            report = rebuild([source], index, encoder=WordHashEncoder(), server=server.server)
            told = f"built, {report.encoded} encoded"
        except OnRecordError as error:
            told = str(error)
        killer.join()
        bad = asked_wrongly(index, server, chance, OLD)
        server.start()
        bad += asked_wrongly(index, server, chance, OLD)
        report = rebuild([source], index, encoder=WordHashEncoder(), server=server.server)
        verify_live(index, server.server)
        bad += asked_wrongly(index, server, chance, ARTICLES)
        bad += [f"{report.articles} articles"] * (report.articles != ARTICLES) + ["several lines"] * ("\n" in told)
    finally:
        server.kill()
    return f"{'BAD: ' + '; '.join(bad) if bad else 'good'} ({told}; then {report.encoded} encoded, {report.reused} kept)"


def ask_a_server(folder: Path, _: str, chance: random.Random) -> str:
    """Four who ask an index on a server that is killed at some moment, and started again; what came of it, in words."""
    source, index, server = collection(folder / "in", articles=OLD), folder / "index", Chroma(folder / "server")
    wrong, notices, done = list[str](), list[bool](), threading.Event()

    def keep_asking() -> None:
        while not done.is_set():
            question = f"mill {chance.randrange(OLD)}"
            try:
                found = opened.retrieve(question, k=1)
            except OnRecordError as error:
                wrong.append(f"{question}: {error}")
            else:
                notices.append(bool(found.notice))
                wrong.extend([question] * (found.hits[0].article.title != f"The {question}"))

    try:
        rebuild([source], index, encoder=WordHashEncoder(), server=server.server)
        with Index.open(index, encoder=WordHashEncoder(), rerank=False, server=server.server) as opened:
            threads = [threading.Thread(target=keep_asking) for _ in range(4)]
            for thread in threads:
                thread.start()
            time.sleep(chance.uniform(0.2, 1.0))
            server.kill()
            time.sleep(chance.uniform(0.1, 1.0))
            server.start()
            opened.await_server()
            time.sleep(0.5)
            done.set()
            for thread in threads:
                thread.join()
            wrong += ["words only at the end"] * bool(opened.retrieve("mill 7", k=1).notice)
    finally:
        done.set()
        server.kill()
    return f"{'BAD: ' + '; '.join(wrong[:5]) if wrong else 'good'} ({len(notices)} answers, {sum(notices)} by words only)"


def asked_wrongly(index: Path, server: Chroma, chance: random.Random, articles: int) -> list[str]:
    """What is wrong of five questions."""
    with Index.open(index, encoder=WordHashEncoder(), rerank=False, server=server.server) as opened:
        asked = [f"mill {chance.randrange(articles)}" for _ in range(5)]
        return [f"wrong: {one}" for one in asked if opened.search(one, k=1)[0].article.title != f"The {one}"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--ray", default="")
    parser.add_argument("--times", type=int, default=10)
    tries: dict[str, Callable[[Path, str, random.Random], str]] = {
        "worker": partial(one, "worker"),
        "driver": partial(one, "driver"),
        "server": build_on_server,
        "asked": ask_a_server,
    }
    parser.add_argument("--what", nargs="+", choices=tries, default=["worker", "driver"])
    options = parser.parse_args()
    chance = random.Random(options.ray)
    for what in options.what:
        for n in range(options.times):
            with tempfile.TemporaryDirectory() as folder:
                print(what, n + 1, tries[what](Path(folder), options.ray, chance), flush=True)


if __name__ == "__main__":
    main()
