"""One search run: what it is doing now, or what it found."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from lineament.search.monitor import RunView
from lineament_desktop.search.watch.detail_panels import BoardPanel, CellsPanel, CurvesPanel, LogPanel, WeightsPanel
from lineament_desktop.search.watch.feed import RunFeed
from lineament_desktop.search.watch.overview import Overview
from lineament_desktop.search.watch.panel import Panel
from lineament_desktop.search.watch.paper_panel import PaperPanel
from lineament_desktop.search.watch.phase_strip import PhaseStrip
from lineament_desktop.search.watch.state_bar import StateBar

NOTHING = (
    "A search will show itself here while it runs: its phases and how long they take, loss curves, the weights of its "
    "operations, the cells as they form, and the leaderboard beside its controls.\n\n"
    "Start one with the form, or choose an earlier run from the list."
)
NOTHING_WIDTH = 520
OPENING = "The run is being opened."
TABS_STYLE = """
QTabBar::tab { background: transparent; border: none; border-bottom: 2px solid transparent; padding: 4px 12px; }
QTabBar::tab:hover { border-bottom-color: palette(mid); }
QTabBar::tab:selected { border-bottom-color: palette(highlight); font-weight: 600; }
QTabBar:focus { outline: none; }
QTabBar::tab:selected:focus { background: palette(button); }
"""
REPORT = "Report"


class RunPage(QWidget):
    """Shows the run in a folder, whoever works in it.

    state_changed: the run's state in one word (`RunState.kind`), "" without a run. viewed: a new `RunView`.
    """

    state_changed = Signal(str)
    viewed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder: Path | None = None
        self._view: RunView | None = None
        self._fresh = False
        self.feed = RunFeed(self)
        self.feed.viewed.connect(self.show_view)
        self.state_bar, self.strip = StateBar(), PhaseStrip()
        self.overview, self.report = Overview(), PaperPanel()
        self.panels: dict[str, Panel] = {
            "Overview": self.overview,
            "Losses": CurvesPanel(),
            "Weights": WeightsPanel(),
            "Cells": CellsPanel(),
            "Leaderboard": BoardPanel(),
            "Log": LogPanel(),
            REPORT: self.report,
        }
        self.tabs, self._stack = QTabBar(), QStackedWidget()
        self._prepare_tabs()
        self.nothing = QLabel(NOTHING)
        self.nothing.setObjectName("muted")
        self.nothing.setWordWrap(True)
        self.nothing.setMargin(16)
        self.nothing.setMaximumWidth(NOTHING_WIDTH)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._run = QWidget()
        inside = QVBoxLayout(self._run)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(8)
        for widget in (self.state_bar, self.strip, self.tabs):
            inside.addWidget(widget)
        inside.addWidget(self._stack, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 8)
        self._empty = QWidget()
        middle = QHBoxLayout(self._empty)
        middle.addStretch(1)
        middle.addWidget(self.nothing, 1000)
        middle.addStretch(1)
        column.addWidget(self._empty, 1)
        column.addWidget(self._run, 1)
        self._run.hide()

    def _prepare_tabs(self) -> None:
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(True)
        self.tabs.setAccessibleName("Views of the run")
        self.tabs.setStyleSheet(TABS_STYLE)
        for title, panel in self.panels.items():
            self.tabs.addTab(title)
            self._stack.addWidget(panel)
        self.tabs.currentChanged.connect(self._stack.setCurrentIndex)

    @property
    def folder(self) -> Path | None:
        return self._folder

    @property
    def view(self) -> RunView | None:
        """What is shown, None until the run has been read for the first time."""
        return self._view

    def set_run(self, folder: Path | None) -> None:
        """Show the run in `folder` from now on, also while it is worked in; None shows none."""
        if folder == self._folder and folder is not None:
            return
        self._folder, self._view, self._fresh = folder, None, True
        self.nothing.setText(NOTHING if folder is None else OPENING)
        self._empty.show()
        self._run.hide()
        for panel in self.panels.values():
            panel.show_view(None)
        self.feed.watch(folder)
        self.state_changed.emit("")

    def show_asked(self, word: str) -> None:
        """ "Stopping", "Pausing": what somebody just asked of the run and what its files cannot say yet."""
        self.state_bar.show_asked(word)

    def show_tab(self, title: str) -> None:
        """Bring a view to the front: "Overview", "Losses", "Weights", "Cells", "Leaderboard", "Log" or "Report"."""
        self.tabs.setCurrentIndex(list(self.panels).index(title))

    def show_view(self, view: RunView) -> None:
        """Bring everything in sight up to date."""
        before, self._view = self._view, view
        self._empty.hide()
        self._run.show()
        self.state_bar.show_view(view)
        self.strip.show_stages(view.stages)
        self.strip.setVisible(bool(view.stages))
        if view.read < 1.0:
            return
        if self._fresh:  # a finished run is read, one that goes on is watched; what the user chose later stays
            self._fresh = False
            self.show_tab(REPORT if view.report is not None else "Overview")
        for panel in self.panels.values():
            panel.show_view(view)
        if before is None or before.state.kind != view.state.kind:
            self.state_changed.emit(view.state.kind)
        self.viewed.emit(view)

    def stop(self) -> None:
        """Stop watching; for the window's end."""
        self.feed.stop()
        self.report.stop()
