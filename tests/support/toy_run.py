"""`python -m tests.support.toy_run FOLDER UNITS STEPS WORKERS`: a whole search of toy units, begun or gone on with.

The numbers of its workers are written to the file $TOY_PIDS, if that is set.
"""

import multiprocessing
import os
import sys
from pathlib import Path

from tests.support.toy_units import REGISTRY, optimisations

from lineament.progress import CancelToken
from lineament.search.engines import choose_engine
from lineament.search.runs import Run, SavePolicy
from lineament.search.runs.run import FACTS


def toy_run(folder: Path, units: int, steps: int, workers: int) -> None:
    """Saves after every seventh step."""
    config = {"units": units, "steps": steps}
    if (folder / FACTS).exists():
        run = Run.open(folder, fingerprint="toy", config=config)
    else:
        run = Run.create(folder, config, "toy", seed=11)
    with run, choose_engine("cpu", workers, SavePolicy(every_steps=7)) as engine:

        def tell_workers(event: object) -> None:
            if "TOY_PIDS" in os.environ:
                pids = " ".join(str(child.pid) for child in multiprocessing.active_children())
                Path(os.environ["TOY_PIDS"]).write_text(pids)

        engine.run(optimisations(units, steps), REGISTRY, run, CancelToken(), tell_workers)


if __name__ == "__main__":
    toy_run(Path(sys.argv[1]), *map(int, sys.argv[2:]))
