"""A finished run as a short paper: question, data, what was found, how sure, how to repeat it."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from lineament.progress import CancelToken, EventSink
from lineament.search.monitor import Board, RunView, Section, paper
from lineament.search.monitor.paper import FOUND, REPEAT, SURE
from lineament.search.report.report import Report
from lineament_desktop.jobs.background import BackgroundJob, Done
from lineament_desktop.jobs.runner import JobRunner
from lineament_desktop.search.watch.board_chart import BoardChart
from lineament_desktop.search.watch.cell_graph import CellGraph
from lineament_desktop.search.watch.panel import Panel
from lineament_desktop.search.watch.scrolled import Scrolled
from lineament_desktop.search.watch.words import sentence

WIDTH = 860
MARGIN = 24
GRAPH_ROW = 112
NOT_YET = (
    "When the search is finished, it can be read here like a short paper: question, data, what was found, how sure, "
    "and how to repeat it."
)


class PaperPanel(Panel):
    """Written once for a report; drawings and text follow the width up to what can be read well."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: Report | None = None
        self._boards: tuple[Board, ...] = ()
        self._runner = JobRunner(self)
        self.area = Scrolled()
        self.area.setAccessibleName("Report of the search")
        self.said = QLabel()
        self.said.setObjectName("muted")
        self.copy_button = QPushButton("&Copy the command")
        self.copy_button.clicked.connect(self._copy)
        self.save_button = QPushButton("&Save as a page…")
        self.save_button.clicked.connect(self._ask_where)
        row = QHBoxLayout()
        row.addWidget(self.said, 1)
        row.addWidget(self.copy_button)
        row.addWidget(self.save_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.area, 1)
        column.addLayout(row)

    def refresh(self) -> None:
        report = self.view.report if self.view is not None else None
        for button in (self.copy_button, self.save_button):
            button.setVisible(report is not None)
        if self.view is None or report is None:
            self._shown = None
            self.area.show_content(_message(NOT_YET))
        elif report is not self._shown or self.view.boards is not self._boards:
            first = self._shown is None
            at = self.area.verticalScrollBar().value()
            self._shown, self._boards = report, self.view.boards
            self.area.show_content(_written(self.view, report))
            self.area.verticalScrollBar().setValue(0 if first else at)

    def _copy(self) -> None:
        if self._shown is not None:
            command = dict(paper(self._shown)[-1].facts)["command"]
            QGuiApplication.clipboard().setText(command)
            self.said.setText("The command is in the clipboard.")

    def _ask_where(self) -> None:
        if self._shown is None:
            return
        proposed = str(self._shown.folder / f"{self._shown.folder.name}.html")
        chosen, _ = QFileDialog.getSaveFileName(self, "Save the report", proposed, "Web page (*.html)")
        if chosen:
            self.save(Path(chosen))

    def save(self, target: Path) -> None:
        """Write the report as one page that needs nothing beside it."""
        report = self._shown
        if report is None:
            return

        def write(cancel: CancelToken, sink: EventSink) -> Path:
            from lineament.search.report import to_html
            from lineament.storage import write_atomically

            write_atomically(target, to_html(report).encode())
            return target

        self.said.setText("Writing the report.")
        self._runner.start(BackgroundJob("writing the report", write), lambda _: None, self._on_saved)

    def _on_saved(self, done: Done) -> None:
        self.said.setText(done.failure or f"The report is in {done.result}.")

    def stop(self) -> None:
        """End what is being written, for the window's end."""
        self._runner.stop_all(2.0)


def _message(words: str) -> QWidget:
    label = QLabel(words)
    label.setObjectName("muted")
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setMargin(MARGIN)
    return label


def _written(view: RunView, report: Report) -> QWidget:
    """The paper on a card, in the middle of a wide page."""
    page = QWidget()
    page.setObjectName("card")
    page.setMaximumWidth(WIDTH)
    page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    column = QVBoxLayout(page)
    column.setContentsMargins(MARGIN, MARGIN - 8, MARGIN, MARGIN)
    column.setSpacing(8)
    column.addWidget(_text(f"Search on {report.cohort.get('name', report.folder.name)}", 1.45, bold=True))
    for words in report.labels:
        notice = _text(words)
        notice.setObjectName("simulated" if "imulated" in words or "toy" in words else "notice")
        column.addWidget(notice)
    for section in paper(report):
        _write(column, section, view)
    column.addStretch(1)
    around = QWidget()
    row = QHBoxLayout(around)
    row.setContentsMargins(0, 0, 0, 0)
    row.addStretch(1)
    row.addWidget(page, 1000)
    row.addStretch(1)
    return around


def _write(column: QVBoxLayout, section: Section, view: RunView) -> None:
    column.addSpacing(8)
    column.addWidget(_text(section.title, 1.15, bold=True))
    for number, words in enumerate(section.sentences):
        column.addWidget(_text(words, bold=section.title == FOUND and not number))
    if section.title == FOUND:
        _draw_found(column, view)
    if section.facts:
        column.addLayout(_facts(section))
    if section.title == SURE:
        _draw_boards(column, view)
    if section.title == REPEAT:
        column.addWidget(_text("Everything above was read from the run's folder: " + str(view.folder)))


def _draw_found(column: QVBoxLayout, view: RunView) -> None:
    if view.cells is None:
        return
    graph = CellGraph("The architecture that was found")
    graph.show_cells(view.cells)
    graph.setFixedHeight(GRAPH_ROW * max(len(graph.rows), 1))
    column.addWidget(graph)


def _draw_boards(column: QVBoxLayout, view: RunView) -> None:
    for board in view.boards:
        column.addWidget(_text(f"{board.title}: RMSE with its 95 % interval over persons, less is better", bold=True))
        chart = BoardChart(f"Leaderboard, {board.title.lower()}")
        chart.show_board(board, f"points of {view.cohort.get('scale', 'the scale')}")
        chart.setFixedHeight(chart.sizeHint().height())
        column.addWidget(chart)


def _facts(section: Section) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(4)
    for row, (name, value) in enumerate(section.facts.items()):
        head = QLabel(sentence(name))
        head.setObjectName("muted")
        head.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        words = _text(value)
        if name == "command":
            fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
            words.setFont(fixed)
        grid.addWidget(head, row, 0)
        grid.addWidget(words, row, 1)
    grid.setColumnStretch(1, 1)
    return grid


def _text(words: str, factor: float = 1.0, *, bold: bool = False) -> QLabel:
    label = QLabel(words)
    label.setWordWrap(True)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    font = label.font()
    font.setPointSizeF(font.pointSizeF() * factor)
    font.setBold(bold)
    label.setFont(font)
    return label
