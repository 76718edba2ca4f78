"""Open a copy of D-Vlog or LMVD as a cohort of vlogs with a label of two values."""

from collections.abc import Sequence
from pathlib import Path

from lineament.datasets.checks import check_labels, missing_sessions, named
from lineament.datasets.cohort import Cohort, Session
from lineament.datasets.scales import VLOG_LABEL
from lineament.datasets.vlogs.labels import Label, read_labels
from lineament.datasets.vlogs.layout import POINTS_ONLY, Layout, find_layout, has_arrays, open_array
from lineament.datasets.vlogs.recordings import Vlogs
from lineament.recording.clnf import is_simulated

_PERSONS = (
    "Who speaks in which vlog is not known: every vlog counts as a person of its own, so folds may share persons."
)


def is_vlogs(folder: Path) -> bool:
    """Whether a folder has arrays such as 0_visual.npy, or others beside labels of vlogs."""
    return has_arrays(folder)


def open_vlogs(folder: Path, *, skip_missing: bool = False) -> Cohort:
    """The cohort of a copy of D-Vlog or LMVD, in the order of its labels, with `VLOG_LABEL` scores.

    D-Vlog: landmarks at 1 Hz; where the acoustic file is of another length, the longer one's end is left out, and a
    note counts these vlogs. LMVD: 5 Hz with action units, or landmarks at 1 Hz. skip_missing: leave out labels without
    a file. Raises `DatasetError` and `RecordingError` naming what is missing or wrong.
    """
    layout = find_layout(folder)
    labels, is_d_vlog = read_labels(layout)
    sessions = [Session(one.name, one.name, one.score, split=one.split, gender=one.gender) for one in labels]
    check_labels(sessions, VLOG_LABEL, layout.table or folder)
    missing = [one.name for one in labels if one.name not in layout.files]
    if missing and not (skip_missing and len(missing) < len(labels)):
        raise missing_sessions(missing, folder, "Add files such as 0/0_visual.npy" if is_d_vlog else "Add their arrays")
    there = [one for one in labels if one.name in layout.files]
    rows, cut = _rows(layout, there, is_d_vlog)
    simulated = is_simulated(folder)
    kind = ("d-vlog" if is_d_vlog else "lmvd") + ("-landmarks" if layout.width == POINTS_ONLY else "")
    extractor = f"simulated/{kind}" if simulated else kind
    return Cohort(
        name=folder.name,
        sessions=tuple(_session(layout, one, one.name in cut) for one in there),
        read=Vlogs(tuple(layout.files[one.name] for one in there), rows, extractor, simulated),
        extractor=extractor,
        simulated=simulated,
        scale=VLOG_LABEL,
        notes=(*_notes(layout, labels, missing, cut), *(() if simulated else (_PERSONS,))),
    )


def _session(layout: Layout, label: Label, cut: bool) -> Session:
    sound = (layout.acoustic[label.name],) if cut else ()
    return Session(
        label.name,
        label.name,
        label.score,
        split=label.split,
        gender=label.gender,
        files=(layout.files[label.name], *sound),
    )


def _rows(layout: Layout, labels: Sequence[Label], is_d_vlog: bool) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """How many rows of each file count, and the vlogs whose two files are of unequal lengths."""
    rows, cut = [], []
    for one in labels:
        count = len(open_array(layout.files[one.name]))
        if is_d_vlog and one.name in layout.acoustic:
            heard = len(open_array(layout.acoustic[one.name]))
            if heard != count:
                cut.append(one.name)
            count = min(count, heard)
        rows.append(count)
    return tuple(rows), tuple(cut)


def _notes(layout: Layout, labels: Sequence[Label], missing: list[str], cut: Sequence[str]) -> list[str]:
    notes = [f"Left out, because their files are missing: {named(missing)}."] if missing else []
    if cut:
        which = "vlog has" if len(cut) == 1 else "vlogs have"
        notes.append(
            f"{len(cut)} {which} visual and acoustic files of unequal lengths, which are cut to the shorter: "
            f"{named(cut)}."
        )
    unlabelled = sorted(set(layout.files) - {one.name for one in labels})
    if unlabelled:
        notes.append(f"Not read, because they have no label: {named(unlabelled)}.")
    return notes
