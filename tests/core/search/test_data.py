"""Who is searched on and who is tested on."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.support.tiny_cohorts import tiny_cohort

from lineament.errors import DatasetError
from lineament.search.data import Fold, Part, SearchData, open_data, split_rows, store_features


def test_protocols_split_the_cohort() -> None:
    features = tiny_cohort(20, 2, test=5)
    pool, test = split_rows(features, Part("official", 0))
    assert pool.tolist() == list(range(20))
    assert test.tolist() == list(range(20, 25))
    pool, test = split_rows(features, Part("holdout", 0, 5))
    assert len(test) == 5
    assert sorted([*pool, *test]) == list(range(25))
    outer = [split_rows(features, Part("nested-cv", 0, 5, fold)) for fold in range(5)]
    assert sorted(row for _, held in outer for row in held) == list(range(25))
    everybody, nobody = split_rows(features, Part("nested-cv", 0, 5))
    assert (len(everybody), len(nobody)) == (25, 0)


def test_a_cohort_without_the_split_asked_for_is_refused() -> None:
    with pytest.raises(DatasetError, match="no test sessions"):
        split_rows(tiny_cohort(8, 2), Part("official", 0))
    without = replace(tiny_cohort(8, 2), splits=("test",) * 8)
    with pytest.raises(DatasetError, match="no train or dev sessions"):
        split_rows(without, Part("official", 0))
    shared = tiny_cohort(8, 2, test=2)
    shared = replace(shared, person_ids=(*shared.person_ids[:9], "p0"))
    with pytest.raises(DatasetError, match="p0 on both sides"):
        split_rows(shared, Part("official", 0))


def test_folds_leave_sessions_without_windows_out_of_training_only() -> None:
    features = tiny_cohort(12, 2, test=2)
    features.present[4] = False
    data = SearchData(features)
    held_somewhere = set()
    for fold in range(3):
        fitted, held = data.fold(Part("official", 0), Fold(3, 1, fold))
        assert 4 not in fitted
        held_somewhere |= set(held.tolist())
    assert held_somewhere == set(range(12))


def test_a_fold_without_a_usable_session_is_said() -> None:
    features = tiny_cohort(4, 2, test=1)
    features.present[:3] = False
    data = SearchData(features)
    empty = 0 if 3 in data.fold_rows(Part("official", 0), Fold(2, 0, 1)) else 1
    with pytest.raises(DatasetError, match="no usable session to test on"):
        data.fold(Part("official", 0), Fold(2, 0, empty))
    with pytest.raises(DatasetError, match="no usable session to learn from"):
        data.fold(Part("official", 0), Fold(2, 0, 1 - empty))
    with pytest.raises(DatasetError, match="9 folds cannot be made of 4 persons"):
        data.fold(Part("official", 0), Fold(9, 0, 0))


def test_permuted_labels_meet_the_same_folds() -> None:
    data = SearchData(tiny_cohort(12, 2, test=2))
    part, fold = Part("official", 0), Fold(3, 1, 2)
    np.testing.assert_array_equal(data.fold(part, fold)[1], data.fold(part.shuffled(5), fold)[1])


def test_features_are_kept_in_the_run(tmp_path: Path) -> None:
    features = tiny_cohort(6, 2, test=2)
    store_features(features, tmp_path)
    found = open_data(str(tmp_path), features.fingerprint).features
    for name in ("values", "points", "present", "statistics", "scores"):
        np.testing.assert_array_equal(getattr(found, name), getattr(features, name))
    assert (found.person_ids, found.splits, found.scale) == (features.person_ids, features.splits, features.scale)
    stamp = (tmp_path / "features" / "values.npy").stat().st_mtime_ns
    store_features(features, tmp_path)
    assert (tmp_path / "features" / "values.npy").stat().st_mtime_ns == stamp, "nothing is written twice"
    with pytest.raises(DatasetError, match="gone or damaged"):
        open_data(str(tmp_path), "another")
    (tmp_path / "features" / "values.npy").write_bytes(b"x")
    with pytest.raises(DatasetError, match="gone or damaged"):
        open_data(str(tmp_path), features.fingerprint)
    store_features(features, tmp_path)
    assert len(open_data(str(tmp_path), features.fingerprint).features) == 8
