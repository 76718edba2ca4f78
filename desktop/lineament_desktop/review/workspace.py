"""Review as one widget: the picture and its controls, the estimate beside it, the signals below it."""

from dataclasses import dataclass

from PySide6.QtCore import QByteArray, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from lineament_desktop.review.panes.distribution_pane import DistributionPane
from lineament_desktop.review.panes.estimate_pane import EstimatePane
from lineament_desktop.review.panes.now_panes import ActionUnitsNow, AttentionNow
from lineament_desktop.review.panes.pane_stack import PaneStack
from lineament_desktop.state import ReviewState

GAP = 4
PICTURE_SIDE = (0.52, 0.48)
NOW_SHARES = (0.36, 0.72, 0.64)  # of attention, the distribution and action units; those that are shown share it
PANES_SHARE = 0.41


@dataclass(frozen=True)
class Controls:
    """What the player lends to the workspace: the picture, its buttons and its seek bar."""

    video: QWidget
    transport: QWidget
    seek_bar: QWidget


class ReviewWorkspace(QWidget):
    """Lays out one `ReviewState`. The splitters are the user's; their sizes are saved by the window."""

    def __init__(self, state: ReviewState, controls: Controls) -> None:
        super().__init__()
        self.state = state
        self.controls = controls
        self.estimate = EstimatePane(state)
        self.attention_now = AttentionNow(state)
        self.distribution = DistributionPane(state)
        self.action_units_now = ActionUnitsNow(state)
        self.stack = PaneStack(state)
        self.side = self._side()
        self._is_users = False  # the border between picture and panes has been moved
        self._before_video_only: list[str] | None = None
        self._lay_out()
        state.prediction_changed.connect(self._arrange_soon)
        state.failure_changed.connect(self._arrange_soon)
        state.model_changed.connect(self._show_what_is_given)
        state.model_changed.connect(self._arrange_soon)

    def _side(self) -> QWidget:
        now = QSplitter(Qt.Orientation.Horizontal)
        now.setChildrenCollapsible(False)
        now.setHandleWidth(GAP)
        for pane, stretch in ((self.attention_now, 4), (self.distribution, 8), (self.action_units_now, 7)):
            now.addWidget(pane)
            now.setStretchFactor(now.indexOf(pane), stretch)
        now.setSizes(_shares(*NOW_SHARES))
        self._now = now
        self._show_what_is_given()
        side = QWidget()
        self._side_column = column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.estimate)
        column.addWidget(now, 1)
        return side

    def _show_what_is_given(self, *_: object) -> None:
        """Attention or the distribution, whichever the model in use has."""
        self.attention_now.setVisible(self.state.model_gives("attributes"))
        self.distribution.setVisible(self.state.model_gives("distribution"))

    def _lay_out(self) -> None:
        self._top = QSplitter(Qt.Orientation.Horizontal)
        self._top.setChildrenCollapsible(False)
        self._top.setHandleWidth(GAP)
        self._top.addWidget(self.controls.video)
        self._top.addWidget(self.side)
        self._top.setStretchFactor(0, 11)
        self._top.setStretchFactor(1, 9)
        upper = QWidget()
        column = QVBoxLayout(upper)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._top, 1)
        column.addWidget(self.controls.transport)
        column.addWidget(self.controls.seek_bar)
        self._whole = QSplitter(Qt.Orientation.Vertical)
        self._whole.setChildrenCollapsible(False)
        self._whole.setHandleWidth(GAP)
        self._whole.addWidget(upper)
        self._whole.addWidget(self.stack)
        self._whole.setStretchFactor(0, 3)
        self._whole.setStretchFactor(1, 2)
        self._whole.splitterMoved.connect(self._take_over)
        self._top.setSizes(_shares(*PICTURE_SIDE))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(8, 0, 8, 4)
        outer.addWidget(self._whole)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
        self._arrange_soon()  # words that wrap at the new width say only then how high they are

    def _take_over(self) -> None:
        self._is_users = True

    def _arrange(self) -> None:
        """Until the user moves the border: two fifths for the panes, more where all of them fit with that.

        In a low window the picture's side keeps what it needs, and the panes are scrolled.
        """
        if self._is_users or self.video_only:
            return
        height = self._whole.height() - self._whole.handleWidth()
        possible = height - self._least_upper_height()
        lower = max(min(max(self.stack.usual_height(), round(PANES_SHARE * height)), possible), 0)
        self._whole.setSizes([height - lower, lower])

    def _least_upper_height(self) -> int:
        """Pixels without which words beside the picture or a row of controls would be cut, at the present widths."""
        controls = self.controls
        column = self._side_column
        wrapped = column.totalMinimumHeightForWidth(self.side.width())  # -1 while no words are to be wrapped
        beside = max(column.totalMinimumSize().height(), wrapped)
        rows = max(
            controls.transport.heightForWidth(self._whole.width()), controls.transport.minimumSizeHint().height()
        )
        picture = max(beside, controls.video.minimumSizeHint().height(), controls.video.minimumHeight())
        return picture + rows + controls.seek_bar.minimumSizeHint().height()

    def _arrange_soon(self, *_: object) -> None:
        """The estimate's words may need another line: once they are laid out, see whether there is room."""
        QTimer.singleShot(0, self, self._arrange)

    # Video alone

    @property
    def video_only(self) -> bool:
        return self._before_video_only is not None

    def set_video_only(self, on: bool) -> None:
        """The picture takes the room; a thin attention strip stays below it."""
        if on == self.video_only:
            return
        self.side.setVisible(not on)
        if on:
            self._before_video_only = self.stack.hidden()
            for key in self.stack.panes:
                self.stack.set_visible(key, key == "attention")
            self.stack.setMaximumHeight(self.stack.needed_height())
        else:
            hidden = self._before_video_only or []
            self._before_video_only = None
            self.stack.setMaximumHeight(16_777_215)
            for key in self.stack.panes:
                self.stack.set_visible(key, key not in hidden)
            self._arrange()

    def give_room(self, pixels: int) -> None:
        """Move the border between the picture and the panes down (or up, when negative)."""
        self._take_over()
        upper, lower = self._whole.sizes()
        self._whole.setSizes([max(upper + pixels, 0), max(lower - pixels, 0)])

    # What is remembered

    def layout_state(self) -> dict[str, object]:
        """Splitters and panes, ready for JSON."""
        hidden = self._before_video_only if self._before_video_only is not None else self.stack.hidden()
        splitters = {"top": self._top, "whole": self._whole, "now of three": self._now}
        action_units = self.stack.action_units
        return {
            "border": self._is_users,
            "splitters": {name: _text(splitter.saveState()) for name, splitter in splitters.items()},
            "panes": self.stack.order(),
            "hidden": hidden,
            "sizes": _text(self.stack.sizes()),
            "action_units": list(action_units.chosen),
            "overlaid": action_units.overlaid,
            "attention_stacked": self.stack.attention.stacked,
        }

    def restore_layout(self, saved: dict[str, object]) -> None:
        """Arrange as `layout_state` described it; whatever is missing or of another kind keeps its default."""
        splitters = saved.get("splitters")
        if isinstance(splitters, dict):
            self._is_users = saved.get("border") is True
            for name, splitter in (("top", self._top), ("whole", self._whole), ("now of three", self._now)):
                text = splitters.get(name)
                if isinstance(text, str):
                    splitter.restoreState(QByteArray.fromBase64(text.encode()))
        sizes = saved.get("sizes")
        self.stack.restore(
            _names(saved.get("panes")),
            _names(saved.get("hidden")),
            QByteArray.fromBase64(sizes.encode()) if isinstance(sizes, str) else QByteArray(),
        )
        self.stack.attention.set_stacked(saved.get("attention_stacked") is True)
        if "action_units" in saved:
            self.stack.action_units.choose(_names(saved["action_units"]))
            self.stack.action_units.set_overlaid(saved.get("overlaid") is True)


def _shares(*parts: float) -> list[int]:
    """Sizes for a splitter that has no size yet: it keeps their proportion."""
    return [round(part * 10_000) for part in parts]


def _text(data: QByteArray) -> str:
    return bytes(data.toBase64().data()).decode()


def _names(value: object) -> list[str]:
    return [name for name in value if isinstance(name, str)] if isinstance(value, list) else []
