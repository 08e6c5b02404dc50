"""Many clients at a server: what is left of those who go away, what many turns cost, and whether answers are mixed up.

    python -m tests.studies.crowd leave INDEX [--of 500] [--slow]   # clients that hang up; --slow: over a model that never ends
    python -m tests.studies.crowd turns INDEX [--of 5000]           # one after another, with history; memory as they go
    python -m tests.studies.crowd minute INDEX [--seconds 60]       # fifty talks at once, each question with a mark of its own

The server is this process; clients and the model are others, so that only the server's own threads, files and memory count.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from qa.assistant import Assistant
from qa.doubles import FaultServer
from qa.settings import Settings
from ui.server import start
from vectorstore.search import resident

TALKS = 50
SUBJECTS = "ferry storm bridge mayor fire police harbour school court train budget hospital".split()


def counts() -> dict[str, int]:
    """Threads, open files and, of those, sockets of this process."""
    files = list(Path("/proc/self/fd").iterdir())
    sockets = [os.readlink(file).startswith("socket:") for file in files if os.path.lexists(file)]
    return {"threads": threading.active_count(), "files": len(files), "sockets": sum(sockets)}


def requested(address: str, question: str, history: object = ()) -> http.client.HTTPConnection:
    target = urlsplit(address)
    connection = http.client.HTTPConnection(str(target.hostname), target.port, timeout=300)
    body = json.dumps({"question": question, "history": list(history)})  # type: ignore[call-overload]
    connection.request("POST", "/api/v1/answers", body, {"accept": "application/x-ndjson"})
    return connection


# --- clients, each in a process of its own ------------------------------------------------------------------------------


def leaving(address: str, of: int) -> None:
    """So many clients, twenty at a time, that hang up: at once, after the first event, or in the middle of what follows."""
    chance, slots = random.Random(0), threading.Semaphore(20)

    def one(number: int) -> None:
        with slots:
            connection = requested(address, f"Who denied the report of the {SUBJECTS[number % len(SUBJECTS)]} {number}?")
            if number % 3:
                lines = connection.getresponse()
                for _ in range(chance.choice((1, 2)) if number % 3 == 1 else 3):
                    lines.readline()
            connection.sock.close()
            connection.close()

    people = [threading.Thread(target=one, args=(number,)) for number in range(of)]
    for person in people:
        person.start()
    for person in people:
        person.join()


def talking(address: str, seconds: float) -> None:
    """Fifty talks at once for some time; prints what was lost, mixed up, or answered with another's history."""
    ends, told = time.monotonic() + seconds, Counter[str]()

    def one(number: int) -> None:
        history: list[dict[str, str]] = []
        while time.monotonic() < ends:
            mark = f"talk {number} turn {len(history)}"
            question = f"Who denied the report of the {SUBJECTS[number % len(SUBJECTS)]}, {mark}?"
            lines = requested(address, question, history[-5:]).getresponse().read().splitlines()
            last = json.loads(lines[-1])
            answer = last.get("answer", {})
            told["lost"] += last["event"] != "final"
            told["mixed"] += answer.get("question") != question
            others = answer.get("standalone_question", "").replace(mark, "")
            told["wrong history"] += "talk " in others and f"talk {number} " not in others
            told["turns"] += 1
            history.append({"question": question, "answer": answer.get("text", "")})

    people = [threading.Thread(target=one, args=(number,)) for number in range(TALKS)]
    begun = time.monotonic()
    for person in people:
        person.start()
    for person in people:
        person.join()
    print(json.dumps(told | {"turns a second": round(told["turns"] / (time.monotonic() - begun), 2)}), flush=True)


def turning(address: str, of: int) -> None:
    """One talk of so many turns."""
    history: list[dict[str, str]] = []
    for number in range(of):
        question = f"Who denied the report of the {SUBJECTS[number % len(SUBJECTS)]} {number}?"
        last = json.loads(requested(address, question, history[-5:]).getresponse().read().splitlines()[-1])
        history.append({"question": question, "answer": last["answer"]["text"]})
        if (number + 1) % 100 == 0:
            print(number + 1, flush=True)


def modelling() -> None:
    """A model that begins an answer and never ends it, until standard input ends."""
    with FaultServer("hang after text") as model:
        print(model.url, flush=True)
        sys.stdin.read()


# --- the server ---------------------------------------------------------------------------------------------------------


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("what", choices=("leave", "turns", "minute", "client"))
    options.add_argument("rest", nargs="+")
    options.add_argument("--of", type=int, default=0)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--slow", action="store_true")
    given = options.parse_args()
    if given.what == "client":
        what, *more = given.rest
        if what == "model":
            modelling()
        elif what == "minute":
            talking(more[0], float(more[1]))
        else:
            {"leave": leaving, "turns": turning}[what](more[0], int(more[1]))
        return
    client = [sys.executable, "-m", "tests.studies.crowd", "client"]
    with ExitStack() as open_:
        url = ""
        if given.slow:
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
            model = open_.enter_context(subprocess.Popen([*client, "model"], text=True, **pipes))  # type: ignore[call-overload]
            url = model.stdout.readline().strip()
        assistant = open_.enter_context(Assistant.open(Path(given.rest[0]), Settings(base_url=url, timeout=60)))
        served = open_.enter_context(start(assistant, port=0))
        size = {"leave": given.of or 500, "turns": given.of or 5_000, "minute": given.seconds}[given.what]
        warm = {"leave": ["leave", served.url, "200"], "minute": ["minute", served.url, "2"], "turns": ["turns", served.url, "5"]}
        subprocess.run([*client, *warm[given.what]], check=True, stdout=subprocess.DEVNULL)
        time.sleep(5)
        print("before", counts(), f"{resident() / 1e6:.0f} MB", flush=True)
        with subprocess.Popen([*client, given.what, served.url, str(size)], stdout=subprocess.PIPE, text=True) as running:
            for line in running.stdout or ():
                print(line.strip(), f"{resident() / 1e6:.0f} MB", flush=True)
        for seconds in (1, 10, 49):
            time.sleep(seconds)
            print("after", counts(), f"{resident() / 1e6:.0f} MB", flush=True)


if __name__ == "__main__":
    main()
