"""The study's cells on disk and the table made of them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lineament.search.config import SearchConfig
from lineament.search.study.cells import ABLATIONS, METHODS, SMALL, Cell, Study, StudyCohort
from lineament.search.study.table import lines, read_cells, to_comparison, to_markdown
from lineament.simulation.session import SIMULATOR_VERSION

PERSONS = 60


def made_cell(seed: int, method: str, skill: float) -> dict[str, Any]:
    """A result in which the method sees a share `skill` of what the oracle sees, and ridge half as much."""
    rng = np.random.default_rng([seed, 1])
    oracle = rng.normal(7.0, 4.0, PERSONS)
    scores = oracle + rng.normal(0, 2.0, PERSONS)
    noise = {name: np.random.default_rng([seed, k]).normal(0, 0.3, PERSONS) for k, name in enumerate((method, "ridge"))}

    def seen(share: float, name: str) -> list[float]:
        return list(7.0 + share * (oracle - 7.0) + noise[name])

    predictions = {
        "final predictor": seen(skill, method),
        "searched network": seen(skill, method),
        "ridge on session statistics": seen(0.4, "ridge"),
        "hand-designed": [7.2] * PERSONS,
        "random 1": seen(0.2, "ridge"),
        "random 2": [7.1] * PERSONS,
        "constant": [7.0] * PERSONS,
    }
    intervals = [[score - 3, score + 3] for score in predictions["final predictor"]]
    cohort = {"preset": "strong", "train": 142, "test": PERSONS, "seed": seed}
    facts = {"scores": list(scores), "oracle": list(oracle), "predictions": predictions, "intervals": intervals}
    return {"cohort": cohort, "method": method, "seconds": 60.0, "simulator": SIMULATOR_VERSION, **facts}


@pytest.fixture
def cells() -> list[dict[str, Any]]:
    skills = {"drnas_pt": 0.9, "random": 0.5}
    return [made_cell(seed, method, skill) for seed in (1, 2, 3) for method, skill in skills.items()]


def test_lines_hold_share_metrics_and_paired_tests(cells: list[dict[str, Any]]) -> None:
    found = {line.system: line for line in lines(cells, "strong", 142)}
    best, random, ridge = found["drnas_pt"], found["random"], found["ridge on session statistics"]
    assert best.share.value > random.share.value > ridge.share.value > 0
    assert best.share.low > random.share.value
    assert best.against["ridge on session statistics"].better
    assert best.against["constant"].better
    assert best.coverage is not None
    assert 0.7 < best.coverage < 0.95
    assert found["constant"].share.value == 0
    assert found["constant"].ccc is None
    drawn = found["mean of 2 random architectures"]
    assert 0 < drawn.share.value < random.share.value
    assert {line.cohorts for line in found.values()} == {3}


def test_tables_mark_toys_and_make_a_card(cells: list[dict[str, Any]]) -> None:
    text = to_markdown(cells)
    assert "strong (toy): 142 persons to learn from, 60 to be tested on, 3 cohorts" in text
    assert text.count("| drnas_pt") == 2  # with the read-out, and the network alone
    against = next(line for line in text.splitlines() if line.startswith("Gain in RMSE of drnas_pt's final predictor"))
    assert all(name in against for name in ("ridge on session statistics +", "random 1 +", "random 2 +", "constant +"))
    assert to_comparison(cells, "realistic") is None
    comparison = to_comparison(cells, "strong")
    assert comparison is not None
    assert len(comparison.columns) == len(comparison.rows[0][1]) == 4


def test_cells_are_kept_unless_the_simulator_changed(tmp_path: Path, cells: list[dict[str, Any]]) -> None:
    wanted = [Cell(StudyCohort("strong", 142, 47, seed), method) for seed in (1, 2) for method in ("drnas_pt", "darts")]
    study = Study(wanted, tmp_path, tmp_path / "work")
    done, old = wanted[0].file(tmp_path), wanted[1].file(tmp_path)
    done.write_text(json.dumps(cells[0]))
    old.write_text(json.dumps({**cells[1], "simulator": "0"}))
    assert study.missing() == wanted[1:]
    assert [cell["method"] for cell in read_cells(tmp_path)] == ["random", "drnas_pt"]


def test_every_cell_has_settings_of_its_own_and_one_budget() -> None:
    small, large = StudyCohort("strong", 142, 47, 1), StudyCohort("strong", 500, 200, 1)
    configs = [Cell(small, method).config(SMALL) for method in (*METHODS, *ABLATIONS)]
    assert len({json.dumps(config.to_json(), sort_keys=True) for config in configs}) == len(configs)
    assert {config.budget for config in configs} == {SMALL.budget}
    assert Cell(large, "random").config(SMALL).budget > SMALL.budget
    assert isinstance(configs[0], SearchConfig)
