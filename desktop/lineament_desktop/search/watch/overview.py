"""Everything at a glance while a search runs: curves, cells, leaderboard, families, load."""

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from lineament.models.architecture.facial_space import ATTRIBUTES
from lineament.search.report.figures import count
from lineament_desktop.search.watch.board_chart import BoardChart
from lineament_desktop.search.watch.card import Card
from lineament_desktop.search.watch.cell_graph import CellGraph
from lineament_desktop.search.watch.choice import Choice
from lineament_desktop.search.watch.curve_chart import CurveChart
from lineament_desktop.search.watch.family_chart import FamilyChart
from lineament_desktop.search.watch.following import (
    attribute_at_work,
    leading_families,
    losses_title,
    newest_losses,
)
from lineament_desktop.search.watch.load_chart import LoadChart
from lineament_desktop.search.watch.panel import Panel
from lineament_desktop.search.watch.scrolled import Scrolled
from lineament_desktop.search.watch.words import sentence

NO_CURVES = "Loss curves will stand here as soon as the first network trains."
NO_BOARD = "The leaderboard will stand here with its controls as soon as the run has begun."
WHOLE_WIDTH, WHOLE_ROW = 680, 92
"""The whole network is drawn where the card has so much room, a row an attribute."""
FOLLOW = "follow"
LEAST_HEIGHTS = (150, 150, 200, 152, 84)
TWO_COLUMNS = 700


class Overview(Panel):
    """Four cards, and the machine's load under the families."""

    def __init__(self) -> None:
        super().__init__()
        self.curves, self.cells, self.board = CurveChart(), CellGraph(), BoardChart()
        self.families, self.load = FamilyChart(), LoadChart()
        self.load.setMaximumHeight(84)
        self.attribute = Choice("Attribute whose cell is shown")
        self.attribute.picked.connect(self.refresh)
        self._curves_card = Card("Losses", self.curves)
        self._cells_card = Card("Cells", self.cells, self.attribute)
        self._board_card = Card("Leaderboard", Scrolled(self.board))
        self._families_card = Card("Families", self.families)
        self._load_card = Card("This machine", self.load)
        for card, height in zip(self._cards, LEAST_HEIGHTS, strict=True):
            card.setMinimumHeight(height)
        inside = QWidget()
        inside.setAccessibleName("Overview of the search")
        self._grid = QGridLayout(inside)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(8)
        self._columns = 0
        self._lay_out(2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(Scrolled(inside))

    @property
    def _cards(self) -> tuple[Card, ...]:
        return self._curves_card, self._cells_card, self._board_card, self._families_card, self._load_card

    def _lay_out(self, columns: int) -> None:
        """Two columns, or all below each other where the page is narrow."""
        if columns == self._columns:
            return
        self._columns = columns
        places = ((0, 0, 1), (0, 1, 1), (1, 0, 2), (1, 1, 1), (2, 1, 1))
        for number, (card, (row, column, rows)) in enumerate(zip(self._cards, places, strict=True)):
            self._grid.removeWidget(card)
            if columns == 2:
                self._grid.addWidget(card, row, column, rows, 1)
            else:
                self._grid.addWidget(card, number, 0)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, columns - 1)
        for row, stretch in enumerate((9, 9, 0, 0, 0) if columns == 2 else (9, 9, 12, 9, 0)):
            self._grid.setRowStretch(row, stretch)

    def refresh(self) -> None:
        view = self.view
        if view is None:
            return
        losses = newest_losses(view)
        self.curves.show_message("" if losses is not None else NO_CURVES)
        self.curves.show_losses(losses)
        note = f"{losses_title(losses)}, {count(losses.runs, 'run')}" if losses is not None else ""
        self._curves_card.note.setText(note)
        self._show_cells()
        board = view.boards[0] if view.boards else None
        self.board.show_message("" if board is not None else NO_BOARD)
        self.board.show_board(board, f"points of {view.cohort.get('scale', 'the scale')}")
        self._board_card.note.setText(board.title if board is not None else "")
        self.families.show_leanings(view.families)
        sources = dict.fromkeys(one.source for one in view.families if one.lines)
        self._families_card.note.setText(", ".join(sources))
        self.load.show_samples(view.load)
        self._load_card.setVisible(view.state.live or bool(view.load))

    def _show_cells(self) -> None:
        view = self.view
        if view is None:
            return
        cells = view.cells
        names = cells.attributes if cells is not None else ()
        whole = [(FOLLOW, "as the search goes")]
        self.attribute.show_entries([*whole, *((name, name) for name in ATTRIBUTES if name in names)])
        chosen = self.attribute.key
        if chosen in ("", FOLLOW):
            large = self.cells.width() >= WHOLE_WIDTH and self.cells.height() >= WHOLE_ROW * len(names)
            chosen = attribute_at_work(view) or ("" if large or not names else names[0])
        self.cells.show_cells(cells, chosen, leading_families(view.families), most=1 if chosen else 9)
        step = f", step {cells.step}" if cells is not None and cells.step is not None else ""
        self._cells_card.note.setText(sentence(f"{cells.source}{step}") if cells is not None else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out(2 if self.width() >= TWO_COLUMNS else 1)
        self._show_cells()
