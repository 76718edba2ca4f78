"""The whole search: with units answered at once (every method, switch and protocol), and in earnest but tiny."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.support.instant_engine import InstantEngine
from tests.support.tiny_cohorts import tiny_cohort

from lineament.errors import DatasetError
from lineament.features.cohort_features import CohortFeatures
from lineament.progress import Cancelled, CancelToken
from lineament.search import comparison, metrics, plan
from lineament.search.config import SearchConfig
from lineament.search.engines import InlineEngine
from lineament.search.engines.engine import Engine
from lineament.search.errors import SearchError
from lineament.search.outcome import SearchOutcome
from lineament.search.outcome_files import MEMBERS, OUTCOME
from lineament.search.recipe import Recipe
from lineament.search.runs import RunError
from lineament.search.search import create_run, open_run, run_search
from lineament.search.strategies.registry import METHODS
from lineament.search.verdict import NO_BETTER

INSTANT = SearchConfig(budget=20_000, folds=3, search_folds=2, random_controls=2, recipe=Recipe(steps=100))
TINY = SearchConfig(
    method="random",
    budget=2,
    folds=2,
    repeats=1,
    search_folds=2,
    search_repeats=1,
    outer_folds=2,
    short_list=4,
    random_candidates=1,
    random_controls=1,
    tuning_steps=1,
    width=4,
    token=6,
    attention_width=3,
    attributes=("gaze", "head pose"),
    families=("cnn", "moments"),
    recipe=Recipe(steps=3, persons=4, windows=2, validation_windows=1),
)


@pytest.fixture(autouse=True)
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intervals and tests by fewer draws."""
    monkeypatch.setattr(metrics, "DRAWS", 200)
    monkeypatch.setattr(comparison, "DRAWS", 1000)


@pytest.fixture(scope="module")
def cohort() -> CohortFeatures:
    return tiny_cohort(60, 2, test=20)


@pytest.fixture(scope="module")
def small() -> CohortFeatures:
    return tiny_cohort(14, 2, test=4)


def search(folder: Path, features: CohortFeatures, config: SearchConfig, engine: Engine) -> SearchOutcome:
    with create_run(folder, features, config) as run:
        return run_search(features, config, run, engine)


def written(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / OUTCOME).read_text())
    return found


@pytest.mark.parametrize("method", METHODS)
def test_every_method_spends_the_budget_it_is_given_and_no_more(
    method: str, tmp_path: Path, cohort: CohortFeatures
) -> None:
    engine = InstantEngine(cohort)
    config = INSTANT.with_changes(method=method)
    outcome = search(tmp_path / "run", cohort, config, engine)
    spent = sum(outcome.part.spent.values())
    assert spent == pytest.approx(engine.spent())
    assert 0.7 * config.budget <= spent <= config.budget
    tried = {one.candidate.origin for one in outcome.part.short_list.ranked}
    assert {"hand", "single attribute"} <= tried
    assert tried & {method, "perturbation", "argmax"}
    assert outcome.attributes == outcome.part.winner.attributes
    assert written(tmp_path / "run")["winner"]["genotype"] == outcome.genotype.to_json()


@pytest.mark.parametrize(
    ("changes", "phases"),
    [
        ({"warm_up": "no", "budget": 30_000}, {"joint", "discretise"}),
        ({"joint": False}, {"warm-up"}),
        ({"selection": "argmax"}, {"warm-up", "joint"}),
        ({"method": "darts", "selection": "perturbation"}, {"warm-up", "joint", "discretise"}),
        ({"method": "random", "warm_up": "yes"}, {"warm-up", "search"}),
        ({"families": ("cnn",)}, {"warm-up", "joint", "discretise"}),
        ({"fusion_search": False}, {"warm-up", "joint", "discretise"}),
        ({"attention": False}, {"warm-up", "joint", "discretise"}),
        ({"rivals": False}, {"warm-up", "joint", "discretise"}),
        ({"attributes": ("gaze",)}, {"warm-up", "joint", "discretise"}),
        ({"repeats": 1}, {"warm-up", "joint", "discretise"}),
    ],
)
def test_every_switch_runs_the_phases_it_leaves(
    changes: dict[str, Any], phases: set[str], tmp_path: Path, cohort: CohortFeatures
) -> None:
    engine = InstantEngine(cohort)
    outcome = search(tmp_path / "run", cohort, INSTANT.with_changes(**changes), engine)
    assert set(outcome.part.spent) == phases | {"short list", "final", "controls"}
    assert sum(outcome.part.spent.values()) <= outcome.config.budget
    units = list(engine.asked.values())
    if changes.get("families") == ("cnn",):
        drawn = [unit for unit in units if unit.settings.get("attributes")]
        assert not any(".gnn." in edge for unit in drawn for edge in unit.settings["genotype"])
    if changes.get("attention") is False:
        assert not any(unit.settings["attention"] for unit in units)
    if changes.get("rivals") is False:
        listed = {one.candidate.origin for one in outcome.part.short_list.ranked}
        assert not listed & {"hand", "single attribute"}
        assert len(outcome.part.controls.alone) == 4
    if changes.get("fusion_search") is False:
        found = [one.candidate.genotype for one in outcome.part.short_list.ranked if len(one.candidate.attributes) > 1]
        assert {genotype["fusion.node 1.operation"] for genotype in found} == {"sum"}


def test_the_warm_up_halves_the_space_and_keeps_what_matters(tmp_path: Path, cohort: CohortFeatures) -> None:
    engine = InstantEngine(cohort, treasured=("none", "skip", "avg3", "max3", "gin"))
    outcome = search(tmp_path / "run", cohort, INSTANT, engine)
    warm = outcome.part.proposals.warm_up
    assert warm is not None
    for edge in warm.space.possible():
        before = outcome.space.edge(edge.name).candidates
        if edge.name.endswith(".family"):
            assert len(edge.candidates) == 1
        elif not edge.name.startswith("fusion."):
            assert len(edge.candidates) == max(-(-len(before) // 2), min(len(before), 2))
            assert not set(edge.candidates) <= {"none", "skip", "avg3", "max3"}, "one of them learns"
    joint = [unit for unit in engine.asked.values() if unit.kind == "joint"]
    assert len(joint) == INSTANT.search_folds * INSTANT.search_repeats
    for unit in joint:
        for attribute, key in unit.settings["warm"].items():
            source = engine.asked[key].settings
            assert source["attribute"] == attribute
            assert source["fold"] == unit.settings["fold"], "no weight has seen the sessions that are followed"
            assert source["family"] == warm.families[attribute]["chosen"]


def test_the_family_that_predicts_is_chosen(tmp_path: Path, cohort: CohortFeatures) -> None:
    engine = InstantEngine(cohort, lambda settings: 0.9 * (settings["genotype"].get("gaze.family") == "gnn"))
    outcome = search(tmp_path / "run", cohort, INSTANT.with_changes(attributes=("gaze", "head pose")), engine)
    warm = outcome.part.proposals.warm_up
    assert warm is not None
    assert warm.families["gaze"]["chosen"] == "gnn"
    assert outcome.genotype["gaze.family"] == "gnn"


def test_a_skilled_architecture_wins_and_the_verdict_says_so(tmp_path: Path, cohort: CohortFeatures) -> None:
    def skill(settings: dict[str, Any]) -> float:
        return 0.8 * (settings["genotype"].get("head pose.family") == "gnn")

    outcome = search(tmp_path / "run", cohort, INSTANT.with_changes(method="evolution"), InstantEngine(cohort, skill))
    assert outcome.genotype["head pose.family"] == "gnn"
    assert outcome.verdict.better_than_constant
    assert outcome.verdict.comparisons["network against hand-designed"].better
    assert outcome.part.prediction.weights["network"] > 0.8
    found = written(tmp_path / "run")
    errors = {row["name"]: row["out_of_fold"]["rmse"]["value"] for row in found["leaderboard"]}
    assert list(errors.values()) == sorted(errors.values())
    assert errors["searched network"] < 0.6 * errors["constant"]
    assert found["test"]["predictions"]["searched network"] != found["test"]["predictions"]["constant"]
    assert found["verdict"]["sentences"][0].startswith("Better than the constant predictor")


@pytest.mark.parametrize("seed", range(5))
def test_noise_is_never_sold_as_a_finding(seed: int, tmp_path: Path) -> None:
    features = tiny_cohort(60, 2, test=20, seed=seed)
    outcome = search(tmp_path / "run", features, INSTANT.with_changes(method="random"), InstantEngine(features))
    assert not outcome.verdict.better_than_constant
    assert NO_BETTER in outcome.verdict.sentences[0]
    prediction = outcome.part.prediction
    assert prediction.kind == "constant"
    assert prediction.weights == {"network": 0.0, "ridge": 0.0}
    assert np.ptp(prediction.test) == 0
    assert (prediction.test_intervals[:, 0] < prediction.test).all()


def test_labels_that_leak_are_called_out(tmp_path: Path, cohort: CohortFeatures) -> None:
    """An evaluation that knows the permuted labels would find them too."""

    class Leaking(InstantEngine):
        def _train(self, settings: Any, rng: np.random.Generator) -> Any:
            values, arrays = super()._train(settings, rng)
            from lineament.search.data import Part

            known = self._data.part(Part.from_json(settings["part"])).scores
            arrays["predictions"] = np.nan_to_num(known[arrays["rows"]], nan=12.0)
            return values, arrays

    outcome = search(tmp_path / "run", cohort, INSTANT.with_changes(method="random"), Leaking(cohort))
    assert any("labels leak" in sentence for sentence in outcome.verdict.sentences)


def test_nested_cross_validation_predicts_everybody_once(tmp_path: Path) -> None:
    features = tiny_cohort(60, 2)
    config = INSTANT.with_changes(protocol="nested-cv", method="random", outer_folds=3, budget=40_000)
    engine = InstantEngine(features, lambda settings: 0.5)
    outcome = search(tmp_path / "run", features, config, engine)
    assert engine.spent() <= config.budget
    nested = written(tmp_path / "run")["nested"]
    assert sorted(nested["session_ids"]) == sorted(features.session_ids)
    assert nested["final against constant"]["better"]
    assert len(outcome.nested) == 3
    assert written(tmp_path / "run")["test"] is None
    for part in outcome.nested:
        assert not set(part.rows.pool) & set(part.rows.test)


def test_what_cannot_be_searched_is_said_before_a_folder_is_made(tmp_path: Path, cohort: CohortFeatures) -> None:
    folder = tmp_path / "run"
    with pytest.raises(SearchError, match=r"budget of 900 steps is too small for drnas_pt over 4.*Use at least"):
        create_run(folder, cohort, INSTANT.with_changes(budget=900))
    with pytest.raises(DatasetError, match="no test sessions"):
        create_run(folder, tiny_cohort(20, 2), INSTANT)
    assert not folder.exists()


@pytest.mark.parametrize("method", ["drnas_pt", "darts", "random"])
def test_the_least_budget_that_is_named_is_enough(method: str, tmp_path: Path, cohort: CohortFeatures) -> None:
    config = INSTANT.with_changes(method=method)
    with pytest.raises(SearchError) as refused:
        create_run(tmp_path / "run", cohort, config.with_changes(budget=10))
    least = int(str(refused.value).split("at least ")[1].split(", or")[0].replace(",", ""))
    engine = InstantEngine(cohort)
    search(tmp_path / "run", cohort, config.with_changes(budget=least), engine)
    assert engine.spent() <= least


def test_a_tiny_search_in_earnest(tmp_path: Path, small: CohortFeatures) -> None:
    outcome = search(tmp_path / "run", small, TINY, InlineEngine())
    assert len(outcome.members) == 2
    found = written(tmp_path / "run")
    names = [row["name"] for row in found["leaderboard"]]
    assert {"final predictor", "searched network", "hand-designed", "constant", "gaze alone"} <= set(names)
    assert "mean of 1 random architectures" in names
    assert len(found["scalings"]) == 2
    assert found["out_of_fold"]["session_ids"] == list(small.session_ids[:14])
    intervals = np.array(found["test"]["intervals"])
    assert intervals.min() >= 0
    assert intervals.max() <= 24
    from safetensors.numpy import load_file

    tensors = load_file(tmp_path / "run" / MEMBERS)
    assert {name.split("/")[0] for name in tensors} == {"fold0.repeat0", "fold1.repeat0"}
    member = outcome.members[0]
    for name, value in member.state.items():
        np.testing.assert_array_equal(tensors[f"fold0.repeat0/{name}"], value)


@pytest.mark.parametrize("taught", [0.0, 1.0])
def test_members_predict_what_the_outcome_says(taught: float, tmp_path: Path, small: CohortFeatures) -> None:
    """The weights, scalings and graphs that are kept are those that the reported predictions come from; a read-out of
    behaviour is in the weights."""
    import torch

    from lineament.models.architecture.network import Widths, build_network, only_weights
    from lineament.search.batches import Sessions
    from lineament.search.training import Target, predict

    known = replace(small, behaviour=np.random.default_rng(0).normal(size=(len(small), 3)))
    config = TINY.with_changes(recipe=replace(TINY.recipe, behaviour=taught))
    outcome = search(tmp_path / "run", known, config, InlineEngine())
    space, rows = outcome.part.winner.space, outcome.part.rows.test
    said = np.zeros(len(rows))
    for member in outcome.members:
        state = {name: torch.from_numpy(np.asarray(value)) for name, value in member.state.items()}
        network = build_network(space, {}, Widths(4, 6, 3), 0)
        network.load_state_dict(state)
        values, points = torch.from_numpy(small.values), torch.from_numpy(small.points)
        sessions = Sessions(values, points, small.present, outcome.part.scalings[member.fold])
        target = Target(member.mean, member.spread)
        said += predict(network, only_weights(space), sessions, rows, target) / len(outcome.members)
    np.testing.assert_allclose(said, outcome.part.ensemble.raw_test.mean(axis=0), rtol=1e-5)
    reported = written(tmp_path / "run")["test"]["predictions"]["searched network"]
    np.testing.assert_allclose(outcome.part.ensemble.test.mean(axis=0), reported, rtol=1e-6)


@pytest.fixture
def short_supernets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "FEWEST_STEPS", 4)
    monkeypatch.setattr(plan, "MOST_STEPS", 4)


def test_a_search_is_the_same_however_often_it_is_stopped(
    tmp_path: Path, small: CohortFeatures, short_supernets: None
) -> None:
    config = TINY.with_changes(method="drnas_pt", families=("cnn",), budget=10)
    search(tmp_path / "straight", small, config, InlineEngine())
    folder, rng, stops = tmp_path / "stopped", np.random.default_rng(0), 0
    create_run(folder, small, config).close()
    while not (folder / OUTCOME).exists():
        run, found = open_run(folder, small)
        cancel = CancelToken()
        left = int(rng.integers(10, 60))

        def stop(event: object, cancel: CancelToken = cancel) -> None:
            nonlocal left
            left -= getattr(event, "kind", "") in ("unit_started", "losses")  # the same however slow the machine
            if left <= 0:
                cancel.cancel()

        with run:
            try:
                run_search(small, found, run, InlineEngine(), cancel, stop)
            except Cancelled:
                stops += 1
    assert stops >= 2
    assert (folder / OUTCOME).read_bytes() == (tmp_path / "straight" / OUTCOME).read_bytes()
    assert (folder / MEMBERS).read_bytes() == (tmp_path / "straight" / MEMBERS).read_bytes()


def test_another_seed_is_another_search(tmp_path: Path, cohort: CohortFeatures) -> None:
    config = INSTANT.with_changes(method="random")
    found = []
    for seed, name in ((0, "one"), (0, "again"), (1, "other")):
        outcome = search(tmp_path / name, cohort, config.with_changes(seed=seed), InstantEngine(cohort))
        found.append([one.genotype for one in outcome.part.proposals.candidates])
    assert found[0] == found[1]
    assert set(found[0]) != set(found[2])


def test_a_run_on_another_cohort_is_refused(tmp_path: Path, small: CohortFeatures) -> None:
    create_run(tmp_path / "run", small, TINY).close()
    other = replace(small, fingerprint="another")
    with pytest.raises(RunError, match="another cohort"):
        open_run(tmp_path / "run", other)
    run, config = open_run(tmp_path / "run")
    with run, pytest.raises(RunError, match="another cohort"):
        run_search(other, config, run, InlineEngine())
