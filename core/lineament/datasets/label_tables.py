"""Label files: small tables of text whose columns are found by name, and files that hold one number."""

import csv
from pathlib import Path

from lineament.errors import DatasetError


def read_table(path: Path, remedy: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows without blank lines; every cell stripped, short rows filled up.

    Raises `DatasetError` with this remedy when the file cannot be read, is no text or is empty.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = [[cell.strip() for cell in row] for row in csv.reader(file)]
    except OSError as error:
        raise DatasetError(f"the labels cannot be read ({error.strerror})", path=path, remedy=remedy) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DatasetError("the labels are not a table of text", path=path, remedy=remedy) from error
    lines = [row for row in lines if any(row)]
    if not lines:
        raise DatasetError("the labels are an empty file", path=path, remedy=remedy)
    header, rows = lines[0], lines[1:]
    return header, [row + [""] * (len(header) - len(row)) for row in rows]


def column(header: list[str], names: tuple[str, ...]) -> int | None:
    """Place of the first of these lower-case names; names are compared without case."""
    known = [name.lower() for name in header]
    return next((known.index(name) for name in names if name in known), None)


def read_number(path: Path, remedy: str) -> float:
    """The one number of a label file; raises `DatasetError` with this remedy when it holds anything else."""
    header, rows = read_table(path, remedy)
    cells = [cell for row in (header, *rows) for cell in row if cell]
    if len(cells) == 1:
        try:
            return float(cells[0])
        except ValueError:
            pass
    raise DatasetError("a label file holds one number, and this one does not", path=path, remedy=remedy)
