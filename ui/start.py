"""What the `onrecord` command runs: the program, and one line where Ctrl+C comes before it is loaded."""

from __future__ import annotations

import sys


def main() -> int:
    """Runs the command line; returns its exit code."""
    try:
        from ui.cli import main as run

        return run()
    except KeyboardInterrupt:
        print("onrecord: stopped.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
