"""The run's log in words, the newest line in sight unless somebody reads further up."""

from collections.abc import Sequence

from PySide6.QtGui import QColor, QFont, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

from lineament.search.monitor import LogLine
from lineament_desktop.search.watch.words import clock
from lineament_desktop.theme import theme, tokens

NOTHING = "What happens in the run will be written here."
MOST_LINES = 2000


class LogView(QPlainTextEdit):
    """Lines are only ever added, unless another run is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setAccessibleName("Log of the search")
        self.setPlaceholderText(NOTHING)
        self.setMaximumBlockCount(MOST_LINES)
        self.setFrameShape(self.Shape.NoFrame)
        self.setLineWrapMode(self.LineWrapMode.WidgetWidth)
        self._lines: tuple[LogLine, ...] = ()
        theme.changed.connect(self._write_anew)

    def show_lines(self, lines: Sequence[LogLine]) -> None:
        """All lines so far, oldest first."""
        lines = tuple(lines)
        if lines == self._lines:
            return
        new = _added(self._lines, lines)
        self._lines = lines
        if new is None:
            self._write_anew()
        else:
            self._write(new)

    def _write_anew(self) -> None:
        self.clear()
        self._write(self._lines)

    def _write(self, lines: Sequence[LogLine]) -> None:
        bar = self.verticalScrollBar()
        follows = bar.value() >= bar.maximum() - 4
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.beginEditBlock()
        for line in lines:
            if not self.document().isEmpty():
                cursor.insertBlock()
            cursor.insertText(f"{clock(line.time)}  ", _format("time"))
            cursor.insertText(line.text, _format(line.tone))
        cursor.endEditBlock()
        if follows:
            bar.setValue(bar.maximum())


def _added(before: tuple[LogLine, ...], lines: tuple[LogLine, ...]) -> tuple[LogLine, ...] | None:
    """Lines that came at the end; None where those before are not the same."""
    if not before or not lines:
        return lines if not before else None
    for start in range(len(lines) - 1, -1, -1):
        if lines[start] == before[-1]:
            return lines[start + 1 :]
    return None


def _format(tone: str) -> QTextCharFormat:
    t, made = tokens(), QTextCharFormat()
    colours = {"time": t.muted, "work": t.muted, "warning": t.words["alarm"]}
    made.setForeground(QColor(colours.get(tone, t.text)))
    if tone in ("phase", "result"):
        made.setFontWeight(QFont.Weight.DemiBold if tone == "result" else QFont.Weight.Normal)
    return made
