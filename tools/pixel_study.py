"""Train HMHN and DJ-LDML on simulated persons' faces and hold them against simple predictors: `make pixel-study`.

Results are small files in docs/study/pixel_cells; cells that are there are not run again and trainings go on from their
checkpoints, so the command may be stopped and given again. At the end (or with --table) docs/study/pixels.md is written
anew; with --ship the toy cohort's first HMHN and DJ-LDML are copied into resources/models.
"""

import argparse
import os
import shutil
import sys
import time
from pathlib import Path

from lineament.evaluation.pixel_study.cells import PixelCell, PixelStudy
from lineament.evaluation.pixel_study.cohorts import PixelCohort
from lineament.evaluation.pixel_study.recipes import ALONE, CONTROLS, HMHN, JOINT
from lineament.evaluation.pixel_study.table import read_cells, to_markdown
from lineament.progress import Cancelled, CancelToken
from lineament.video.index_cache import cache_folder

PROJECT = Path(__file__).resolve().parents[1]
RESULTS, PAGE = PROJECT / "docs" / "study" / "pixel_cells", PROJECT / "docs" / "study" / "pixels.md"
SEEDS = (0, 1, 2)
EYES = PixelCohort("visible_eyes", train=200, seed=11)
MOUTH = PixelCohort("visible_mouth", train=90, seed=11)
REALISTIC = PixelCohort("realistic", train=90, seed=11)
CELLS = (
    PixelCell(EYES, CONTROLS),
    PixelCell(EYES, HMHN, 0),
    *(PixelCell(EYES, system, seed) for seed in SEEDS for system in (JOINT, ALONE)),
    *(PixelCell(MOUTH, system) for system in (CONTROLS, HMHN, JOINT)),
    *(PixelCell(REALISTIC, system) for system in (CONTROLS, HMHN, JOINT)),
)
SHIPPED = {"hmhn": PixelCell(EYES, HMHN, 0), "dj_ldml": PixelCell(EYES, JOINT, 0)}

TEXT = """# Models of face crops on simulated faces

Simulated persons only: these figures show what the machinery does, nothing about people. Cohorts marked "toy" are far
easier than people are. Every person has a face of their own, drawn by the avatar, {rate:g} crops of {size} pixels a
second; nobody tested on was learnt from. Trained networks are shown with their deviations from the mean scaled by dev
alone, and as they came. Intervals: 95 %, bootstrap over persons; p: paired sign-flip test over the same persons. Ridge
on crop statistics sees the mean colours of 7 x 7 cells and their spread; ridge on the behaviour shown is told the true
action units, gaze and head turns at the moments drawn, which no picture tells exactly; the oracle knows each session's
true behaviour parameters. Chance in the pointing game is the share of the map's cells that would be a hit. Made by
`make pixel-study`.

{tables}"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", default=[], help="presets to work on; all where none is given")
    parser.add_argument("--work", type=Path, default=cache_folder() / "pixel_study", help="for crops and trainings")
    parser.add_argument("--crops", type=Path, default=None, help="where crops are, if not in the folder for work")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes that draw")
    parser.add_argument("--threads", type=int, default=2, help="of a training")
    parser.add_argument("--minutes", type=float, default=None, help="stop after the cell that is then running")
    parser.add_argument("--table", action="store_true", help="only write the table of what is there")
    parser.add_argument("--ship", action="store_true", help="copy the first networks into resources/models")
    options = parser.parse_args()
    wanted = [cell for cell in CELLS if not options.only or cell.cohort.preset in options.only]
    study = PixelStudy(
        wanted,
        RESULTS,
        options.work / "models",
        options.crops or options.work / "crops",
        options.work / "begun",
        options.workers,
        options.threads,
    )
    if not options.table:
        _fill(study, options.minutes)
    from lineament.evaluation.pixel_study.cohorts import REQUEST

    PAGE.write_text(TEXT.format(rate=REQUEST.rate, size=REQUEST.size, tables=to_markdown(read_cells(RESULTS))))
    for name, cell in SHIPPED.items() if options.ship else ():
        shutil.copytree(study.models / cell.name, PROJECT / "resources" / "models" / name, dirs_exist_ok=True)
    return 0


def _fill(study: PixelStudy, minutes: float | None) -> None:
    started, cancel = time.monotonic(), CancelToken()

    def told(event: object) -> None:
        passed = (time.monotonic() - started) / 60
        if isinstance(event, PixelCell):
            print(f"{passed:6.1f} min  {event.name}", flush=True)
            if minutes is not None and passed > minutes:
                cancel.cancel()

    try:
        study.fill(cancel, told)
    except (Cancelled, KeyboardInterrupt):
        print(f"stopped; {len(study.missing())} cells are missing; give the command again to go on")


if __name__ == "__main__":
    sys.exit(main())
