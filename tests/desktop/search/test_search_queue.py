"""Searches take turns on a device, can be moved and taken out while they wait, and wait again in the next window."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from lineament.progress import CancelToken, EventSink
from lineament.search.control.messages import Began, Ended, Paused, SearchRequest, Standing
from lineament.search.runs.run import Run
from lineament_desktop.jobs import search_jobs
from lineament_desktop.jobs.search_jobs import QUEUE_FILE, SearchJobs


class Scripted:
    """Stands for a search's process: does what it is told at once, and ends when the test says so."""

    made: list["Scripted"]

    def __init__(self, request: SearchRequest) -> None:
        self.request, self.ending = request, Ended("finished")
        self.over, self.wishes = threading.Event(), list[str]()
        Scripted.made.append(self)

    def command(self, command: str) -> None:
        self.wishes.append(command)

    def kill(self) -> None:
        self.over.set()

    def end(self, ending: Ended) -> None:
        self.ending = ending
        self.over.set()

    def __call__(self, cancel: CancelToken, sink: EventSink) -> Ended:
        Run.create(self.request.folder, {}, "none").close()
        sink(Began(self.request.folder, False))
        sink(Standing(0.5, "joint", 3.0))
        while not self.over.wait(0.01):
            if self.wishes and self.wishes.pop(0) == "pause":
                sink(Paused())
            if cancel.cancelled:
                return Ended("stopped")
        return self.ending


@pytest.fixture
def jobs(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SearchJobs]:
    Scripted.made = []
    monkeypatch.setattr(search_jobs, "SearchWork", Scripted)
    found = SearchJobs(folder=tmp_path / "runs")
    yield found
    found.close()


def request(jobs: SearchJobs, name: str, device: str = "cpu", ray: str = "") -> SearchRequest:
    return SearchRequest(jobs.folder / name, "simulated:strong:12:1", {"device": device}, ray=ray)


def states(jobs: SearchJobs) -> dict[str, str]:
    return {task.folder.name: task.state for task in jobs.tasks}


def test_one_search_at_a_time_on_each_device(qtbot: QtBot, jobs: SearchJobs) -> None:
    for name, device, ray in (("a", "cpu", ""), ("b", "auto", ""), ("c", "cuda", ""), ("d", "cpu", "head:6379")):
        jobs.start(request(jobs, name, device, ray))
    qtbot.waitUntil(lambda: list(states(jobs).values()).count("running") == 3, timeout=5000)
    assert states(jobs)["b"] == "queued"
    Scripted.made[0].end(Ended("finished"))
    qtbot.waitUntil(lambda: states(jobs).get("b") == "running", timeout=5000)
    assert "a" not in states(jobs)


def test_what_waits_is_moved_taken_out_and_kept_for_the_next_window(qtbot: QtBot, jobs: SearchJobs) -> None:
    tasks = {name: jobs.start(request(jobs, name)) for name in "abcd"}
    jobs.move(tasks["d"], -5)
    assert [task.folder.name for task in jobs.queue.waiting] == ["d", "b", "c"]
    jobs.move(tasks["d"], 1)
    jobs.move(tasks["a"], 1)  # it runs
    jobs.remove(tasks["c"])
    jobs.remove(tasks["a"])
    assert [task.folder.name for task in jobs.tasks] == ["a", "b", "d"]
    jobs.close()
    Scripted.made.clear()
    again = SearchJobs(folder=jobs.folder)
    again.restore_queue()
    qtbot.waitUntil(lambda: states(again) == {"b": "running", "d": "queued"}, timeout=5000)
    again.close()


def test_a_damaged_queue_is_empty_and_said(qtbot: QtBot, jobs: SearchJobs) -> None:
    jobs.folder.mkdir(parents=True)
    (jobs.folder / QUEUE_FILE).write_text('[{"folder": 3}]')
    with qtbot.waitSignal(jobs.told) as told:
        jobs.restore_queue()
    assert told.args == ["The queue of searches could not be read and is empty.", "warning"]
    assert jobs.tasks == []


def test_a_stop_overtakes_a_pause_and_a_discarded_run_is_deleted(qtbot: QtBot, jobs: SearchJobs) -> None:
    task = jobs.start(request(jobs, "a"))
    qtbot.waitUntil(lambda: task.state == "running" and task.standing is not None, timeout=5000)
    jobs.command(task, "pause")
    assert task.state == "pausing"
    qtbot.waitUntil(lambda: task.state == "paused", timeout=5000)
    jobs.discard(task)
    assert task.state == "stopping"
    jobs.command(task, "go on")
    assert task.state == "stopping"
    assert task.folder.exists()
    Scripted.made[0].end(Ended("stopped"))
    qtbot.waitUntil(lambda: task.state == "ended", timeout=5000)
    assert not task.folder.exists()


def test_a_search_that_failed_makes_room_for_the_next(qtbot: QtBot, jobs: SearchJobs) -> None:
    first, second = (jobs.start(request(jobs, name)) for name in "ab")
    Scripted.made[0].end(Ended("failed", "", "Traceback"))
    qtbot.waitUntil(lambda: second.state == "running", timeout=5000)
    assert first.ended is not None
    assert "Something unexpected went wrong" in first.ended.why


def test_a_run_that_cannot_be_read_is_not_resumed(qtbot: QtBot, jobs: SearchJobs, tmp_path: Path) -> None:
    with qtbot.waitSignal(jobs.told) as told:
        assert jobs.resume(tmp_path / "nothing") is None
    assert "not the folder of a search" in told.args[0]
