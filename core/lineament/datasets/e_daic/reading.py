"""Open a copy of E-DAIC as a cohort with its official split; sessions are read one at a time when asked for."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from lineament.datasets.checks import check_labels, missing_sessions, named
from lineament.datasets.cohort import Cohort, Session
from lineament.datasets.daic_woz.labels import SplitLabels, read_split
from lineament.datasets.e_daic.layout import OPENFACE, SPLIT_FILES, Layout, find_layout
from lineament.datasets.openface_tables import OpenFaceTables, extractor_of
from lineament.datasets.scales import PHQ8
from lineament.errors import DatasetError
from lineament.recording.clnf import is_simulated

_SHIFT = (
    "The test interviews (600 and above) were led by a program, most of train and dev by a person unseen: expect a "
    "shift between them."
)


def is_e_daic(folder: Path) -> bool:
    """Whether a folder has anything of E-DAIC: its OpenFace CSVs, or train_split.csv with dev_split.csv."""
    return find_layout(folder).is_e_daic


def open_e_daic(folder: Path, *, skip_missing: bool = False) -> Cohort:
    """The cohort of a copy of E-DAIC, in the order of its split files: train, dev, test.

    Participants are persons, `split` is the official one. PHQ_Binary is not read (in 20 of the corpus's 275 sessions it
    is not PHQ_Score >= 10); a note counts the contradictions. There are no landmarks. skip_missing: leave out labelled
    sessions without features. Raises `DatasetError` naming what is missing or wrong.
    """
    layout = find_layout(folder)
    found = _split_files(layout)
    labels = [one for part in found for one in part.labels]
    sessions = [
        Session(one.participant, one.participant, one.score, split=one.split, gender=one.gender) for one in labels
    ]
    check_labels(sessions, PHQ8, folder)
    there = [replace(s, files=(layout.sessions[s.session_id],)) for s in sessions if s.session_id in layout.sessions]
    left_out = _left_out(layout, [s.session_id for s in sessions], bool(skip_missing and there))
    simulated = is_simulated(folder)
    shift = () if simulated or not any(s.split == "test" for s in there) else (_SHIFT,)
    return Cohort(
        name=folder.name,
        sessions=tuple(there),
        read=OpenFaceTables(tuple(s.files[0] for s in there), simulated, OPENFACE.removeprefix("OpenFace")),
        extractor=extractor_of(simulated),
        simulated=simulated,
        scale=PHQ8,
        notes=(*_notes(found), *left_out, *shift),
    )


def _split_files(layout: Layout) -> list[SplitLabels]:
    for split, name in SPLIT_FILES.items():
        if split not in layout.splits and split != "test":
            raise DatasetError(f"{name} is missing", path=layout.root, remedy="Put the corpus's labels folder there.")
    return [read_split(layout.splits[split], split) for split in SPLIT_FILES if split in layout.splits]


def _notes(found: Sequence[SplitLabels]) -> list[str]:
    notes = []
    if len(found) < len(SPLIT_FILES):
        notes.append("The test split is left out: test_split.csv is not there.")
    notes += [
        f"The {len(part.unlabelled)} test sessions are left out: {part.path.name} has no scores."
        for part in found
        if part.unlabelled
    ]
    wrong = [len(part.contradicting) for part in found]
    if any(wrong):
        where = ", ".join(f"{n} in {part.path.name}" for n, part in zip(wrong, found, strict=True) if n)
        notes.append(
            f"PHQ_Binary is not a PHQ_Score of 10 or more in {sum(wrong)} of "
            f"{sum(len(part.labels) for part in found)} sessions ({where}); only scores are used."
        )
    return notes


def _left_out(layout: Layout, participants: list[str], skip: bool) -> list[str]:
    """Sentences about sessions without features; raises `DatasetError` unless they are to be skipped."""
    absent = [one for one in participants if one not in layout.sessions]
    packed = [layout.packed[one] for one in absent if one in layout.packed]
    missing = [one for one in absent if one not in layout.packed]
    if not skip and packed:
        raise DatasetError(
            f"{len(packed)} labelled {'session is' if len(packed) == 1 else 'sessions are'} still packed: "
            f"{named(packed)}",
            path=layout.root,
            remedy="Unpack them into this folder, or ask for missing sessions to be skipped.",
        )
    if not skip and missing:
        raise missing_sessions(
            missing, layout.root, f"Add files such as 300_P/features/300_{OPENFACE}_Pose_gaze_AUs.csv"
        )
    notes = [("they are still packed", packed), ("they have no features", missing)]
    return [f"Sessions left out, because {why}: {named(names)}." for why, names in notes if names]
