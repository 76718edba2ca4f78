"""`lineament --self-test`: whether this installation does what Lineament does, as a table and an exit status."""

import logging
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lineament.cli.self_test_checks import CHECKS, Bench, NotHere, Wrong, own_cache
from lineament.errors import LineamentError

Verdict = Literal["passed", "not here", "FAILED"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Row:
    """One thing that was tried. says: a sentence on what was found or is wrong."""

    name: str
    verdict: Verdict
    seconds: float
    says: str


def self_test(bench: Bench | None = None, checks: Mapping[str, Callable[[Bench], str]] = CHECKS) -> Iterator[Row]:
    """Try everything, one row after another; what is written lies in a temporary folder and is gone afterwards.

    Belongs into a thread where there is a window. A check that fails never keeps the others from being tried.
    """
    with tempfile.TemporaryDirectory(prefix="lineament-self-test-", ignore_cleanup_errors=True) as folder:
        used = bench or Bench(Path(folder))
        with own_cache(used.folder / "cache"):
            for name, check in checks.items():
                yield _tried(name, check, used)


def passed(rows: list[Row]) -> bool:
    """Whether nothing failed; what is not part of an installation is no failure."""
    return all(row.verdict != "FAILED" for row in rows)


def _tried(name: str, check: Callable[[Bench], str], bench: Bench) -> Row:
    begun = time.monotonic()
    verdict: Verdict = "passed"
    try:
        says = check(bench)
    except NotHere as absent:
        verdict, says = "not here", str(absent)
    except (Wrong, LineamentError) as wrong:
        verdict, says = "FAILED", str(wrong)
    except Exception as error:  # noqa: BLE001 - whatever is broken in an installation belongs into the table
        _log.debug("self-test: %s", name, exc_info=error)
        verdict, says = "FAILED", f"{type(error).__name__}: {error}"
    return Row(name, verdict, time.monotonic() - begun, says)


def table_of(rows: list[Row]) -> Table:
    """The rows as they are printed."""
    table = Table(box=None, pad_edge=False)
    table.add_column("tried")
    table.add_column("result")
    table.add_column("seconds", justify="right")
    table.add_column("", overflow="fold")
    for row in rows:
        table.add_row(row.name, row.verdict, f"{row.seconds:.1f}", Text(row.says))  # brackets are no markup
    return table


def run_self_test(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    """Callback of `--self-test`: ends the program with 0 where nothing failed and with 1 otherwise."""
    if not wanted or context.resilient_parsing:
        return
    console = Console(highlight=False, soft_wrap=False)
    rows = []
    for row in self_test():
        rows.append(row)
        Console(stderr=True, highlight=False).print(f"{row.name}: {row.verdict} ({row.seconds:.1f} s)", markup=False)
    console.print(table_of(rows))
    good = passed(rows)
    console.print("Self-test passed." if good else "Self-test FAILED.", markup=False)
    raise SystemExit(0 if good else 1)
