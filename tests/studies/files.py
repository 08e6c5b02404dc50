"""Every file of `../shared/data/files` through the readers, apart: what became of each kind, and how long the slowest took.

python -m tests.studies.files [FOLDER …]
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

from vectorstore.articles import apart
from vectorstore.articles.places import Place
from vectorstore.types import Article, Rejected

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "files"
BAD = ("longer than", "GB of memory", "its reader crashed", "its reader failed")


def main(folders: list[Path]) -> None:
    """Prints a line a folder, then the slowest files and those on which a reader was lost."""
    lost: list[Rejected] = []
    slow: list[tuple[float, str]] = []
    print(f"{'folder':<24}{'files':>7}{'read':>7}{'named':>7}{'silent':>7}{'lost':>6}{'articles':>10}{'seconds':>9}")
    for folder in folders:
        read, named, outcome = Counter[str](), Counter[str](), Counter[str]()
        files: list[str] = []
        begun = last = time.monotonic()
        for item in apart.read_places([folder]):
            if isinstance(item, Place):
                if files:
                    slow.append((time.monotonic() - last, files[-1]))
                last = time.monotonic()
                files.append(item.where)
            elif isinstance(item, Article):
                read[files[-1]] += 1
                outcome["empty"] += not item.text.strip()
            elif isinstance(item, Rejected):
                named[files[-1] if files else item.where] += 1
                if any(words in item.reason for words in BAD):
                    lost.append(item)
                    outcome["lost"] += 1
        silent = [file for file in files if not read[file] and not named[file]]
        only_named = [file for file in files if named[file] and not read[file]]
        print(
            f"{folder.name:<24}{len(files):>7}{len(read):>7}{len(only_named):>7}{len(silent):>7}{outcome['lost']:>6}"
            f"{read.total():>10}{time.monotonic() - begun:>9.1f}"
        )
        for file in silent[:10]:
            print(f"  nothing was said of {file}")
    for seconds, file in sorted(slow, reverse=True)[:5]:
        print(f"{seconds:6.1f} s {file}")
    for item in lost:
        print(f"LOST {item.where}: {item.reason}")


if __name__ == "__main__":
    main([Path(folder) for folder in sys.argv[1:]] or sorted(entry for entry in DATA.iterdir() if entry.is_dir()))
