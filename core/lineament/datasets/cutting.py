"""A stretch of a recording as a recording of its own, for layouts whose sessions are divided otherwise."""

from dataclasses import replace

from lineament.recording import COLUMNS, Blink, Recording
from lineament.recording.importing import face_summary
from lineament.recording.view import RecordingView


def part_of(view: RecordingView, start: int, stop: int) -> Recording:
    """Rows start..stop with frames and times that begin at 0 again; 68 landmarks where there are some, no mesh."""
    columns = {name: view.column(name)[start:stop].copy() for name in COLUMNS if view.has(name)}
    begins = float(view.time_s[start])
    for name in ("frame", "pts", "timestamp"):
        if name in columns:
            columns[name] = columns[name] - columns[name][0]
    points = view.landmarks68(start, stop)
    summary = face_summary(columns, points)
    ends = begins + float(columns["timestamp"][-1])
    blinks = tuple(
        Blink(b.start_s - begins, b.closed_s - begins, b.end_s - begins)
        for b in view.meta.blinks
        if begins <= b.start_s and b.end_s <= ends
    )
    meta = replace(
        view.meta, faces=(summary,) if summary else (), blinks=blinks, participant=int(columns["face_id"][0])
    )
    return Recording.from_columns(columns, meta, landmarks68=points)
