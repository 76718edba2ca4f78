"""Open a folder of OpenFace CSVs with labels.csv; files are found by name, and whatever does not fit is named."""

from pathlib import Path

from lineament.datasets.checks import check_labels
from lineament.datasets.cohort import Cohort, Session
from lineament.datasets.label_tables import column, read_table
from lineament.datasets.openface_folder.labels import LABELS, NEEDED, Label, read_labels
from lineament.datasets.openface_tables import OpenFaceTables, extractor_of
from lineament.datasets.walking import files_under
from lineament.errors import DatasetError
from lineament.recording.clnf import is_simulated


def is_openface_folder(folder: Path) -> bool:
    """Whether a folder has a labels.csv with one of this layout's columns person and score, or else CSV files beside a
    labels.csv that cannot be read (whose opening says why)."""
    path = folder / LABELS
    if not path.is_file():
        return False
    try:
        header, _ = read_table(path, "")
    except DatasetError:
        return True
    return any(column(header, (name,)) is not None for name in (NEEDED[0], NEEDED[2]))


def open_openface_folder(folder: Path, *, skip_missing: bool = False) -> Cohort:
    """The cohort of a folder of OpenFace CSVs (1.x or 2.x), in the order of labels.csv.

    A session's CSV is the one labels.csv names as `file` (its place in the folder) or `session` (its name without
    .csv), else the one named PERSON_VISIT or PERSON-VISIT, or PERSON for whoever has one visit. CSVs without a label
    are named in a note. skip_missing: leave out labels without a file, and name them. Raises `DatasetError` naming
    exactly what is missing or wrong.
    """
    labels, scale, notes = read_labels(folder / LABELS)
    files = {path.relative_to(folder).as_posix(): path for path in files_under(folder)}
    tables = {name: path for name, path in files.items() if path.suffix.lower() == ".csv" and name != LABELS}
    found = [_file(folder, tables, label, labels) for label in labels]
    missing = [label.name for label, path in zip(labels, found, strict=True) if path is None]
    if missing and not (skip_missing and len(missing) < len(labels)):
        raise DatasetError(
            f"{len(missing)} {'label has' if len(missing) == 1 else 'labels have'} no CSV file: {', '.join(missing)}",
            path=folder,
            remedy="Add the files under these names, or ask for missing sessions to be skipped.",
        )
    sessions = [_session(label, path) for label, path in zip(labels, found, strict=True) if path is not None]
    _check_files(folder, sessions)
    check_labels(sessions, scale, folder / LABELS)
    left = [f"Left out, because they have no CSV file: {', '.join(missing)}."] if missing else []
    unlabelled = sorted(set(tables) - {path.relative_to(folder).as_posix() for path in found if path is not None})
    extra = [f"Not read, because they have no label: {', '.join(unlabelled)}."] if unlabelled else []
    simulated = is_simulated(folder)
    return Cohort(
        name=folder.name,
        sessions=tuple(sessions),
        read=OpenFaceTables(tuple(session.files[0] for session in sessions), simulated),
        extractor=extractor_of(simulated),
        simulated=simulated,
        scale=scale,
        notes=(*notes, *left, *extra),
    )


def _file(folder: Path, tables: dict[str, Path], label: Label, labels: list[Label]) -> Path | None:
    """Raises `DatasetError` when several files have the name."""
    if label.file:
        return tables.get(Path(label.file).as_posix())
    if label.session:
        names = {label.session}
    else:
        names = {f"{label.person}_{label.visit}", f"{label.person}-{label.visit}"}
        if sum(one.person == label.person for one in labels) == 1:
            names.add(label.person)
    fitting = [name for name, path in tables.items() if path.stem in names]
    if len(fitting) > 1:
        raise DatasetError(
            f"session {label.name} has several files: {', '.join(fitting)}",
            path=folder,
            remedy="Keep one of them, or name it in a column file of labels.csv.",
        )
    return tables[fitting[0]] if fitting else None


def _session(label: Label, path: Path) -> Session:
    return Session(
        label.person,
        label.name,
        label.score,
        split=label.split,
        gender=label.gender,
        age=label.age,
        visit=label.visit,
        files=(path,),
    )


def _check_files(folder: Path, sessions: list[Session]) -> None:
    """Raises `DatasetError` when two labels have the same file."""
    first: dict[Path, Session] = {}
    for session in sessions:
        other = first.setdefault(session.files[0], session)
        if other is not session:
            raise DatasetError(
                f"visit {other.visit} of {other.person_id} and visit {session.visit} of {session.person_id} have the "
                f"same file {session.files[0].name}",
                path=folder / LABELS,
                remedy="Give each its own.",
            )
