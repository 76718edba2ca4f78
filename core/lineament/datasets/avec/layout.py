"""Where things lie in a copy of AVEC 2013 or 2014: videos by partition, what was measured of them, one-number labels.

2013: {Training,Development,Testing}/Video/203_1_cut_combined.mp4, .../DepressionLabels/203_1_Depression.csv
2014: {Training,Development,Testing}/{Northwind,Freeform}/203_1_Northwind_video.mp4,
      {Training,Development,Testing}_DepressionLabels/203_1_Depression.csv

203 is the person, 1 the session. The partition is that of the nearest folder whose name says one; a recording's
analysis, `<video's stem>.lineament.parquet`, may lie beside the video or anywhere else in the cohort's folder.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from lineament.datasets.walking import files_under
from lineament.errors import DatasetError
from lineament.recording import SUFFIX

PARTITIONS = {"training": "train", "development": "dev", "testing": "test"}
TASKS = ("Northwind", "Freeform")
_DEPTH = 6
_SUFFIXES = "|".join(("mp4", "avi", "mov", "mkv", "webm"))
_RECORDING = re.compile(
    rf"(?P<stem>(?P<person>\d+)_(?P<visit>\d+)_(?:cut_combined|(?P<task>{'|'.join(TASKS)})_video))"
    rf"(?:\.(?P<video>{_SUFFIXES})|(?P<analysis>{re.escape(SUFFIX)}))$",
    re.IGNORECASE,
)
_LABEL = re.compile(r"(\d+)_(\d+)_Depression\.csv$", re.IGNORECASE)


@dataclass
class Filmed:
    """A recording as its name has it. session: "203_1". task: one of `TASKS`, "" in AVEC 2013. partition: train, dev
    or test by the place of the video, else of the analysis, or "" where neither says one."""

    stem: str
    session: str
    task: str
    partition: str = ""
    video: Path | None = None
    analysis: Path | None = None


@dataclass
class Layout:
    """What was found: recordings by stem, label files by session, and the partition of each label file."""

    root: Path
    recordings: dict[str, Filmed] = field(default_factory=dict)
    labels: dict[str, Path] = field(default_factory=dict)
    partition_of_label: dict[str, str] = field(default_factory=dict)

    @property
    def is_avec(self) -> bool:
        return bool(self.recordings or self.labels)

    @property
    def tasks(self) -> tuple[str, ...]:
        """The tasks there are recordings of; "" alone in AVEC 2013."""
        found = {one.task for one in self.recordings.values()}
        return tuple(task for task in ("", *TASKS) if task in found)


def find_layout(root: Path) -> Layout:
    """Look through a folder; raises `DatasetError` when it cannot be read, has a file twice, or a label file whose
    folders name no partition."""
    layout = Layout(root)
    for path in files_under(root, _DEPTH):
        if found := _RECORDING.match(path.name):
            _take_recording(layout, path, found)
        elif found := _LABEL.match(path.name):
            _take_label(layout, path, f"{found[1]}_{found[2]}")
    return layout


def partition_of(root: Path, path: Path) -> str:
    """train, dev or test by the nearest folder below the root that names a partition, or ""."""
    for folder in reversed(path.relative_to(root).parts[:-1]):
        for word, split in PARTITIONS.items():
            if word in folder.lower():
                return split
    return ""


def _take_recording(layout: Layout, path: Path, found: re.Match[str]) -> None:
    stem = found["stem"]
    one = layout.recordings.setdefault(
        stem.lower(), Filmed(stem, f"{found['person']}_{found['visit']}", (found["task"] or "").capitalize())
    )
    kind = "video" if found["video"] else "analysis"
    before = one.video if kind == "video" else one.analysis
    if before is not None:
        raise _twice(layout.root, f"the {kind} of {stem}", before, path)
    setattr(one, kind, path)
    partition = partition_of(layout.root, path)
    if kind == "video" or not one.partition:
        one.partition = partition or one.partition


def _take_label(layout: Layout, path: Path, session: str) -> None:
    if session in layout.labels:
        raise _twice(layout.root, f"the label of {session}", layout.labels[session], path)
    partition = partition_of(layout.root, path)
    if not partition:
        raise DatasetError(
            "no folder around this label file says whether it is of training, development or testing",
            path=path,
            remedy="Keep the label files in folders such as Training_DepressionLabels.",
        )
    layout.labels[session], layout.partition_of_label[session] = path, partition


def _twice(root: Path, what: str, one: Path, other: Path) -> DatasetError:
    return DatasetError(
        f"{what} is in two places, {one.parent} and {other.parent}", path=root, remedy="Keep one of them."
    )
