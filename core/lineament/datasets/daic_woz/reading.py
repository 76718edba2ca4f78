"""Open a copy of DAIC-WOZ as a cohort with its official split; sessions are read one at a time when asked for."""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from lineament.datasets.checks import check_labels, check_recording
from lineament.datasets.cohort import Cohort, Session
from lineament.datasets.daic_woz.labels import SPLIT_FILES, Label, read_split
from lineament.datasets.daic_woz.layout import Layout, check_complete, find_layout
from lineament.datasets.scales import PHQ8
from lineament.errors import DatasetError
from lineament.recording import Recording, read_clnf
from lineament.recording.clnf import CLNF_EXTRACTOR, clnf_file, read_origin

QUIRKS = {
    "373": "373: the interview is interrupted from 5:52 to 7:00; the frames are kept.",
    "402": "402: the video ends about two minutes before the interview.",
    "444": "444: the interview is interrupted from 4:46 to 6:27; the frames are kept.",
}
"""What the corpus' documentation says of sessions whose faces are concerned."""


def is_daic_woz(folder: Path) -> bool:
    """Whether a folder has anything of DAIC-WOZ: CLNF files, packed sessions or a split file."""
    return find_layout(folder).is_daic_woz


def open_daic_woz(folder: Path, *, skip_missing: bool = False) -> Cohort:
    """The cohort of a copy of DAIC-WOZ, in the order of its split files: train, dev, test.

    Participants are persons, `split` is the official one. The test sessions need full_test_split.csv; without scores
    they are left out, and a note says so. Folders without a label (342, 394, 398 and 460 are excluded by the corpus)
    are not looked at. skip_missing: leave out labelled sessions whose files are not all there.
    Raises `DatasetError` naming what is missing or wrong.
    """
    layout = find_layout(folder)
    labelled, notes = _labelled(layout)
    there, left_out = check_complete(layout, [one.session_id for one in labelled], skip_missing=skip_missing)
    sessions = tuple(replace(one, files=layout.files(one.session_id)) for one in labelled if one.session_id in there)
    facts = read_origin(layout.origin) if layout.origin is not None else {"simulated": False}
    simulated = bool(facts["simulated"])
    quirks = () if simulated else tuple(QUIRKS[one.session_id] for one in sessions if one.session_id in QUIRKS)
    return Cohort(
        name=folder.name,
        sessions=sessions,
        read=_Sessions(tuple(clnf_file(layout.sessions[s.session_id], s.session_id, "AUs") for s in sessions)),
        extractor=f"simulated/{CLNF_EXTRACTOR}" if simulated else CLNF_EXTRACTOR,
        simulated=simulated,
        scale=PHQ8,
        notes=(*notes, *left_out, *quirks),
    )


@dataclass(frozen=True)
class _Sessions:
    """Reads the i-th session; a class and no closure, so that worker processes can be given it."""

    files: tuple[Path, ...]

    def __call__(self, i: int) -> Recording:
        recording = read_clnf(self.files[i], landmarks3d=False)
        check_recording(recording, partial(_file_of, self.files[i]))
        return recording


def _file_of(units: Path, column: str) -> Path:
    """The session's file that holds a column; `units` is the one with the action units."""
    kind = next((kind for kind in ("gaze", "pose") if column.startswith(kind)), "AUs")
    return units.with_name(units.name.replace("AUs", "features" if column == "landmarks" else kind))


def _labelled(layout: Layout) -> tuple[list[Session], tuple[str, ...]]:
    """Sessions without their files, and sentences about the split files."""
    labels: list[Label] = []
    notes: list[str] = []
    for split, names in SPLIT_FILES.items():
        path = next((layout.splits[name] for name in names if name in layout.splits), None)
        if path is None and split != "test":
            raise DatasetError(
                f"{names[0]} is missing", path=layout.root, remedy="Put the split files beside the sessions."
            )
        if path is None:
            notes.append(f"The test split is left out: {names[0]} is not there.")
            continue
        found = read_split(path, split)
        labels += found.labels
        notes += found.notes
        if found.unlabelled:
            count = len(found.unlabelled)
            notes.append(f"The {count} test sessions are left out: {path.name} has no scores; add {names[0]}.")
    sessions = [
        Session(one.participant, one.participant, one.score, split=one.split, gender=one.gender) for one in labels
    ]
    check_labels(sessions, PHQ8, layout.root)
    return sessions, tuple(notes)
