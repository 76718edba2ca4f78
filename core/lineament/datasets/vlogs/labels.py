"""Labels of vlogs: D-Vlog's labels.csv, and LMVD's as a table or one file a vlog.

D-Vlog: columns id, label (depression or normal), duration, gender (m or f), fold; those of id, label, gender and fold
are taken by their place (0, 1, 3, 4), as public loaders do. LMVD's table: index, label (1 or 0), fold. A header line
may be there or not. Folds are train, valid (dev here) and test.
"""

from dataclasses import dataclass
from pathlib import Path

from lineament.datasets.label_tables import read_number, read_table
from lineament.datasets.vlogs.layout import Layout
from lineament.errors import DatasetError

_LABELS = {"depression": 1.0, "normal": 0.0}
_FOLDS = {"": "", "train": "train", "valid": "dev", "dev": "dev", "test": "test"}
_GENDERS = {"": "", "m": "male", "male": "male", "f": "female", "female": "female"}
_HEADERS = ("index", "id", "vlog", "video", "")
_D_VLOG_COLUMNS = 5
_REMEDY = "Copy the file again from where the corpus came, or correct it."


@dataclass(frozen=True)
class Label:
    """One vlog. score: 1 for a depression vlog, 0 for another."""

    name: str
    score: float
    gender: str = ""
    split: str = ""


def read_labels(layout: Layout) -> tuple[list[Label], bool]:
    """The labels, and whether they are D-Vlog's; raises `DatasetError` when there are none or one is no label."""
    if layout.table is not None:
        return _table(layout.table)
    if not layout.label_files:
        raise DatasetError(
            "there are no labels", path=layout.root, remedy="Put labels.csv or files such as 001_Depression.csv there."
        )
    return [Label(name, read_number(path, _REMEDY)) for name, path in layout.label_files.items()], False


def _table(path: Path) -> tuple[list[Label], bool]:
    first, rest = read_table(path, _REMEDY)
    rows = rest if first[0].lower() in _HEADERS else [first, *rest]
    if len(first) < 2 or not rows:
        raise DatasetError("the labels have no lines with an id and a label", path=path, remedy=_REMEDY)
    is_d_vlog = len(first) >= _D_VLOG_COLUMNS
    gender, fold = (3, 4) if is_d_vlog else (None, 2 if len(first) > 2 else None)
    return [
        Label(
            row[0],
            _score(path, row[0], row[1]),
            _word(path, row[0], "gender", row[gender], _GENDERS) if gender is not None else "",
            _word(path, row[0], "fold", row[fold], _FOLDS) if fold is not None else "",
        )
        for row in rows
    ], is_d_vlog


def _score(path: Path, name: str, cell: str) -> float:
    if cell.lower() in _LABELS:
        return _LABELS[cell.lower()]
    try:
        return float(cell)
    except ValueError:
        raise DatasetError(
            f"the label {cell!r} of vlog {name} is none of depression, normal, 1 and 0", path=path, remedy=_REMEDY
        ) from None


def _word(path: Path, name: str, what: str, cell: str, known: dict[str, str]) -> str:
    if cell.lower() not in known:
        raise DatasetError(
            f"the {what} {cell!r} of vlog {name} is none of {', '.join(one for one in known if one)}",
            path=path,
            remedy=_REMEDY,
        )
    return known[cell.lower()]
