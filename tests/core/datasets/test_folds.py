"""Folds: persons never shared, thirds of the scores even, the same for the same seed."""

import numpy as np
import pytest

from lineament.datasets import Cohort, complement, grouped_folds, official_split, repeated_grouped_folds
from lineament.errors import DatasetError


def visits(counts: np.ndarray) -> list[str]:
    return [f"P{person}" for person, count in enumerate(counts) for _ in range(count)]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("persons", "k"), [(142, 5), (10, 10), (7, 3), (31, 4)])
def test_one_session_a_person(persons: int, k: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 25, persons).astype(float)
    folds = grouped_folds([f"P{i}" for i in range(persons)], scores, k, seed)
    assert len(folds) == k
    np.testing.assert_array_equal(np.sort(np.concatenate(folds)), np.arange(persons))
    sizes = [len(fold) for fold in folds]
    assert max(sizes) - min(sizes) <= 1
    low, high = np.quantile(scores, [1 / 3, 2 / 3])
    for third in (scores <= low, (scores > low) & (scores <= high), scores > high):
        counts = [int(third[fold].sum()) for fold in folds]
        assert max(counts) - min(counts) <= 1
    for fold in folds:
        np.testing.assert_array_equal(np.sort(np.concatenate([fold, complement(fold, persons)])), np.arange(persons))


@pytest.mark.parametrize("seed", range(10))
def test_several_visits_a_person(seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts = rng.integers(1, 6, 40)
    persons = visits(counts)
    scores = rng.integers(0, 25, len(persons)).astype(float)
    folds = grouped_folds(persons, scores, 5, seed)
    owners = [{persons[row] for row in fold} for fold in folds]
    assert sum(len(one) for one in owners) == 40
    assert set().union(*owners) == set(persons)
    sizes = [len(fold) for fold in folds]
    assert max(sizes) - min(sizes) <= 5


@pytest.mark.parametrize("k", range(2, 9))
def test_no_fold_is_ever_empty(k: int) -> None:
    for seed in range(20):
        scores = np.random.default_rng([k, seed]).choice([0.0, 0.0, 12.0, 24.0], k)
        assert all(len(fold) == 1 for fold in grouped_folds([f"P{i}" for i in range(k)], scores, k, seed))


def test_the_same_seed_gives_the_same_folds(simulated: Cohort) -> None:
    first, again, other = (grouped_folds(simulated, k=4, seed=seed) for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))
    by_ids = grouped_folds(simulated.person_ids, simulated.scores, 4, 1)
    assert all(np.array_equal(a, b) for a, b in zip(first, by_ids, strict=True))


def test_repeats_differ_and_more_of_them_change_none(simulated: Cohort) -> None:
    three, five = (repeated_grouped_folds(simulated, k=3, repeats=n, seed=7) for n in (3, 5))
    assert [len(folds) for folds in five] == [3] * 5
    for a, b in zip(three, five, strict=False):
        assert all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))
    assert len({tuple(fold.tobytes() for fold in folds) for folds in five}) == 5


@pytest.mark.parametrize("k", [0, 1, 13])
def test_folds_that_would_be_empty_are_refused(simulated: Cohort, k: int) -> None:
    with pytest.raises(DatasetError, match=f"{k} folds cannot be made of 12 persons .* Ask for 2 to 12 folds"):
        grouped_folds(simulated, k=k)
    with pytest.raises(DatasetError, match="Use a cohort of more persons"):
        grouped_folds(["A", "A", "A"], [1, 2, 3], 2)


def test_scores_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(DatasetError, match="persons have no score: B"):
        grouped_folds(["A", "B", "C"], [1, float("nan"), 3], 2)
    with pytest.raises(ValueError, match="3 rows need as many scores"):
        grouped_folds(["A", "B", "C"], [1, 2], 2)
    with pytest.raises(ValueError, match="need their scores"):
        grouped_folds(["A", "B", "C"], None, 2)


def test_official_split(simulated: Cohort) -> None:
    names = ["test", "train", "dev", "calibration"] * 3
    parts = official_split(simulated.with_session_splits(names))
    assert [rows.tolist() for rows in parts] == [[1, 5, 9], [2, 6, 10], [0, 4, 8]]
    with pytest.raises(DatasetError, match="has no train and no dev and no test sessions"):
        official_split(simulated)
    with pytest.raises(DatasetError, match=r"person S00001 of .* is in both train and dev"):
        simulated.subset([0, 0, 1]).with_session_splits(["train", "dev", "test"])
