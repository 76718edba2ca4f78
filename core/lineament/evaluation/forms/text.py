"""A table for the terminal: what was measured, how, and in a section of its own what others published."""

from collections.abc import Sequence
from io import StringIO

from rich.console import Console, Group, RenderableType
from rich.table import Table as Columns
from rich.text import Text

from lineament.evaluation.forms.numbers import NOTHING, chance, duration, interval, percent, point
from lineament.evaluation.published import TITLE, WARNINGS, Published
from lineament.evaluation.table import Row, Table
from lineament.search.report.figures import number

WIDTH = 180
"""What the measured columns take when none of their cells is broken into lines."""


def to_text(table: Table, width: int = WIDTH) -> str:
    """All of it as plain text, at most `width` characters a line."""
    console = Console(file=StringIO(), width=width, color_system=None, highlight=False, legacy_windows=False)
    for part in _parts(table):
        console.print(part)
    written = console.file
    assert isinstance(written, StringIO)
    return "\n".join(line.rstrip() for line in written.getvalue().splitlines()) + "\n"


def _parts(table: Table) -> list[RenderableType]:
    parts: list[RenderableType] = [Text(f"Evaluation: {table.title}"), *map(Text, table.marks)]
    parts.append(_section("Measured here", _measured(table)))
    parts.append(Text(f"RMSE gain and p: against the best control, {_best(table)}. Time: of one training."))
    if table.oracle_rmse is not None:
        oracle = f"An oracle that knows every session's true behaviour: RMSE {number(table.oracle_rmse)}"
        parts.append(Text(f"{oracle}; of its gain over the constant each system reaches the share given."))
    parts.append(_section("How", Group(*(Text(note) for note in table.notes))))
    if table.published:
        parts.append(_section(TITLE.capitalize(), Group(_published(table.published), *map(Text, WARNINGS))))
    return parts


def _section(title: str, content: RenderableType) -> RenderableType:
    return Group(Text(""), Text(title.upper()), content)


def _best(table: Table) -> str:
    return next(row.title for row in table.rows if row.name == table.best_control)


def _measured(table: Table) -> Columns:
    titles = [f"system ({table.data})", "RMSE (95 %)", "MAE", "CCC", "PCC", "F1", "AUC"]
    titles += [f"{100 * table.level:.0f} % held", "width", "RMSE gain (95 %)", "p", "p (Holm)"]
    if table.oracle_rmse is not None:
        titles.append("of oracle")
    return _columns((*titles, "learnt", "time"), [_row(table, row) for row in table.rows], whole=True)


def _row(table: Table, row: Row) -> list[str]:
    f, against = row.figures, row.against
    gain, verdict = "best control", ""
    if against is not None:
        gain = f"{against.rmse_gain:+.2f} ({against.low:+.2f} to {against.high:+.2f})"
        verdict = " better" if against.better else " worse" if against.worse else ""
    cells = [f"{row.title}{' [control]' if row.control else ''}", interval(f.rmse), point(f.mae), point(f.ccc)]
    cells += [point(f.pcc), point(f.f1), point(f.auc), percent(f.coverage), point(f.width, 1), gain]
    cells += [f"{chance(against.p if against else None)}{verdict}", chance(row.holm)]
    if table.oracle_rmse is not None:
        cells.append(percent(row.share))
    return [*cells, f"{row.parameters:,}", duration(row.seconds)]


def _published(rows: Sequence[Published]) -> Columns:
    titles = ("corpus", "method", "year", "reads", "split", "RMSE", "MAE", "CCC", "PCC", "F1", "mark", "source")
    return _columns(titles, [_quoted(one) for one in rows])


def _quoted(one: Published) -> list[str]:
    figures = [NOTHING if v is None else number(v) for v in (one.rmse, one.mae, one.ccc, one.pcc, one.f1)]
    year = NOTHING if one.year is None else str(one.year)
    return [one.corpus, one.method, year, one.modality, one.split, *figures, one.mark, one.source]


def _columns(titles: Sequence[str], rows: Sequence[Sequence[str]], *, whole: bool = False) -> Columns:
    """whole: no cell is broken into lines."""
    columns = Columns(box=None, pad_edge=False)
    for title in titles:
        columns.add_column(title, overflow="fold", no_wrap=whole)
    for row in rows:
        columns.add_row(*(Text(cell) for cell in row))
    return columns
