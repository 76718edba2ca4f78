"""Write any cohort as a copy of AVEC 2013 or 2014 would be once analysed: label files and recordings, videos on demand.

Each recording lies beside the place of its video. The simulator knows no tasks: for AVEC 2014 the first half of a
session is its Northwind, the second its Freeform (our choice).
"""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lineament.datasets.avec.layout import PARTITIONS, TASKS
from lineament.datasets.checks import named
from lineament.datasets.cohort import Cohort, Session
from lineament.datasets.cutting import part_of
from lineament.datasets.scales import BDI2
from lineament.datasets.writing import claim, in_scale, three_digits, with_split
from lineament.errors import DatasetError
from lineament.progress import CancelToken, EventSink, ProgressMeter, ignore_events
from lineament.recording import SUFFIX, Recording
from lineament.recording.view import RecordingView
from lineament.storage import make_folder, write_atomically, writing_to

VideoMaker = Callable[[Session, float, float, Path], None]
"""Makes the video of a session from one second to another at a path: (session, start_s, stop_s, path)."""

FIRST_NUMBER = 203
Edition = Literal[2013, 2014]
_FOLDERS = {split: word.capitalize() for word, split in PARTITIONS.items()}


@dataclass(frozen=True)
class _Target:
    """One recording to be written: all of row `row`'s session, or one of its halves."""

    row: int
    half: int | None
    stem: Path

    @property
    def path(self) -> Path:
        return self.stem.with_name(self.stem.name + SUFFIX)

    @property
    def video(self) -> Path:
        return self.stem.with_name(self.stem.name + ".mp4")


def write_avec(
    cohort: Cohort,
    folder: Path,
    edition: Edition = 2014,
    *,
    video: VideoMaker | None = None,
    cancel: CancelToken | None = None,
    sink: EventSink = ignore_events,
) -> None:
    """Write every session's recordings, then the label files; recordings already there are kept.

    Persons get numbers from 203 on, unless they have three digits already; `Session.visit` is the session's number.
    Splits: as `write_daic_woz`, but a person may be in several. PHQ-8 becomes BDI-II (`in_scale`). video: called for
    every recording that is not there; without it no videos are written. Raises `DatasetError` for what the layout
    cannot hold, `StorageError`, and what `video` raises.
    """
    asked = in_scale(cohort, BDI2)
    sessions = with_split(asked, f"AVEC {edition}", visits=True)
    numbers = _numbers(sessions)
    targets = _targets(folder, sessions, numbers, edition)
    make_folder(folder)
    persons = {numbers[i]: session.person_id for i, session in enumerate(sessions)}
    claim(folder, asked, sessions, f"avec{edition}", persons)
    there = [one.path.exists() and (video is None or one.video.exists()) for one in targets]
    meter = ProgressMeter("writing sessions", len(targets), "recordings", sink, skipped=sum(there))
    for one, done in zip(targets, there, strict=True):
        if cancel is not None:
            cancel.raise_if_cancelled()
        if not done:
            _write(one, cohort.recording(one.row), sessions[one.row], video)
            meter.advance()
    for session, number in zip(sessions, numbers, strict=True):
        path = label_file(folder, edition, session.split, f"{number}_{session.visit}")
        make_folder(path.parent)
        write_atomically(path, f"{session.score:.0f}\n".encode())
    meter.finish()


def label_file(folder: Path, edition: Edition, split: str, session: str) -> Path:
    """Where a session's label lies."""
    partition = _FOLDERS[split]
    place = Path(partition, "DepressionLabels") if edition == 2013 else Path(f"{partition}_DepressionLabels")
    return folder / place / f"{session}_Depression.csv"


def _numbers(sessions: Sequence[Session]) -> list[str]:
    persons = list(dict.fromkeys(session.person_id for session in sessions))
    number = dict(zip(persons, three_digits(persons, FIRST_NUMBER), strict=True))
    return [number[session.person_id] for session in sessions]


def _targets(folder: Path, sessions: Sequence[Session], numbers: Sequence[str], edition: Edition) -> list[_Target]:
    """Raises `DatasetError` when two recordings would have one name, or tasks are none of AVEC's."""
    targets = []
    for row, (session, number) in enumerate(zip(sessions, numbers, strict=True)):
        name, partition = f"{number}_{session.visit}", _FOLDERS[session.split]
        if session.task not in ("", *TASKS) or (session.task and edition == 2013):
            raise DatasetError(
                f"AVEC {edition} has no task {session.task}, as session {session.session_id} does",
                remedy="Write it in another layout.",
            )
        if edition == 2013:
            targets.append(_Target(row, None, folder / partition / "Video" / f"{name}_cut_combined"))
            continue
        for half, task in enumerate(TASKS):
            if session.task in ("", task):
                whole = None if session.task else half
                targets.append(_Target(row, whole, folder / partition / task / f"{name}_{task}_video"))
    twice = [stem.name for stem, n in Counter(one.stem for one in targets).items() if n > 1]
    if twice:
        raise DatasetError(
            f"sessions would have one name: {named(twice)}", remedy="Give the sessions of a person different visits."
        )
    return targets


def _write(target: _Target, view: RecordingView, session: Session, video: VideoMaker | None) -> None:
    n = view.n_rows
    start, stop = {None: (0, n), 0: (0, n // 2), 1: (n // 2, n)}[target.half]
    make_folder(target.path.parent)
    if video is not None:
        times = view.time_s
        ends = float(times[stop]) if stop < n else float(times[-1] + (times[-1] - times[-2]))
        scratch = target.video.with_name(f".{target.video.name}.{os.getpid()}.mp4")
        try:
            video(session, float(times[start]), ends, scratch)
            with writing_to(target.video.parent):
                scratch.replace(target.video)
        finally:
            scratch.unlink(missing_ok=True)
    if isinstance(view, Recording) and target.half is None:
        view.save(target.path)
    else:
        part_of(view, start, stop).save(target.path)
