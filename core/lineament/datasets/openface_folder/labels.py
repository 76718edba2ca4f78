"""labels.csv of a folder of OpenFace CSVs: person, visit, score, and what else there may be.

Columns are found by name in any order: person, visit (a whole number from 1 on), score; and, where they are there,
session (what the CSV is called), file (where it lies), split (train, dev, test or empty; validation counts as dev),
gender, age and instrument (one name for all lines). Other columns are not read.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from lineament.datasets.checks import named
from lineament.datasets.label_tables import column, read_table
from lineament.datasets.scales import PHQ8, SCALES, Scale
from lineament.errors import DatasetError

LABELS = "labels.csv"
NEEDED = ("person", "visit", "score")
EXTRA = ("session", "file", "split", "gender", "age", "instrument")
_SPLITS = {"": "", "train": "train", "dev": "dev", "test": "test", "calibration": "calibration"}
_SPLITS |= {"training": "train", "development": "dev", "valid": "dev", "validation": "dev", "testing": "test"}
_GENDERS = {"": "", "m": "male", "male": "male", "f": "female", "female": "female"}
_REMEDY = "Correct the line."


@dataclass(frozen=True)
class Label:
    """One line. session, file: "" where labels.csv does not say."""

    person: str
    visit: int
    score: float
    session: str
    file: str
    split: str
    gender: str
    age: float | None

    @property
    def name(self) -> str:
        """What to call the session: its own name, its file's, or person and visit."""
        return self.session or (Path(self.file).stem if self.file else f"{self.person}_{self.visit}")


def read_labels(path: Path) -> tuple[list[Label], Scale, tuple[str, ...]]:
    """The lines, their scale and sentences a user should see.

    Raises `DatasetError` when the file cannot be read or is empty, a column is missing, a line lacks a value or has one
    that is none, a person has a visit twice, or the instrument is unknown or not one.
    """
    remedy = f"Write a table with the header {','.join(NEEDED)}."
    header, rows = read_table(path, remedy)
    missing = [name for name in NEEDED if column(header, (name,)) is None]
    if missing:
        raise DatasetError(f"the labels have no column {', '.join(missing)}", path=path, remedy=remedy)
    if not rows:
        raise DatasetError("the labels have a header but no lines", path=path, remedy="Add a line for each session.")
    places = {name: column(header, (name,)) for name in (*NEEDED, *EXTRA)}
    cells = [{name: row[at] if at is not None else "" for name, at in places.items()} for row in rows]
    labels = [_label(path, line, row) for line, row in enumerate(cells, 2)]
    twice = [f"{person} visit {visit}" for (person, visit), n in _counted(labels).items() if n > 1]
    if twice:
        raise DatasetError(f"sessions stand more than once: {named(twice)}", path=path, remedy="Keep one line of each.")
    scale, notes = _scale(path, {row["instrument"].lower() for row in cells})
    return labels, scale, notes


def _counted(labels: list[Label]) -> Counter[tuple[str, int]]:
    return Counter((label.person, label.visit) for label in labels)


def _label(path: Path, line: int, row: dict[str, str]) -> Label:
    empty = [name for name in NEEDED if not row[name]]
    if empty:
        raise DatasetError(f"line {line} has no {' and no '.join(empty)}", path=path, remedy="Fill it in.")
    visit = _number(path, line, "visit", row["visit"])
    if not visit.is_integer() or visit < 1:
        raise DatasetError(
            f"the visit {row['visit']} in line {line} is not a whole number from 1 on", path=path, remedy=_REMEDY
        )
    return Label(
        person=row["person"],
        visit=int(visit),
        score=_number(path, line, "score", row["score"]),
        session=row["session"].removesuffix(".csv"),
        file=row["file"],
        split=_word(path, line, "split", row["split"], _SPLITS),
        gender=_word(path, line, "gender", row["gender"], _GENDERS),
        age=_number(path, line, "age", row["age"]) if row["age"] else None,
    )


def _number(path: Path, line: int, what: str, cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        raise DatasetError(f"the {what} {cell!r} in line {line} is no number", path=path, remedy=_REMEDY) from None


def _word(path: Path, line: int, what: str, cell: str, known: dict[str, str]) -> str:
    if cell.lower() not in known:
        raise DatasetError(
            f"the {what} {cell!r} in line {line} is none of {', '.join(name for name in known if name)}",
            path=path,
            remedy=_REMEDY,
        )
    return known[cell.lower()]


def _scale(path: Path, names: set[str]) -> tuple[Scale, tuple[str, ...]]:
    by_name = {name.lower(): scale for name, scale in SCALES.items()}
    unknown = sorted(name for name in names if name and name not in by_name)
    if unknown or len(names) > 1:
        what = f"the instrument {unknown[0]} is not known" if unknown else "the lines are of several instruments"
        raise DatasetError(what, path=path, remedy=f"Write one of {', '.join(SCALES)} in every line.")
    name = names.pop()
    if name:
        return by_name[name], ()
    return PHQ8, (f"{path.name} does not name its instrument, so {PHQ8.name} is taken; a column instrument says it.",)
