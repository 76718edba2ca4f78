"""Renders a whole performance to a video with sound, and writes the exact truth beside it."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lineament.errors import RecordingError, VideoError
from lineament.face.displacement import AU_NAMES
from lineament.progress import CancelToken, EventSink, ProgressMeter, ignore_events
from lineament.simulation.avatar.person import AvatarPerson
from lineament.simulation.avatar.renderer import AvatarRenderer
from lineament.simulation.avatar.script import SCRIPTS, BlinkEvent, Performance, write_script
from lineament.simulation.avatar.state import AvatarTruth
from lineament.simulation.avatar.voice import AUDIO_RATE
from lineament.storage import atomic_file
from lineament.video import VideoWriter

FloatArray = npt.NDArray[np.float64]

TRUTH_SCHEMA_VERSION = 1
_POSE = ("pose_Tx", "pose_Ty", "pose_Tz", "pose_Rx", "pose_Ry", "pose_Rz")
_GAZE = ("gaze_angle_x", "gaze_angle_y")
_META_KEY = b"lineament_avatar_truth"


@dataclass(frozen=True, eq=False)
class FilmTruth:
    """What a film's truth file holds, a row a frame.

    time_s: float64[n]. au: float64[n, 17] with speech and blinks included. rotation: float64[n, 3] rad, translation:
    float64[n, 3] mm, gaze: float64[n, 2] rad (signs as in `AvatarState`). eye_closure: float64[n], 1 shut. speaking:
    bool[n]. landmarks: float32[n, 478, 2] pixels, or None where they were left out. facts: seed, script, size, fps,
    focal_px, person.
    """

    time_s: FloatArray
    au: FloatArray
    rotation: FloatArray
    translation: FloatArray
    gaze: FloatArray
    eye_closure: FloatArray
    speaking: npt.NDArray[np.bool_]
    landmarks: npt.NDArray[np.float32] | None
    blinks: tuple[BlinkEvent, ...]
    facts: dict[str, object]


def render_avatar(
    out: Path,
    *,
    seconds: float = 30.0,
    fps: float = 30.0,
    size: tuple[int, int] = (1280, 720),
    seed: int = 0,
    script: str = "interview",
    sound: bool = True,
    person: AvatarPerson | None = None,
    performance: Performance | None = None,
    landmarks: bool = True,
    gop: int = 30,
    crf: int = 20,
    preset: str = "veryfast",
    cancel: CancelToken | None = None,
    sink: EventSink = ignore_events,
) -> Path:
    """Render a script to a video (mp4, mov or mkv) and `<stem>.truth.parquet` beside it; returns the latter's path.

    seed chooses the behaviour and, where no person is given, the person. performance: what to render instead of a
    script (`script` is then only a label, `seconds` has no say); its frames must be 1 / fps apart. size: width and
    height in pixels, both even. landmarks: whether the truth has all 478 points of each frame (about 4 kB a frame).
    Films without speech are silent.

    Raises `VideoError` for an unknown script or a size or name that cannot be written, `StorageError` when the disk is
    full or the folder may not be written, `Cancelled` when stopped; then neither file appears.
    """
    if performance is None:
        if script not in SCRIPTS:
            known = ", ".join(sorted(SCRIPTS))
            raise VideoError(f"there is no avatar script named {script!r}", path=out, remedy=f"Use one of: {known}.")
        performance = write_script(script, np.arange(max(1, round(seconds * fps))) / fps, seed)
    who = person or AvatarPerson.random(seed)
    renderer = AvatarRenderer(*size, person=who, place=performance.place)
    facts = {
        "schema_version": TRUTH_SCHEMA_VERSION,
        "script": script,
        "seed": seed,
        "width": size[0],
        "height": size[1],
        "fps": fps,
        "focal_px": renderer.camera.focal,
        "person": asdict(who),
        "blinks": [asdict(b) for b in performance.blinks],
    }
    truths: list[AvatarTruth] = []
    voice = performance.sound if sound else None
    meter = ProgressMeter("rendering the avatar", len(performance), "frames", sink)
    rate = None if voice is None else AUDIO_RATE
    with VideoWriter(out, *size, fps=fps, audio_rate=rate, gop=gop, crf=crf, preset=preset) as writer:
        pieces = _with_each_frame(voice, performance.times, fps)
        for frame in range(len(performance)):
            if cancel is not None:
                cancel.raise_if_cancelled()
            state = performance.state(frame)
            writer.add(renderer.render(state))
            truths.append(renderer.truth(state))
            if voice is not None:
                writer.add_audio(next(pieces))
            meter.advance()
    meter.finish()
    path = out.with_suffix(".truth.parquet")
    _write_truth(path, performance, truths, facts, landmarks=landmarks)
    return path


def _with_each_frame(
    voice: npt.NDArray[np.float32] | None, times: FloatArray, fps: float
) -> Iterator[npt.NDArray[np.float32]]:
    """The samples heard while each frame is shown."""
    if voice is None:
        return
    ends = np.rint((times + 1.0 / fps) * AUDIO_RATE).astype(int)
    start = 0
    for end in ends:
        yield voice[start:end]
        start = int(end)


def _write_truth(
    path: Path, performance: Performance, truths: list[AvatarTruth], facts: dict[str, object], *, landmarks: bool
) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pose = np.array([(*t.translation, *t.rotation) for t in truths], dtype=np.float32)
    au = np.array([t.au for t in truths], dtype=np.float32)
    columns: dict[str, object] = {
        "frame": np.arange(len(truths), dtype=np.int32),
        "timestamp": performance.times,
        **{name: pose[:, k] for k, name in enumerate(_POSE)},
        **{name: performance.gaze[:, k].astype(np.float32) for k, name in enumerate(_GAZE)},
        **{f"{name}_r": au[:, k].round(3) for k, name in enumerate(AU_NAMES)},
        "eye_closure": np.array([t.eye_closure for t in truths], dtype=np.float32).round(3),
        "speaking": performance.speaking,
    }
    if landmarks:
        points = np.array([t.landmarks[:, :2] for t in truths], dtype=np.float32)
        flat = pa.array(points.reshape(-1))
        columns["landmarks"] = pa.FixedSizeListArray.from_arrays(flat, points.shape[1] * 2)
    table = pa.table(columns).replace_schema_metadata({_META_KEY: json.dumps(facts).encode()})
    with atomic_file(path) as file:
        pq.write_table(table, file, compression="zstd", compression_level=9)


def read_truth(path: Path) -> FilmTruth:
    """Read what `render_avatar` wrote beside a film.

    Raises `RecordingError` when the file is missing, is not such a file or is of another version.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise RecordingError("this is not a readable truth file", path=path, remedy="Render the film again.") from error
    raw = (table.schema.metadata or {}).get(_META_KEY)
    facts = json.loads(raw) if raw else {}
    if facts.get("schema_version") != TRUTH_SCHEMA_VERSION:
        raise RecordingError(
            "this is not the truth of an avatar film of this version", path=path, remedy="Render the film again."
        )

    def many(names: tuple[str, ...]) -> FloatArray:
        return np.stack([table[name].to_numpy().astype(np.float64) for name in names], axis=1)

    pose = many(_POSE)
    points = None
    if "landmarks" in table.column_names:
        flat = table["landmarks"].combine_chunks().flatten().to_numpy()
        points = flat.reshape(table.num_rows, -1, 2)
    return FilmTruth(
        time_s=table["timestamp"].to_numpy(),
        au=many(tuple(f"{name}_r" for name in AU_NAMES)),
        rotation=pose[:, 3:],
        translation=pose[:, :3],
        gaze=many(_GAZE),
        eye_closure=table["eye_closure"].to_numpy().astype(np.float64),
        speaking=table["speaking"].to_numpy(),
        landmarks=points,
        blinks=tuple(BlinkEvent(**b) for b in facts["blinks"]),
        facts=facts,
    )
