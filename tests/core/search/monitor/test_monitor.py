"""One look after the other: cheap where nothing is new, right whenever one begins to look, never the same twice."""

import time

import pytest
from tests.core.search.monitor.conftest import (
    Folder,
    event,
    finished,
    line,
    phase,
    started,
    whole_search,
)

from lineament.search.monitor import LoadSample, RunMonitor, RunView
from lineament.search.monitor.monitor import MOST_SAMPLES
from lineament.search.report import build_report
from lineament.search.report.history import read_history
from lineament.search.runs import read_events


def settled(monitor: RunMonitor) -> RunView:
    """After everything has been read, the references too."""
    view = monitor.poll()
    while (after := monitor.poll()) is not view:
        view = after
    return view


def facts_of(view: RunView) -> tuple[object, ...]:
    return (view.state, view.stages, view.history.to_json(), repr(view.cells), view.families, view.boards, view.log)


def test_nothing_new_gives_the_same_view(folder: Folder) -> None:
    folder.write(*whole_search(), event(160.0, "session_ended", how="stopped", why=""))
    monitor = RunMonitor(folder.path)
    view = settled(monitor)
    assert all(monitor.poll() is view for _ in range(3))


def test_however_the_events_come_in_the_view_is_the_same(folder: Folder) -> None:
    watching = RunMonitor(folder.path)
    watching.poll()
    content = b"".join(map(line, [*whole_search(), event(160.0, "session_ended", how="stopped", why="")]))
    for start in range(0, len(content), 700):  # in the middle of lines
        with folder.events.open("ab") as stream:
            stream.write(content[start : start + 700])
        watching.poll()
    assert facts_of(settled(watching)) == facts_of(settled(RunMonitor(folder.path)))


def test_a_finished_run_looks_the_same_when_it_is_opened_later(folder: Folder) -> None:
    watching = RunMonitor(folder.path)
    folder.write(*whole_search())
    watching.poll()
    folder.finish()
    folder.write(event(170.0, "session_ended", how="finished", why=""))
    assert facts_of(settled(watching)) == facts_of(settled(RunMonitor(folder.path)))


def test_the_history_is_the_reports(folder: Folder) -> None:
    folder.write(*whole_search())
    view = settled(RunMonitor(folder.path))
    assert view.history.to_json() == read_history(read_events(folder.events)).to_json()
    folder.finish()
    report = settled(RunMonitor(folder.path)).report
    assert report is not None
    assert report.to_json() == build_report(folder.path).to_json()


def test_parts_about_which_nothing_came_stay_the_same_objects(folder: Folder) -> None:
    folder.write(*whole_search())
    monitor = RunMonitor(folder.path)
    before = settled(monitor)
    folder.write(event(180.0, "losses", "j", step=2, train=0.4, validation=0.5))
    after = monitor.poll()
    assert after is not before
    warm = [one for one in after.history.losses if one.phase == "warm-up"]
    assert warm
    assert all(any(one is old for old in before.history.losses) for one in warm)
    assert after.boards is before.boards
    assert after.cells is before.cells
    changed = next(one for one in after.history.losses if one.phase == "joint")
    assert changed.train.steps == (1, 2)


def test_entropies_are_averaged_beside_the_weights(folder: Folder) -> None:
    folder.write(*whole_search())
    edge = settled(RunMonitor(folder.path)).history.weights[0]
    assert edge.steps == (1, 2)
    assert edge.entropies == pytest.approx((1.0, 0.5))


def test_the_time_left_runs_down_between_two_looks(folder: Folder) -> None:
    folder.hold()
    folder.write(*whole_search())
    view = RunMonitor(folder.path).poll()
    assert view.seconds_left(150.0) == 33.0
    assert view.seconds_left(160.0) == pytest.approx(23.0)
    assert view.seconds_left(999.0) == 0.0
    folder.let_go()


def test_a_run_that_was_replaced_is_forgotten(folder: Folder) -> None:
    folder.write(*whole_search())
    monitor = RunMonitor(folder.path)
    assert settled(monitor).history.losses
    other = folder.path / "other"
    other.write_bytes(line(event(900.0, "session_started", resumed=False, finished=0)))
    other.replace(folder.events)
    again = settled(monitor)
    assert again.history.losses == []
    assert len(again.log) == 1


def test_a_folder_without_a_run_is_followed_until_one_begins(folder: Folder) -> None:
    facts = folder.path / "run.json"
    hidden = facts.rename(folder.path / "hidden.json")
    monitor = RunMonitor(folder.path)
    assert monitor.poll() is monitor.poll()
    assert monitor.poll().config is None
    hidden.rename(facts)
    assert monitor.poll().config == folder.config


class CountingMeter:
    """Stands in for the machine."""

    def __init__(self) -> None:
        self.asked: list[int | None] = []

    def sample(self, now: float, pid: int | None) -> LoadSample:
        self.asked.append(pid)
        return LoadSample(now, 0.5, 1, 2)


def test_the_machine_is_measured_once_a_second_while_the_run_is_live(folder: Folder) -> None:
    now, meter = [time.time()], CountingMeter()
    folder.hold()
    monitor = RunMonitor(folder.path, meter, clock=lambda: now[0])  # type: ignore[arg-type]
    for _ in range(10):
        now[0] += 0.4
        view = monitor.poll()
    assert len(view.load) == len(meter.asked) == 4
    assert meter.asked[-1] is not None
    folder.write(event(now[0], "session_ended", how="stopped", why=""))
    folder.let_go()
    for _ in range(3):
        now[0] += 5.0
        view = monitor.poll()
    assert len(view.load) == 4 <= MOST_SAMPLES


def test_the_short_list_of_one_part_is_not_shown_in_the_next(folder: Folder) -> None:
    best = {"name": "found", "origin": "hand", "attributes": ["gaze"], "genotype": {"gaze.family": "cnn"}}
    listed = event(102.0, "leaderboard", entries=[{**best, "parameters": 1, "seeds": 1, "mean_rmse": 4.0}])
    folder.write(phase(101.0, "short list", 9.0, "outer fold 1"), listed)
    monitor = RunMonitor(folder.path)
    assert "found" in [row.name for row in monitor.poll().boards[0].rows]
    folder.write(phase(103.0, "warm-up", 9.0, "outer fold 2"))
    view = monitor.poll()
    assert "found" not in [row.name for row in view.boards[0].rows]
    assert (view.part, view.cells) == ("outer fold 2", None)


def test_while_a_search_pauses_no_phase_runs(folder: Folder) -> None:
    folder.hold()
    folder.write(*whole_search()[:8], event(140.0, "paused"))
    assert {stage.state for stage in RunMonitor(folder.path).poll().stages} == {"halted", "waiting"}
    folder.let_go()


def test_what_must_be_said_of_the_cohort_is_in_every_view(folder: Folder) -> None:
    view = settled(RunMonitor(folder.path))
    assert view.simulated
    assert any("says nothing about people" in words for words in view.labels)


LINES = 200_000


@pytest.mark.slow
def test_a_very_long_run_is_opened_in_parts_and_then_costs_nothing(folder: Folder) -> None:
    with folder.events.open("ab") as stream:
        stream.write(line(phase(101.0, "short list", 1e6)))
        for number in range(LINES // 20):
            unit = f"u{number}"
            stream.write(line(started(102.0, unit, "train", 10.0, attributes=["gaze"], genotype={})))
            for step in range(1, 18):
                stream.write(line(event(103.0, "losses", unit, step=step, train=1.0 / step)))
            stream.write(line(event(103.0, "unit_progress", unit, step=17, steps=17)))
            stream.write(line(finished(104.0, unit, "train")))
    monitor, parts = RunMonitor(folder.path), 0
    begun = time.perf_counter()
    while monitor.poll().read < 1.0:
        parts += 1
    opened = time.perf_counter() - begun
    assert parts > 3
    view = settled(monitor)
    assert sum(stage.pieces for stage in view.stages) == LINES // 20
    begun = time.perf_counter()
    for _ in range(20):
        monitor.poll()
    quiet = (time.perf_counter() - begun) / 20
    folder.write(event(105.0, "unit_progress", "u1", step=17, steps=17))
    begun = time.perf_counter()
    monitor.poll()
    one = time.perf_counter() - begun
    print(f"{LINES} lines: opened in {opened:.1f} s, nothing new {1000 * quiet:.2f} ms, one event {1000 * one:.1f} ms")  # noqa: T201
    assert quiet < 0.005
    assert one < 0.25
