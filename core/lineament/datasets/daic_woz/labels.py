"""The split files of DAIC-WOZ, with what is peculiar to them.

train_split_Depression_AVEC2017.csv and dev_split_... have Participant_ID, PHQ8_Binary, PHQ8_Score, Gender and the eight
items; test_split_... has participant_ID and Gender alone; full_test_split.csv has Participant_ID, PHQ_Binary,
PHQ_Score, Gender. Names are compared without blanks and without case. Gender is 1 for men, 0 for women. The items are
not read (participant 319 has an empty one), nor is the binary label (participant 409's contradicts the score): whoever
needs it takes a score of 10 or more.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lineament.datasets.checks import named
from lineament.datasets.label_tables import column, read_table
from lineament.errors import DatasetError

Split = Literal["train", "dev", "test"]

SPLIT_FILES: dict[Split, tuple[str, ...]] = {
    "train": ("train_split_Depression_AVEC2017.csv",),
    "dev": ("dev_split_Depression_AVEC2017.csv",),
    "test": ("full_test_split.csv", "test_split_Depression_AVEC2017.csv"),
}
"""Where each split's labels stand; of several the first that is there counts."""

ITEMS = ("NoInterest", "Depressed", "Sleep", "Tired", "Appetite", "Failure", "Concentrating", "Moving")
CUT_OFF = 10
_SCORE, _BINARY = ("phq8_score", "phq_score"), ("phq8_binary", "phq_binary")
_GENDERS = {"1": "male", "0": "female", "male": "male", "female": "female", "": ""}
_REMEDY = "Copy the file again from where the corpus came, or correct it."


@dataclass(frozen=True)
class Label:
    """One line of a split file. participant: digits only."""

    participant: str
    score: float
    gender: str
    split: Split


@dataclass(frozen=True)
class SplitLabels:
    """A split file's labels. unlabelled: participants of a file without scores. contradicting: participants whose
    binary label is not that of their score."""

    path: Path
    labels: tuple[Label, ...]
    unlabelled: tuple[str, ...] = ()
    contradicting: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences a user should see."""
        if not self.contradicting:
            return ()
        names = named(self.contradicting)
        return (f"{self.path.name}: the binary label contradicts the score of {names}; only scores are used.",)


def read_split(path: Path, split: Split) -> SplitLabels:
    """The labels of one split file.

    Raises `DatasetError` when it cannot be read, is empty, lacks a column, or a participant or score in it is missing,
    stands twice or is no number. A test file may have no scores at all.
    """
    header, rows = read_table(path, _REMEDY)
    participant = column(header, ("participant_id",))
    score, binary, gender = (column(header, names) for names in (_SCORE, _BINARY, ("gender",)))
    if participant is None or (score is None and split != "test"):
        wanted = "Participant_ID" if participant is None else "PHQ8_Score"
        raise DatasetError(f"the labels have no column {wanted}", path=path, remedy=_REMEDY)
    if not rows:
        raise DatasetError(f"the {split} split has no participants", path=path, remedy=_REMEDY)
    ids = [_participant(path, row[participant]) for row in rows]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise DatasetError(f"participants stand more than once: {named(twice)}", path=path, remedy=_REMEDY)
    if score is None:
        return SplitLabels(path, (), tuple(ids))
    without = [one for one, row in zip(ids, rows, strict=True) if not row[score]]
    if without:
        raise DatasetError(
            f"participants have no score: {named(without)}",
            path=path,
            remedy="Fill in their PHQ-8 scores or take their lines out.",
        )
    labels = tuple(
        Label(one, _number(path, one, row[score]), _gender(path, one, row[gender]) if gender is not None else "", split)
        for one, row in zip(ids, rows, strict=True)
    )
    return SplitLabels(path, labels, contradicting=_contradictions(labels, rows, binary))


def _participant(path: Path, cell: str) -> str:
    digits = cell.removesuffix(".0")
    if not digits.isdecimal():
        raise DatasetError(f"{cell!r} is no participant's number", path=path, remedy=_REMEDY)
    return digits


def _number(path: Path, participant: str, cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        raise DatasetError(f"the score {cell!r} of {participant} is no number", path=path, remedy=_REMEDY) from None


def _gender(path: Path, participant: str, cell: str) -> str:
    key = cell.lower().removesuffix(".0")
    if key not in _GENDERS:
        raise DatasetError(
            f"the gender {cell!r} of {participant} is neither 0 (female) nor 1 (male)", path=path, remedy=_REMEDY
        )
    return _GENDERS[key]


def _contradictions(labels: tuple[Label, ...], rows: list[list[str]], binary: int | None) -> tuple[str, ...]:
    if binary is None:
        return ()
    return tuple(
        label.participant
        for label, row in zip(labels, rows, strict=True)
        if row[binary] and row[binary].removesuffix(".0") != str(int(label.score >= CUT_OFF))
    )
