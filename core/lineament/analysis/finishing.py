"""The second pass: from the segments' files to one recording, with each person's own neutral, blinks and summaries.

It reads nothing but the segments' files, in their order, so that it gives the same whether or not the analysis was
interrupted on the way.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from lineament.analysis.measuring import EVERY_FRAME, WHOLE, Deriver, in_every_frame, select
from lineament.analysis.segments import Segment
from lineament.face import Blink, FaceTally, IdentityTracker, Neutral, NeutralEstimator, choose_participant, find_blinks
from lineament.progress import CancelToken, ProgressMeter
from lineament.provenance import Provenance
from lineament.recording import FaceSummary, RecordingFacts, Rows, VideoSource
from lineament.recording.parquet import ROWS_PER_GROUP, recording_file
from lineament.recording.rows import BLENDSHAPES, Layout, join
from lineament.recording.schema import AnyArray

_NEUTRAL_SAMPLE = 2048
"""Frames, evenly over all with this face, from which its neutral is estimated."""

_AHEAD = 3
"""Segments worked on before the one that is being written."""

_BRIEFLY_SEEN = 90
"""A face beside the participant that was seen in fewer frames gets no action units: too little to know it at rest."""


def tallies(segments: Sequence[Segment]) -> tuple[FaceTally, ...]:
    """Every face met up to the last of these segments."""
    return IdentityTracker.from_json(segments[-1].identities).tallies() if segments else ()


def facts_so_far(
    faces: Sequence[FaceTally], provenance: Provenance, video: VideoSource, complete: bool
) -> RecordingFacts:
    """What is known of the faces: summaries, the likely participant, and a warning where there are several."""
    participant = choose_participant(faces) if faces else 0
    summaries = tuple(FaceSummary(f.face_id, f.frames, f.first_s, f.last_s, f.mean_size) for f in faces)
    warnings = (_several(video.name, faces, participant),) if len(faces) > 1 else ()
    return RecordingFacts(provenance, video, summaries, participant, complete=complete, warnings=warnings)


def _several(name: str, faces: Sequence[FaceTally], participant: int) -> str:
    chosen = next(face for face in faces if face.face_id == participant)
    share = chosen.frames / sum(face.frames for face in faces)
    return (
        f"{name}: {len(faces)} faces were found; face {participant} (in view from {chosen.first_s:.0f} s to "
        f"{chosen.last_s:.0f} s, {100 * share:.0f} % of all sightings) is taken as the participant."
    )


def write_whole(
    path: Path,
    segments: Sequence[Segment],
    facts: RecordingFacts,
    deriver: Deriver,
    cancel: CancelToken,
    meter: ProgressMeter,
) -> None:
    """Write the finished recording; raises `StorageError`, or `Cancelled` with the segments kept."""
    with_blendshapes = any(segment.has_blendshapes for segment in segments)
    layout = Layout(WHOLE, deriver.scale, (BLENDSHAPES,) if with_blendshapes else ())
    blinks: dict[int, tuple[Blink, ...]] = {}
    neutrals: dict[int, Neutral] = {}
    faces = sorted({face.face_id for face in facts.faces} | {facts.participant})
    with (
        ThreadPoolExecutor(2, thread_name_prefix="lineament-finish") as threads,
        recording_file(path, layout) as writer,
    ):
        for face in faces:
            is_participant = face == facts.participant
            neutral = _neutral_of(face, segments, deriver, is_participant)
            if neutral is not None:
                neutrals[face] = neutral
            work = partial(_finished_rows, face=face, neutral=neutral, every_frame=is_participant, deriver=deriver)
            openness: list[AnyArray] = []
            times: list[AnyArray] = []
            for rows in _in_groups(_in_turn(threads, work, segments)):
                cancel.raise_if_cancelled()
                writer.write(rows)
                openness.append(rows.columns["eye_openness"])
                times.append(rows.columns["timestamp"])
                meter.advance(len(rows))
            if openness:
                blinks[face] = find_blinks(
                    np.concatenate(openness).astype(np.float32), np.concatenate(times).astype(np.float64)
                )
        neutral_frames = {face: neutral.frames for face, neutral in neutrals.items()}
        facts = replace(facts, blinks=blinks, neutral_frames=neutral_frames)
        writer.finish(facts.with_extra(neutral={face: neutral.to_json() for face, neutral in neutrals.items()}))


def _neutral_of(face: int, segments: Sequence[Segment], deriver: Deriver, is_participant: bool) -> Neutral | None:
    total = sum(segment.count(face) for segment in segments)
    if total == 0 or (total < _BRIEFLY_SEEN and not is_participant):
        return None
    every = -(-total // _NEUTRAL_SAMPLE)
    estimator = NeutralEstimator()
    passed = 0
    for segment in segments:
        rows = segment.face(face)
        if rows is None:
            continue
        sample = select(rows, (np.arange(passed, passed + len(rows)) % every) == 0)
        passed += len(rows)
        if len(sample):
            deriver.learn(sample, estimator)
    return estimator.neutral()


def _finished_rows(
    segment: Segment, face: int, neutral: Neutral | None, every_frame: bool, deriver: Deriver
) -> Rows | None:
    """One face's rows of one segment with all columns; None where it was not seen, unless every frame gets a row."""
    rows = segment.face(face)
    if rows is not None:
        rows = deriver.derive(rows, neutral)
    if not every_frame:
        return rows
    return in_every_frame(segment.frames(), rows, face) if segment.count(EVERY_FRAME) else None


def _in_groups(parts: Iterator[Rows | None]) -> Iterator[Rows]:
    """The same rows in runs of whole row groups, so that a face seen now and then does not scatter into many."""
    waiting: list[Rows] = []
    for part in parts:
        if part is None or len(part) == 0:
            continue
        waiting.append(part)
        held = sum(len(rows) for rows in waiting)
        whole = held - held % ROWS_PER_GROUP
        if whole:
            joined = join(waiting)
            yield joined.slice(0, whole)
            waiting = [joined.slice(whole, held)] if held > whole else []
    if waiting:
        yield join(waiting)


def _in_turn(
    threads: ThreadPoolExecutor, work: Callable[[Segment], Rows | None], segments: Sequence[Segment]
) -> Iterator[Rows | None]:
    """Work on each segment, a few ahead of the one that is written: memory stays flat however long the video."""
    waiting: deque[Future[Rows | None]] = deque()
    for segment in segments:
        waiting.append(threads.submit(work, segment))
        if len(waiting) > _AHEAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
