"""Whole evaluations by an engine that answers at once: what is asked for, what is chosen, what is told."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.core.evaluation.conftest import Instant, Made, settings_of
from tests.support.tiny_cohorts import tiny_cohort

from lineament.datasets.scales import BDI2
from lineament.evaluation.errors import EvaluationError
from lineament.evaluation.evaluate import Asked, evaluate, open_evaluation
from lineament.evaluation.systems.registry import SYSTEMS, chosen_systems
from lineament.evaluation.systems.searched import Searched
from lineament.evaluation.systems.system import CROPS, FEATURES, Offer, System
from lineament.features.cohort_features import CohortFeatures
from lineament.models.architecture.facial_space import facial_space
from lineament.search.candidates import hand_designed
from lineament.search.outcome_files import OUTCOME, OUTCOME_SCHEMA
from lineament.search.runs import Run, RunError

CONTROLS = ("constant", "ridge-means", "ridge-statistics", "hand-designed", "random")


def offer(features: CohortFeatures) -> Offer:
    return Offer(features, frozenset({FEATURES}))


def test_every_control_is_measured_on_the_same_sessions(features: CohortFeatures, measured: Made) -> None:
    table, _ = measured(features, Instant(features), *CONTROLS)
    assert {row.name for row in table.rows} == set(CONTROLS)
    assert all(row.control for row in table.rows)
    assert (table.sessions, table.persons, table.seeds) == (12, 12, 2)
    assert [row.figures.rmse.value for row in table.rows] == sorted(row.figures.rmse.value for row in table.rows)
    rows = {row.name: row for row in table.rows}
    test = features.scores[features.rows_of("test")]
    mean = features.scores[features.rows_of("train")].mean()
    assert rows["constant"].figures.rmse.value == pytest.approx(np.sqrt(((mean - test) ** 2).mean()))
    assert rows["constant"].figures.ccc is None
    assert rows["constant"].parameters == 1
    assert rows["ridge-means"].parameters == features.values.shape[-1] + 1
    assert [row.name for row in table.rows if row.against is None] == [table.best_control]
    assert all((row.holm is None) == (row.against is None) for row in table.rows)


def test_the_constant_always_takes_part(features: CohortFeatures, measured: Made) -> None:
    table, _ = measured(features, Instant(features), "ridge-means")
    assert {row.name for row in table.rows} == {"constant", "ridge-means"}


def test_a_skilled_network_beats_the_best_control_and_gets_its_share(measured: Made) -> None:
    features = tiny_cohort(40, 2, test=40)
    engine = Instant(features, lambda settings: 1.0 if settings["genotype"] == hand else 0.0)
    hand = hand_designed(settings_of("official").search.attributes).genotype.to_json()
    # the engine knows the labels of all but the test, whose scores no unit is told
    oracle = features.scores.copy()
    table, _ = measured(features, engine, "constant", "hand-designed", "random", oracle=oracle)
    assert table.best_control == "hand-designed"
    assert table.oracle_rmse == 0.0
    rows = {row.name: row for row in table.rows}
    assert rows["random"].against is not None
    assert rows["random"].against.worse
    share = rows["hand-designed"].share
    assert share is not None
    assert share.value > 0.9
    assert rows["constant"].share is None


def test_random_architectures_differ_by_seed_and_plain_controls_are_done_once(
    features: CohortFeatures, measured: Made
) -> None:
    engine = Instant(features)
    measured(features, engine, "constant", "random", seeds=3)
    assert len(engine.units("plain")) == 1
    genotypes = {json.dumps(unit.settings["genotype"], sort_keys=True) for unit in engine.units("train")}
    assert len(genotypes) == 3


def test_a_search_inside_every_outer_fold_never_sees_its_test(features: CohortFeatures, measured: Made) -> None:
    engine = Instant(features)
    table, _ = measured(features, engine, "searched", protocol="nested-cv", seeds=1)
    assert {"warm_up", "train"} <= engine.kinds()
    assert {unit.settings["part"]["outer"] for unit in engine.asked.values()} == {0, 1, 2}
    assert any("searched anew among the learners" in note for note in table.notes)
    assert table.sessions == len(features)


def test_a_budget_too_small_for_a_search_is_refused_with_one_that_is_not(
    features: CohortFeatures, measured: Made
) -> None:
    with pytest.raises(EvaluationError, match=r"for 1 training steps\. Give --budget at least \d+, or a finished"):
        measured(features, Instant(features), "searched", search_budget=1)


def finished(folder: Path, features: CohortFeatures, **changes: object) -> Path:
    """What a finished search leaves, as far as it is read here."""
    attributes = settings_of("official").search.attributes
    genotype = facial_space(attributes).random(np.random.default_rng(0))
    cohort = {
        "name": features.name,
        "extractor": features.extractor,
        "scale": features.scale.name,
        "absent": list(features.absent),
    }
    winner = {"attributes": list(attributes), "origin": "joint", "genotype": genotype.to_json()}
    learnt = [s for s, split in zip(features.session_ids, features.splits, strict=True) if split != "test"]
    facts = {
        "schema_version": OUTCOME_SCHEMA,
        "winner": winner,
        "cohort": {**cohort, **changes},
        "out_of_fold": {"session_ids": learnt},
    }
    folder.mkdir(exist_ok=True)
    (folder / OUTCOME).write_text(json.dumps(facts))
    return folder


def test_a_found_architecture_is_retrained_here(features: CohortFeatures, measured: Made, tmp_path: Path) -> None:
    run = finished(tmp_path / "found", features)
    engine = Instant(features)
    table, _ = measured(features, engine, "searched", searched=run)
    found = json.loads((run / OUTCOME).read_text())["winner"]["genotype"]
    assert [unit.settings["genotype"] for unit in engine.units("train")] == [found, found]
    assert engine.kinds() == {"plain", "train"}
    note = next(note for note in table.notes if note.startswith("searched:"))
    assert "found in found, retrained here" in note
    assert "learnt from" not in note


def test_it_is_said_where_a_search_knew_the_sessions_tested_on(
    features: CohortFeatures, measured: Made, tmp_path: Path
) -> None:
    run = finished(tmp_path / "found", features)
    table, _ = measured(features, Instant(features), "searched", searched=run, protocol="nested-cv")
    assert any("learnt from 24 of the sessions tested on here" in note for note in table.notes)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"extractor": "openface"}, "was found on recordings of openface and cohort tiny was measured by none"),
        ({"scale": BDI2.name}, "was found for BDI-II scores and cohort tiny has PHQ-8"),
        ({"absent": ["gaze_0_x"]}, "was found on other channels than cohort tiny has"),
    ],
)
def test_architectures_found_on_something_else_are_refused(
    features: CohortFeatures, tmp_path: Path, changes: dict[str, object], sentence: str
) -> None:
    run = finished(tmp_path / "found", features, **changes)
    for names in (["searched"], ["all"]):
        with pytest.raises(EvaluationError, match=sentence) as error:
            chosen_systems(names, offer(features), run)
        assert str(error.value).count(". ") == 1  # the sentence and its remedy
        assert "leave it out" in error.value.remedy


def test_folders_without_a_finished_search_are_refused(features: CohortFeatures, tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"nothing: no finished search is there\. Give the folder"):
        Searched(tmp_path / "nothing")
    run = finished(tmp_path / "found", features)
    whole = json.loads((run / OUTCOME).read_text())
    (run / OUTCOME).write_text(json.dumps({**whole, "schema_version": 1}))
    with pytest.raises(EvaluationError, match=f"schema version 1, not {OUTCOME_SCHEMA}"):
        Searched(run)
    for damage in ("{", "[]", json.dumps({**whole, "winner": {}}), json.dumps({**whole, "cohort": None})):
        (run / OUTCOME).write_text(damage)
        with pytest.raises(EvaluationError, match=f"{OUTCOME}: what the search found is damaged"):
            Searched(run)


class ReadsCrops(System):
    """A system that looks at faces."""

    name = title = "looks"
    needs = frozenset({CROPS})

    def unit(self, bench, deal):  # type: ignore[no-untyped-def]
        raise AssertionError


def test_another_modality_is_refused_and_of_all_left_out_and_told(
    features: CohortFeatures, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lineament.evaluation.systems import registry

    monkeypatch.setattr(registry, "SYSTEMS", {**SYSTEMS, "looks": ReadsCrops})
    with pytest.raises(EvaluationError, match=r"looks reads face crops and cohort tiny gives none\. Leave looks out"):
        chosen_systems(["looks"], offer(features))
    why = {CROPS: ("has no video", "Give videos.")}
    with pytest.raises(EvaluationError, match=r"looks reads face crops and cohort tiny has no video\. Give videos\."):
        chosen_systems(["looks"], Offer(features, frozenset({FEATURES}), why))
    systems, told = chosen_systems(["all"], offer(features))
    fed = [name for name in SYSTEMS if name not in ("mpdrm", "hmhn", "dj-ldml")]
    assert [system.name for system in systems] == fed
    assert told[-1] == "Left out: looks reads face crops and cohort tiny gives none."
    assert told[0] == "Left out: mpdrm reads whole recordings and cohort tiny gives none."


def test_unknown_names_are_refused_with_those_there_are(features: CohortFeatures, tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"no system called lstm\. Choose among: all, constant, ridge-means"):
        chosen_systems(["constant", "lstm"], offer(features))
    with pytest.raises(EvaluationError, match="no system is named"):
        chosen_systems([], offer(features))
    with pytest.raises(EvaluationError, match="a system that does not take part"):
        chosen_systems(["constant"], offer(features), finished(tmp_path / "found", features))


def test_a_folder_goes_on_with_more_systems_and_seeds_but_not_with_other_settings(
    features: CohortFeatures, measured: Made
) -> None:
    _, folder = measured(features, Instant(features), "constant", seeds=1)
    table, _ = measured(features, Instant(features), "ridge-means", seeds=2, folder=folder)
    assert table.seeds == 2
    with pytest.raises(RunError, match=r"begun with other settings \(seconds\)"):
        measured(features, Instant(features), "constant", folder=folder, seconds=30.0)
    with pytest.raises(RunError, match="begun on another cohort"):
        measured(tiny_cohort(20, 2, test=8), Instant(features), "constant", folder=folder)


def test_another_cohort_than_the_runs_is_refused(features: CohortFeatures, tmp_path: Path) -> None:
    settings, other = settings_of("official"), replace(features, fingerprint="other")
    systems, _ = chosen_systems(["constant"], offer(features))
    with (
        open_evaluation(tmp_path / "run", features, settings) as run,
        pytest.raises(RunError, match="the evaluation was begun on another cohort"),
    ):
        evaluate(other, settings, Asked(systems, 1), run, Instant(other))
    assert not Run.view(tmp_path / "run").finished_units()
