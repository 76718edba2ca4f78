"""What all writers of cohorts share: splits, whose sessions a folder holds, label tables.

Simulated cohorts carry their instrument in the corpus's own; scores change by a straight line (our choice).
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

from lineament.datasets.checks import check_labels, named
from lineament.datasets.cohort import Cohort, Session
from lineament.datasets.scales import BDI2, PHQ8, VLOG_LABEL, Scale
from lineament.errors import DatasetError
from lineament.recording.clnf import ORIGIN, read_origin
from lineament.simulation.storage import split_of
from lineament.storage import write_atomically

PHQ8_CUT_OFF = 10
_NOTE = "Simulated behaviour. It shows that software works and says nothing about people."
_SPLITS = ("train", "dev", "test")


def in_scale(cohort: Cohort, scale: Scale) -> Cohort:
    """The cohort with its scores on another scale, as far as we say how (our choices, for simulated cohorts).

    PHQ-8 to BDI-II: 63 / 24 of the score, halves rounded up, so that both scales' ends meet. PHQ-8 to a vlog's label: 1
    from 10 points on. Raises `DatasetError` for other pairs.
    """
    if cohort.scale.name == scale.name:
        return cohort
    if cohort.scale.name != PHQ8.name or scale.name == PHQ8.name:
        raise DatasetError(
            f"cohort {cohort.name} has {cohort.scale.name} scores, and this layout's files hold {scale.name}",
            remedy="Write it in another layout.",
        )
    sessions = tuple(replace(session, score=converted(session.score, scale)) for session in cohort.sessions)
    return replace(cohort, sessions=sessions, scale=scale)


def converted(phq8: float, scale: Scale) -> float:
    """A PHQ-8 score on BDI-II or as a vlog's label; see `in_scale`."""
    if scale.name == VLOG_LABEL.name:
        return float(phq8 >= PHQ8_CUT_OFF)
    # Whole numbers until the division, so that halves are halves.
    return float((2 * BDI2.high * int(phq8) + PHQ8.high) // (2 * PHQ8.high))


def with_split(cohort: Cohort, layout: str, *, visits: bool, whole: bool = False) -> list[Session]:
    """The sessions with a split each: their own, or by their person's place where no session has one.

    layout: its name in sentences. visits: whether the layout can hold several sessions of a person. whole: whether none
    of its splits may be empty. Raises `DatasetError` for what it cannot hold.
    """
    several = [person for person, sessions in Counter(cohort.person_ids).items() if sessions > 1]
    if several and not visits:
        raise DatasetError(
            f"{layout} has one session a person, and cohort {cohort.name} has more of {named(several)}",
            remedy="Write it in the simulated layout.",
        )
    sessions = list(cohort.sessions)
    if not any(session.split for session in sessions):
        persons = {person: i for i, person in enumerate(dict.fromkeys(cohort.person_ids))}
        sessions = [replace(one, split=split_of(persons[one.person_id], len(persons))) for one in sessions]
    other = [session.session_id for session in sessions if session.split not in _SPLITS]
    if other:
        raise DatasetError(
            f"{layout} has the splits train, dev and test, and {named(other)} are in none of them",
            remedy="Give them one first.",
        )
    empty = [name for name in _SPLITS if all(session.split != name for session in sessions)]
    if whole and empty:
        raise DatasetError(
            f"cohort {cohort.name} has no {' and no '.join(empty)} sessions, and {layout} has files of each split",
            remedy="Write a cohort of four persons or more, or give each split some.",
        )
    check_labels(sessions, cohort.scale, Path(cohort.name), person_disjoint=not visits)
    return sessions


def three_digits(own: Sequence[str], first: int, excluded: Iterable[int] = ()) -> list[str]:
    """A number for each of the persons: their own where all have three digits, else from `first` on."""
    if all(len(one) == 3 and one.isdecimal() for one in own):
        return list(own)
    left_out = set(excluded)
    free = (number for number in count(first) if number not in left_out)
    return [str(number) for number, _ in zip(free, own, strict=False)]


def claim(folder: Path, cohort: Cohort, sessions: Sequence[Session], layout: str, names: dict[str, str]) -> None:
    """Say whose sessions will be here before the first is written; raises `DatasetError` when others already are.

    names: what the folder calls a person, and who that is in the cohort.
    """
    path, identity = folder / ORIGIN, replace(cohort, sessions=tuple(sessions)).identity()
    if path.is_file():
        facts = read_origin(path)
        if facts.get("cohort") == identity and facts.get("layout", layout) == layout:
            return
        raise DatasetError("another cohort is in this folder", path=folder, remedy="Choose an empty folder.")
    if any(folder.iterdir()):
        raise DatasetError("the folder is not empty", path=folder, remedy="Choose an empty folder.")
    facts = {
        "simulated": cohort.simulated,
        "note": _NOTE if cohort.simulated else "",
        "layout": layout,
        "name": cohort.name,
        "extractor": cohort.extractor,
        "cohort": identity,
        "persons": names,
    }
    write_atomically(path, (json.dumps(facts, indent=1) + "\n").encode())


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table of labels; raises `StorageError`."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    write_atomically(path, text.getvalue().encode())
