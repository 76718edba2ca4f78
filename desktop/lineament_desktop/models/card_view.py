"""One model's card: what it is for, how well it does beside the controls, how far to trust it, how it came about."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from lineament.models import Estimate, ModelCard
from lineament.models.exchange.library import Entry
from lineament.models.exchange.speed import Speed
from lineament_desktop.models.calibration_chart import CalibrationChart
from lineament_desktop.widgets.architecture_view import ArchitectureView, genotype_text
from lineament_desktop.widgets.interval_chart import IntervalChart, Row
from lineament_desktop.widgets.markdown_browser import MarkdownBrowser

INTENDED = (
    "For research on facial behaviour with adults who were filmed seated. Not for diagnosis, screening or any "
    "decision about a person."
)
METRICS = {
    "RMSE": "points, lower is better",
    "MAE": "points, lower is better",
    "CCC": "concordance, 1 is perfect",
    "r": "correlation, 1 is perfect",
}
CONSTANT = "constant"
LEAST_WIDTH = 240


def metric_rows(card: ModelCard, metric: str) -> list[Row]:
    """The test figures of every predictor that has this one; the model's own is the first."""
    rows = []
    for number, (name, figures) in enumerate(card.test.items()):
        found: Estimate | None = getattr(figures, metric.lower())
        if found is not None:
            rows.append(Row(name, found.value, found.low, found.high, own=number == 0))
    return rows


def comparison_rows(card: ModelCard, column: str) -> list[Row]:
    """Systems trained and tested alike; raises `ValueError` for a column there is not."""
    assert card.comparison is not None
    at = card.comparison.columns.index(column)
    figures = ((system, values[at]) for system, values in card.comparison.rows)
    return [Row(system, f.value, f.low, f.high) for system, f in figures if f is not None]


class CardView(QWidget):
    """The card of one entry; made anew for each. speed_asked: measure it on this machine."""

    speed_asked = Signal()

    def __init__(self, entry: Entry, card: ModelCard) -> None:
        super().__init__()
        self.entry, self.card = entry, card
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName("Parts of the card")
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self._overview(), "&Overview")
        if entry.genotype is not None:
            self.tabs.addTab(ArchitectureView(entry.genotype), "&Architecture")
            self.tabs.addTab(genotype_text(entry.genotype), "&Genotype")
        self.tabs.addTab(MarkdownBrowser(f"Model card of {card.name}", card.markdown()), "Whole &card")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.tabs)

    def _overview(self) -> QScrollArea:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(4, 8, 12, 8)
        column.setSpacing(8)
        column.addWidget(_words(f"<b>Intended use.</b> {INTENDED}"))
        column.addWidget(_words(_data_words(self.card)))
        column.addWidget(_section("How well it does"))
        column.addWidget(self._metrics())
        column.addWidget(_section("How far to trust it"))
        column.addWidget(_boxed(CalibrationChart(self.card)))
        if self.card.comparison is not None:
            column.addWidget(_section(self.card.comparison.title))
            column.addWidget(self._comparison())
        column.addWidget(_section("Size and speed"))
        column.addLayout(self._speed())
        column.addWidget(_section("What it cannot do"))
        column.addWidget(_words(_bullets(self.card.limits)))
        column.addWidget(_section("How it was made"))
        column.addWidget(_words(_made_words(self.entry, self.card)))
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(page)
        scroll.setAccessibleName("Overview of the model")
        return scroll

    def _metrics(self) -> QWidget:
        self.metric_chart = IntervalChart("Figures on test persons beside the controls")
        self.metric_choice = QComboBox()
        self.metric_choice.setAccessibleName("Metric")
        self.metric_choice.addItems([name for name in METRICS if metric_rows(self.card, name)])
        self.metric_choice.currentTextChanged.connect(self._show_metric)
        note = QLabel(f"{self.card.persons.get('test', 0)} persons that took no part in training, 95 % intervals")
        note.setObjectName("muted")
        note.setWordWrap(True)
        self._show_metric(self.metric_choice.currentText())
        return _boxed(self.metric_chart, self.metric_choice, note)

    def _show_metric(self, metric: str) -> None:
        rows = metric_rows(self.card, metric) if metric else []
        constant = next((row.value for row in rows if row.label == CONSTANT), None)
        self.metric_chart.show_rows(rows, f"{metric}, {METRICS[metric]}" if metric else "", constant)

    def _comparison(self) -> QWidget:
        assert self.card.comparison is not None
        chart = IntervalChart(self.card.comparison.title)
        column = QComboBox()
        column.setAccessibleName("Figure of the comparison")
        column.addItems(list(self.card.comparison.columns))

        def show(name: str) -> None:
            rows = comparison_rows(self.card, name)
            constant = next((row.value for row in rows if row.label.startswith(CONSTANT)), None)
            chart.show_rows(rows, name, constant)

        column.currentTextChanged.connect(show)
        show(column.currentText())
        note = QLabel(self.card.comparison.note)
        note.setObjectName("muted")
        note.setWordWrap(True)
        return _boxed(chart, column, note)

    # Speed

    def _speed(self) -> QHBoxLayout:
        self.size_words = QLabel(f"{self.card.parameters:,} parameters")
        self.speed_words = QLabel("Speed on this machine is not measured yet.")
        self.speed_words.setObjectName("muted")
        self.speed_button = QPushButton("&Measure speed")
        self.speed_button.clicked.connect(self.speed_asked)
        row = QHBoxLayout()
        row.setSpacing(16)
        self.speed_words.setWordWrap(True)
        row.addWidget(self.size_words)
        row.addWidget(self.speed_button)
        row.addWidget(self.speed_words, 1)
        return row

    def show_measuring(self) -> None:
        self.speed_button.setEnabled(False)
        self.speed_words.setText("Measuring …")

    def show_speed(self, speed: Speed | None) -> None:
        """None: it could not be measured, which is said elsewhere."""
        self.speed_button.setEnabled(True)
        if speed is None:
            self.speed_words.setText("Speed on this machine is not measured yet.")
            return
        self.speed_words.setText(
            f"{speed.per_second:,.0f} {speed.unit} a second, {speed.faster:,.0f} times faster than real time"
        )


def _section(words: str) -> QLabel:
    label = QLabel(words)
    label.setObjectName("title")
    label.setContentsMargins(0, 8, 0, 0)
    return label


class _Wrapped(QLabel):
    """As high as its words need at the width it has; Qt asks for the height they would need in a narrow column."""

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST_WIDTH, self.heightForWidth(max(self.width(), LEAST_WIDTH)))

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()


def _words(text: str) -> QLabel:
    label = _Wrapped(text)
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
    return label


def _boxed(chart: QWidget, chooser: QComboBox | None = None, note: QLabel | None = None) -> QFrame:
    box = QFrame()
    box.setObjectName("card")
    column = QVBoxLayout(box)
    column.setContentsMargins(12, 8, 12, 8)
    if chooser is not None:
        row = QHBoxLayout()
        row.addWidget(chooser)
        if note is not None:
            row.addWidget(note, 1)
        row.addStretch(0)
        column.addLayout(row)
    column.addWidget(chart)
    return box


def _data_words(card: ModelCard) -> str:
    persons = ", ".join(f"{count:,} {name}" for name, count in card.persons.items())
    absent = f" It does not read {', '.join(card.absent)}." if card.absent else ""
    return (
        f"<b>Data.</b> {card.data}, measured by {card.trained_on}; {persons} persons. "
        f"<b>Instrument.</b> {card.scale.name}, {card.scale.low} to {card.scale.high}.{absent}"
    )


def _made_words(entry: Entry, card: ModelCard) -> str:
    lines = [f"{name}: {_plain(value)}" for name, value in card.settings.items()]
    lines += [*card.notes, f"Made by Lineament {card.app_version}, {card.utc_time}. Licence {card.licence}."]
    return _bullets([*lines, f"Hash {entry.model_hash[:16]}, in {entry.folder}"])


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_plain(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_plain(one) for one in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _bullets(lines: Sequence[str]) -> str:
    escaped = (line.replace("&", "&amp;").replace("<", "&lt;") for line in lines)
    return '<ul style="margin: 0 0 0 -24px">' + "".join(f"<li>{line}</li>" for line in escaped) + "</ul>"
