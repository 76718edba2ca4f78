"""On cohorts whose answer is known the search finds it: planted operations, and nothing in noise; ten seeds each."""

from pathlib import Path

import pytest

from lineament.datasets.cohort import Cohort
from lineament.features.cohort_features import cohort_features
from lineament.models.architecture.space import Genotype
from lineament.search.config import SearchConfig
from lineament.search.engines import PoolEngine
from lineament.search.outcome import SearchOutcome
from lineament.search.recipe import Recipe
from lineament.search.search import create_run, run_search
from lineament.simulation import simulate_cohort

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

SEEDS = range(1, 11)
PERSONS, SECONDS = 100, 180.0
SEES_ORDER_ON_SERIES = {"conv3", "conv5", "dil3", "dil5", "sep5", "glu5"}
"""At 5 Hz three taps reach .2 s to either side, and two such operations one after the other .4 s."""


def sees_order(genotype: Genotype, attribute: str = "action units") -> bool:
    """Whether the extractor can tell that one unit follows another by .4-.6 s: correlations with a delay, or
    convolutions along time on the series. Pointwise operations, pooling and spectra of single channels cannot."""
    family = genotype[f"{attribute}.family"]
    if family == "moments":
        return genotype[f"{attribute}.moments.delays"] in ("short", "long")
    if family != "cnn" or genotype[f"{attribute}.cnn.input"] != "series":
        return False
    return genotype[f"{attribute}.cnn.0-1"] in SEES_ORDER_ON_SERIES


def search(preset: str, seed: int, folder: Path) -> SearchOutcome:
    """One small search on the action units alone, 80 persons to learn from."""
    simulated = simulate_cohort(PERSONS, preset, seed, seconds=SECONDS)
    splits = ["train"] * 80 + ["test"] * (PERSONS - 80)
    cohort = Cohort.from_simulation(simulated).with_session_splits(splits)
    features = cohort_features(cohort, SECONDS, cache=folder / "features")
    config = SearchConfig(
        seed=seed,
        budget=1_500,
        seconds=SECONDS,
        attributes=("action units",),
        folds=3,
        repeats=1,
        search_folds=2,
        search_repeats=1,
        short_list=6,
        random_candidates=0,
        random_controls=1,
        tuning_steps=3,
        recipe=Recipe(steps=200, windows=8, validation_windows=6),
    )
    with PoolEngine(2) as engine, create_run(folder / "run", features, config) as run:
        return run_search(features, config, run, engine)


def test_planted_operations_are_found(tmp_path: Path) -> None:
    found = [sees_order(search("planted", seed, tmp_path / str(seed)).genotype) for seed in SEEDS]
    assert sum(found) >= 9, found


def test_nothing_is_found_in_noise(tmp_path: Path) -> None:
    outcomes = [search("null", seed, tmp_path / str(seed)) for seed in SEEDS]
    assert not any(outcome.verdict.better_than_constant for outcome in outcomes)
    assert all("no better than the constant predictor" in outcome.verdict.sentences[0] for outcome in outcomes)
