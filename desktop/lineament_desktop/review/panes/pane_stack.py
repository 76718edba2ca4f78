"""The signal panes, one above the other over one time axis: hidden, shown, moved and resized as the user likes."""

from PySide6.QtCore import QByteArray, QEvent, QObject, QRect, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QSplitter, QVBoxLayout, QWidget

from lineament_desktop.review.panes.attention_pane import AttentionPane
from lineament_desktop.review.panes.habit_pane import HabitPane
from lineament_desktop.review.panes.measured_panes import ActionUnitsPane, AnglesPane, QualityPane
from lineament_desktop.review.panes.signal_pane import SignalPane
from lineament_desktop.review.panes.time_axis import TimeAxis
from lineament_desktop.review.panes.time_ruler import TimeRuler
from lineament_desktop.state import Playhead, ReviewState

PANES: tuple[type[SignalPane], ...] = (AttentionPane, HabitPane, ActionUnitsPane, AnglesPane, QualityPane)
GROWTH_INTERVAL_MS = 250
GAP = 4
LEAST_SEEN = 48  # pixels of the panes; in the lowest window the words above them come first


class PaneStack(QWidget):
    """Owns the time axis, keeps all panes at the same stretch and the same playhead."""

    panes_changed = Signal()  # order or visibility
    earlier_asked = Signal()  # the recordings of earlier visits are to be chosen

    def __init__(self, state: ReviewState) -> None:
        super().__init__()
        self._state = state
        self.axis = TimeAxis(self)
        self.panes: dict[str, SignalPane] = {kind.key: kind(state, self.axis) for kind in PANES}
        self.ruler = TimeRuler(state, self.axis)
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(GAP)
        self._splitter.setAccessibleName("Signal panes")
        for number, pane in enumerate(self.panes.values()):
            self._splitter.addWidget(pane)
            self._splitter.setStretchFactor(number, pane.least_height)
            pane.move_asked.connect(lambda by, key=pane.key: self.move_pane(key, by))
            pane.close_asked.connect(lambda key=pane.key: self.set_visible(key, False))
        self._growth = QTimer(self, singleShot=True, interval=GROWTH_INTERVAL_MS)
        self._growth.timeout.connect(self._on_growth_interval)
        self._grown = False
        self._closed: set[str] = set()  # by the user; panes that the model gives nothing for are hidden beside these
        self.habit.earlier_asked.connect(self.earlier_asked)
        self._lay_out()
        self._follow()
        self._on_model()

    def _lay_out(self) -> None:
        self.scroller = QScrollArea()
        self.scroller.setWidgetResizable(True)
        self.scroller.setMinimumHeight(LEAST_SEEN)
        self.scroller.setFrameShape(QFrame.Shape.NoFrame)
        self.scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroller.setWidget(self._splitter)
        self.scroller.viewport().installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.scroller, 1)
        column.addWidget(self.ruler)

    def _follow(self) -> None:
        state = self._state
        state.video_changed.connect(self._on_video)
        state.model_changed.connect(self._on_model)
        state.recording_changed.connect(self._on_recording)
        state.recording_grew.connect(self._refresh_soon)
        state.prediction_changed.connect(self._refresh_soon)
        state.failure_changed.connect(self._refresh_soon)
        state.playhead_changed.connect(self._on_playhead)
        state.keys_changed.connect(self._refresh)

    # Order and visibility

    def order(self) -> list[str]:
        """Keys from top to bottom, hidden ones too."""
        widgets = (self._splitter.widget(i) for i in range(self._splitter.count()))
        return [widget.key for widget in widgets if isinstance(widget, SignalPane)]

    @property
    def action_units(self) -> ActionUnitsPane:
        pane = self.panes[ActionUnitsPane.key]
        assert isinstance(pane, ActionUnitsPane)
        return pane

    @property
    def attention(self) -> AttentionPane:
        pane = self.panes[AttentionPane.key]
        assert isinstance(pane, AttentionPane)
        return pane

    @property
    def habit(self) -> HabitPane:
        pane = self.panes[HabitPane.key]
        assert isinstance(pane, HabitPane)
        return pane

    def hidden(self) -> list[str]:
        """Panes that the user has closed."""
        return [key for key in self.panes if key in self._closed]

    def offered(self, key: str) -> bool:
        """Whether the model in use gives what the pane shows."""
        given = self.panes[key].given
        return given is None or self._state.model_gives(given)

    def set_visible(self, key: str, visible: bool) -> None:
        """Open or close a pane; one that is not offered is shown when it is."""
        self._closed = self._closed - {key} if visible else self._closed | {key}
        self._settle(key)
        self.panes_changed.emit()

    def _settle(self, key: str) -> None:
        pane, visible = self.panes[key], key not in self._closed and self.offered(key)
        if visible == pane.isHidden():
            pane.setVisible(visible)
            pane.refresh()

    def _on_model(self, _: object = None) -> None:
        for key in self.panes:
            self._settle(key)
        self.panes_changed.emit()

    def move_pane(self, key: str, by: int) -> None:
        """Move a pane up (-1) or down (+1) among those that are shown."""
        order = self.order()
        shown = [k for k in order if not self.panes[k].isHidden()]
        target = shown.index(key) + by if key in shown else -1
        if 0 <= target < len(shown):
            self._splitter.insertWidget(order.index(shown[target]), self.panes[key])
            self.panes_changed.emit()

    def needed_height(self) -> int:
        """Pixels with which no pane has to be scrolled to."""
        return self._height_of([pane for pane in self.panes.values() if not pane.isHidden()])

    def usual_height(self) -> int:
        """The same of the panes the user has open, whatever the model: the picture keeps its size when that changes."""
        return self._height_of([p for p in self.panes.values() if p.key not in self._closed and p.given != "habit"])

    def _height_of(self, panes: list[SignalPane]) -> int:
        return sum(pane.least_height + GAP for pane in panes) + self.ruler.height()

    def sizes(self) -> QByteArray:
        return self._splitter.saveState()

    def restore(self, order: list[str], hidden: list[str], sizes: QByteArray) -> None:
        """Arrange as saved; names that are not known any more are passed over, new panes go to the end."""
        for position, key in enumerate(key for key in order if key in self.panes):
            self._splitter.insertWidget(position, self.panes[key])
        for key in self.panes:
            self.set_visible(key, key not in hidden)
        if not sizes.isEmpty():
            self._splitter.restoreState(sizes)
        self.panes_changed.emit()

    # Following the state

    def _on_video(self, video: object) -> None:
        self.axis.set_duration(self._duration_s())
        self._refresh()

    def _on_recording(self, recording: object) -> None:
        if self._state.video is None:
            self.axis.set_duration(self._duration_s())
        self._refresh()

    def _duration_s(self) -> float:
        """Of the video, or of a recording that is open without one."""
        video, recording = self._state.video, self._state.recording
        if video is not None:
            return video.duration_s
        return float(recording.time_s[-1]) if recording is not None and recording.n_rows else 0.0

    def _refresh_soon(self, *_: object) -> None:
        """Events come faster than anyone reads: draw the first at once, and the rest a few times a second."""
        if self._growth.isActive():
            self._grown = True
        else:
            self._refresh()

    def _refresh(self) -> None:
        self._grown = False
        self._growth.start()
        for pane in self.panes.values():
            pane.refresh()

    def _on_growth_interval(self) -> None:
        if self._grown:
            self._refresh()

    def _on_playhead(self, playhead: Playhead) -> None:
        self.axis.follow(playhead.time_s)
        for pane in self.panes.values():
            if not pane.isHidden():
                pane.move_cursor()
        self.ruler.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the ruler under the charts when a scroll bar comes or goes."""
        if event.type() == QEvent.Type.Resize:
            taken: QRect = self.scroller.viewport().geometry()
            self.ruler.inset = (1, max(self.scroller.width() - taken.right() - 1, 0) + 1)
            self.ruler.update()
        return super().eventFilter(watched, event)
