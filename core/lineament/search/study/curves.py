"""Learning curves of what is cheap to train: the same test persons, more and more persons to learn from.

A point is one cell on disk, like those of the study, and read by the same table code.
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil, sqrt
from pathlib import Path
from typing import Any

import numpy as np

from lineament.datasets.cohort import Cohort
from lineament.features.cohort_features import CohortFeatures, cohort_features
from lineament.models.architecture.space import Genotype
from lineament.progress import CancelToken, EventSink, ignore_events
from lineament.search.candidates import Candidate, hand_designed
from lineament.search.config import SearchConfig
from lineament.search.controls import constant_of, ridge_of
from lineament.search.data import open_data, store_features
from lineament.search.engines.engine import Engine
from lineament.search.phases.final import train_ensembles
from lineament.search.ridge import channel_means
from lineament.search.search import parts_of, work_on
from lineament.search.study.cells import SMALL, is_filled, open_or_create
from lineament.simulation import simulate_cohort
from lineament.simulation.oracle import oracle_predictions
from lineament.simulation.session import SIMULATOR_VERSION
from lineament.storage import make_folder, write_atomically

SIZES = (107, 250, 500, 1000, 2000)
TEST = 500
METHOD = "learning curve"
FOUND = "architecture found with 142 persons"


@dataclass(frozen=True)
class CurveCohort:
    """One simulated cohort, of whose persons the first TEST are tested on and the next ones learnt from.

    found: what a search found on another cohort of this preset, trained anew at every size; None for no such network.
    """

    preset: str
    seed: int
    found: Candidate | None = None
    sizes: tuple[int, ...] = SIZES
    test: int = TEST

    def file(self, folder: Path, persons: int) -> Path:
        return folder / f"{self.preset}-{self.seed}-{persons}.json"


@dataclass(eq=False)
class Curves:
    """Points to fill. results: where their files are; work: scratch."""

    cohorts: Sequence[CurveCohort]
    results: Path
    work: Path
    base: SearchConfig = field(default_factory=lambda: SMALL)

    def missing(self, cohort: CurveCohort) -> list[int]:
        """Sizes without a result, or with one of an older simulator."""
        return [n for n in cohort.sizes if not is_filled(cohort.file(self.results, n))]

    def fill(self, engine: Engine, cancel: CancelToken, sink: EventSink = ignore_events) -> None:
        """Fill the missing points. Raises `Cancelled` and what units raise; what is filled stays. `sink` is told each
        point's file."""
        make_folder(self.results)
        for cohort in self.cohorts:
            missing = self.missing(cohort)
            if not missing:
                continue
            features, oracle = self._features(cohort, max(missing), cancel, sink)
            for persons in missing:
                cancel.raise_if_cancelled()
                of_size = features.take(slice(0, cohort.test + persons))
                facts = self._point(cohort, persons, of_size, engine, cancel, sink)
                file = cohort.file(self.results, persons)
                write_atomically(file, json.dumps(facts | {"oracle": oracle}).encode())
                sink(file)

    def _features(
        self, cohort: CurveCohort, persons: int, cancel: CancelToken, sink: EventSink
    ) -> tuple[CohortFeatures, list[float]]:
        """Features of all persons, and the oracle's predictions for those tested on."""
        simulated = simulate_cohort(
            cohort.test + max(cohort.sizes), cohort.preset, cohort.seed, seconds=self.base.seconds
        )
        splits = ["test"] * cohort.test + ["train"] * max(cohort.sizes)
        whole = Cohort.from_simulation(simulated).with_session_splits(splits)
        wanted = whole.subset(range(cohort.test + persons))
        made = cohort_features(wanted, self.base.seconds, cache=self.work / "features", cancel=cancel, sink=sink)
        return made, np.round(oracle_predictions(simulated)[: cohort.test], 4).tolist()

    def _point(
        self,
        cohort: CurveCohort,
        persons: int,
        features: CohortFeatures,
        engine: Engine,
        cancel: CancelToken,
        sink: EventSink,
    ) -> dict[str, Any]:
        started = time.monotonic()
        config = with_steps_for(self.base, persons)
        with open_or_create(self.work / f"curve-{cohort.preset}-{cohort.seed}-{persons}", features, config) as run:
            store_features(features, run.folder)
            data = open_data(str(run.folder), features.fingerprint)
            work = work_on(parts_of(config)[0], config.budget, config, data, run, engine, cancel, sink)
            values = data.features
            plain = [
                constant_of(work),
                ridge_of(work, "ridge on channel means", channel_means(values.values, values.present)),
                ridge_of(work, "ridge on session statistics", values.statistics.astype(np.float64)),
            ]
            named = [hand_designed(config.attributes), *([cohort.found] if cohort.found is not None else [])]
            networks = train_ensembles(work, METHOD, named, 1)
        predictions = {one.name: one.test for one in plain} | {one.candidate.name: one.test for one in networks}
        return {
            "cohort": {"preset": cohort.preset, "train": persons, "test": cohort.test, "seed": cohort.seed},
            "method": METHOD,
            "simulator": SIMULATOR_VERSION,
            "seconds": time.monotonic() - started,
            "scores": values.scores[work.rows.test].tolist(),
            "predictions": {name: np.round(said.mean(axis=0), 4).tolist() for name, said in predictions.items()},
        }


def with_steps_for(base: SearchConfig, persons: int) -> SearchConfig:
    """More persons are more to learn: steps grow with the square root of their number (our choice), and what a run may
    cost with the steps."""
    steps = round(base.recipe.steps * sqrt(max(persons, 142) / 142))
    budget = ceil(2 * base.budget * steps / base.recipe.steps)
    return base.with_changes(budget=budget, recipe=replace(base.recipe, steps=steps))


def found_in(cell: Mapping[str, Any]) -> Candidate:
    """The winner of a study's cell."""
    genotype = Genotype.from_json(cell["genotype"])
    chosen = {edge.split(".")[0] for edge, _ in genotype.choices}
    attributes = tuple(name for name in SMALL.attributes if name in chosen)
    return Candidate(FOUND, "study", attributes, genotype)
