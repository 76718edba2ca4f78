"""Where things lie in a copy of E-DAIC: `300_P/features/300_OpenFace2.1.0_Pose_gaze_AUs.csv`, labels/train_split.csv.

Other features, sound and transcripts (comma separated, and without a column that says who speaks) are not read.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from lineament.datasets.daic_woz.labels import Split
from lineament.datasets.walking import files_under
from lineament.errors import DatasetError

OPENFACE = "OpenFace2.1.0"
SPLIT_FILES: dict[Split, str] = {"train": "train_split.csv", "dev": "dev_split.csv", "test": "test_split.csv"}

_FEATURES = re.compile(r"(\d+)_OpenFace2\.1\.0_Pose_gaze_AUs\.csv$")
_PACKED = re.compile(r"(\d+)_P\.(zip|tar|tgz|tar\.gz)$", re.IGNORECASE)
_SPLITS = {name: split for split, name in SPLIT_FILES.items()}


def features_file(folder: Path, participant: str) -> Path:
    """Where a participant's OpenFace CSV lies in a cohort's folder."""
    return folder / f"{participant}_P" / "features" / f"{participant}_{OPENFACE}_Pose_gaze_AUs.csv"


@dataclass
class Layout:
    """What was found: OpenFace CSVs and packed sessions by participant, split files by their split."""

    root: Path
    sessions: dict[str, Path] = field(default_factory=dict)
    packed: dict[str, str] = field(default_factory=dict)
    splits: dict[Split, Path] = field(default_factory=dict)

    @property
    def is_e_daic(self) -> bool:
        return bool(self.sessions) or {"train", "dev"} <= set(self.splits)


def find_layout(root: Path) -> Layout:
    """Look through a folder; raises `DatasetError` when it cannot be read or has a session or split file twice."""
    layout = Layout(root)
    for path in files_under(root):
        if found := _FEATURES.match(path.name):
            _once(layout.sessions.setdefault(found[1], path), path, f"the features of session {found[1]}", root)
        elif found := _PACKED.match(path.name):
            layout.packed[found[1]] = path.name
        elif split := _SPLITS.get(path.name.lower()):
            _once(layout.splits.setdefault(split, path), path, path.name, root)
    return layout


def _once(first: Path, path: Path, what: str, root: Path) -> None:
    if first != path:
        raise DatasetError(
            f"{what} are in two places, {first.parent} and {path.parent}", path=root, remedy="Keep one of them."
        )
