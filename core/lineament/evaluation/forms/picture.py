"""A table as a drawing: every system's RMSE with its interval, against the constant and the oracle."""

from collections.abc import Sequence

from lineament.evaluation.forms.numbers import interval
from lineament.evaluation.table import Row, Table
from lineament.models.architecture.drawing.canvas import Canvas, text_width
from lineament.models.architecture.drawing.palette import Palette, palette
from lineament.search.report.charts import Axis
from lineament.search.report.figures import number

SIZE = 12.0
_ROW, _MARGIN, _CHART, _GAP = 26.0, 16.0, 420.0, 14.0


def to_svg(table: Table, theme: str = "light") -> str:
    """Points are means over seeds, bars 95 % intervals. Only what was measured; raises `ModelError` for a theme there
    is not."""
    colours = palette(theme)
    lines = [f"Evaluation: {table.title}", *table.marks]
    names = [f"{row.title}{' [control]' if row.control else ''}" for row in table.rows]
    labels = max(text_width(name, SIZE) for name in names) + _GAP
    figures = max(text_width(interval(row.figures.rmse), SIZE) for row in table.rows) + _GAP
    head = _MARGIN + len(lines) * (SIZE + 6)
    left, below = _MARGIN + labels, head + _GAP + len(table.rows) * _ROW
    width = max(left + _CHART + figures + _MARGIN, max(text_width(line, SIZE) for line in lines) + 2 * _MARGIN)
    canvas = Canvas(width, below + 56.0, f"RMSE of {len(table.rows)} systems on {table.cohort}")
    for i, line in enumerate(lines):
        place = _MARGIN + SIZE / 2 + i * (SIZE + 6)
        canvas.text(_MARGIN, place, line, fill=colours.text if i == 0 else colours.muted, size=SIZE, bold=i == 0)
    axis = _axis(table, left)
    _references(canvas, table, axis, head, below, colours)
    for i, (row, name) in enumerate(zip(table.rows, names, strict=True)):
        y = head + _GAP + (i + 0.5) * _ROW
        canvas.text(_MARGIN, y, name, fill=colours.muted if row.control else colours.text, size=SIZE)
        _bar(canvas, row, axis, y, colours)
        canvas.text(left + _CHART + _GAP, y, interval(row.figures.rmse), fill=colours.text, size=SIZE)
    return canvas.to_svg(None if theme == "page" else colours.background)


def _axis(table: Table, left: float) -> Axis:
    ends: Sequence[float] = [end for row in table.rows for end in (row.figures.rmse.low, row.figures.rmse.high)]
    known = [*ends, *([] if table.oracle_rmse is None else [table.oracle_rmse])]
    room = max((max(known) - min(known)) * 0.05, 0.1)
    return Axis(min(known) - room, max(known) + room, left, left + _CHART)


def _references(canvas: Canvas, table: Table, axis: Axis, top: float, bottom: float, colours: Palette) -> None:
    """Ticks, and dashed lines where the constant and the oracle lie."""
    for tick in axis.ticks():
        x = axis(tick)
        canvas.path(f"M{x:.2f} {top}V{bottom}", stroke=colours.line, width=1)
        canvas.text(x, bottom + 12, f"{tick:g}", fill=colours.muted, size=11, anchor="middle")
    constant = next((row.figures.rmse.value for row in table.rows if row.name == "constant"), None)
    for value, colour in ((constant, colours.muted), (table.oracle_rmse, colours.accent)):
        if value is not None:
            canvas.path(f"M{axis(value):.2f} {top}V{bottom}", stroke=colour, width=1.5, dashed=True)
    oracle = "" if table.oracle_rmse is None else f"; blue: the oracle, {number(table.oracle_rmse)}"
    said = f"RMSE on the test, {table.scale} points; dashed: the constant{oracle}"
    canvas.text(axis.start, bottom + 34, said, fill=colours.muted, size=11)


def _bar(canvas: Canvas, row: Row, axis: Axis, y: float, colours: Palette) -> None:
    found, colour = row.figures.rmse, colours.muted if row.control else colours.accent
    canvas.path(f"M{axis(found.low):.2f} {y}H{axis(found.high):.2f}", stroke=colour, width=2.5)
    canvas.circle(axis(found.value), y, 4.5, fill=colour, stroke=colours.surface)
