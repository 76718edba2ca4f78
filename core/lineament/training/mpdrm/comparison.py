"""Does MPDRM see severity in persons it never saw, and does it help to take habits away?

`python -m lineament.training.mpdrm.comparison --preset longitudinal --persons 1000` compares on simulated visits: every
person is tested once, in one of as many folds as there are seeds, by systems fitted on the others. A fold is one small
file in `docs/study/mpdrm`; those that are there are not run again, so the command may be stopped and given again. At
the end (or with `--table`) `docs/study/mpdrm.md` is written anew from all files.
"""

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch  # noqa: TID253

from lineament.datasets.cohort import Cohort
from lineament.features.sources import hash_of
from lineament.models.mpdrm.shape import MpdrmShape
from lineament.progress import CancelToken, EventSink, ignore_events
from lineament.simulation import simulate_cohort
from lineament.storage import make_folder, write_atomically
from lineament.training.baselines import RidgeBaseline
from lineament.training.mpdrm.comparison_table import (
    ALONE,
    CONSTANT,
    RIDGE,
    VISIT_MEANS,
    WITH,
    WITHOUT,
    Fold,
    to_markdown,
)
from lineament.training.mpdrm.data import MovementData, fit_movement_scaling, load_visits
from lineament.training.mpdrm.evaluation import change_statistics, log_statistics, visit_statistics
from lineament.training.mpdrm.loop import MpdrmLoop, train_visits
from lineament.training.mpdrm.scoring import code_visits, score_visits

FOLDER = Path(__file__).resolve().parents[4] / "docs" / "study" / "mpdrm"
DEV_SHARE = 0.15
_AT_ONCE = 50
"""Persons read before they are kept in the cache."""
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class VisitsStudy:
    """Which simulated persons, and how MPDRM is trained on them. seeds: folds, each with weights of its own seed."""

    preset: str
    persons: int
    seconds: float = 300.0
    seeds: int = 5
    cohort_seed: int = 1
    shape: MpdrmShape = field(default_factory=MpdrmShape)
    loop: MpdrmLoop = field(default_factory=MpdrmLoop)

    @property
    def key(self) -> str:
        """16 hex digits, others for other settings."""
        return hash_of([asdict(self)])[:16]

    def file(self, folder: Path, seed: int) -> Path:
        return folder / f"{self.preset}-{self.persons}-{self.key}-{seed}.json"


def read_study(study: VisitsStudy, cache: Path | None, cancel: CancelToken, sink: EventSink) -> MovementData:
    """All visits of the study's cohort, read some persons at a time; raises what `load_visits` does."""
    made = simulate_cohort(study.persons, study.preset, study.cohort_seed, seconds=study.seconds, cancel=cancel)
    cohort = Cohort.from_simulation(made)
    names = list(dict.fromkeys(cohort.person_ids))
    parts: list[MovementData] = []
    for first in range(0, len(names), _AT_ONCE):
        chosen = set(names[first : first + _AT_ONCE])
        rows = [i for i, name in enumerate(cohort.person_ids) if name in chosen]
        part = load_visits(cohort.subset(rows), study.seconds, cancel, sink, "reading visits", cache=cache)
        parts.append(replace(part, persons=part.persons + first, behaviour=None))
    return joined(parts)


def joined(parts: Sequence[MovementData]) -> MovementData:
    """Visits of cohorts that share no person number; without true behaviour, which is scaled within a part."""
    return MovementData(
        np.concatenate([part.series for part in parts]),
        np.concatenate([part.usable for part in parts]),
        np.concatenate([part.persons for part in parts]),
        np.concatenate([part.visits for part in parts]),
        np.concatenate([part.scores for part in parts]),
        absent=parts[0].absent,
    )


def deal_persons(persons: IntArray, folds: int, fold: int) -> "Dealt":
    """The persons of one of `folds` parts are tested, a share of the others is dev, the rest is learnt from."""
    order = np.random.default_rng(0).permutation(np.unique(persons))
    parts = np.array_split(order, folds)
    others = np.concatenate([part for i, part in enumerate(parts) if i != fold])
    others = np.random.default_rng([1, fold]).permutation(others)
    dev = others[: max(round(DEV_SHARE * len(others)), 1)]
    rows = [np.flatnonzero(np.isin(persons, chosen)) for chosen in (others[len(dev) :], dev, parts[fold])]
    return rows[0], rows[1], rows[2]


Dealt = tuple[IntArray, IntArray, IntArray]
"""Rows to train on, for dev and to test."""


def run_fold(
    data: MovementData,
    statistics: FloatArray,
    study: VisitsStudy,
    seed: int,
    cancel: CancelToken | None = None,
    sink: EventSink = ignore_events,
) -> Fold:
    """Every system fitted without the fold's persons, on the same dealing; raises what `train_visits` does."""
    at = deal_persons(data.persons, study.seeds, seed)
    test = at[2]
    said = {CONSTANT: np.full(len(test), data.scores[at[0]].mean()), VISIT_MEANS: visit_means(data, at)}
    predicted = _ridges(data, statistics, at)
    for name, suppress in ((WITH, True), (WITHOUT, False)):
        known, alone = _mpdrm(data, study, seed, at, suppress, cancel or CancelToken(), sink)
        predicted[name] = known
        if suppress:
            predicted[ALONE] = alone
    said |= {name: both[-len(test) :] for name, both in predicted.items()}
    told = {f"{name}, told of first visits": told_of_visits(data, at, predicted[name]) for name in (RIDGE, WITH)}
    fold = (study.preset, study.persons, seed, data.persons[test], data.visits[test], data.scores[test])
    return Fold(*fold, said | told)


def visit_means(data: MovementData, at: Dealt) -> FloatArray:
    """For each test visit the mean score of training persons' first visits, or that of their later ones."""
    train, test = at[0], at[2]
    first, later = (data.scores[train][(data.visits[train] == 1) == is_first].mean() for is_first in (True, False))
    return np.where(data.visits[test] == 1, first, later)


def told_of_visits(data: MovementData, at: Dealt, predicted: FloatArray) -> FloatArray:
    """Predictions of dev and test visits, one after the other, to those of the test visits with what is known of first
    and of later visits added: least squares on dev of the score on both means and the prediction."""
    dev, test = at[1], at[2]
    x = np.stack([np.ones(len(predicted)), data.visits[np.concatenate([dev, test])] == 1, predicted], axis=1)
    weights = np.linalg.lstsq(x[: len(dev)], data.scores[dev], rcond=None)[0]
    return np.asarray(x[len(dev) :] @ weights)


def _ridges(data: MovementData, statistics: FloatArray, at: Dealt) -> dict[str, FloatArray]:
    """Predictions of dev and test visits, one after the other."""
    read = {
        "ridge on statistics": statistics,
        "ridge, change since earlier visits": change_statistics(statistics, data.persons, data.visits),
        RIDGE: change_statistics(log_statistics(statistics), data.persons, data.visits),
    }
    (train, dev, _), y = at, data.scores
    rows = np.concatenate(at[1:])
    return {name: RidgeBaseline(x[train], y[train], x[dev], y[dev]).predict(x[rows]) for name, x in read.items()}


def _mpdrm(
    data: MovementData,
    study: VisitsStudy,
    seed: int,
    at: Dealt,
    suppress: bool,
    cancel: CancelToken,
    sink: EventSink,
) -> tuple[FloatArray, FloatArray]:
    """Predictions of dev and test visits, one after the other, knowing a person's earlier visits and without them."""
    train, dev, both = data.take(at[0]), data.take(at[1]), data.take(np.concatenate(at[1:]))
    scaling = fit_movement_scaling(train, seed)
    shape = replace(study.shape, suppress=suppress)
    network = train_visits(train, dev, scaling, shape, study.loop, seed, cancel, sink).network
    coded = code_visits(network, both, scaling)
    mean, sd = float(train.scores.mean()), max(float(train.scores.std()), 1e-6)
    said = [score_visits(network, coded, both, knowing=knowing).score.double().numpy() for knowing in (True, False)]
    return mean + sd * said[0], mean + sd * said[1]


def fill(
    study: VisitsStudy,
    folder: Path,
    cache: Path | None,
    cancel: CancelToken,
    told: Callable[[Path], None] = lambda file: None,
    sink: EventSink = ignore_events,
) -> None:
    """Run the folds whose files are missing; raises what `run_fold` does, `StorageError`, `Cancelled`."""
    missing = [seed for seed in range(study.seeds) if not study.file(folder, seed).is_file()]
    if not missing:
        return
    make_folder(folder)
    data = read_study(study, cache, cancel, sink)
    statistics = visit_statistics(data)
    for seed in missing:
        fold = run_fold(data, statistics, study, seed, cancel, sink)
        made: Mapping[str, Any] = {**fold.to_json(), "settings": asdict(study)}
        write_atomically(study.file(folder, seed), (json.dumps(made) + "\n").encode())
        told(study.file(folder, seed))


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line of this module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preset", default="longitudinal")
    parser.add_argument("--persons", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--cache", type=Path, default=None)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--table", action="store_true", help="only write the table of what is there")
    chosen = parser.parse_args(arguments)
    torch.set_num_threads(chosen.threads)
    if not chosen.table:
        study = VisitsStudy(chosen.preset, chosen.persons, chosen.seconds, chosen.seeds)
        fill(study, chosen.folder, chosen.cache, CancelToken(), lambda file: print(file.name, flush=True))  # noqa: T201
    files = sorted(chosen.folder.glob("*.json"))
    text = to_markdown([Fold.from_json(json.loads(file.read_text())) for file in files])
    write_atomically(chosen.folder.with_suffix(".md"), text.encode())


if __name__ == "__main__":
    main()
