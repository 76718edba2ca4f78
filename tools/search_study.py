"""Compare search methods and controls on many simulated cohorts, at equal budget: `make study`.

Results are small files in docs/study/cells; cells that are there are not run again, so the command may be stopped and
given again, and several may work beside each other on cohorts of their own (--only 'strong-*'). At the end (or with
--table) docs/study/README.md is written anew.
"""

import argparse
import json
import sys
import time
from dataclasses import asdict
from fnmatch import fnmatch
from pathlib import Path

from lineament.progress import Cancelled, CancelToken
from lineament.search.engines import choose_engine
from lineament.search.study.cells import ABLATIONS, LARGE, METHODS, SMALL, Cell, Study, StudyCohort
from lineament.search.study.curve_table import curves_to_markdown
from lineament.search.study.curves import CurveCohort, Curves, found_in
from lineament.search.study.table import read_cells, to_comparison, to_markdown
from lineament.video.index_cache import cache_folder

PROJECT = Path(__file__).resolve().parents[1]
FOLDER = PROJECT / "docs" / "study"
KINDS = ["small", "large", "ablations", "curves"]
CURVE_SEED, CURVES = 101, 3

TEXT = """# The searches compared

Simulated cohorts only: these figures show what the machinery does, nothing about people. Cohorts marked "toy" are far
easier than people are. Every search may cost {budget:,} steps (of one architecture on 24 sessions x 12 windows), or
{large:,} where there are hundreds of persons; each winner is then retrained in {folds} folds. Final predictor: the
winner's ensemble stacked with ridge on session statistics, or the constant where the search itself found nothing
better. Intervals: 95 %, bootstrap over all test persons; p: paired sign-flip test over the same persons. Share of the
reachable gain: (constant - model) / (constant - oracle) in RMSE, the oracle knowing each session's true behaviour
parameters. Made by `make study`.

{tables}"""


def cohorts(kind: str) -> list[StudyCohort]:
    sizes = {"small": (142, 47, 5), "large": (500, 200, 3)}[kind]
    train, test, count = sizes
    # strong and realistic in turn, so that a study that was stopped early has both
    return [
        StudyCohort(preset, train, test, seed) for seed in range(1, count + 1) for preset in ("strong", "realistic")
    ]


def curve_cohorts() -> list[CurveCohort]:
    """Cohorts of their own; the found network is that of the study's first small cohort of the same preset."""
    made = []
    for seed in range(CURVE_SEED, CURVE_SEED + CURVES):
        for preset in ("strong", "realistic"):
            first = Cell(StudyCohort(preset, 142, 47, 1), METHODS[0]).file(FOLDER / "cells")
            found = found_in(json.loads(first.read_text())) if first.exists() else None
            made.append(CurveCohort(preset, seed, found))
    return made


def cells(kind: str) -> list[Cell]:
    if kind == "ablations":
        return [Cell(cohort, name) for cohort in cohorts("small") for name in ABLATIONS]
    if kind == "large":  # hours: what matters most comes first
        order = ("drnas_pt", "random", *METHODS)
        return [Cell(cohort, method) for method in dict.fromkeys(order) for cohort in cohorts(kind)]
    return [Cell(cohort, method) for cohort in cohorts(kind) for method in METHODS]


def wanted_cells(kinds: list[str], patterns: list[str]) -> list[Cell]:
    """Of these kinds, those whose file's name goes by one of the patterns."""
    named = [cell for kind in kinds if kind != "curves" for cell in cells(kind)]
    return [cell for cell in named if any(fnmatch(cell.file(FOLDER).stem, pattern) for pattern in patterns)]


def wanted_curves(kinds: list[str], patterns: list[str]) -> list[CurveCohort]:
    """Cohorts of learning curves, where those are wanted, that go by one of the patterns."""
    named = curve_cohorts() if "curves" in kinds else []
    return [one for one in named if any(fnmatch(f"{one.preset}-{one.seed}", pattern) for pattern in patterns)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", nargs="+", default=KINDS, choices=KINDS)
    parser.add_argument("--only", nargs="+", default=["*"], metavar="PATTERN", help="such as 'strong-*' or '*-random'")
    parser.add_argument("--workers", type=int, default=None)
    parser.add_argument("--minutes", type=float, default=None, help="stop after the cell that is then running")
    parser.add_argument("--table", action="store_true", help="only write the table of what is there")
    options = parser.parse_args()
    started = time.monotonic()
    if not options.table:
        cancel = CancelToken()

        def told(event: object) -> None:
            if isinstance(event, Cell | Path):
                name = event.stem if isinstance(event, Path) else f"{event.cohort.name}  {event.method}"
                print(f"{(time.monotonic() - started) / 60:6.1f} min  {name}", flush=True)
                if options.minutes is not None and time.monotonic() - started > 60 * options.minutes:
                    cancel.cancel()

        wanted = wanted_cells(options.kinds, options.only)
        work = cache_folder() / "study"
        study = Study(wanted, FOLDER / "cells", work)
        try:
            with choose_engine("cpu", options.workers) as engine:
                study.fill(engine, cancel, told)
                Curves(wanted_curves(options.kinds, options.only), FOLDER / "curves", work).fill(engine, cancel, told)
        except (Cancelled, KeyboardInterrupt):
            print(
                f"stopped; {len(study.missing())} of {len(wanted)} cells are missing; give the command again to go on"
            )
    (FOLDER / "cells").mkdir(parents=True, exist_ok=True)
    tables = to_markdown(read_cells(FOLDER / "cells")) + "\n" + curves_to_markdown(read_cells(FOLDER / "curves"))
    text = TEXT.format(budget=SMALL.budget, large=LARGE["budget"], folds=SMALL.folds, tables=tables)
    (FOLDER / "README.md").write_text(text)
    comparison = to_comparison(read_cells(FOLDER / "cells"))
    if comparison is not None:
        (FOLDER / "comparison.json").write_text(json.dumps(asdict(comparison), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
