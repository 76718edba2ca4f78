"""The leaderboard: controls on it from the first moment, errors as they are, known bounds held against plain NumPy."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from tests.core.search.monitor.conftest import Folder, event
from tests.core.search.report.conftest import NAMES

from lineament.datasets.folds import grouped_folds
from lineament.features.cohort_features import CohortFeatures
from lineament.models.card import Estimate
from lineament.search.config import SearchConfig
from lineament.search.data import open_data, split_rows, store_features
from lineament.search.monitor import Board, RunMonitor
from lineament.search.monitor.board import boards
from lineament.search.monitor.references import References, _part, references
from lineament.search.work import seed_of
from lineament.simulation import oracle_predictions, simulate_cohort

FloatArray = npt.NDArray[np.float64]
CONTROLS = {"hand-designed", "gaze alone", "head pose alone", "ridge on session statistics", "ridge on channel means"}
KNOWN = References(Estimate(6.0, 5.0, 7.0), Estimate(3.0, 2.5, 3.5), Estimate(3.2, 2.0, 4.0))


def entry(name: str, rmse: float, origin: str = "perturbation") -> dict[str, object]:
    row = {"name": name, "origin": origin, "attributes": ["gaze"], "genotype": {}}
    return {**row, "parameters": 100, "seeds": 2, "mean_rmse": rmse}


def names(board: Board) -> list[str]:
    return [row.name for row in board.rows]


def test_controls_stand_on_it_before_anything_is_measured(config: SearchConfig) -> None:
    (board,) = boards(config, None, [], References())
    assert CONTROLS | {"constant", "mean of 2 random architectures"} == set(names(board))
    assert all(row.rmse is None and row.kind == "control" for row in board.rows)
    assert not board.finished


def test_networks_of_the_short_list_stand_among_what_is_known_best_first(config: SearchConfig) -> None:
    listed = [entry("mean removals", 5.5), entry("hand-designed", 5.8, "hand"), entry("random 1", 6.5, "random")]
    (board,) = boards(config, None, listed, KNOWN)
    expected = ["oracle (true behaviour known)", "mean removals", "hand-designed", "constant", "random 1"]
    assert names(board)[:5] == expected
    kinds = {row.name: row.kind for row in board.rows}
    assert (kinds["mean removals"], kinds["hand-designed"], kinds["random 1"]) == ("candidate", "control", "candidate")
    assert board.constant == 6.0
    found = board.rows[1].rmse
    assert found is not None
    assert math.isnan(found.low)


def test_rivals_far_down_the_list_stay_on_it(config: SearchConfig) -> None:
    listed = [entry(f"found {i}", 5.0 + i / 10) for i in range(20)] + [entry("gaze alone", 9.0, "single attribute")]
    (board,) = boards(config, None, listed, KNOWN)
    assert "gaze alone" in names(board)
    assert "found 12" not in names(board)


def test_a_finished_search_has_every_predictor_with_interval_and_tests(folder: Folder) -> None:
    folder.finish()
    held, tested = RunMonitor(folder.path).poll().boards
    assert (held.title, tested.title) == ("Out of fold", "In the test")
    assert set(NAMES) <= set(names(held))
    first = held.rows[0]
    assert first.rmse == Estimate(4.0, 3.5, 4.6)
    assert dict(first.tests) == {"constant": ".010 better", "ridge": "<.001 worse"}
    assert held.constant == pytest.approx(5.5)
    assert held.finished


def test_the_constant_is_the_mean_of_each_folds_learners(folder: Folder, config: SearchConfig) -> None:
    fingerprint = open_fingerprint(folder.path)
    found = references(folder.path, config, fingerprint).constant
    features = open_data(str(folder.path), fingerprint).features
    pool, _ = split_rows(features, _part(config, ""))
    scores, people = features.scores[pool], [features.person_ids[i] for i in pool]
    said = np.empty(len(pool))
    for held in grouped_folds(people, scores, config.folds, seed_of(config, "final folds")):
        said[held] = np.delete(scores, held).mean()
    assert found is not None
    assert found.value == pytest.approx(float(np.sqrt(np.mean((said - scores) ** 2))))
    assert found.low < found.value < found.high


def test_a_search_on_a_simulated_cohort_knows_its_oracle(folder: Folder, config: SearchConfig) -> None:
    cohort = simulate_cohort(20, "strong", 5, seconds=config.seconds)
    data = open_data(str(folder.path), open_fingerprint(folder.path))
    truth = np.array([float(subject.phq8) for subject in cohort.subjects])
    store_features(with_scores(data.features, truth), folder.path)
    (folder.path / "cohort.txt").write_text("simulated:strong:20:5", encoding="utf-8")
    found = references(folder.path, config, open_fingerprint(folder.path))
    pool, test = split_rows(open_data(str(folder.path), open_fingerprint(folder.path)).features, _part(config, ""))
    errors = (oracle_predictions(cohort) - truth) ** 2
    assert found.oracle is not None
    assert found.oracle_test is not None
    assert found.oracle.value == pytest.approx(math.sqrt(errors[pool].mean()))
    assert found.oracle_test.value == pytest.approx(math.sqrt(errors[test].mean()))


def test_an_oracle_of_another_cohort_is_not_taken(folder: Folder, config: SearchConfig) -> None:
    (folder.path / "cohort.txt").write_text("simulated:strong:20:6", encoding="utf-8")
    assert references(folder.path, config, open_fingerprint(folder.path)).oracle is None


def test_where_the_features_are_gone_nothing_is_known(folder: Folder, config: SearchConfig) -> None:
    (folder.path / "features.json").unlink()
    assert references(folder.path, config, "x") == References()


def test_each_part_of_nested_cross_validation_has_its_own_constant(folder: Folder, config: SearchConfig) -> None:
    nested, fingerprint = config.with_changes(protocol="nested-cv"), open_fingerprint(folder.path)
    found = [references(folder.path, nested, fingerprint, part).constant for part in ("outer fold 1", "outer fold 2")]
    whole = references(folder.path, nested, fingerprint, "all").constant
    assert None not in (*found, whole)
    assert len({str(one) for one in (*found, whole)}) == 3


def test_the_board_of_a_run_under_way_comes_with_its_references(folder: Folder) -> None:
    folder.write(event(101.0, "leaderboard", entries=[entry("mean removals", 5.5)]))
    monitor = RunMonitor(folder.path)
    assert monitor.poll().boards[0].constant is None
    assert monitor.poll().boards[0].constant is not None


def open_fingerprint(folder: Path) -> str:
    return str(json.loads((folder / "features.json").read_text(encoding="utf-8"))["fingerprint"])


def with_scores(features: CohortFeatures, scores: FloatArray) -> CohortFeatures:
    return replace(features, scores=scores, folder=None)
