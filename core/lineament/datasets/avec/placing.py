"""Which label belongs to which recording, with the slip in AVEC 2014's file names put right.

In AVEC 2014 the recordings of person 205's two sessions carry each other's names in one task (Northwind in the copies
we know of): the one in Training is named 205_2 and the one in Development 205_1, while Training has the label 205_1 and
Development 205_2. As in public loaders, the place is trusted and the name is not.
"""

from dataclasses import dataclass
from pathlib import Path

from lineament.datasets.avec.layout import Filmed, Layout
from lineament.datasets.checks import named
from lineament.errors import DatasetError

SLIP = {"205_1": "205_2", "205_2": "205_1"}


@dataclass(frozen=True)
class Placed:
    """A recording with the session whose label is its own. video, analysis: None where not there."""

    session: str
    task: str
    split: str
    stem: str
    video: Path | None
    analysis: Path | None


def place(layout: Layout) -> tuple[list[Placed], tuple[str, ...]]:
    """Recordings with labels, in the order train, dev, test, and sentences about the others.

    Test recordings are left out where no test label is there. Raises `DatasetError` for other recordings without a
    label and for recordings in another partition than their label.
    """
    placed: list[Placed] = []
    notes: list[str] = []
    unlabelled: list[str] = []
    hidden: list[str] = []
    test_is_labelled = "test" in layout.partition_of_label.values()
    for one in layout.recordings.values():
        session = _session(layout, one)
        if session is None:
            (hidden if one.partition == "test" and not test_is_labelled else unlabelled).append(one.stem)
            continue
        split = layout.partition_of_label[session]
        if one.partition not in ("", split):
            raise DatasetError(
                f"{one.stem} lies in the {one.partition} partition, but its label is in {split}",
                path=layout.root,
                remedy="Put the files where the corpus has them.",
            )
        if session != one.session:
            notes.append(f"{one.stem} is taken for session {session}: AVEC 2014 swaps these names between partitions.")
        elif one.task and one.session in SLIP and not one.partition:
            notes.append(f"{one.stem} is taken by its name, which AVEC 2014 may swap: no folder says its partition.")
        placed.append(Placed(session, one.task, split, one.stem, one.video, one.analysis))
    if unlabelled:
        raise DatasetError(
            f"labels are missing for {len(unlabelled)} recording{'s' * (len(unlabelled) > 1)}: {named(unlabelled)}",
            path=layout.root,
            remedy="Add files such as Training_DepressionLabels/203_1_Depression.csv, or take the recordings away.",
        )
    if hidden:
        notes.append(f"The {len(hidden)} test recordings are left out: there are no test labels.")
    order = ("train", "dev", "test")
    placed.sort(key=lambda one: (order.index(one.split), *map(int, one.session.split("_")), one.task != "Northwind"))
    return placed, tuple(notes)


def without_recordings(layout: Layout, placed: list[Placed]) -> list[str]:
    """Labelled sessions, with the task where there are several, that no recording belongs to."""
    there = {(one.session, one.task) for one in placed}
    wanted = [(session, task) for session in layout.labels for task in layout.tasks]
    return ["_".join(filter(None, one)) for one in wanted if one not in there]


def _session(layout: Layout, one: Filmed) -> str | None:
    """The label a recording belongs to: its name's, or the other one's of the slip where its place says so."""
    if one.task and one.partition and one.session in SLIP:
        own, other = one.session, SLIP[one.session]
        of = layout.partition_of_label
        if of.get(own) != one.partition and of.get(other) == one.partition:
            return other
    return one.session if one.session in layout.labels else None
