"""Open a copy of AVEC 2013 or 2014, whose videos have been analysed, as a cohort with its official partitions."""

from collections.abc import Sequence
from pathlib import Path

from lineament.datasets.analysed import AnalysedRecordings, common_facts
from lineament.datasets.avec.layout import Layout, find_layout
from lineament.datasets.avec.placing import Placed, place, without_recordings
from lineament.datasets.checks import check_labels, missing_sessions, named
from lineament.datasets.cohort import Cohort, Session
from lineament.datasets.label_tables import read_number
from lineament.datasets.scales import BDI2
from lineament.errors import DatasetError

_TASKS = (
    "Each session has recordings of two tasks, Northwind and Freeform, with one label: say of results whether both "
    "were averaged or every recording counts."
)


def is_avec(folder: Path) -> bool:
    """Whether a folder has videos, analyses or label files with the names of AVEC 2013 or 2014."""
    return find_layout(folder).is_avec


def open_avec(folder: Path, *, skip_missing: bool = False) -> Cohort:
    """The cohort of a copy of AVEC 2013 or 2014 with BDI-II scores: its recordings are analyses of the videos.

    In AVEC 2014 every session is there twice, once a task; `Session.task` says which. Persons recur across the official
    partitions: a note says so, and whoever asks for the official split is refused (`official_split`). Test recordings
    without a single test label are left out. skip_missing: leave out labelled sessions without video or analysis.
    Raises `DatasetError` naming what is missing or wrong, `RecordingError` for a damaged analysis.
    """
    layout = find_layout(folder)
    if "" in layout.tasks and len(layout.tasks) > 1:
        raise DatasetError(
            "AVEC 2013 and AVEC 2014 are both in this folder", path=folder, remedy="Choose the folder of one of them."
        )
    placed, notes = place(layout)
    there = [one for one in placed if one.analysis is not None]
    left_out = _left_out(layout, placed, bool(skip_missing and there))
    sessions = tuple(_session(layout, one) for one in there)
    check_labels(sessions, BDI2, folder, person_disjoint=False)
    facts = common_facts([session.files[0] for session in sessions], folder)
    tasks = (_TASKS,) if len(layout.tasks) > 1 else ()
    return Cohort(
        name=folder.name,
        sessions=sessions,
        read=AnalysedRecordings(tuple(session.files[0] for session in sessions)),
        extractor=facts.extractor,
        simulated=facts.simulated,
        scale=BDI2,
        notes=(*notes, *left_out, *tasks, *recurring(sessions)),
    )


def recurring(sessions: Sequence[Session]) -> tuple[str, ...]:
    """A sentence that names persons of several official partitions, if there are any."""
    splits: dict[str, set[str]] = {}
    for session in sessions:
        splits.setdefault(session.person_id, set()).add(session.split)
    shared = [person for person, where in splits.items() if len(where) > 1]
    if not shared:
        return ()
    tested = [person for person, where in splits.items() if "test" in where]
    known = [person for person in tested if person in shared]
    return (
        f"{len(shared)} {'person is' if len(shared) == 1 else 'persons are'} in more than one official partition "
        f"({named(shared)}), {len(known)} of the {len(tested)} persons of test among them: use person-disjoint folds "
        "(holdout or nested-cv); the official split is refused.",
    )


def _session(layout: Layout, one: Placed) -> Session:
    person, visit = one.session.split("_")
    score = read_number(layout.labels[one.session], "Copy it again from where the corpus came, or correct it.")
    return Session(
        person_id=person,
        session_id="_".join(filter(None, (one.session, one.task))),
        score=score,
        split=one.split,
        visit=int(visit),
        files=(one.analysis,) if one.analysis is not None else (),
        task=one.task,
        video=one.video,
    )


def _left_out(layout: Layout, placed: list[Placed], skip: bool) -> list[str]:
    """Sentences about sessions that cannot be read; raises `DatasetError` unless they are to be skipped."""
    unmeasured = [one.stem for one in placed if one.analysis is None]
    absent = without_recordings(layout, placed) if layout.tasks else list(layout.labels)
    if not skip and unmeasured:
        raise DatasetError(
            f"{len(unmeasured)} of {len(placed)} recordings are not analysed: {named(unmeasured)}",
            path=layout.root,
            remedy="Analyse the videos first (`lineament analyze VIDEOS --out FOLDER/analysis`), or ask for missing "
            "sessions to be skipped.",
        )
    if not skip and absent:
        raise missing_sessions(absent, layout.root, "Add their videos, and analyse them with `lineament analyze`")
    notes = [("their videos are not analysed", unmeasured), ("they have no video", absent)]
    return [f"Sessions left out, because {why}: {named(names)}." for why, names in notes if names]
