"""kill -9 of workers and of the driver while an index is built: `python -m tests.studies.kills [--ray ADDRESS] [--times 10]`.

After each the index before, or the new one, answers every question rightly; the next build takes up what was done, and what
it makes is, vector for vector, what one process makes.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.test_generations import ROOT, collection, top
from tests.test_spread import alive, vectors
from vectorstore.doubles import WordHashEncoder
from vectorstore.rebuild import rebuild

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


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--ray", default="")
    parser.add_argument("--times", type=int, default=10)
    options = parser.parse_args()
    chance = random.Random(options.ray)
    for what in ("worker", "driver"):
        for n in range(options.times):
            with tempfile.TemporaryDirectory() as folder:
                print(what, n + 1, one(what, Path(folder), options.ray, chance), flush=True)


if __name__ == "__main__":
    main()
