"""A table as CSV: measured figures in one file, published ones in another, so that none is taken for the other."""

import csv
from collections.abc import Sequence
from dataclasses import fields
from io import StringIO

from lineament.evaluation.metrics import NAMES
from lineament.evaluation.published import TITLE, Published
from lineament.evaluation.table import Row, Table
from lineament.models.card import Estimate

ENDS = ("", "_low", "_high")
_ESTIMATES = (*NAMES, "raw_rmse", "share_of_reachable_gain")
_COMPARED = ("best_control", "rmse_gain", "rmse_gain_low", "rmse_gain_high", "p", "p_holm")


def measured_csv(table: Table) -> str:
    """A row a system; `_low` and `_high` are the ends of 95 % intervals. data: recorded, simulated, simulated (toy)."""
    about = ("system", "control", "data", "cohort", "protocol", "preset", "seeds", "sessions", "persons", "cut_off")
    head = (*about, *(f"{n}{end}" for n in _ESTIMATES for end in ENDS), *_COMPARED, "parameters", "seconds_a_training")
    facts = [table.data, table.cohort, table.protocol, table.preset, table.seeds, table.sessions, table.persons]
    rows = [[row.name, row.control, *facts, table.cut_off, *_measured(table, row)] for row in table.rows]
    return _written(head, rows)


def _measured(table: Table, row: Row) -> list[object]:
    estimates = [*(getattr(row.figures, name) for name in NAMES), row.raw_rmse, row.share]
    cells = [cell for found in estimates for cell in _ends(found)]
    a = row.against
    compared = [table.best_control, *(("",) * 5 if a is None else (a.rmse_gain, a.low, a.high, a.p, row.holm))]
    return [*cells, *compared, row.parameters, round(row.seconds, 3)]


def _ends(found: Estimate | None) -> tuple[object, object, object]:
    return ("", "", "") if found is None else (found.value, found.low, found.high)


def published_csv(table: Table) -> str:
    """A row a published figure; status: that it was not measured here."""
    names = [f.name for f in fields(Published)]
    return _written(("status", *names), [[TITLE, *(getattr(one, n) for n in names)] for one in table.published])


def _written(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    for row in rows:
        writer.writerow(f"{cell:.10g}" if isinstance(cell, float) else "" if cell is None else cell for cell in row)
    return text.getvalue()
