"""Every model in a list: its name, kind and instrument, where it is from, and whether it is in use."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from lineament.models.exchange.library import Entry
from lineament_desktop.models.training_rows import TrainingRow
from lineament_desktop.theme import small_font, theme, tokens
from lineament_desktop.widgets.guarded_paint import guarded

ENTRY = Qt.ItemDataRole.UserRole
IN_USE = Qt.ItemDataRole.UserRole + 1
ORIGINS = {"shipped": "shipped", "own": "your library", "elsewhere": "opened from a folder"}
MARGIN = 8
AnyIndex = QModelIndex | QPersistentModelIndex


class ModelList(QListWidget):
    """Trainings, then models. chosen: another one is selected."""

    chosen = Signal(object)  # Entry | TrainingRow | None

    def __init__(self) -> None:
        super().__init__()
        self._in_use: Path | None = None
        self.setAccessibleName("Models")
        self.setItemDelegate(_EntryDelegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(self.ScrollMode.ScrollPerPixel)
        self.setStyleSheet("QListWidget { border: 1px solid palette(mid); border-radius: 4px; outline: none; }")
        self.currentItemChanged.connect(lambda *_: self.chosen.emit(self.chosen_row()))
        theme.changed.connect(self.viewport().update)

    # What is chosen

    def chosen_row(self) -> Entry | TrainingRow | None:
        item = self.currentItem()
        return cast("Entry | TrainingRow", item.data(ENTRY)) if item is not None else None

    def chosen_folder(self) -> Path | None:
        row = self.chosen_row()
        return row.folder if row is not None else None

    def current(self) -> Entry | None:
        row = self.chosen_row()
        return row if isinstance(row, Entry) else None

    def current_training(self) -> TrainingRow | None:
        row = self.chosen_row()
        return row if isinstance(row, TrainingRow) else None

    def entries(self) -> list[Entry]:
        return [row for row in self._rows() if isinstance(row, Entry)]

    def trainings(self) -> list[TrainingRow]:
        return [row for row in self._rows() if isinstance(row, TrainingRow)]

    def _rows(self) -> list[Entry | TrainingRow]:
        return [self.item(number).data(ENTRY) for number in range(self.count())]

    def select(self, folder: Path) -> None:
        """Nothing changes where it is not there."""
        folders = [row.folder.resolve() for row in self._rows()]
        if folder.resolve() in folders:
            self.setCurrentRow(folders.index(folder.resolve()))

    # Filling

    def show_entries(self, entries: Sequence[Entry], in_use: Path | None, select: Path | None) -> None:
        """select: the folder to be selected; the one in use, or the first model, where it is not there."""
        self._fill([*self.trainings(), *entries], in_use, select)

    def show_trainings(self, trainings: Sequence[TrainingRow]) -> None:
        """Above the models; what is chosen stays so, and where it has gone the model in use is chosen."""
        known = self.trainings()
        if [row.folder for row in trainings] == [row.folder for row in known]:
            for number, row in enumerate(trainings):
                self.item(number).setData(ENTRY, row)
                self.item(number).setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(training_words(row)))
            return
        self._fill([*trainings, *self.entries()], self._in_use, self.chosen_folder())

    def _fill(self, rows: Sequence[Entry | TrainingRow], in_use: Path | None, select: Path | None) -> None:
        before = self.chosen_row()
        self.blockSignals(True)
        self.clear()
        for row in rows:
            item = QListWidgetItem(row.name)
            item.setData(ENTRY, row)
            item.setToolTip(str(row.folder))
            self.addItem(item)
        self.mark_in_use(in_use)
        folders = [row.folder.resolve() for row in rows]
        models = [number for number, row in enumerate(rows) if isinstance(row, Entry)]
        wanted = [place.resolve() for place in (select, in_use) if place is not None]
        first = models[0] if models else 0
        self.setCurrentRow(
            next((folders.index(place) for place in wanted if place in folders), first) if folders else -1
        )
        self.blockSignals(False)
        if self.chosen_row() is not before:
            self.chosen.emit(self.chosen_row())

    def mark_in_use(self, folder: Path | None) -> None:
        self._in_use = folder
        for number in range(self.count()):
            item = self.item(number)
            entry = item.data(ENTRY)
            if isinstance(entry, TrainingRow):
                item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(training_words(entry)))
                continue
            used = folder is not None and entry.folder.resolve() == folder.resolve()
            item.setData(IN_USE, used)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(words_of(entry, in_use=used)))


def words_of(entry: Entry, *, in_use: bool) -> list[str]:
    """What a list says of a model, in its order."""
    if entry.card is None:
        return [entry.name, "cannot be read", ORIGINS[entry.origin]]
    found = f"{entry.card.kind}, {entry.card.scale.name}"
    simulated = ["trained on simulated behaviour"] if entry.card.trained_on_simulated else []
    date = [entry.date] if entry.date else []
    return [entry.name, *(["in use"] if in_use else []), found, *simulated, *date, ORIGINS[entry.origin]]


def training_words(row: TrainingRow) -> list[str]:
    """The same of a training."""
    return [word for word in (row.name, row.state, row.kind) if word]


class _EntryDelegate(QStyledItemDelegate):
    """Three lines: name and whether it is in use; kind and instrument; what it was trained on, its date and origin."""

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        return QSize(220, 3 * option.fontMetrics.height() + 2 * MARGIN + 4)

    @guarded
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        entry: Entry | TrainingRow = index.data(ENTRY)
        t = tokens()
        painter.save()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(option.rect, QColor(t.raised))
            painter.fillRect(QRect(option.rect.topLeft(), QSize(4, option.rect.height())), QColor(t.accent))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(t.accent), 1))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))
        box = option.rect.adjusted(MARGIN + 4, MARGIN, -MARGIN, -MARGIN)
        if isinstance(entry, TrainingRow):
            self._paint_training(painter, box, entry)
        else:
            self._paint_words(painter, box, entry, in_use=bool(index.data(IN_USE)))
        painter.setPen(QPen(QColor(t.line), 1))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        painter.restore()

    def _paint_words(self, painter: QPainter, box: QRect, entry: Entry, *, in_use: bool) -> None:
        t, plain = tokens(), painter.font()
        line = painter.fontMetrics().height() + 2
        right = 0
        if in_use:
            painter.setFont(small_font(plain))
            right = painter.fontMetrics().horizontalAdvance("in use") + 12
            badge = QRect(box.right() - right, box.top(), right, line - 2)
            painter.setPen(QPen(QColor(t.accent), 1))
            painter.drawRoundedRect(badge, 4, 4)
            painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, "in use")
        bold = painter.font()
        bold.setBold(True)
        bold.setPointSizeF(plain.pointSizeF())
        self._line(painter, bold, t.text, box.adjusted(0, 0, -right - 4, 0), entry.name)
        small = small_font(plain)
        if entry.card is None:
            self._line(painter, small, t.words["alarm"], box.adjusted(0, line, 0, 0), "cannot be read")
            self._line(painter, small, t.muted, box.adjusted(0, 2 * line, 0, 0), ORIGINS[entry.origin])
            return
        second = f"{entry.card.kind} · {entry.card.scale.name}"
        self._line(painter, small, t.text, box.adjusted(0, line, 0, 0), second)
        third, left = box.adjusted(0, 2 * line, 0, 0), 0
        if entry.card.trained_on_simulated:
            left = self._line(painter, small, t.words["alarm"], third, "simulated") + 8
        rest = " · ".join(word for word in (entry.date, ORIGINS[entry.origin]) if word)
        self._line(painter, small, t.muted, third.adjusted(left, 0, 0, 0), rest)

    def _paint_training(self, painter: QPainter, box: QRect, row: TrainingRow) -> None:
        t, plain = tokens(), painter.font()
        line = painter.fontMetrics().height() + 2
        italic = painter.font()
        italic.setItalic(True)
        self._line(painter, italic, t.text, box, row.name)
        small = small_font(plain)
        colour = t.words["alarm"] if row.problem else t.text
        self._line(painter, small, colour, box.adjusted(0, line, 0, 0), row.state)
        self._line(painter, small, t.muted, box.adjusted(0, 2 * line, 0, 0), row.kind or ORIGINS["own"])

    @staticmethod
    def _line(painter: QPainter, font: QFont, colour: str, box: QRect, words: str) -> int:
        """One line at the top of the box; its width in pixels."""
        painter.setFont(font)
        painter.setPen(QColor(colour))
        metrics = painter.fontMetrics()
        elided = metrics.elidedText(words, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, elided)
        return metrics.horizontalAdvance(elided)
