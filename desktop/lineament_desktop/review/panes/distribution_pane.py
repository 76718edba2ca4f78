"""How the model spreads its belief over the whole scale: a bar a score, with interval, estimate and constant."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from lineament.models.prediction import Prediction
from lineament_desktop.review.panes.distribution_chart import DistributionChart
from lineament_desktop.review.panes.pane_state import PaneState, estimated_state
from lineament_desktop.state import ReviewState
from lineament_desktop.theme import theme
from lineament_desktop.widgets.elided_label import ElidedLabel

HONEST = (
    "Diamond: the estimate, which is what is expected on average. Dotted: what a predictor that knows nothing of this "
    "video says. Tinted, with full bars: the interval. The distribution was learnt from scores with a blur round each, "
    "so its width is no coverage: the interval has that."
)


class DistributionPane(QFrame):
    """A card beside the action units, for models that learn a distribution."""

    title = "Predicted distribution"
    what = "predicted distribution over the scale"

    def __init__(self, state: ReviewState) -> None:
        super().__init__()
        self.state = state
        self.setObjectName("card")
        self.setAccessibleName(self.title)
        self.setToolTip(HONEST)
        name = QLabel(self.title)
        name.setObjectName("title")
        self.note = ElidedLabel()
        self.note.setObjectName("muted")
        self.chart = DistributionChart()
        self.chart.setAccessibleName(self.title)
        self.sentence = QLabel()
        self.sentence.setObjectName("muted")
        self.sentence.setWordWrap(True)
        self.marks = ElidedLabel()
        self.marks.setObjectName("muted")
        heading = QHBoxLayout()
        heading.setSpacing(12)
        heading.addWidget(name)
        heading.addWidget(self.note, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(4)
        column.addLayout(heading)
        column.addWidget(self.chart, 1)
        column.addWidget(self.sentence, 1)
        column.addWidget(self.marks)
        self._follow()
        self.refresh()

    def _follow(self) -> None:
        state = self.state
        for signal in (state.recording_changed, state.prediction_changed, state.video_changed, state.failure_changed):
            signal.connect(self._on_change)
        state.recording_grew.connect(self._on_change)
        state.keys_changed.connect(self._on_change)
        theme.changed.connect(self.refresh)

    def pane_state(self) -> PaneState:
        return estimated_state(self.state, self.what)

    def _on_change(self, *_: object) -> None:
        self.refresh()

    def refresh(self) -> None:
        prediction, shown = self.state.prediction, self.pane_state()
        drawable = shown.kind in ("live", "finished") and prediction is not None
        self.chart.show_prediction(prediction if drawable else None)
        there = self.chart.has_distribution
        self.chart.setVisible(there)
        self.sentence.setVisible(not there)
        self.sentence.setText("" if there else shown.text or "This model gives no distribution.")
        self.marks.setVisible(there)
        if prediction is not None:
            self.marks.setText(marks_words(prediction))
        self.note.setText(self.chart.peak_words())


def marks_words(prediction: Prediction) -> str:
    """What is marked in the chart, for example "◇ expected 9.2  ┆ constant 6.6  ▒ 80 % interval"."""
    expected = [f"◇ expected {prediction.score:.1f}"] if prediction.score is not None else []
    return "   ".join(
        [*expected, f"┆ constant {prediction.baseline:.1f}", f"▒ {prediction.level * 100:.0f} % interval"]
    )
