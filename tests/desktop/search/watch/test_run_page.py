"""The page of a run in every state, driven as a person would: what is said, what is in front, what stays."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from tests.core.search.monitor.conftest import Folder, event, over, phase
from tests.desktop.search.watch.conftest import view_of

from lineament_desktop.search.watch import RunPage
from lineament_desktop.search.watch.run_page import NOTHING
from lineament_desktop.theme import apply_theme, tokens


def front(page: RunPage) -> str:
    return page.tabs.tabText(page.tabs.currentIndex())


def test_without_a_run_the_page_says_what_will_be_here_and_how_to_get_it(page: RunPage) -> None:
    assert page.nothing.isVisible()
    assert page.nothing.text() == NOTHING
    assert "form" in NOTHING
    assert not page.tabs.isVisible()


def test_a_run_is_read_in_the_background_and_followed(qtbot: QtBot, page: RunPage, searched: Folder) -> None:
    states: list[str] = []
    page.state_changed.connect(states.append)
    page.set_run(searched.path)
    qtbot.waitUntil(lambda: page.view is not None and page.view.read == 1.0, timeout=10_000)
    assert states == ["", "running"]
    assert front(page) == "Overview"
    assert page.state_bar.state.text() == "Running"
    searched.write(event(200.0, "paused"))
    qtbot.waitUntil(lambda: page.state_bar.state.text() == "Paused", timeout=5_000)
    assert states[-1] == "paused"
    assert page.state_bar.problem.isVisible()


def test_a_finished_run_opens_as_a_paper(page: RunPage, searched: Folder) -> None:
    searched.finish()
    page.set_run(searched.path)
    page.show_view(view_of(searched.path))
    assert front(page) == "Report"
    words = " ".join(label.text() for label in page.report.area.findChildren(type(page.nothing)))
    for title in ("Question", "Data", "What was found", "How sure", "How to repeat it"):
        assert title in words
    assert "says nothing about people" in words
    assert "never a diagnosis" in words


def test_a_run_that_finishes_while_it_is_watched_does_not_jump(page: RunPage, searched: Folder) -> None:
    page.set_run(searched.path)
    page.show_view(view_of(searched.path))
    page.show_tab("Cells")
    searched.finish()
    page.show_view(view_of(searched.path))
    assert front(page) == "Cells"
    assert page.state_bar.state.text() == "Finished"
    page.show_tab("Report")
    assert page.report.save_button.isVisible()


@pytest.mark.parametrize(
    ("how", "why", "word", "sentence"),
    [
        ("failed", "No space is left on /data.", "Failed", "No space is left on /data."),
        ("stopped", "", "Stopped", "kept"),
    ],
)
def test_what_ended_a_run_stands_in_a_bar(
    page: RunPage, searched: Folder, how: str, why: str, word: str, sentence: str
) -> None:
    searched.write(event(200.0, "session_ended", how=how, why=why))
    page.set_run(searched.path)
    page.show_view(view_of(searched.path))
    assert page.state_bar.state.text() == word
    assert sentence in page.state_bar.sentence.text()
    assert page.state_bar.problem.isVisible()
    assert page.overview.curves.series  # what there is stays in sight
    assert page.state_bar.mapTo(page, page.state_bar.rect().topLeft()).y() < 10


def test_a_run_that_has_not_begun_waits(page: RunPage, tmp_path: Path) -> None:
    page.set_run(tmp_path / "new")
    page.show_view(view_of(tmp_path / "new"))
    assert page.state_bar.state.text() == "Waiting"
    assert "not begun" in page.state_bar.left.text()
    assert not page.strip.isVisible()
    assert not page.state_bar.problem.isVisible()


def test_a_damaged_run_is_said_to_be(page: RunPage, folder: Folder) -> None:
    (folder.path / "run.json").write_text("{}", encoding="utf-8")
    page.set_run(folder.path)
    page.show_view(view_of(folder.path))
    assert page.state_bar.state.text() == "Cannot be read"
    assert "damaged" in page.state_bar.sentence.text()


def test_at_the_start_every_card_says_what_will_stand_there(page: RunPage, folder: Folder) -> None:
    page.set_run(folder.path)
    page.show_view(view_of(folder.path))
    overview = page.overview
    for drawing in (overview.curves, overview.cells, overview.families, overview.load):
        assert drawing.message
    assert not overview.board.message  # its controls are there from the first moment
    assert "hand-designed" in overview.board.accessibleDescription()


def test_simulated_behaviour_is_said_beside_every_view(page: RunPage, searched: Folder) -> None:
    page.set_run(searched.path)
    page.show_view(view_of(searched.path))
    for title in page.panels:
        page.show_tab(title)
        assert page.state_bar.simulated.isVisible()
        assert "Simulated behaviour" in page.state_bar.simulated.text()


def test_views_are_reached_by_keys(page: RunPage, searched: Folder) -> None:
    page.set_run(searched.path)
    page.show_view(view_of(searched.path))
    page.tabs.setFocus()
    seen = [front(page)]
    for _ in range(6):
        QTest.keyClick(page.tabs, Qt.Key.Key_Right)
        seen.append(front(page))
    assert seen == list(page.panels)


def test_only_what_is_in_sight_is_brought_up_to_date(page: RunPage, searched: Folder) -> None:
    page.set_run(searched.path)
    page.show_view(view_of(searched.path))
    losses, cells = page.panels["Losses"], page.panels["Cells"]
    assert losses.charts == []  # type: ignore[attr-defined]
    page.show_tab("Losses")
    assert len(losses.charts) == 4  # type: ignore[attr-defined]
    assert cells.graph.rows == ()  # type: ignore[attr-defined]


def test_a_view_that_says_nothing_new_paints_nothing(page: RunPage, searched: Folder) -> None:
    view = view_of(searched.path)
    page.set_run(searched.path)
    page.show_view(view)
    overview = page.overview
    drawings = (overview.curves, overview.cells, overview.board, overview.families, page.strip)
    pictures = [drawing._picture().cacheKey() for drawing in drawings]
    page.show_view(view)
    assert [drawing._picture().cacheKey() for drawing in drawings] == pictures


def test_only_the_drawing_that_changed_is_painted_again(page: RunPage, searched: Folder) -> None:
    from lineament.search.monitor import RunMonitor

    monitor = RunMonitor(searched.path)
    for _ in range(3):
        view = monitor.poll()
    page.set_run(searched.path)
    page.show_view(view)
    overview = page.overview
    board, curves = overview.board._picture().cacheKey(), overview.curves._picture().cacheKey()
    searched.write(event(200.0, "losses", "j", step=2, train=0.4, validation=0.5))
    page.show_view(monitor.poll())
    assert overview.board._picture().cacheKey() == board
    assert overview.curves._picture().cacheKey() != curves


def test_another_run_takes_the_place_of_the_first(qtbot: QtBot, page: RunPage, searched: Folder) -> None:
    page.set_run(searched.path)
    qtbot.waitUntil(lambda: page.view is not None, timeout=10_000)
    page.set_run(None)
    assert page.folder is None
    assert page.nothing.isVisible()
    qtbot.wait(500)
    assert page.view is None  # whatever the first thread still had to say


def test_what_was_just_asked_shows_until_it_has_happened(page: RunPage, searched: Folder) -> None:
    page.set_run(searched.path)
    page.show_view(view_of(searched.path))
    page.show_asked("Stopping")
    assert page.state_bar.state.text() == "Stopping"
    page.show_view(view_of(searched.path))
    assert page.state_bar.state.text() == "Stopping"
    searched.write(event(200.0, "session_ended", how="stopped", why=""))
    page.show_view(view_of(searched.path))
    assert page.state_bar.state.text() == "Stopped"


def test_the_time_left_is_said_in_words(page: RunPage, searched: Folder) -> None:
    import time

    searched.write(phase(200.0, "short list", 9.0), event(time.time(), "time_left", seconds=600.0))
    page.set_run(searched.path)
    page.show_view(view_of(searched.path))
    assert page.state_bar.left.text() == "about 10 min left"


def test_the_command_and_the_page_can_be_taken_away(
    qtbot: QtBot, page: RunPage, searched: Folder, tmp_path: Path
) -> None:
    searched.finish()
    page.set_run(searched.path)
    page.show_view(view_of(searched.path))
    QTest.mouseClick(page.report.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text().startswith("lineament search --cohort")
    page.report.save(tmp_path / "found.html")
    qtbot.waitUntil(lambda: "found.html" in page.report.said.text(), timeout=10_000)
    assert "How to repeat it" in (tmp_path / "found.html").read_text(encoding="utf-8")


def test_a_report_that_cannot_be_written_says_why(
    qtbot: QtBot, page: RunPage, searched: Folder, tmp_path: Path
) -> None:
    searched.finish()
    page.set_run(searched.path)
    page.show_view(view_of(searched.path))
    (tmp_path / "file").write_text("x", encoding="utf-8")
    page.report.save(tmp_path / "file" / "found.html")
    qtbot.waitUntil(lambda: page.report.said.text() != "Writing the report.", timeout=10_000)
    assert "failed (Not a directory)" in page.report.said.text()


def test_the_log_grows_and_follows_its_end_unless_somebody_reads(page: RunPage, folder: Folder) -> None:
    folder.write(*(over(101.0 + i, f"phase {i}", 5.0) for i in range(200)))
    page.set_run(folder.path)
    page.show_view(view_of(folder.path))
    page.show_tab("Log")
    log = page.panels["Log"].log  # type: ignore[attr-defined]
    bar = log.verticalScrollBar()
    assert log.blockCount() == 201
    assert bar.value() == bar.maximum() > 0
    bar.setValue(0)
    folder.write(over(500.0, "controls", 5.0))
    page.show_view(view_of(folder.path))
    assert log.toPlainText().endswith("Controls: finished, 5 steps, 8:20 min.")
    assert bar.value() == 0


def test_the_theme_changes_every_drawing(page: RunPage, searched: Folder, qapp: object) -> None:
    page.set_run(searched.path)
    page.show_view(view_of(searched.path))
    before = page.grab().toImage()
    apply_theme(qapp, "dark")  # type: ignore[arg-type]
    after = page.grab().toImage()
    assert before != after
    assert after.pixelColor(3, after.height() // 2).name().upper() == tokens().background
    apply_theme(qapp, "light")  # type: ignore[arg-type]
