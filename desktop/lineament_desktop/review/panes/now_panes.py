"""Bars at the playhead: the model's attention to each attribute, and the 17 action units."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from lineament.models.prediction import Prediction
from lineament_desktop.review.panes.attention_pane import attribute_colour, window_at
from lineament_desktop.review.panes.attention_scale import moment_weights, weight_reach
from lineament_desktop.review.panes.channels import ACTION_UNITS
from lineament_desktop.review.panes.pane_state import PaneState, estimated_state, measured_state
from lineament_desktop.state import ReviewState
from lineament_desktop.theme import small_font, theme, tokens
from lineament_desktop.widgets.elided_label import ElidedLabel
from lineament_desktop.widgets.guarded_paint import guarded

GAP = 8
MIN_COLUMN = 108
HALF = 0.5  # bars of attention reach to it while no attribute ever has more
NOT_CAUSE = "not proof of cause"


@dataclass(frozen=True)
class Bar:
    """One row: name, how full the bar is (0..1, None where unknown), the figure, and whether it counts as present.

    mark: where on the bar (0..1) a line stands, None for none.
    """

    name: str
    share: float | None
    figure: str
    colour: str
    present: bool | None = None
    detail: str = ""
    mark: float | None = None


class BarList(QWidget):
    """Rows of name, bar and figure in as many columns as the width allows and the height makes necessary.

    There is always room for `rows` rows in `columns` columns.
    """

    def __init__(self, widest_name: str, widest_figure: str, *, rows: int, columns: int = 1) -> None:
        super().__init__()
        self._bars: tuple[Bar, ...] = ()
        self._names, self._figures = widest_name, widest_figure
        self._rows, self._columns = rows, columns
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    @property
    def bars(self) -> tuple[Bar, ...]:
        return self._bars

    def show_bars(self, bars: tuple[Bar, ...]) -> None:
        if bars != self._bars:
            self._bars = bars
            self.setAccessibleDescription(
                "; ".join(f"{b.name} {b.figure}{' present' if b.present else ''}" for b in bars)
            )
            self.update()

    def minimumSizeHint(self) -> QSize:
        line = QFontMetrics(small_font(self.font())).height()
        return QSize(self._columns * MIN_COLUMN + (self._columns - 1) * 2 * GAP, self._rows * line)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._bars:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        least = painter.fontMetrics().height() + 2
        fitting = max(int(self.height() / least), 1)
        columns = min(-(-len(self._bars) // fitting), max(self.width() // MIN_COLUMN, 1))
        rows = -(-len(self._bars) // columns)
        row_height = min(self.height() / rows, 2.2 * least)
        if row_height < least:
            painter.setFont(small_font(self.font()))
        width = (self.width() - (columns - 1) * 2 * GAP) / columns
        for number, bar in enumerate(self._bars):
            column, row = divmod(number, rows)
            box = QRectF(column * (width + 2 * GAP), row * row_height, width, row_height)
            self._paint_bar(painter, box, bar)
        painter.end()

    def _paint_bar(self, painter: QPainter, box: QRectF, bar: Bar) -> None:
        metrics, t = painter.fontMetrics(), tokens()
        names = metrics.horizontalAdvance(self._names)
        figures = metrics.horizontalAdvance(self._figures)
        mark = 12 if bar.present is not None else 0
        track = QRectF(box.left() + names + GAP, box.center().y() - 4, 0, 8)
        track.setRight(box.right() - figures - GAP - mark)
        painter.setPen(QColor(t.text))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box, middle, bar.name)
        painter.drawText(box.adjusted(0, 0, -mark, 0), middle | Qt.AlignmentFlag.AlignRight, bar.figure)
        painter.fillRect(track, QColor(t.raised))
        if bar.share is not None:
            filled = QRectF(track)
            filled.setWidth(track.width() * min(max(bar.share, 0.0), 1.0))
            painter.fillRect(filled, QColor(bar.colour))
        if bar.mark is not None:
            x = round(track.left() + bar.mark * track.width()) + 0.5
            painter.setPen(QPen(QColor(t.text), 1))
            painter.drawLine(QPointF(x, track.top() - 2), QPointF(x, track.bottom() + 2))
        if bar.present is not None:
            self._paint_mark(painter, QPointF(box.right() - 4, box.center().y()), bar.present)

    def _paint_mark(self, painter: QPainter, centre: QPointF, present: bool) -> None:
        """A filled dot for present, a hollow one for absent."""
        t = tokens()
        painter.setPen(QPen(QColor(t.text if present else t.muted), 1.2))
        painter.setBrush(QColor(t.text) if present else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(centre, 3, 3)


class NowPane(QFrame):
    """A card with a title, bars at the playhead, and a sentence instead of them while there are none."""

    title = ""
    what = ""
    note_in_heading = False

    def __init__(self, state: ReviewState, bars: BarList, note: str) -> None:
        super().__init__()
        self.state, self.bars = state, bars
        self.setObjectName("card")
        self.setAccessibleName(self.title)
        bars.setAccessibleName(self.title)
        name = QLabel(self.title)
        name.setObjectName("title")
        self.sentence = QLabel()
        self.sentence.setObjectName("muted")
        self.sentence.setWordWrap(True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.note = ElidedLabel(note) if self.note_in_heading else QLabel(note)
        self.note.setObjectName("muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(4)
        heading = QHBoxLayout()
        heading.addWidget(name)
        column.addLayout(heading)
        column.addWidget(self.bars, 1)
        column.addWidget(self.sentence, 1)
        if self.note_in_heading:
            self.note.setAlignment(Qt.AlignmentFlag.AlignRight)
            heading.addWidget(self.note, 1)
        else:
            self.note.setWordWrap(True)
            column.addWidget(self.note)
        for signal in (state.playhead_changed, state.recording_changed, state.prediction_changed, state.video_changed):
            signal.connect(self._on_change)
        state.recording_grew.connect(self._on_change)
        state.failure_changed.connect(self._on_change)
        state.keys_changed.connect(self._on_change)
        theme.changed.connect(self.refresh)
        self.refresh()

    def pane_state(self) -> PaneState:
        raise NotImplementedError

    def bars_now(self) -> tuple[Bar, ...]:
        """Bars at the playhead, () while there are none."""
        raise NotImplementedError

    def _on_change(self, *_: object) -> None:
        self.refresh()

    def refresh(self) -> None:
        bars = self.bars_now()
        self.bars.show_bars(bars)
        self.bars.setVisible(bool(bars))
        self.note.setVisible(bool(bars))
        self.sentence.setVisible(not bars)
        if not bars:
            self.sentence.setText(self.pane_state().text)


class AttentionNow(NowPane):
    """Attention of the window at the playhead: to each attribute, and to this moment beside the others."""

    title = "Attention now"
    what = "attention of the model"

    def __init__(self, state: ReviewState) -> None:
        super().__init__(state, BarList("this moment", "0.00×", rows=5), NOT_CAUSE)
        self.setToolTip(
            "Attention of the model: where it looked, not why a person behaves in some way. "
            "The line stands at an even share of the attributes, and at the mean of the moments."
        )

    def pane_state(self) -> PaneState:
        return estimated_state(self.state, self.what)

    def bars_now(self) -> tuple[Bar, ...]:
        prediction, playhead = self.state.prediction, self.state.playhead
        if prediction is None or not len(prediction.window_times) or not self.state.model_gives("attributes"):
            return ()
        window = window_at(prediction, playhead.time_s) if playhead is not None else -1
        full = 1.0 if float(prediction.attribute_attention.max()) > HALF else HALF
        self.note.setText(f"0 to {full:.1f}, line: even share; {NOT_CAUSE}")
        return (*_share_bars(prediction, window, full), _moment_bar(prediction, window))


def _share_bars(prediction: Prediction, window: int, full: float) -> list[Bar]:
    fills, even = tokens().fills, 1.0 / len(prediction.attribute_names)
    bars = []
    for number, name in enumerate(prediction.attribute_names):
        colour = attribute_colour(fills, name)
        share = float(prediction.attribute_attention[window, number]) if window >= 0 else None
        figure = f"{share:.2f}" if share is not None else "–"
        bars.append(Bar(name, share / full if share is not None else None, figure, colour, mark=even / full))
    return bars


def _moment_bar(prediction: Prediction, window: int) -> Bar:
    """From nothing to what the attention pane's lane for moments reaches to."""
    high, colour = max(weight_reach(prediction).high, 2.0), tokens().lines["moment"]
    weight = float(moment_weights(prediction)[window]) if window >= 0 else None
    figure = f"{weight:.2f}×" if weight is not None else "–"
    return Bar("this moment", weight / high if weight is not None else None, figure, colour, mark=1.0 / high)


class ActionUnitsNow(NowPane):
    """Intensity 0 to 5 of each action unit in the frame shown, and whether it counts as present."""

    title = "Action units now"
    what = "action units"
    note_in_heading = True

    def __init__(self, state: ReviewState) -> None:
        super().__init__(state, BarList("AU45", "0.0", rows=9, columns=2), "0 to 5")
        self.setToolTip("Intensity 0 to 5 in the frame shown; a filled dot: the action unit counts as present")

    def pane_state(self) -> PaneState:
        return measured_state(self.state, self.what)

    def bars_now(self) -> tuple[Bar, ...]:
        recording = self.state.recording
        if recording is None or recording.n_rows == 0:
            return ()
        source = recording.meta.provenance.extractor
        self.note.setText(f"0 to 5, {'from OpenFace' if source == 'openface' else 'geometric estimates'}")
        row = self.state.row_at_playhead()
        colour = tokens().fills["action units"]
        bars = []
        for channel in ACTION_UNITS:
            if recording.has(channel.column):
                value = float(channel.values(recording)[row]) if row >= 0 else float("nan")
                known = bool(np.isfinite(value))
                presence = f"{channel.label}_c"
                present = bool(recording.column(presence)[row]) if row >= 0 and recording.has(presence) else None
                share = value / 5 if known else None
                bars.append(Bar(channel.label, share, channel.text(value), colour, present, channel.name))
        return tuple(bars)
