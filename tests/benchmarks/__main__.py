"""`make bench`: every figure of the design's budget table, measured in one run, with the budget beside it.

Each module `bench_*.py` in this folder offers `rows() -> list[tuple[name, measured, budget, ok]]`. Name modules to run
only those: `python -m tests.benchmarks player panes`.
"""

import importlib
import os
import platform
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

FOLDER = Path(__file__).parent


def modules(wanted: list[str]) -> list[str]:
    names = sorted(path.stem for path in FOLDER.glob("bench_*.py"))
    return [name for name in names if not wanted or name.removeprefix("bench_") in wanted]


def main() -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    table = Table(title=f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    for column in ("what", "measured", "budget", "met"):
        table.add_column(column)
    missed = 0
    for name in modules(sys.argv[1:]):
        for what, measured, budget, ok in importlib.import_module(f"tests.benchmarks.{name}").rows():
            table.add_row(what, measured, budget, "yes" if ok else "NO")
            missed += not ok
    Console(width=140).print(table)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
