"""Two or more runs side by side: what they are, their curves in one chart, their leaderboards on one axis."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from lineament.search.monitor import Board, RunView
from lineament.search.report.history import Losses
from lineament_desktop.search.watch.board_chart import BoardChart, span_of
from lineament_desktop.search.watch.card import Card
from lineament_desktop.search.watch.choice import Choice
from lineament_desktop.search.watch.curve_chart import CurveChart, Series
from lineament_desktop.search.watch.feed import RunFeed
from lineament_desktop.search.watch.following import losses_title
from lineament_desktop.search.watch.phase_strip import PhaseStrip
from lineament_desktop.search.watch.scrolled import Scrolled
from lineament_desktop.search.watch.state_bar import StateBar
from lineament_desktop.theme import theme, tokens
from lineament_desktop.widgets.guarded_paint import guarded

NOTHING = "Choose two or more runs, and their curves and leaderboards will stand here beside each other."
NO_CURVES = "None of these runs has trained a network yet."
NO_BOARD = "This run has no leaderboard yet."
OTHER_DATA = "These runs are on different cohorts: their errors cannot be compared with each other."
COLOURS = ("estimate", "alarm", "head pose", "landmarks", "action units", "gaze")
"""Data colours by name, the first for the first run; more runs begin again."""


def run_colour(number: int) -> str:
    return tokens().lines[COLOURS[number % len(COLOURS)]]


class Swatch(QWidget):
    """A run's colour beside its name."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
        self.setAccessibleName(f"Colour of run {number + 1} in the chart of losses")
        self.setFixedWidth(6)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(6, 24)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(run_colour(self._number)))
        painter.end()


class RunColumn(QWidget):
    """One run: what it is doing, what was found in a sentence, and its leaderboard."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.bar, self.strip, self.board = StateBar(), PhaseStrip(), BoardChart()
        self.found = QLabel()
        self.found.setWordWrap(True)
        self.found.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.found.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.board.show_message(NO_BOARD)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Swatch(number))
        head.addWidget(self.bar, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.strip)
        column.addWidget(self.found)
        self.card = Card("Leaderboard", Scrolled(self.board))
        column.addWidget(self.card, 1)

    def show_view(self, view: RunView, span: tuple[float, float] | None) -> None:
        self.bar.show_view(view)
        self.strip.show_stages(view.stages)
        self.found.setText(view.report.sentences[0] if view.report is not None else view.state.sentence)
        board = board_of(view)
        self.board.show_message("" if board is not None else NO_BOARD)
        self.board.show_board(board, f"points of {view.cohort.get('scale', 'the scale')}", span)
        self.card.note.setText(board.title if board is not None else "")


class RunPages(QWidget):
    """Curves of all runs on top, below them a column for each."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._views: dict[Path, RunView] = {}
        self._columns: dict[Path, RunColumn] = {}
        self._feeds: list[RunFeed] = []
        self.curves = CurveChart("Losses of the runs that are compared")
        self.group = Choice("Networks whose losses are shown")
        self.group.picked.connect(self._show_curves)
        self.curves_card = Card("Losses", self.curves, self.group)
        self.warning = QLabel(OTHER_DATA)
        self.warning.setObjectName("simulated")
        self.warning.setWordWrap(True)
        self.nothing = QLabel(NOTHING)
        self.nothing.setObjectName("muted")
        self.nothing.setWordWrap(True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._beside = QGridLayout()
        self._beside.setSpacing(16)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 8)
        column.setSpacing(8)
        column.addWidget(self.nothing, 1)
        column.addWidget(self.warning)
        column.addWidget(self.curves_card, 4)
        column.addLayout(self._beside, 6)
        theme.changed.connect(self._show_curves)
        self.set_runs(())

    @property
    def columns(self) -> list[RunColumn]:
        return list(self._columns.values())

    def set_runs(self, folders: Sequence[Path]) -> None:
        """Compare the runs in these folders from now on, finished or not, in this order."""
        self.stop()
        for column in self._columns.values():
            self._beside.removeWidget(column)
            column.hide()
            column.deleteLater()
        self._views, self._columns, self._feeds = {}, {}, []
        for number, folder in enumerate(dict.fromkeys(folders)):
            self._columns[folder] = RunColumn(number)
            self._beside.addWidget(self._columns[folder], 0, number)
            self._beside.setColumnStretch(number, 1)
            feed = RunFeed(self)
            feed.viewed.connect(partial(self._on_view, folder))
            feed.watch(folder)
            self._feeds.append(feed)
        for widget, there in ((self.nothing, not folders), (self.curves_card, bool(folders)), (self.warning, False)):
            widget.setVisible(there)

    def stop(self) -> None:
        """Stop watching; for the window's end."""
        for feed in self._feeds:
            feed.stop()
            feed.deleteLater()
        self._feeds = []

    def _on_view(self, folder: Path, view: RunView) -> None:
        self._views[folder] = view
        boards = [board for one in self._views.values() if (board := board_of(one)) is not None]
        span = span_of(boards) if any(row.rmse is not None for board in boards for row in board.rows) else None
        for path, column in self._columns.items():
            if path in self._views:
                column.show_view(self._views[path], span)
        cohorts = {one.cohort.get("fingerprint") for one in self._views.values() if one.cohort}
        self.warning.setVisible(len(cohorts) > 1)
        self._show_curves()

    def _show_curves(self) -> None:
        known = [one for view in self._views.values() for one in reversed(view.history.losses)]
        known.sort(key=lambda one: one.validation is None)  # what was validated says most
        self.group.show_entries([(title, title) for title in dict.fromkeys(map(losses_title, known))])
        found = []
        for number, folder in enumerate(self._columns):
            view = self._views.get(folder)
            losses = _losses_of(view, self.group.key) if view is not None else None
            if view is not None and losses is not None:
                curve = losses.validation or losses.train
                found.append(Series(view.name, curve, run_colour(number), losses.runs))
        self.curves.show_message("" if found else NO_CURVES)
        self.curves.show_series(tuple(found))
        what = "validation where it is measured, training elsewhere"
        self.curves_card.note.setText(what if found else "")


def board_of(view: RunView) -> Board | None:
    """Where runs are held against each other: all outer folds where there are some, else out of fold, or so far."""
    sides = {board.side: board for board in view.boards}
    return next((sides[side] for side in ("nested", "out_of_fold", "short list") if side in sides), None)


def _losses_of(view: RunView, title: str) -> Losses | None:
    return next((one for one in view.history.losses if losses_title(one) == title), None)
