"""The page's larger views: all curves, all operation weights, the whole network, every leaderboard, the log."""

from itertools import groupby

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from lineament.models.architecture.facial_space import ATTRIBUTES
from lineament.search.monitor import RunView
from lineament.search.report.history import EdgeWeights
from lineament_desktop.search.watch.board_chart import BoardChart
from lineament_desktop.search.watch.card import Card
from lineament_desktop.search.watch.cell_graph import CellGraph
from lineament_desktop.search.watch.choice import Choice
from lineament_desktop.search.watch.curve_chart import CurveChart
from lineament_desktop.search.watch.following import leading_families
from lineament_desktop.search.watch.heat_map import HeatMap
from lineament_desktop.search.watch.log_view import LogView
from lineament_desktop.search.watch.overview import NO_BOARD, NO_CURVES
from lineament_desktop.search.watch.panel import Panel
from lineament_desktop.search.watch.scrolled import Scrolled
from lineament_desktop.search.watch.words import sentence

NO_WEIGHTS = "Operation weights will stand here as soon as a supernet has trained for a while."
NO_SUPERNETS = "This method asks for whole architectures; it has no operation weights."
EQUAL = "Controls were trained with the same recipe, folds and seeds as the searched network."
CHART_WIDTH, CHART_HEIGHT = 300, 176
FUSION = "fusion cell"


class Grid(Scrolled):
    """Widgets of one kind in as many columns as fit, made as they are needed and kept; titles stand over groups."""

    def __init__(self, name: str) -> None:
        self._groups: list[tuple[str, list[QWidget]]] = []
        self._shape: object = None
        self._inside = QWidget()
        super().__init__(self._inside)
        self.setAccessibleName(name)
        self.nothing = QLabel()
        self.nothing.setObjectName("muted")
        self.nothing.setWordWrap(True)
        self._layout = QGridLayout(self._inside)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setVerticalSpacing(8)
        self._layout.setHorizontalSpacing(16)

    @property
    def columns(self) -> int:
        return max(self.viewport().width() // CHART_WIDTH, 1)

    def show_groups(self, groups: list[tuple[str, list[QWidget]]]) -> None:
        """Lay the widgets out anew where they are others than before."""
        self._groups = groups
        shape = (self.columns, [(title, [id(widget) for widget in widgets]) for title, widgets in groups])
        if shape != self._shape:
            self._shape = shape
            self._lay_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.show_groups(self._groups)

    def _lay_out(self) -> None:
        while (item := self._layout.takeAt(0)) is not None:
            widget = item.widget()
            if isinstance(widget, QLabel) and widget is not self.nothing:
                widget.deleteLater()
            elif widget is not None:
                widget.hide()
        row = 0
        if not self._groups:
            self._layout.addWidget(self.nothing, 0, 0, 1, self.columns)
            self.nothing.show()
        for title, widgets in self._groups:
            if title:
                heading = QLabel(title)
                heading.setObjectName("title")
                self._layout.addWidget(heading, row, 0, 1, self.columns)
                row += 1
            for number, widget in enumerate(widgets):
                at = (row + number // self.columns, number % self.columns)
                self._layout.addWidget(widget, *at, Qt.AlignmentFlag.AlignTop)
                widget.show()
            row += -(-len(widgets) // self.columns)
        for column in range(self._layout.columnCount()):
            self._layout.setColumnStretch(column, 1 if column < self.columns else 0)
        self._layout.setRowStretch(row, 1)
        for earlier in range(row):
            self._layout.setRowStretch(earlier, 0)


class CurvesPanel(Panel):
    """A chart for every group of like networks, phase by phase."""

    def __init__(self) -> None:
        super().__init__()
        self.grid = Grid("Losses of every phase")
        self._charts: dict[tuple[str, str], tuple[Card, CurveChart]] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.grid)

    @property
    def charts(self) -> list[CurveChart]:
        return [chart for _, chart in self._charts.values()]

    def refresh(self) -> None:
        losses = self.view.history.losses if self.view is not None else []
        self.grid.nothing.setText(NO_CURVES)
        groups: list[tuple[str, list[QWidget]]] = []
        for phase, own in groupby(losses, key=lambda one: one.phase):
            cards: list[QWidget] = []
            for one in own:
                card, chart = self._chart(phase, one.title)
                chart.show_losses(one)
                card.note.setText(f"{one.runs} runs" if one.runs != 1 else "1 run")
                cards.append(card)
            groups.append((sentence(phase), cards))
        self.grid.show_groups(groups[::-1])  # what is going on stands on top

    def _chart(self, phase: str, title: str) -> tuple[Card, CurveChart]:
        if (phase, title) not in self._charts:
            chart = CurveChart(f"Losses over steps, {phase}, {title}")
            card = Card(sentence(title), chart)
            card.setFixedHeight(CHART_HEIGHT)
            self._charts[phase, title] = card, chart
        return self._charts[phase, title]


class WeightsPanel(Panel):
    """Heat maps of every edge of the cell that is chosen, of the phase that is chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.phase, self.cell = Choice("Phase"), Choice("Attribute or cell")
        self.grid = Grid("Operation weights over steps")
        self._maps: list[HeatMap] = []
        for choice in (self.phase, self.cell):
            choice.picked.connect(self.refresh)
        self.card = Card("Operation weights over steps", self.grid, self.phase, self.cell)
        self.card.note.setText("mean over folds and seeds; the stronger, the heavier")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.card)

    def refresh(self) -> None:
        view = self.view
        weights = view.history.weights if view is not None else []
        phases = list(dict.fromkeys(edge.phase for edge in weights))[::-1]
        self.phase.show_entries([(phase, sentence(phase)) for phase in phases])
        of_phase = [edge for edge in weights if edge.phase == self.phase.key]
        cells = list(dict.fromkeys(_cell_of(edge) for edge in of_phase))
        every = [("", "All cells")] if len(cells) > 1 else []
        self.cell.show_entries([*every, *((name, sentence(name)) for name in cells)])
        edges = [edge for edge in of_phase if self.cell.key in ("", _cell_of(edge))]
        self.grid.nothing.setText(_why_nothing(view))
        while len(self._maps) < len(edges):
            self._maps.append(HeatMap())
        for drawn, edge in zip(self._maps, edges, strict=False):
            attribute = edge.edge.partition(".")[0]
            drawn.show_edge(edge, attribute if attribute in ATTRIBUTES else "estimate")
        by_group: list[tuple[str, list[QWidget]]] = []
        shown = zip(edges, self._maps, strict=False)
        for cell, own in groupby(shown, key=lambda pair: _cell_of(pair[0])):
            by_group.append((sentence(cell) if not self.cell.key else "", [drawn for _, drawn in own]))
        self.grid.show_groups(by_group)


def _cell_of(edge: EdgeWeights) -> str:
    head = edge.edge.partition(".")[0]
    return FUSION if head == "fusion" else head


def _why_nothing(view: RunView | None) -> str:
    config = view.config if view is not None else None
    return NO_SUPERNETS if config is not None and not config.method_facts.differentiable else NO_WEIGHTS


class CellsPanel(Panel):
    """The whole network, or one attribute's cells; what is best by now, or the supernets it came from."""

    def __init__(self) -> None:
        super().__init__()
        self.graph = CellGraph()
        self.attribute, self.source = Choice("Attribute"), Choice("Best architecture or supernets")
        for choice in (self.attribute, self.source):
            choice.picked.connect(self.refresh)
        self.card = Card("Cells", Scrolled(self.graph), self.source, self.attribute)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.card)

    def refresh(self) -> None:
        view = self.view
        if view is None:
            return
        both = view.supernets is not None and view.cells is not view.supernets and view.cells != view.supernets
        self.source.show_entries([("best", "best by now"), ("supernets", "last supernets")] if both else [])
        self.source.setVisible(both)
        cells = view.supernets if self.source.key == "supernets" else view.cells
        names = cells.attributes if cells is not None else ()
        self.attribute.show_entries([("", "all attributes"), *((name, name) for name in names)])
        self.graph.show_cells(cells, self.attribute.key, leading_families(view.families))
        step = f", step {cells.step}" if cells is not None and cells.step is not None else ""
        self.card.note.setText(f"{cells.source}{step}" if cells is not None else "")


class BoardPanel(Panel):
    """A leaderboard for each place where predictors are judged, all on one axis of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.side = Choice("Where predictors are judged")
        self.side.picked.connect(self.refresh)
        self.chart = BoardChart()
        self.chart.show_message(NO_BOARD)
        self.equal = QLabel(EQUAL)
        self.equal.setObjectName("muted")
        self.equal.setWordWrap(True)
        inside = QWidget()
        rows = QVBoxLayout(inside)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(Scrolled(self.chart), 1)
        rows.addWidget(self.equal)
        self.card = Card("Leaderboard", inside, self.side)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.card)

    def refresh(self) -> None:
        view = self.view
        if view is None:
            return
        self.side.show_entries([(board.side, board.title) for board in view.boards])
        board = next((one for one in view.boards if one.side == self.side.key), None)
        self.chart.show_message("" if board is not None else NO_BOARD)
        self.chart.show_board(board, f"points of {view.cohort.get('scale', 'the scale')}")
        self.card.note.setText("RMSE with 95 % interval over persons, less is better")


class LogPanel(Panel):
    """The log alone."""

    def __init__(self) -> None:
        super().__init__()
        self.log = LogView()
        self.card = Card("Log", self.log)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.card)

    def refresh(self) -> None:
        self.log.show_lines(self.view.log if self.view is not None else ())
