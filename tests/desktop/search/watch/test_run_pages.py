"""Two runs side by side: curves in one chart, leaderboards on one axis, and what must not be compared."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from tests.core.search.monitor.conftest import Folder, event, line, whole_search

from lineament.search.runs import read_events
from lineament_desktop.search.watch import RunPages
from lineament_desktop.search.watch.run_pages import NOTHING
from lineament_desktop.theme import apply_theme


@pytest.fixture
def pages(qtbot: QtBot, qapp: QApplication) -> Iterator[RunPages]:
    apply_theme(qapp, "light")
    made = RunPages()
    qtbot.addWidget(made)
    made.resize(1200, 760)
    made.show()
    yield made
    made.stop()


@pytest.fixture
def two(folder: Folder) -> tuple[Path, Path]:
    """A finished run and one that was stopped in its joint search."""
    folder.write(*whole_search())
    other = folder.path.with_name("other")
    shutil.copytree(folder.path, other)
    with (other / "events.jsonl").open("ab") as stream:
        stream.write(line(event(200.0, "losses", "j", step=2, train=0.3, validation=0.9)))
        stream.write(line(event(201.0, "session_ended", how="stopped", why="")))
    folder.finish()
    return folder.path, other


def test_without_runs_it_says_what_will_be_here(pages: RunPages) -> None:
    assert pages.nothing.isVisible()
    assert pages.nothing.text() == NOTHING
    assert not pages.curves_card.isVisible()


def test_curves_share_a_chart_and_boards_an_axis(qtbot: QtBot, pages: RunPages, two: tuple[Path, Path]) -> None:
    pages.set_runs(two)
    qtbot.waitUntil(lambda: len(pages.curves.series) == 2, timeout=10_000)
    assert [one.name for one in pages.curves.series] == ["run", "other"]
    assert pages.curves.series[1].curve.mean == (0.6, 0.9)
    first, second = pages.columns
    qtbot.waitUntil(lambda: second.board.board is not None, timeout=5_000)
    assert first.board._span == second.board._span is not None
    assert first.found.text() == "Better than the constant predictor."
    assert "stopped" in second.found.text()
    assert second.bar.state.text() == "Stopped"


def test_another_group_of_networks_can_be_chosen(qtbot: QtBot, pages: RunPages, two: tuple[Path, Path]) -> None:
    pages.set_runs(two)
    qtbot.waitUntil(lambda: len(pages.curves.series) == 2, timeout=10_000)
    at = pages.group.findText("Warm-up: gaze, CNN")
    assert at > 0
    pages.group.setCurrentIndex(at)
    pages.group.activated.emit(at)
    assert pages.curves.series[0].curve.mean == (1.0, 0.8)


def test_runs_on_different_cohorts_are_said_not_to_compare(
    qtbot: QtBot, pages: RunPages, two: tuple[Path, Path]
) -> None:
    features = two[1] / "features.json"
    content = json.loads(features.read_text(encoding="utf-8"))
    features.write_text(json.dumps({**content, "fingerprint": "another"}), encoding="utf-8")
    (two[0] / "outcome.json").unlink()
    pages.set_runs(two)
    qtbot.waitUntil(pages.warning.isVisible, timeout=10_000)
    assert read_events(two[0] / "events.jsonl")  # nothing of the runs was touched


def test_other_runs_take_the_place_of_the_first(qtbot: QtBot, pages: RunPages, two: tuple[Path, Path]) -> None:
    pages.set_runs(two)
    pages.set_runs(two[:1])
    qtbot.waitUntil(lambda: len(pages.curves.series) == 1, timeout=10_000)
    assert len(pages.columns) == 1
    pages.set_runs(())
    assert pages.nothing.isVisible()
