"""Reports of finished and begun runs in all forms: complete, honest, and nothing invented."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tests.core.search.report.conftest import GENOTYPE, NAMES

from lineament.models.architecture.drawing.palette import palette
from lineament.search.config import SearchConfig
from lineament.search.outcome_files import OUTCOME_SCHEMA
from lineament.search.report import FORMS, build_report, record_environment, summary, to_html, to_json_text, to_text
from lineament.search.report.charts import Axis, axis, edge_title, forest, tick_label
from lineament.search.report.facts import command, data_facts
from lineament.search.report.figures import comparison, count, estimate, number, p_value
from lineament.search.report.method_card import MET, NOT_APPLICABLE, NOT_MET, nearest_preset
from lineament.search.report.text import coverage_sentence
from lineament.search.runs import Run, RunError


def test_a_finished_report_has_every_predictor_and_the_architecture(finished: Path) -> None:
    report = build_report(finished)
    text = " ".join(to_text(report, 200).split())
    for name in (*NAMES, "mean of 2 random architectures"):
        assert name in text
    assert report.genotype == GENOTYPE
    assert "4.00 (3.50 to 4.60)" in text
    assert ".010 better" in text
    assert "<.001 worse" in text
    assert "Better than the constant predictor." in text


def test_what_must_be_said_of_simulated_toys_is_said_everywhere(finished: Path) -> None:
    report = build_report(finished)
    forms = (to_text(report), to_html(report), to_json_text(report), summary(report))
    for form in forms:
        said = " ".join(form.split())
        assert "never a diagnosis" in said
        assert "says nothing about people" in said
        assert "toy cohort" in said


def test_a_cohort_of_people_is_not_called_simulated(finished: Path) -> None:
    outcome = json.loads((finished / "outcome.json").read_text())
    outcome["cohort"] |= {"name": "DAIC-WOZ", "simulated": False}
    (finished / "outcome.json").write_text(json.dumps(outcome))
    report = build_report(finished)
    assert len(report.labels) == 1
    assert "Simulated" not in to_html(report)


def test_an_unfinished_run_says_so_and_shows_what_there_is(begun: Path) -> None:
    report = build_report(begun)
    assert not report.finished
    assert report.genotype is None
    text, page = to_text(report), to_html(report)
    for form in (text, page):
        assert "not finished" in form
        assert "warm-up" in form
    assert "LEADERBOARD" not in text
    assert "Leaderboard" not in page
    assert json.loads(to_json_text(report))["outcome"] is None
    assert "not finished" in summary(report)
    with pytest.raises(RunError, match="no architecture to draw"):
        FORMS["svg"](report)


def test_a_run_that_has_only_begun_can_be_reported(tmp_path: Path, config: SearchConfig) -> None:
    Run.create(tmp_path / "new", config.to_json(), "fingerprint").close()
    report = build_report(tmp_path / "new")
    assert "No phase is finished yet" in to_text(report)
    assert "Nothing has been searched yet" in to_html(report)


def test_json_is_whole_and_has_a_version(finished: Path) -> None:
    data = json.loads(to_json_text(build_report(finished)))
    assert data["schema_version"] == 1
    assert data["outcome"]["winner"]["genotype"] == GENOTYPE.to_json()
    assert data["history"]["losses"][0]["train"]["steps"] == [1, 2, 3]
    assert [practice["number"] for practice in data["method_card"]] == list(range(1, 15))


def test_the_pages_drawings_are_well_formed_and_take_its_colours(finished: Path) -> None:
    page = to_html(build_report(finished))
    drawings = re.findall(r"<svg.*?</svg>", page, re.S)
    assert len(drawings) == 1 + 2 + 2 + 1 + 1 + 1  # architecture, forests, intervals, budget, losses, weights
    declared = set(re.findall(r"(--[\w-]+):", page))
    for drawing in drawings:
        ElementTree.fromstring(drawing)
        assert set(re.findall(r"var\((--[\w-]+)\)", drawing)) <= declared
        assert "nan" not in drawing
    assert "prefers-color-scheme: dark" in page
    assert not re.search(r"<script|https?://(?!www\.w3\.org)|@import|url\(", page)


def test_whatever_a_cohort_is_called_the_page_holds(finished: Path) -> None:
    outcome = json.loads((finished / "outcome.json").read_text())
    outcome["cohort"]["name"] = '<b>"A & B"</b>'
    (finished / "outcome.json").write_text(json.dumps(outcome))
    page = to_html(build_report(finished))
    assert "<b>" not in page
    assert "&lt;b&gt;&quot;A &amp; B&quot;&lt;/b&gt;" in page


def test_nested_cross_validation_shows_all_outer_folds_together(finished: Path) -> None:
    outcome = json.loads((finished / "outcome.json").read_text())
    table = {row["name"]: {k: row["test"][k] for k in ("rmse", "mae", "ccc", "r")} for row in outcome["leaderboard"]}
    against = {"rmse_gain": 0.51, "low": 0.1, "high": 0.9, "p": 0.004, "better": True, "worse": False}
    outcome["nested"] = {**outcome["test"], "leaderboard": table, "parts": [{}, {}, {}]}
    outcome["nested"]["final against constant"] = against
    outcome["test"] = None
    for row in outcome["leaderboard"]:
        row["test"] = None
    (finished / "outcome.json").write_text(json.dumps(outcome))
    report = build_report(finished)
    assert "ALL OUTER TEST FOLDS TOGETHER" in to_text(report)
    assert "All outer test folds together" in to_html(report)
    for form in (to_text(report, 200), to_html(report)):
        assert "gain +0.51 (+0.10 to +0.90), p = 0.004; the intervals held 83 % of 6 sessions" in form
    seeds = report.card[8]
    assert seeds.status == MET
    assert "3 times" in seeds.fact


def test_damaged_and_newer_outcomes_are_refused(finished: Path) -> None:
    path = finished / "outcome.json"
    whole = path.read_text()
    path.write_text(whole[: len(whole) // 2])
    with pytest.raises(RunError, match="cannot be read"):
        build_report(finished)
    path.write_text(whole.replace(f'"schema_version": {OUTCOME_SCHEMA}', '"schema_version": 99', 1))
    with pytest.raises(RunError, match="schema version 99"):
        build_report(finished)
    with pytest.raises(RunError, match="not the folder of a search"):
        build_report(finished.parent)


def test_the_machine_is_recorded_once_for_each_that_worked(begun: Path) -> None:
    assert build_report(begun).card[10].status == NOT_MET
    record_environment(begun, "cpu", 2)
    record_environment(begun, "cpu", 2)
    report = build_report(begun)
    assert len(report.environment) == 1
    assert report.card[10].status == MET
    assert report.environment[0]["packages"]["numpy"] in to_text(report, 400)
    record_environment(begun, "cpu", 1)
    assert build_report(begun).card[10].status == NOT_MET
    (begun / "environment.json").write_text("{")
    assert build_report(begun).environment == ()


def test_every_practice_is_judged_with_a_fact(finished: Path, config: SearchConfig) -> None:
    card = build_report(finished).card
    assert [practice.number for practice in card] == list(range(1, 15))
    assert {practice.status for practice in card} <= {MET, NOT_MET, NOT_APPLICABLE}
    assert all(practice.fact.endswith(".") for practice in card)
    by_number = {practice.number: practice for practice in card}
    assert by_number[4].status == MET
    assert by_number[5].status == NOT_MET
    assert by_number[8].status == NOT_MET
    assert f"--method random --budget {config.budget}" in by_number[8].fact
    assert by_number[9].status == NOT_MET
    assert by_number[12].status == MET
    (finished / "outcome.json").unlink()
    unfinished = {practice.number: practice for practice in build_report(finished).card}
    assert all(unfinished[place].status == NOT_MET for place in (4, 6, 8, 13))


def test_random_search_and_tuned_settings_are_seen(tmp_path: Path, finished: Path) -> None:
    for changes, place, status in (
        ({"method": "random"}, 8, MET),
        ({"folds": 4}, 12, NOT_MET),
        ({"joint": False}, 5, NOT_MET),
    ):
        folder = tmp_path / f"{place}{status}"
        config = SearchConfig.preset("quick", **changes)
        Run.create(folder, config.to_json(), "fingerprint").close()
        (folder / "outcome.json").write_bytes((finished / "outcome.json").read_bytes())
        card = build_report(folder).card
        assert card[place - 1].status == status
    assert "without joint" in card[4].fact


def test_the_command_makes_the_same_settings_again(finished: Path, config: SearchConfig) -> None:
    from lineament.cli.search_options import make_config

    words = command(build_report(finished)).split(" ")
    assert words[:4] == ["lineament", "search", "--cohort", "simulated:strong:24:1"]
    named = {"seed": int(words[words.index("--seed") + 1]), "attributes": "gaze, head pose"}
    assert make_config(words[words.index("--budget") + 1], False, named, ()) == config
    assert nearest_preset(config) == ("quick", {"seed": "4", "attributes": "gaze, head pose"})


def test_data_facts_count_sessions(finished: Path) -> None:
    features = {"name": "n", "extractor": "x", "simulated": True, "scale": "PHQ-8", "fingerprint": "f"}
    features |= {"person_ids": ["a", "a", "b"], "session_ids": ["1", "2", "3"], "splits": ["train", "train", "test"]}
    (finished / "features.json").write_text(json.dumps(features))
    assert data_facts(build_report(finished))["size"] == "3 sessions of 2 persons (2 train, 1 test)"


def test_coverage_is_said_for_both_sides(finished: Path) -> None:
    said = coverage_sentence(build_report(finished))
    assert said == (
        "The 80 % intervals held 94 % of 18 sessions out of fold (mean width 3.1) "
        "and 83 % of 6 sessions in the test (mean width 3.1)."
    )


def test_figures_are_written_one_way() -> None:
    assert estimate({"value": 4.0, "low": 3.456, "high": 5}) == "4.00 (3.46 to 5.00)"
    assert estimate(None) == comparison(None) == "–"
    assert number(-0.001) == "0.00"
    assert number(-0.1) == "-0.10"
    assert p_value(0.0004) == "<.001"
    assert p_value(0.05) == ".050"
    assert p_value(1.0) == "1.000"
    assert (count(1, "time"), count(1200, "time")) == ("1 time", "1,200 times")


def test_axes_have_round_ticks_inside() -> None:
    assert Axis(0, 10, 0, 100).ticks(5) == [0, 2, 4, 6, 8, 10]
    assert Axis(0.13, 0.47, 0, 1).ticks(4) == pytest.approx([0.2, 0.3, 0.4])
    assert Axis(-3, 3, 0, 1).ticks(6) == [-3, -2, -1, 0, 1, 2, 3]
    assert Axis(2, 4, 10, 110)(3) == 60
    assert Axis(2, 4, 10, 110).clipped(9) == 110
    flat = axis([5.0, 5.0], 0, 10)
    assert flat.low < 5 < flat.high
    assert axis([float("nan")], 0, 1).low < 0
    assert tick_label(1e-12) == "0"
    assert edge_title("head pose.cnn.0-1") == "head pose CNN, edge 0-1"
    assert edge_title("fusion.node 1.operation") == "fusion node 1, operation"


def test_the_forest_puts_each_value_where_it_belongs(finished: Path) -> None:
    report = build_report(finished)
    assert report.outcome is not None
    drawing = forest(report.outcome["leaderboard"], "test", 5.7, palette("light")).to_svg()
    at = [float(x) for x in re.findall(r'<circle cx="([\d.]+)"', drawing)]
    values = [row["test"]["rmse"]["value"] for row in report.outcome["leaderboard"]]
    assert len(at) == len(values)
    assert [at[i] < at[j] for i in range(7) for j in range(7)] == [a < b for a in values for b in values]
