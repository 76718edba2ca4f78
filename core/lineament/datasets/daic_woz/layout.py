"""Where things lie in a copy of DAIC-WOZ: folders `300_P` or `300`, or all files flat, and the labels beside them."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from lineament.datasets.checks import missing_sessions, named
from lineament.datasets.daic_woz.labels import SPLIT_FILES
from lineament.datasets.walking import files_under
from lineament.errors import DatasetError
from lineament.recording.clnf import ORIGIN, clnf_file

NEEDED = ("AUs", "features", "gaze", "pose")
"""The kinds of file a session must have; features3D is not read, no model uses it."""

_CLNF = re.compile(r"(\d+)_CLNF_(AUs|gaze|pose|features|features3D)\.txt$")
_PACKED = re.compile(r"(\d+)_P\.zip$", re.IGNORECASE)
_SPLIT_NAMES = {name.lower(): name for names in SPLIT_FILES.values() for name in names}


@dataclass
class Layout:
    """What was found. sessions: the folder of each participant's files. packed: participants that are still in a zip.

    splits: place of each split file by its own name. origin: the file that says the sessions are simulated, if any.
    """

    root: Path
    sessions: dict[str, Path] = field(default_factory=dict)
    packed: set[str] = field(default_factory=set)
    splits: dict[str, Path] = field(default_factory=dict)
    origin: Path | None = None

    @property
    def is_daic_woz(self) -> bool:
        return bool(self.sessions or self.packed or self.splits)

    def files(self, participant: str) -> tuple[Path, ...]:
        """The feature files that are read of a session."""
        return tuple(clnf_file(self.sessions[participant], participant, kind) for kind in NEEDED)


def find_layout(root: Path) -> Layout:
    """Look through a folder; raises `DatasetError` when it cannot be read or has a session or split file twice."""
    layout = Layout(root)
    for path in files_under(root):
        _take(path, layout)
    return layout


def _take(path: Path, layout: Layout) -> None:
    if found := _CLNF.match(path.name):
        place = layout.sessions.setdefault(found[1], path.parent)
        if place != path.parent:
            raise DatasetError(
                f"files of session {found[1]} are in two places, {place} and {path.parent}",
                path=layout.root,
                remedy="Keep one of them.",
            )
    elif found := _PACKED.match(path.name):
        layout.packed.add(found[1])
    elif name := _SPLIT_NAMES.get(path.name.lower()):
        if name in layout.splits:
            raise DatasetError(
                f"{name} is in two places, {layout.splits[name].parent} and {path.parent}",
                path=layout.root,
                remedy="Keep one of them.",
            )
        layout.splits[name] = path
    elif path.name == ORIGIN and path.parent == layout.root:
        layout.origin = path


def check_complete(layout: Layout, participants: list[str], *, skip_missing: bool) -> tuple[set[str], tuple[str, ...]]:
    """The participants whose sessions can be read, and sentences about the others.

    Raises `DatasetError` naming those whose session is still packed, missing or lacks a file, unless they are to be
    skipped and some are left.
    """
    absent = [one for one in participants if one not in layout.sessions]
    packed = [f"{one}_P.zip" for one in absent if one in layout.packed]
    missing = [one for one in absent if one not in layout.packed]
    lacking = {
        one: [path.name for path in layout.files(one) if not path.is_file()]
        for one in participants
        if one in layout.sessions
    }
    lacking = {one: names for one, names in lacking.items() if names}
    whole = set(participants) - set(absent) - set(lacking)
    incomplete = [name for names in lacking.values() for name in names]
    if not (skip_missing and whole):
        _refuse(layout.root, packed, missing, incomplete)
    notes = [
        ("they are still packed", packed),
        ("they have no folder", missing),
        ("these files are missing", incomplete),
    ]
    return whole, tuple(f"Sessions left out, because {why}: {named(names)}." for why, names in notes if names)


def _refuse(root: Path, packed: list[str], missing: list[str], incomplete: list[str]) -> None:
    skip = "or ask for missing sessions to be skipped"
    if packed:
        kind = "session is" if len(packed) == 1 else "sessions are"
        raise DatasetError(
            f"{len(packed)} labelled {kind} still packed: {named(packed)}",
            path=root,
            remedy=f"Unzip them into this folder, {skip}.",
        )
    if missing:
        raise missing_sessions(missing, root, "Add their folders, such as 300_P")
    if incomplete:
        raise DatasetError(
            f"feature files are missing: {named(incomplete)}", path=root, remedy=f"Unpack those sessions again, {skip}."
        )
