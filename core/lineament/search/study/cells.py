"""One cell of the study: one method on one simulated cohort.

Its result is a small file, so a study that was stopped goes on with the cells that are missing, on any machine.

All methods of a cohort work in one run folder: units are known by their content, so controls and whatever else two
methods have in common are trained once, and charged to both.
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lineament.datasets.cohort import Cohort
from lineament.features.cohort_features import CohortFeatures, cohort_features
from lineament.progress import CancelToken, EventSink, ignore_events
from lineament.search.config import SearchConfig
from lineament.search.engines.engine import Engine
from lineament.search.outcome import SearchOutcome
from lineament.search.recipe import Recipe
from lineament.search.report import record_environment
from lineament.search.runs.run import Run
from lineament.search.search import create_run, open_run, run_search
from lineament.simulation import simulate_cohort
from lineament.simulation.cohort import SimulatedCohort
from lineament.simulation.oracle import oracle_predictions
from lineament.simulation.session import SIMULATOR_VERSION
from lineament.storage import make_folder, write_atomically

METHODS = ("drnas_pt", "uniform_pt", "darts", "random", "evolution", "tpe")
ABLATIONS: Mapping[str, Mapping[str, Any]] = {
    "no warm-up": {"warm_up": "no"},
    "no joint phase": {"joint": False},
    "alpha instead of perturbation": {"selection": "argmax"},
    "no GNN": {"families": ("cnn", "moments")},
    "no moments": {"families": ("cnn", "gnn")},
    "no fusion search": {"fusion_search": False},
    "no attention": {"attention": False},
}
"""What is taken away from the default method, as changes of its settings."""

SMALL = SearchConfig(
    budget=4_000,
    folds=3,
    repeats=1,
    search_folds=2,
    search_repeats=1,
    short_list=7,
    random_candidates=0,
    random_controls=2,
    tuning_steps=0,
    recipe=Recipe(steps=110, windows=6, validation_windows=3),
)
"""Every search of the study. Small on purpose: more cohorts tell more than a larger budget on each."""


LARGE = {"budget": 5_200, "recipe": replace(SMALL.recipe, steps=150)}
"""Changes for a cohort of several hundred persons: there is more to learn, and longer trainings are worth fewer."""


@dataclass(frozen=True)
class StudyCohort:
    """A simulated cohort: preset, persons to learn from, persons to be tested on, seed."""

    preset: str
    train: int
    test: int
    seed: int

    @property
    def name(self) -> str:
        return f"{self.preset}-{self.train}-{self.seed}"

    def settings(self, base: SearchConfig) -> SearchConfig:
        """Of `base`, or with `LARGE`; the same for every method."""
        return base if self.train <= 200 else base.with_changes(**LARGE)

    def simulate(self, seconds: float) -> SimulatedCohort:
        return simulate_cohort(self.train + self.test, self.preset, self.seed, seconds=seconds)

    def features(
        self, simulated: SimulatedCohort, seconds: float, cache: Path, cancel: CancelToken, sink: EventSink
    ) -> CohortFeatures:
        splits = ["train"] * self.train + ["test"] * self.test
        cohort = Cohort.from_simulation(simulated).with_session_splits(splits)
        return cohort_features(cohort, seconds, cache=cache, cancel=cancel, sink=sink)


@dataclass(frozen=True)
class Cell:
    """method: one of `METHODS`, or an ablation of the default one."""

    cohort: StudyCohort
    method: str

    def file(self, folder: Path) -> Path:
        return folder / f"{self.cohort.name}-{self.method.replace(' ', '_')}.json"

    def config(self, base: SearchConfig) -> SearchConfig:
        base = self.cohort.settings(base)
        changes = ABLATIONS.get(self.method)
        return base.with_changes(**changes) if changes is not None else base.with_changes(method=self.method)


@dataclass(eq=False)
class Study:
    """Cells to fill. results: where their files are; work: scratch, safe to delete between cells."""

    cells: Sequence[Cell]
    results: Path
    work: Path
    base: SearchConfig = field(default_factory=lambda: SMALL)

    def missing(self) -> list[Cell]:
        """Cells without a result, or with one of an older simulator."""
        return [cell for cell in self.cells if not is_filled(cell.file(self.results))]

    def fill(self, engine: Engine, cancel: CancelToken, sink: EventSink = ignore_events) -> None:
        """Fill the missing cells in order. Raises `Cancelled` and what `run_search` raises; what is filled stays."""
        make_folder(self.results)
        for cell in self.missing():
            cancel.raise_if_cancelled()
            write_atomically(cell.file(self.results), json.dumps(self._run(cell, engine, cancel, sink)).encode())
            sink(cell)

    def _run(self, cell: Cell, engine: Engine, cancel: CancelToken, sink: EventSink) -> dict[str, Any]:
        seconds, config = self.base.seconds, cell.config(self.base)
        simulated = cell.cohort.simulate(seconds)
        features = cell.cohort.features(simulated, seconds, self.work / "features", cancel, sink)
        started = time.monotonic()
        folder = self.work / cell.cohort.name
        with open_or_create(folder, features, cell.cohort.settings(self.base)) as run:
            record_environment(folder, config.device_name, engine.workers)
            outcome = run_search(features, config, run, engine, cancel, sink)
        test = outcome.part.rows.test
        facts = cell_facts(outcome, oracle_predictions(simulated)[test])
        spent = {"seconds": time.monotonic() - started, "simulator": SIMULATOR_VERSION}
        return {"cohort": vars(cell.cohort), "method": cell.method, **spent, **facts}


def is_filled(path: Path) -> bool:
    """Whether a result is there, and of this simulator."""
    return path.exists() and json.loads(path.read_text()).get("simulator") == SIMULATOR_VERSION


def open_or_create(folder: Path, features: CohortFeatures, base: SearchConfig) -> Run:
    """The run in a scratch folder, gone on with where it is there."""
    if (folder / "run.json").exists():
        return open_run(folder, features)[0]
    return create_run(folder, features, base)


def cell_facts(outcome: SearchOutcome, oracle: npt.NDArray[np.float64]) -> dict[str, Any]:
    """What the table needs: predictions for the test persons of every predictor, rounded to 4 decimals."""
    part, features = outcome.part, outcome.features
    predictions = {row.name: row.test for row in part.leaderboard_rows()}
    predictions |= {one.candidate.name: one.test.mean(axis=0) for one in part.controls.random}
    return {
        "genotype": outcome.genotype.to_json(),
        "origin": part.winner.origin,
        "better_than_constant": part.verdict.better_than_constant,
        "spent": dict(part.spent),
        "scores": features.scores[part.rows.test].tolist(),
        "oracle": np.round(oracle, 4).tolist(),
        "predictions": {name: np.round(values, 4).tolist() for name, values in predictions.items()},
        "intervals": np.round(part.prediction.test_intervals, 3).tolist(),
    }
