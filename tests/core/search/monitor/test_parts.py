"""Cells, family leaning, the log in words, the machine's load, and a finished run as a short paper."""

import os

import pytest
from tests.core.search.monitor.conftest import (
    SPACE,
    Folder,
    event,
    finished,
    joint,
    over,
    phase,
    started,
    supernet,
)
from tests.core.search.report.conftest import GENOTYPE, VERDICT

from lineament.search.monitor import LoadMeter, RunMonitor, RunView, paper
from lineament.search.monitor.families import LOSS, SHARE, WEIGHT
from lineament.search.monitor.journal import MOST_LINES, Journal, duration
from lineament.search.monitor.paper import question


def look(folder: Folder) -> RunView:
    return RunMonitor(folder.path).poll()


def warmed(folder: Folder) -> None:
    folder.write(phase(101.0, "warm-up", 40.0))
    folder.write(*supernet("a", "gaze", "cnn", 102.0, [1.0, 0.9]), *supernet("b", "gaze", "moments", 105.0, [0.8, 0.5]))


# Cells


def test_there_are_no_cells_before_the_first_supernet(folder: Folder) -> None:
    assert look(folder).cells is None


def test_the_warm_up_shows_a_cell_for_each_family_with_none_chosen(folder: Folder) -> None:
    warmed(folder)
    cells = look(folder).cells
    assert cells is not None
    assert [(cell.family, cell.share) for cell in cells.of("gaze")] == [("cnn", None), ("moments", None)]
    assert (cells.step, cells.fusion) == (2, None)
    entry = next(cell for cell in cells.extractors if cell.family == "cnn").edges["input"]
    assert entry.leading == SPACE.edge("gaze.cnn.input").candidates[-1]
    assert entry.weight == pytest.approx(2 / 3)
    assert sum(weight for _, weight in entry.weights) == pytest.approx(1.0)


def test_edges_without_a_report_weigh_evenly(folder: Folder) -> None:
    warmed(folder)
    cells = look(folder).cells
    assert cells is not None
    edge = cells.of("gaze")[0].edges["0-1"]
    assert [weight for _, weight in edge.weights] == pytest.approx([1 / 10] * 10)


def test_the_joint_search_shows_all_attributes_and_the_fusion_cell(folder: Folder) -> None:
    warmed(folder)
    left = SPACE.restrict({"gaze.family": ("moments",)})
    folder.write(over(120.0, "warm-up", 20.0), phase(121.0, "joint", 30.0), *joint("j", left, 122.0))
    view = look(folder)
    cells = view.cells
    assert cells is not None
    assert [(cell.family, cell.share) for cell in cells.of("gaze")] == [("moments", 1.0)]
    assert [(cell.family, cell.share) for cell in cells.of("head pose")] == [("cnn", 0.7), ("moments", 0.3)]
    assert cells.fusion is not None
    assert set(cells.fusion.nodes) == {"node 1", "node 2"}
    assert cells.fusion.nodes["node 1"]["operation"].leading == "skip"
    assert cells is view.supernets or cells == view.supernets


def test_the_best_retrained_architecture_takes_the_supernets_place_and_the_winner_its(folder: Folder) -> None:
    warmed(folder)
    best = {"name": "mean removals", "origin": "perturbation", "attributes": ["gaze", "head pose"]}
    best |= {"genotype": GENOTYPE.to_json(), "parameters": 5, "seeds": 1, "mean_rmse": 5.0}
    alone = {**best, "name": "gaze alone", "attributes": ["gaze"], "genotype": {"gaze.family": "cnn"}}
    folder.write(event(130.0, "leaderboard", entries=[alone, best]))
    view = look(folder)
    assert view.cells is not None
    assert "mean removals" in view.cells.source
    assert view.cells.step is None
    assert all(choice.decided for cell in view.cells.extractors for choice in cell.edges.values())
    assert view.supernets is not None
    assert view.supernets.step == 2
    folder.finish()
    assert "winner" in str(look(folder).cells)


# Families


def test_families_of_the_warm_up_are_told_apart_by_their_validation_loss(folder: Folder) -> None:
    warmed(folder)
    gaze, pose = look(folder).families
    assert (gaze.attribute, gaze.source, gaze.chosen) == ("gaze", LOSS, None)
    assert gaze.lines == {"cnn": ((1.0, 2.0), (1.0, 0.9)), "moments": ((1.0, 2.0), (0.8, 0.5))}
    assert pose.lines == {}


def test_families_that_share_a_supernet_are_told_apart_by_their_weight(folder: Folder) -> None:
    folder.write(phase(121.0, "joint", 30.0), *joint("j", SPACE, 122.0))
    gaze = look(folder).families[0]
    assert gaze.source == WEIGHT
    assert gaze.lines["cnn"] == ((1.0,), pytest.approx((0.7,)))


def test_the_family_that_the_joint_search_was_left_with_was_chosen(folder: Folder) -> None:
    left = SPACE.restrict({"gaze.family": ("moments",)})
    folder.write(phase(121.0, "joint", 30.0), *joint("j", left, 122.0))
    assert [one.chosen for one in look(folder).families] == ["moments", None]


def test_black_boxes_lean_to_what_the_best_have(folder: Folder) -> None:
    def tried(*families: str) -> list[dict[str, object]]:
        return [{"name": "x", "mean_rmse": 5.0, "origin": "random", "attributes": ["gaze", "head pose"],
                 "parameters": 1, "seeds": 1, "genotype": {"gaze.family": family}} for family in families]  # fmt: skip

    config = folder.config.with_changes(method="random")
    monitor = RunMonitor(folder.path)
    monitor.poll()
    monitor._config = config
    folder.write(event(101.0, "leaderboard", entries=tried("cnn"), evaluations=1))
    folder.write(event(102.0, "leaderboard", entries=tried("cnn", "moments", "cnn", "cnn"), evaluations=4))
    gaze = monitor.poll().families[0]
    assert gaze.source == SHARE
    assert gaze.lines["cnn"] == ((1.0, 4.0), (1.0, 0.75))
    assert gaze.lines["moments"] == ((1.0, 4.0), (0.0, 0.25))


def test_a_finished_search_says_what_the_choice_rested_on(folder: Folder) -> None:
    folder.finish()
    gaze = look(folder).families[0]
    assert gaze.retrained == {"cnn": 5.0}
    assert gaze.chosen == GENOTYPE["gaze.family"]


# The log


def test_the_log_is_in_words(folder: Folder) -> None:
    warmed(folder)
    folder.write(
        finished(110.0, "a", "warm_up", 3.25),
        event(111.0, "unit_restarted", "b", reason="its checkpoint is damaged"),
        event(112.0, "unit_retried", "c", reason="its process died", attempt=2),
        over(113.0, "warm-up", 1234.0),
        event(114.0, "session_started", resumed=True, finished=1),
        event(115.0, "paused"),
        event(116.0, "session_ended", how="failed", why="No space is left on /data."),
    )
    assert [line.text for line in look(folder).log] == [
        "The search begins.",
        "Warm-up: begins, about 40 steps.",
        "Warm-up of gaze, CNN, fold 1 of 2: done in 3.2 s.",
        "Warm-up of gaze, moments, fold 1 of 2 starts over: its checkpoint is damaged.",
        "A piece of work is tried again: its process died.",
        "Warm-up: finished, 1,234 steps, 12 s.",
        "The search goes on; kept from before: 1 piece of work.",
        "The search pauses.",
        "No space is left on /data.",
    ]


def test_the_log_keeps_the_newest_lines() -> None:
    journal = Journal()
    for number in range(MOST_LINES + 5):
        journal.take(phase(float(number), "joint", 1.0))
    assert len(journal.lines()) == MOST_LINES
    assert journal.lines()[-1].time == MOST_LINES + 4


def test_trainings_of_single_architectures_are_summed_up_not_listed() -> None:
    journal = Journal()
    journal.take(started(1.0, "t", "train", 1.0, attributes=["gaze"], genotype={}))
    journal.take(finished(2.0, "t", "train"))
    journal.take(event(3.0, "leaderboard", entries=[{"name": "x", "mean_rmse": 5.126}]))
    assert [line.text for line in journal.lines()] == ['1 architecture retrained, best is "x" with an RMSE of 5.13.']


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.44, "0.4 s"), (9.96, "10 s"), (59.4, "59 s"), (59.6, "1:00 min"), (200.0, "3:20 min"), (3900.0, "1:05 h")],
)
def test_durations_read_as_people_write_them(seconds: float, words: str) -> None:
    assert duration(seconds) == words


# The machine


def test_the_machine_is_measured_with_this_process_as_the_search() -> None:
    meter = LoadMeter()
    found = meter.sample(5.0, os.getpid())
    assert 0 <= found.processor <= 1
    assert 0 < found.memory < found.memory_total
    assert found.run_memory is not None
    assert 0 < found.run_memory < found.memory_total


def test_a_search_whose_process_is_gone_has_no_share_of_the_machine() -> None:
    found = LoadMeter().sample(5.0, 2**22 + 1)
    assert (found.run_processor, found.run_memory) == (None, None)


# The paper


def test_a_finished_run_reads_as_a_paper(folder: Folder) -> None:
    folder.finish()
    report = look(folder).report
    assert report is not None
    sections = {section.title: section for section in paper(report)}
    assert list(sections) == ["Question", "Data", "What was found", "How sure", "How to repeat it"]
    assert "PHQ-8 best from gaze and head pose" in question(report)
    assert sections["What was found"].sentences[0] == VERDICT
    assert sections["What was found"].facts == {"gaze": "CNN, RMSE 5.00 retrained"}
    assert "80 % intervals held" in sections["How sure"].sentences[-1]
    assert sections["How to repeat it"].facts["command"].startswith("lineament search --cohort")
