"""A finished search made into a model: from a run's folder as a search leaves it, and once from a real search."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save
from tests.support.models import WIDTHS, make_searched, some_genotype

from lineament.cli.main import main
from lineament.datasets import Cohort
from lineament.errors import DatasetError, LineamentError, ModelError
from lineament.features.cohort_features import CohortFeatures, cohort_features
from lineament.features.scaling import Scalings, fit_scalings
from lineament.inference import Scorer, shipping
from lineament.inference.found import Found, read_found
from lineament.inference.shipping import finish_model, leaderboard_table, require_strangers, searched_model
from lineament.models import load_model
from lineament.search.outcome_files import MEMBERS, OUTCOME, OUTCOME_SCHEMA
from lineament.simulation import simulate_cohort

SECONDS = 60.0


def simulated(persons: int, seed: int) -> Cohort:
    return Cohort.from_simulation(simulate_cohort(persons, seed=seed, seconds=SECONDS))


@pytest.fixture(scope="module")
def cohort() -> Cohort:
    return simulated(14, seed=1)


@pytest.fixture(scope="module")
def features(cohort: Cohort) -> CohortFeatures:
    return cohort_features(cohort, SECONDS)


def figures(value: float) -> dict[str, object]:
    one = {"value": value, "low": value - 0.5, "high": value + 0.5}
    return {"rmse": one, "mae": one, "ccc": None, "r": None}


@pytest.fixture
def run(features: CohortFeatures, tmp_path: Path) -> Path:
    """Twelve sessions learnt from, two members of each of two folds, an ensemble that knows something."""
    model, learnt = make_searched(), list(features.session_ids[:12])
    scores = features.scores[:12]
    noise = np.random.default_rng(0).normal(0, 1, 12)
    scalings: Scalings = fit_scalings(features, range(12))
    winner = {"name": "best", "origin": "drnas_pt", "attributes": ["action units", "gaze", "head pose", "landmarks"]}
    outcome = {
        "schema_version": OUTCOME_SCHEMA,
        "config": {
            "method": "drnas_pt",
            "budget": 9,
            "seed": 0,
            "folds": 2,
            "repeats": 1,
            "seconds": SECONDS,
            "level": 0.8,
            "width": WIDTHS.width,
            "token": WIDTHS.token,
            "attention_width": WIDTHS.attention,
        },
        "cohort": {"fingerprint": features.fingerprint},
        "winner": {**winner, "genotype": some_genotype().to_json()},
        "members": [{"fold": f, "repeat": 0, "mean": 6.5, "spread": 5.0} for f in range(2)],
        "scalings": [scalings.to_json() for _ in range(2)],
        "verdict": {"better_than_constant": True, "sentences": ["Better than the constant predictor."]},
        "leaderboard": [{"name": "searched network", "out_of_fold": figures(5.0)}],
        "out_of_fold": {
            "session_ids": learnt,
        },
        "network_unscaled": (scores.mean() + 0.5 * (scores - scores.mean()) + noise).tolist(),
    }
    tensors = {
        f"fold{f}.repeat0/{name}": tensor.numpy()
        for f, member in enumerate(model.members)
        for name, tensor in member.network.state_dict().items()
    }
    (tmp_path / OUTCOME).write_text(json.dumps(outcome))
    (tmp_path / MEMBERS).write_bytes(save(tensors))
    return tmp_path


def change(run: Path, **changes: object) -> None:
    outcome = json.loads((run / OUTCOME).read_text())
    (run / OUTCOME).write_text(json.dumps({**outcome, **changes}))


def test_winner_becomes_a_model_with_its_members_scalings_and_read_out(run: Path, features: CohortFeatures) -> None:
    found = read_found(run)
    model = searched_model(found, features, "found")
    assert model.genotype == some_genotype()
    assert len(model.members) == 2
    np.testing.assert_array_equal(model.members[1].channels.centre, fit_scalings(features, range(12)).channels.centre)
    assert (model.members[0].target_mean, model.members[0].target_sd) == (6.5, 5.0)
    assert model.baseline == pytest.approx(features.scores[:12].mean())
    assert model.read_out.network > 0.1
    assert 0 <= model.read_out.linear <= 3
    assert model.card.settings["architecture proposed by"] == "drnas_pt"


def test_a_verdict_of_no_better_leaves_the_constant(run: Path, features: CohortFeatures) -> None:
    change(run, verdict={"better_than_constant": False, "sentences": ["No better."]})
    model = searched_model(read_found(run), features, "found")
    assert model.read_out(30.0, 1.0) == pytest.approx(model.baseline)


def test_card_and_intervals_come_from_strangers(
    run: Path, cohort: Cohort, features: CohortFeatures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    best = {"r": 0.43, "RMSE": 5.4, "constant RMSE": 6.0, "CCC": 0.3}
    monkeypatch.setattr(shipping, "oracle_figures", lambda name: best)
    calibration, test = simulated(12, seed=2), simulated(10, seed=3)
    require_strangers(cohort, calibration, test)
    found = read_found(run)
    model = searched_model(found, features, "found")
    finish_model(model, found, calibration, test, seconds=SECONDS)
    assert model.conformal.usable_s == (20, 30, 45, 60)
    assert model.card.persons == {"train": 12, "calibration": 12, "test": 10}
    assert set(model.card.test) == {"searched model", "networks alone", "ridge on statistics", "constant"}
    assert model.card.oracle == best
    assert set(model.card.reachable_share) == {"searched model", "networks alone", "ridge on statistics"}
    assert model.card.coverage.keys() == {"20", "60"}
    assert model.card.comparison == leaderboard_table(found)
    assert "Better than the constant predictor." in model.card.markdown()
    model.save(tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    session = simulate_cohort(1, seed=9).session(0, seconds=60, fps=30)
    assert Scorer(loaded).score(session).score == Scorer(model).score(session).score


def test_sessions_that_two_cohorts_share_are_refused(cohort: Cohort) -> None:
    other = simulated(10, seed=2)
    with pytest.raises(DatasetError, match=r"is tested on and calibrated on\. Calibrate and test on persons"):
        require_strangers(cohort, other, simulated(4, seed=2))
    with pytest.raises(DatasetError, match="is calibrated on and learnt from"):
        require_strangers(cohort, cohort, other)


def test_another_cohort_is_refused(run: Path, features: CohortFeatures) -> None:
    other = replace(features, fingerprint="another")
    with pytest.raises(ModelError, match=r"did not run on the cohort simulated realistic .* as it is now\. Give the"):
        searched_model(read_found(run), other, "found")


def cut_members(run: Path) -> None:
    (run / MEMBERS).write_bytes((run / MEMBERS).read_bytes()[:200])


def lose_outcome(run: Path) -> None:
    (run / OUTCOME).unlink()


def no_json(run: Path) -> None:
    (run / OUTCOME).write_text("{")


def newer(run: Path) -> None:
    change(run, schema_version=OUTCOME_SCHEMA + 1)


def no_members(run: Path) -> None:
    change(run, members=[])


def foreign_operation(run: Path) -> None:
    change(run, winner={"origin": "x", "attributes": ["gaze"], "genotype": {"gaze.family": "transformer"}})


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (cut_members, "outcome is damaged"),
        (no_json, "outcome is damaged"),
        (no_members, "outcome is damaged"),
        (foreign_operation, "outcome is damaged"),
        (lose_outcome, "has no outcome"),
        (newer, f"schema version {OUTCOME_SCHEMA + 1}, not {OUTCOME_SCHEMA}"),
    ],
)
def test_runs_that_cannot_be_used_are_said_in_a_sentence(run: Path, damage, said: str) -> None:  # type: ignore[no-untyped-def]
    damage(run)
    with pytest.raises(LineamentError, match=said):
        read_found(run)


def test_members_of_another_architecture_are_refused(run: Path, features: CohortFeatures) -> None:
    found: Found = read_found(run)
    state = dict(found.members[0].state)
    state.pop("score.weight")
    wrong = replace(found, members=(replace(found.members[0], state=state),))
    with pytest.raises(ModelError, match="weights do not belong to the architecture"):
        searched_model(wrong, features, "found")


@pytest.mark.slow
def test_from_a_real_search_to_a_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run, model = tmp_path / "run", tmp_path / "model"
    small = {"seconds": 60, "folds": 2, "repeats": 1, "short_list": 2, "random_candidates": 0, "random_controls": 1}
    changes = [word for name, value in small.items() for word in ("--set", f"{name}={value}")]
    search = ["search", "run", "--cohort", "simulated:realistic:30", "--out", str(run), "--budget", "400"]
    search += ["--method", "random", "--attributes", "gaze,head pose", "--workers", "1", "--set", "recipe.steps=12"]
    main([*search, *changes])
    persons = ["--calibration", "simulated:realistic:12:70", "--test", "simulated:realistic:12:71"]
    main(["models", "from-search", str(run), "--out", str(model), *persons])
    assert "wrote" in capsys.readouterr().out
    session = simulate_cohort(1, seed=9).session(0, seconds=60, fps=30)
    assert Scorer(load_model(model)).score(session).score is not None
