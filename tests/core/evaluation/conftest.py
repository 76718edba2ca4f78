"""Evaluations of cohorts made of numbers, by an engine that answers trainings at once."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.support.instant_engine import InstantEngine, Worth
from tests.support.tiny_cohorts import tiny_cohort

from lineament.evaluation.data import EvaluationData
from lineament.evaluation.evaluate import Asked, evaluate, open_evaluation
from lineament.evaluation.settings import EvaluationSettings
from lineament.evaluation.systems.registry import chosen_systems
from lineament.evaluation.systems.system import FEATURES, Offer
from lineament.evaluation.table import Table
from lineament.features.cohort_features import CohortFeatures
from lineament.search.config import SearchConfig
from lineament.search.data import Fold, Part
from lineament.search.engines.engine import Engine
from lineament.search.recipe import Recipe
from lineament.search.ridge import Ridge, channel_means
from lineament.search.runs.unit import Unit

TINY = SearchConfig.preset(
    "quick",
    attributes=("gaze", "head pose"),
    families=("cnn",),
    folds=2,
    search_folds=2,
    short_list=3,
    random_candidates=0,
    random_controls=1,
    tuning_steps=0,
    recipe=Recipe(steps=3, persons=6, windows=2),
)


def settings_of(protocol: str, **changes: Any) -> EvaluationSettings:
    small = replace(EvaluationSettings.of_preset(protocol, quick=True), seconds=20.0, search=TINY, search_budget=2000)
    return replace(small, **changes)


class Instant(InstantEngine):
    """Answers networks at once by the cohort's own folds; plain controls are really fitted."""

    def __init__(self, features: CohortFeatures, skill: Worth = lambda settings: 0.0) -> None:
        super().__init__(features, skill)
        self._data = EvaluationData(features, Path())

    def _plain(self, settings: Mapping[str, Any], rng: np.random.Generator) -> tuple[dict[str, Any], dict[str, Any]]:
        features, part = self._data.features, Part.from_json(settings["part"])
        fitted, dev = self._data.fold(part, Fold.from_json(settings["fold"]))
        rows, scores = np.concatenate([dev, self._data.part(part).test]), self._data.part(part).scores[fitted]
        if settings["predictor"] == "constant":
            return {"parameters": 1}, {"rows": rows, "predictions": np.full(len(rows), scores.mean())}
        x = {
            "channel means": channel_means(features.values, features.present),
            "session statistics": features.statistics.astype(np.float64),
        }[settings["predictor"]]
        model = Ridge.fit(x[fitted], scores, [features.person_ids[i] for i in fitted])
        return {"parameters": x.shape[1] + 1}, {"rows": rows, "predictions": model.predict(x[rows])}

    def kinds(self) -> set[str]:
        return {unit.kind for unit in self.asked.values()}

    def units(self, kind: str) -> list[Unit]:
        return [unit for unit in self.asked.values() if unit.kind == kind]


Made = Callable[..., tuple[Table, Path]]


@pytest.fixture
def measured(tmp_path: Path) -> Made:
    """Evaluate names on a cohort by an engine, in a folder of its own."""

    def run(
        features: CohortFeatures,
        engine: Engine,
        *names: str,
        protocol: str = "official",
        seeds: int = 2,
        folder: Path | None = None,
        searched: Path | None = None,
        oracle: Any = None,
        **changes: Any,
    ) -> tuple[Table, Path]:
        settings, place = settings_of(protocol, **changes), folder or tmp_path / "evaluation"
        systems, told = chosen_systems(names, Offer(features, frozenset({FEATURES})), searched)
        asked = Asked(systems, seeds, oracle=oracle, notes=told)
        with open_evaluation(place, features, settings) as opened:
            return evaluate(features, settings, asked, opened, engine), place

    return run


@pytest.fixture
def features() -> CohortFeatures:
    return tiny_cohort(24, 2, signal="level", test=12)
