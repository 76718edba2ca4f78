"""What every unit of a search reads: the cohort's features, who is searched on and who is tested on, and the folds.

Labels of test rows cannot be read by units: they are NaN in everything given out here.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from lineament.datasets.folds import complement, grouped_folds
from lineament.datasets.scales import SCALES
from lineament.errors import DatasetError
from lineament.features.cohort_cache import FeatureArrays, read_arrays, remove_arrays, write_arrays
from lineament.features.cohort_features import CohortFeatures
from lineament.features.graphs import Graphs, fold_graphs
from lineament.features.scaling import Scalings, fit_scalings
from lineament.search.runs.unit import derived_seed
from lineament.storage import write_atomically

if TYPE_CHECKING:
    from torch import Tensor

Rows = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

LOADER = "lineament.search.data:open_data"
_HEAVY = ("values", "points", "present", "statistics")
_FILE, _ARRAYS = "features.json", "features"


@dataclass(frozen=True)
class Part:
    """Which sessions one search may learn from (`pool`) and which it is tested on, as a rule that JSON can hold.

    protocol: "official": train and dev of the cohort's own splits, tested on its test split; "holdout": a grouped share
    of the persons is tested on; "nested-cv": fold `outer` of `folds` is tested on, or nobody where outer is None.
    permuted: labels of the pool are shuffled by this seed (a control), or None.
    """

    protocol: str
    seed: int
    folds: int = 5
    outer: int | None = None
    permuted: int | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Part":
        return cls(**data)

    def shuffled(self, seed: int) -> "Part":
        """The same sessions with permuted labels."""
        return replace(self, permuted=seed)


@dataclass(frozen=True)
class Fold:
    """Fold `fold` of `count` grouped folds of a part's pool, dealt by `seed`."""

    count: int
    seed: int
    fold: int

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Fold":
        return cls(**data)


@dataclass(frozen=True, eq=False)
class PartData:
    """pool, test: rows. targets float64[N, 1 + K]: the score and, where the cohort has them, K true behaviour
    parameters; NaN outside the pool."""

    pool: Rows
    test: Rows
    targets: FloatArray

    @property
    def scores(self) -> FloatArray:
        """float64[N]"""
        return self.targets[:, 0]


class SearchData:
    """Features with their parts, folds, scalings and graphs, each made once a process."""

    def __init__(self, features: CohortFeatures) -> None:
        self.features = features
        self._parts: dict[Part, PartData] = {}
        self._folds: dict[tuple[Part, int, int], list[Rows]] = {}
        self._scalings: dict[bytes, Scalings] = {}
        self._graphs: dict[bytes, Graphs] = {}
        self._resident: dict[str, tuple[Tensor, Tensor]] = {}

    def part(self, part: Part) -> PartData:
        """Raises `DatasetError` when a part would be empty."""
        if part not in self._parts:
            pool, test = split_rows(self.features, part)
            known = self.features.behaviour
            columns = [self.features.scores[:, None], *([] if known is None else [known])]
            targets = np.concatenate(columns, axis=1)
            targets[np.setdiff1d(np.arange(len(targets)), pool)] = np.nan
            if part.permuted is not None:
                targets[pool] = np.random.default_rng(part.permuted).permutation(targets[pool])
            self._parts[part] = PartData(pool, test, targets)
        return self._parts[part]

    def fold(self, part: Part, fold: Fold) -> tuple[Rows, Rows]:
        """Rows to fit on and rows held out; sessions without a usable window are fitted on nowhere.

        Raises `DatasetError` when there are fewer persons than folds or nobody usable to fit on.
        """
        pool, held = self.part(part).pool, self.fold_rows(part, fold)
        fitted, usable = np.setdiff1d(pool, held), self.features.present.any(axis=1)
        if not usable[fitted].any() or not usable[held].any():
            raise DatasetError(
                f"fold {fold.fold + 1} of {fold.count} of {self.features.name} has no usable session to "
                f"{'learn from' if usable[held].any() else 'test on'}",
                remedy="Use fewer folds, or sessions with more usable seconds.",
            )
        return fitted[usable[fitted]], held

    def fold_rows(self, part: Part, fold: Fold) -> Rows:
        """Rows held out in a fold. Raises `DatasetError` when there are fewer persons than folds."""
        key = (part, fold.count, fold.seed)
        if key not in self._folds:
            pool = self.part(part).pool
            ids = [self.features.person_ids[i] for i in pool]
            # folds are stratified by the true scores, so that permuted labels meet the same folds
            dealt = grouped_folds(ids, self.features.scores[pool], fold.count, fold.seed)
            self._folds[key] = [pool[held] for held in dealt]
        return self._folds[key][fold.fold]

    def scalings(self, rows: Rows) -> Scalings:
        """Of the sessions one trains on."""
        key = rows.tobytes()
        if key not in self._scalings:
            self._scalings[key] = fit_scalings(self.features, rows)
        return self._scalings[key]

    def graphs(self, rows: Rows) -> Graphs:
        """Of the sessions one trains on."""
        key = rows.tobytes()
        if key not in self._graphs:
            self._graphs[key] = fold_graphs(self.features, rows)
        return self._graphs[key]

    def resident(self, device: str) -> "tuple[Tensor, Tensor]":
        """Values and points as tensors on a device; on the CPU they are the mapped files themselves."""
        import torch

        if device not in self._resident:
            arrays = torch.from_numpy(self.features.values), torch.from_numpy(self.features.points)
            self._resident[device] = arrays[0].to(device), arrays[1].to(device)
        return self._resident[device]


def split_rows(features: CohortFeatures, part: Part) -> tuple[Rows, Rows]:
    """Pool and test rows of a part; raises `DatasetError` when one that must not be is empty."""
    n = len(features)
    if part.protocol == "official":
        pool = np.sort(np.concatenate([features.rows_of("train"), features.rows_of("dev")]))
        return _checked(features, pool, features.rows_of("test"))
    if part.protocol == "holdout" or part.outer is not None:
        seed = derived_seed(part.seed, "outer folds")
        held = grouped_folds(features.person_ids, features.scores, part.folds, seed)[part.outer or 0]
        return _checked(features, complement(held, n), held)
    return np.arange(n), np.empty(0, np.int64)


def _checked(features: CohortFeatures, pool: Rows, test: Rows) -> tuple[Rows, Rows]:
    if not len(pool) or not len(test):
        raise DatasetError(
            f"cohort {features.name} has no {'test' if len(pool) else 'train or dev'} sessions",
            remedy='Search with the protocol "holdout" or "nested-cv", or give its sessions to splits first.',
        )
    shared = {features.person_ids[i] for i in pool} & {features.person_ids[i] for i in test}
    if shared:
        raise DatasetError(
            f"cohort {features.name} has sessions of {sorted(shared)[0]} on both sides of its split",
            remedy="Give all sessions of a person to one split.",
        )
    return pool, test


def store_features(features: CohortFeatures, folder: Path) -> None:
    """Keep in a run's folder what `open_data` needs; arrays that are cached already are not copied.

    Raises `StorageError`.
    """
    arrays = features.folder or folder / _ARRAYS
    if features.folder is None and read_arrays(arrays) is None:
        remove_arrays(arrays)
        heavy = {name: getattr(features, name) for name in _HEAVY}
        write_arrays(arrays, FeatureArrays(**heavy, absent=features.absent))
    light = {name: value for name, value in vars(features).items() if name not in (*_HEAVY, "folder", "scale")}
    known = features.behaviour
    light |= {"scale": features.scale.name, "folder": str(arrays), "scores": features.scores.tolist()}
    light |= {"behaviour": None if known is None else known.tolist()}
    write_atomically(folder / _FILE, json.dumps(light).encode())


def open_data(folder: str, fingerprint: str) -> SearchData:
    """What `store_features` kept; raises `DatasetError` when the arrays are gone or damaged."""
    light = json.loads((Path(folder) / _FILE).read_text(encoding="utf-8"))
    arrays = read_arrays(Path(light["folder"]))
    if arrays is None or light["fingerprint"] != fingerprint:
        raise DatasetError(
            "the cached features of the cohort are gone or damaged",
            path=light["folder"],
            remedy="Resume the search with the cohort: they are then made anew.",
        )
    light |= {name: getattr(arrays, name) for name in _HEAVY}
    light |= {"scale": SCALES[light["scale"]], "folder": Path(light["folder"]), "scores": np.array(light["scores"])}
    if light["behaviour"] is not None:
        light["behaviour"] = np.array(light["behaviour"], dtype=np.float64)
    for name in ("person_ids", "session_ids", "splits", "absent"):
        light[name] = tuple(light[name])
    return SearchData(CohortFeatures(**light))
