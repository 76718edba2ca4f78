"""The comparison on visits: who is tested when, pairs, resuming, the table."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lineament.models.mpdrm.shape import MpdrmShape
from lineament.progress import CancelToken, ignore_events
from lineament.training.metrics import rmse
from lineament.training.mpdrm import comparison as mpdrm_comparison
from lineament.training.mpdrm.comparison import VisitsStudy, deal_persons, fill, joined, main, run_fold, told_of_visits
from lineament.training.mpdrm.comparison_table import (
    ALONE,
    CONSTANT,
    RIDGE,
    VISIT_MEANS,
    WITH,
    WITHOUT,
    Fold,
    apart,
    gain_over,
    over_seeds,
    paired_p,
    to_markdown,
)
from lineament.training.mpdrm.data import MovementData
from lineament.training.mpdrm.evaluation import log_statistics, visit_statistics
from lineament.training.mpdrm.loop import MpdrmLoop
from lineament.training.mpdrm.toys import habit_toy

SHAPE = MpdrmShape(stem=8, widths=(8, 12, 16), token=16, projection=8, dropout=0.0)
STUDY = VisitsStudy("habitual", 20, 30.0, 2, shape=SHAPE, loop=MpdrmLoop(person_epochs=1, epochs=1, windows=2, batch=8))


@pytest.fixture(scope="module")
def toy() -> MovementData:
    return habit_toy(20, 1, bins=384)


@pytest.fixture(scope="module")
def fold(toy: MovementData) -> Fold:
    return run_fold(toy, visit_statistics(toy), STUDY, 0)


def folds() -> list[Fold]:
    rng = np.random.default_rng(0)
    made = []
    for seed in range(3):
        scores = rng.uniform(0, 24, 12)
        said = {
            CONSTANT: np.full(12, 12.0),
            VISIT_MEANS: np.full(12, 12.0),
            RIDGE: scores + rng.normal(0, 4, 12),
            ALONE: scores + rng.normal(0, 4, 12),
            WITH: scores + rng.normal(0, 1, 12),
            WITHOUT: scores + rng.normal(0, 3, 12),
        }
        made.append(
            Fold("habitual", 12, seed, np.repeat(np.arange(4), 3) + 4 * seed, np.tile([1, 2, 3], 4), scores, said)
        )
    return made


def test_every_person_is_tested_once_and_never_learnt_from() -> None:
    persons = np.repeat(np.arange(23), 3)
    tested = []
    for fold in range(5):
        train, dev, test = deal_persons(persons, 5, fold)
        sides = [set(persons[rows]) for rows in (train, dev, test)]
        assert sum(len(side) for side in sides) == 23
        assert set.union(*sides) == set(range(23))
        tested += sorted(sides[2])
    assert sorted(tested) == list(range(23))


def test_all_systems_say_something_of_the_same_visits(toy: MovementData, fold: Fold) -> None:
    test = deal_persons(toy.persons, 2, 0)[2]
    np.testing.assert_array_equal(fold.scores, toy.scores[test])
    assert all(np.isfinite(said).all() and said.shape == fold.scores.shape for said in fold.said.values())
    train = deal_persons(toy.persons, 2, 0)[0]
    assert (fold.said[CONSTANT] == toy.scores[train].mean()).all()
    first = fold.said[VISIT_MEANS][fold.visits == 1]
    np.testing.assert_allclose(first, toy.scores[train][toy.visits[train] == 1].mean())
    first_of_both = (fold.said[WITH], fold.said[ALONE])
    np.testing.assert_allclose(*(said[fold.visits == 1] for said in first_of_both))
    assert np.abs(first_of_both[0] - first_of_both[1])[fold.visits > 1].max() > 1e-6


def test_a_fold_is_the_same_from_its_file(fold: Fold) -> None:
    again = Fold.from_json(fold.to_json())
    assert (again.preset, again.cohort_persons, again.seed) == ("habitual", 20, 0)
    np.testing.assert_array_equal(again.persons, fold.persons)
    for name, said in fold.said.items():
        np.testing.assert_allclose(again.said[name], said, atol=6e-4)
    assert again.error(WITH) == pytest.approx(rmse(fold.said[WITH], fold.scores), abs=1e-3)


def test_finished_folds_are_not_run_again(toy: MovementData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mpdrm_comparison, "read_study", lambda *given: toy)
    told: list[Path] = []
    fill(STUDY, tmp_path, None, CancelToken(), told.append)
    assert [file.name[-7:] for file in told] == ["-0.json", "-1.json"]
    kept = told[1].read_bytes()
    told[0].unlink()
    fill(STUDY, tmp_path, None, CancelToken(), told.append)
    assert told[2:] == told[:1]
    assert told[1].read_bytes() == kept
    monkeypatch.setattr(mpdrm_comparison, "read_study", lambda *given: pytest.fail("read again"))
    fill(STUDY, tmp_path, None, CancelToken())
    assert replace(STUDY, loop=replace(STUDY.loop, epochs=2)).file(tmp_path, 0) not in told
    main(["--table", "--folder", str(tmp_path)])
    text = tmp_path.with_suffix(".md").read_text()
    assert "## habitual (toy): 20 persons, 60 visits, 2 seeds" in text


def test_a_cohort_is_read_in_parts_that_keep_their_persons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mpdrm_comparison, "_AT_ONCE", 2)
    study = VisitsStudy("habitual", 3, 30.0)
    data = mpdrm_comparison.read_study(study, tmp_path, CancelToken(), ignore_events)
    assert len(list(tmp_path.glob("movement-*"))) == 2
    assert sorted(set(data.persons)) == [0, 1, 2]
    assert [list(data.visits[data.persons == p][:3]) for p in range(3)] == [[1, 2, 3]] * 3
    whole = joined([data.take(np.flatnonzero(data.persons == p)) for p in range(3)])
    np.testing.assert_array_equal(whole.series, data.series)


def test_figures_are_paired_and_by_hand() -> None:
    made = over_seeds([1.0, 2.0, 4.0])
    half = 4.302653 * np.std([1, 2, 4], ddof=1) / np.sqrt(3)
    assert (made.value, made.low, made.high) == pytest.approx((7 / 3, 7 / 3 - half, 7 / 3 + half), abs=1e-5)
    assert over_seeds([2.0]).high == 2.0
    assert paired_p([1.0, 2.0, 4.0]) == pytest.approx(0.1181, abs=1e-3)  # t = 2.646 with two degrees of freedom
    assert paired_p([1.0]) == paired_p([1.0, 1.0]) == 1.0
    gain = gain_over(folds(), WITH, WITHOUT)
    assert gain.low > 0
    scores = np.concatenate([fold.scores for fold in folds()])
    with_, without = (np.concatenate([fold.said[name] for fold in folds()]) for name in (WITH, WITHOUT))
    assert gain.value == pytest.approx(rmse(without, scores) - rmse(with_, scores))


def test_the_table_says_what_is_a_toy_and_how_many_seeds_were_won() -> None:
    text = to_markdown(folds())
    assert "## habitual (toy): 12 persons, 36 visits, 3 seeds" in text
    row = next(line for line in text.splitlines() if line.startswith(f"| {WITH} |"))
    errors = [fold.error(WITH) for fold in folds()]
    assert f"({np.mean(errors):.2f}, " in row
    assert "3 of 3 seeds" in text


def test_first_and_later_visits_are_taken_apart() -> None:
    found = apart(np.array([1.0, 5.0, 3.0, 9.0]), np.array([1, 2, 1, 3]))
    np.testing.assert_allclose(found, [-1, -2, 1, 2])
    np.testing.assert_allclose(apart(np.array([1.0, 2.0]), np.array([1, 1])), [-0.5, 0.5])


def test_logarithms_are_of_spreads_and_steps() -> None:
    found = log_statistics(np.array([[-3.0, 0.98, 0.995, 7.0]]))
    np.testing.assert_allclose(found, [[-3.0, 0.0, 0.0]], atol=1e-12)


def test_what_is_known_of_first_visits_is_added_on_dev(toy: MovementData) -> None:
    at = deal_persons(toy.persons, 2, 0)
    rows = np.concatenate(at[1:])
    signal = np.random.default_rng(0).standard_normal(len(rows))
    data = replace(toy, scores=toy.scores.copy())
    data.scores[rows] = 10 + 3 * (toy.visits[rows] == 1) + 2 * signal
    found = told_of_visits(data, at, signal)
    np.testing.assert_allclose(found, data.scores[at[2]])
    changed = replace(data, scores=data.scores.copy())
    changed.scores[at[2]] = 0
    np.testing.assert_array_equal(told_of_visits(changed, at, signal), found)
