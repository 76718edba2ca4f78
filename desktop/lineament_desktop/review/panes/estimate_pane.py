"""The estimate: interval first, then the point, the constant baseline, and what the model was trained on."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout

from lineament.models.prediction import Prediction
from lineament_desktop.review.panes.estimate_scale import EstimateScale
from lineament_desktop.review.panes.pane_state import PaneState, estimated_state
from lineament_desktop.review.player.timecode import format_time
from lineament_desktop.state import ReviewState
from lineament_desktop.widgets.elided_label import ElidedLabel


def interval_words(prediction: Prediction) -> str:
    """For example "80 % interval 6 – 13"; raises `ValueError` for an abstained prediction."""
    if prediction.interval is None:
        raise ValueError("an abstained prediction has no interval")
    low, high = prediction.interval
    return f"{prediction.level * 100:.0f} % interval {low:.0f} – {high:.0f}"


class EstimatePane(QFrame):
    """One place for the estimate in all its states; what would help stands here when there is none."""

    model_card_asked = Signal()

    def __init__(self, state: ReviewState) -> None:
        super().__init__()
        self.state = state
        self.setObjectName("card")
        self.setAccessibleName("Estimate")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._make()
        self._lay_out()
        for signal in (state.prediction_changed, state.recording_changed, state.recording_grew):
            signal.connect(self._on_change)
        state.video_changed.connect(self._on_change)
        state.failure_changed.connect(self._on_change)
        state.scoring_changed.connect(self._on_change)
        state.keys_changed.connect(self._on_change)
        self.refresh()

    def _make(self) -> None:
        self.instrument = QLabel()
        self.instrument.setObjectName("title")
        self.interval = QLabel()
        large = self.interval.font()
        large.setPointSizeF(large.pointSizeF() * 1.35)
        large.setBold(True)
        self.interval.setFont(large)
        self.point = QLabel()
        self.baseline = QLabel()
        self.baseline.setToolTip("What a predictor that knows nothing of this video always says (dotted line)")
        self.scale = EstimateScale()
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.model = ElidedLabel()
        self.model.setObjectName("muted")
        self.training = QLabel()
        self.training.setObjectName("muted")
        self.usable = QLabel()
        self.usable.setObjectName("muted")
        self.model_button = QPushButton("Model")
        self.model_button.setToolTip("Choose the model that scores")
        self.model_button.setStyleSheet("padding: 1px 12px;")
        self.card_button = QPushButton("Model &card")
        self.card_button.setStyleSheet("padding: 1px 12px;")
        self.card_button.clicked.connect(self.model_card_asked)

    def _lay_out(self) -> None:
        figures = QHBoxLayout()
        figures.setSpacing(16)
        figures.addWidget(self.interval)
        figures.addWidget(self.point, 0, Qt.AlignmentFlag.AlignBottom)
        figures.addWidget(self.baseline, 0, Qt.AlignmentFlag.AlignBottom)
        figures.addStretch(1)
        origin = QGridLayout()
        origin.setHorizontalSpacing(16)
        origin.addWidget(self.training, 0, 0)
        origin.addWidget(self.usable, 0, 1)
        origin.addWidget(self.model, 0, 2)
        origin.setColumnStretch(2, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(4)
        heading = QHBoxLayout()
        heading.addWidget(self.instrument, 1)
        heading.addWidget(self.model_button)
        heading.addWidget(self.card_button)
        column.addLayout(heading)
        column.addLayout(figures)
        column.addWidget(self.scale)
        column.addWidget(self.sentence)
        column.addLayout(origin)

    def _on_change(self, *_: object) -> None:
        self.refresh()

    def refresh(self) -> None:
        prediction = self.state.prediction
        scored = prediction is not None and prediction.interval is not None and prediction.score is not None
        shown = estimated_state(self.state, "estimate of the model")
        for widget in (self.point, self.baseline):
            widget.setVisible(prediction is not None)
        self.scale.setVisible(prediction is not None)
        self.point.setVisible(scored)
        self.interval.setVisible(prediction is not None)
        sentence = self._reason(shown)
        self.sentence.setVisible(bool(sentence))
        self.sentence.setText(sentence)
        self.scale.show_prediction(prediction)
        self.instrument.setText(self._heading(shown.kind))
        if prediction is not None:
            self._show_figures(prediction)
        for widget in (self.training, self.usable, self.model):
            widget.setVisible(prediction is not None)
        self._describe()

    def _reason(self, shown: PaneState) -> str:
        """Here and only here stands the whole sentence of why there is no estimate."""
        prediction = self.state.prediction
        if shown.kind == "abstained" and prediction is not None and prediction.abstained is not None:
            return prediction.abstained
        if shown.kind == "failed" and self.state.failure is not None:
            return self.state.failure
        return shown.text

    def _heading(self, kind: str) -> str:
        prediction = self.state.prediction
        name = f"Estimate of {prediction.scale.name}" if prediction is not None else "Estimate"
        if kind != "live" or prediction is None:
            return name
        recording = self.state.recording
        if recording is None or not recording.meta.complete or not len(prediction.window_times):
            return f"{name}, still narrowing while the video is measured"
        return f"{name}, of the first {format_time(float(prediction.window_times[-1, 1]))[:-4]} so far"

    def _show_figures(self, prediction: Prediction) -> None:
        if prediction.interval is not None and prediction.score is not None:
            self.interval.setText(interval_words(prediction))
            self.point.setText(f"point {prediction.score:.1f}")
        else:
            self.interval.setText("No estimate")
        self.baseline.setText(f"constant baseline {prediction.baseline:.1f}")
        origin = prediction.provenance
        trained = "simulated behaviour" if origin.trained_on_simulated else origin.trained_on
        forced = ", other extractor than this recording's" if origin.forced else ""
        self.training.setText(f"Trained on {trained}{forced}")
        self.training.setToolTip(prediction.provenance.trained_on)
        self.model.setText(f"model {origin.model_id}")
        self.usable.setText(f"usable time {prediction.usable_share * 100:.0f} %")
        self.usable.setToolTip(f"{prediction.usable_s:.0f} s of the video are good enough to score")

    def _describe(self) -> None:
        labels = (
            *(self.instrument, self.interval, self.point, self.baseline),
            *(self.sentence, self.training, self.usable, self.model),
        )
        self.setAccessibleDescription(". ".join(x.text() for x in labels if not x.isHidden() and x.text()))
