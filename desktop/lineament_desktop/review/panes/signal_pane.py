"""A pane of the lower half: title and legend at the left, a chart over time at the right."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from lineament_desktop.review.panes.chart import Chart
from lineament_desktop.review.panes.lanes import Picture
from lineament_desktop.review.panes.legend import Entry, Legend
from lineament_desktop.review.panes.pane_state import PaneState, measured_state
from lineament_desktop.review.panes.time_axis import TimeAxis
from lineament_desktop.state import ReviewState
from lineament_desktop.state.model_facts import Given
from lineament_desktop.theme import set_icon, small_font, theme

SIDE_WIDTH = 180


class SignalPane(QFrame):
    """Reads the state, draws a `Picture` of it; kinds of panes say which.

    key: the name in settings. title: sentence case. what: it shows, for its empty state. shortcut: shows and hides it.
    given: what a model must give for the pane to be there, None where every model will do.
    """

    key = ""
    title = ""
    what = ""
    shortcut = ""
    given: Given | None = None
    least_height = 68  # pixels; also its share of the room where there is more

    move_asked = Signal(int)  # -1 up, +1 down
    close_asked = Signal()

    def __init__(self, state: ReviewState, axis: TimeAxis) -> None:
        super().__init__()
        self.state = state
        self.setObjectName("card")
        self.setMinimumHeight(self.least_height)
        self.setAccessibleName(self.title)
        self.chart = Chart(axis)
        self.chart.setAccessibleName(f"{self.title} over time")
        self.legend = Legend()
        self.legend.setAccessibleName(f"{self.title} at the playhead")
        self.menu = QMenu(self)
        self._lay_out()
        self.chart.seek_asked.connect(state.seek_time)
        theme.changed.connect(self.refresh)
        self.refresh()

    def _lay_out(self) -> None:
        side = QWidget()
        side.setFixedWidth(SIDE_WIDTH)
        column = QVBoxLayout(side)
        column.setContentsMargins(8, 2, 4, 4)
        column.setSpacing(0)
        column.addLayout(self._title_row())
        column.addWidget(self.legend, 1)
        self.note = QLabel()
        self.note.setObjectName("muted")
        self.note.setWordWrap(True)
        self.note.setFont(small_font(self.note.font()))
        column.addWidget(self.note)
        row = QHBoxLayout(self)
        row.setContentsMargins(1, 1, 1, 1)
        row.setSpacing(0)
        row.addWidget(side)
        row.addLayout(self._beside(), 1)

    def _beside(self) -> QLayout:
        """What lies to the right of the title and the legend."""
        column = QVBoxLayout()
        column.addWidget(self.chart)
        return column

    def _title_row(self) -> QHBoxLayout:
        name = QLabel(self.title)
        name.setObjectName("title")
        self._button = QToolButton()
        set_icon(self._button, "options")
        self._button.setAccessibleName(f"Options of the pane {self.title}")
        self._button.setToolTip(f"Options of {self.title.lower()}")
        self._button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._button.setStyleSheet("QToolButton { padding: 1px; } QToolButton::menu-indicator { image: none; }")
        self._button.setMenu(self.menu)
        self.menu.aboutToShow.connect(self._fill_menu)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(name)
        row.addStretch(1)
        row.addWidget(self._button, 0, Qt.AlignmentFlag.AlignVCenter)
        return row

    def _fill_menu(self) -> None:
        self.menu.clear()
        for action in self.own_actions():
            self.menu.addAction(action)
        if not self.menu.isEmpty():
            self.menu.addSeparator()
        self._add("Move up", lambda: self.move_asked.emit(-1))
        self._add("Move down", lambda: self.move_asked.emit(1))
        self._add("Hide this pane", self.close_asked.emit)

    def _add(self, text: str, callback: Callable[[], None]) -> None:
        action = QAction(text, self.menu)
        action.triggered.connect(callback)
        self.menu.addAction(action)

    # What a kind of pane says

    def own_actions(self) -> list[QAction]:
        """Entries of the pane's menu before those that all panes have."""
        return []

    def pane_state(self) -> PaneState:
        return measured_state(self.state, self.what)

    def picture(self) -> Picture:
        """Everything to draw; called when the data or the theme changed, only while there is something."""
        raise NotImplementedError

    def entries(self, time_s: float | None) -> tuple[Entry, ...]:
        """The legend at a moment, or without values when there is no playhead."""
        return _line_entries(self.chart.content, time_s)

    # Following the state

    def refresh(self) -> None:
        """The data changed. A hidden pane waits until it is shown."""
        if self.isHidden() and self.parent() is not None:
            return
        shown = self.pane_state()
        drawable = shown.kind in ("live", "finished") or (shown.kind == "failed" and self.state.recording is not None)
        content = self.picture() if drawable else Picture()
        self.chart.show_content(content, shown.text or ("" if content.lanes else self.missing_text()))
        note = self.note_text() if content.lanes else ""
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self.move_cursor()

    def note_text(self) -> str:
        """A few words under the legend, "" for none."""
        return ""

    def missing_text(self) -> str:
        source = self.state.recording.meta.provenance.extractor if self.state.recording is not None else "This file"
        return f"{source} did not measure {self.what}."

    def move_cursor(self) -> None:
        time_s = self.state.playhead.time_s if self.state.playhead is not None else None
        self.chart.set_cursor(time_s)
        self.legend.show_entries(self.entries(time_s))
        self.chart.setAccessibleDescription(self.chart.message or self._spoken(time_s))

    def _spoken(self, time_s: float | None) -> str:
        """All values at the playhead, for screen readers."""
        if time_s is None:
            return ""
        lines = (line for lane in self.chart.content.lanes for line in lane.lines)
        return "; ".join(line.channel.full_text(line.at(time_s)) for line in lines)


def _line_entries(content: Picture, time_s: float | None) -> tuple[Entry, ...]:
    """Lines that share a lane; a line alone has its name and value beside its lane."""
    lines = (line for lane in content.lanes if not lane.is_single for line in lane.lines)
    return tuple(
        Entry(line.channel.label, line.colour, line.channel.text(line.at(time_s)) if time_s is not None else "")
        for line in lines
    )
