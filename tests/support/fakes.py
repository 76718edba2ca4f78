"""Stand-ins for what the core measures and estimates: plausible signals, made at once, to test the window alone."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lineament.models.prediction import ATTRIBUTES, PHQ8, Prediction, ScoreProvenance
from lineament.provenance import Provenance
from lineament.recording import Blink, FaceSummary, RecordingMeta, VideoSource
from lineament.video import FrameIndex, VideoInfo

AU_NAMES = (
    *("AU01", "AU02", "AU04", "AU05", "AU06", "AU07", "AU09", "AU10", "AU12"),
    *("AU14", "AU15", "AU17", "AU20", "AU23", "AU25", "AU26", "AU45"),
)
FPS = 30.0
Column = npt.NDArray[np.generic]


class FakeRecording:
    """A `RecordingView` of `seconds` of invented behaviour, of which the first `measured` rows are there."""

    def __init__(
        self,
        seconds: float = 60.0,
        *,
        measured: int | None = None,
        seed: int = 1,
        lost: tuple[tuple[float, float], ...] = (),
    ) -> None:
        rows = round(seconds * FPS)
        self._columns = _invent(rows, np.random.default_rng(seed), lost)
        self._rows = rows if measured is None else measured
        self.meta = _meta(rows, seconds, self._columns, complete=self._rows == rows)

    def grow(self, rows: int) -> None:
        """Have `rows` rows from now on; the last one makes the recording complete."""
        total = len(self._columns["timestamp"])
        self._rows = min(rows, total)
        self.meta = replace(self.meta, complete=self._rows == total)

    def forget_video(self) -> None:
        """As in a table that does not say what was filmed."""
        self.meta = replace(self.meta, video=None)

    def drop(self, *names: str) -> "FakeRecording":
        """The same recording without these columns, as a file of another program would be."""
        for name in names:
            del self._columns[name]
        return self

    @property
    def n_rows(self) -> int:
        return self._rows

    @property
    def time_s(self) -> npt.NDArray[np.float64]:
        return self._columns["timestamp"][: self._rows]  # type: ignore[return-value]

    def has(self, name: str) -> bool:
        return name in self._columns

    def column(self, name: str) -> Column:
        if name not in self._columns:
            raise KeyError(f"no column {name}; there are {', '.join(self._columns)}")
        return self._columns[name][: self._rows]

    def mesh(self, start: int, stop: int) -> None:
        return None

    def landmarks68(self, start: int, stop: int) -> None:
        return None

    def row_of_frame(self, frame: int) -> int:
        return frame if 0 <= frame < self._rows else -1


def fake_video(seconds: float = 60.0, path: Path = Path("/videos/interview.mp4")) -> tuple[VideoInfo, FrameIndex]:
    """Facts and index of a 720p video at 30 frames a second that was never filmed."""
    frames = round(seconds * FPS)
    info = VideoInfo(path, 1280, 720, 0, frames, seconds, FPS, False, True, "mp4", "h264", "0" * 64)
    keyframes = np.zeros(frames, dtype=bool)
    keyframes[::30] = True
    return info, FrameIndex(np.arange(frames, dtype=np.int64), keyframes, Fraction(1, 30))


def fake_prediction(seconds: float = 60.0, *, seed: int = 1, width: float = 7.0) -> Prediction:
    """An estimate of 9.2 with an interval of `width` points, windows of 4 s every 2 s."""
    rng = np.random.default_rng(seed)
    starts = np.arange(0.0, max(seconds - 4.0, 0.1), 2.0)
    drift = np.stack([_smooth(rng.normal(0, 0.9, len(starts)), 3) for _ in ATTRIBUTES], axis=1)
    attention = np.exp(drift + np.array([0.9, 0.3, 0.5, -0.4]))
    attention /= attention.sum(axis=1, keepdims=True)
    moment = np.exp(_smooth(rng.normal(0, 1.6, len(starts)), 4))
    moment /= moment.sum()
    provenance = ScoreProvenance(
        *("hand_designed", "3f2a" * 16, "simulated cohort (realistic, seed 7)", True, "simulated/lineament-facemesh"),
        *("0" * 64, False, "0.1.0", "2026-01-01T00:00:00+00:00"),
    )
    return Prediction(
        score=9.2,
        interval=(max(9.2 - width / 2, 0.0), min(9.2 + width / 2, 24.0)),
        level=0.8,
        scale=PHQ8,
        baseline=6.6,
        window_times=np.stack([starts, starts + 4.0], axis=1),
        attribute_names=ATTRIBUTES,
        attribute_attention=attention.astype(np.float32),
        moment_attention=moment.astype(np.float32),
        usable_s=seconds * 0.94,
        usable_share=0.94,
        abstained=None,
        provenance=provenance,
    )


def fake_abstention() -> Prediction:
    """What a model answers when too little of the video can be used."""
    nothing = fake_prediction(4.0)
    return replace(
        nothing,
        score=None,
        interval=None,
        window_times=np.zeros((0, 2)),
        attribute_attention=np.zeros((0, len(ATTRIBUTES)), dtype=np.float32),
        moment_attention=np.zeros(0, dtype=np.float32),
        usable_s=24.6,
        usable_share=0.41,
        abstained="Only 25 s of the video can be used and 30 s are needed. Film the face closer and from the front.",
    )


def _smooth(values: npt.NDArray[np.float64], width: int) -> npt.NDArray[np.float64]:
    padded = np.pad(values, width, mode="edge")
    return np.convolve(padded, np.hanning(2 * width + 1) / np.hanning(2 * width + 1).sum(), mode="valid")


def _wander(rows: int, rng: np.random.Generator, scale: float, seconds: float) -> npt.NDArray[np.float64]:
    """Slow movement of about `scale`, changing over `seconds`."""
    knots = np.arange(0, rows + seconds * FPS, seconds * FPS)
    return _smooth(np.interp(np.arange(rows), knots, rng.normal(0, scale, len(knots))), 6)


def _bursts(rows: int, rng: np.random.Generator, every_s: float, peak: float, last_s: float) -> npt.NDArray[np.float64]:
    """Onsets that rise and fall over about `last_s` seconds, `every_s` apart on average."""
    signal = np.zeros(rows)
    for centre in np.flatnonzero(rng.random(rows) < 1 / (every_s * FPS)):
        half = max(int(last_s * FPS * rng.uniform(0.3, 0.8)), 2)
        shape = np.hanning(2 * half + 1) * peak * rng.uniform(0.4, 1.1)
        start, stop = max(centre - half, 0), min(centre + half + 1, rows)
        piece = shape[start - centre + half : stop - centre + half]
        signal[start:stop] = np.maximum(signal[start:stop], piece)
    return signal


def _invent(rows: int, rng: np.random.Generator, lost: tuple[tuple[float, float], ...]) -> dict[str, Column]:
    time_s = np.arange(rows) / FPS
    speech = _bursts(rows, rng, 6.0, 1.0, 3.0)
    floats: dict[str, npt.NDArray[np.float64]] = {
        "confidence": np.clip(0.97 - 0.05 * rng.random(rows) + _wander(rows, rng, 0.01, 2), 0, 1),
        "pose_Rx": np.radians(_wander(rows, rng, 6, 2.0) + 3),
        "pose_Ry": np.radians(_wander(rows, rng, 9, 3.0)),
        "pose_Rz": np.radians(_wander(rows, rng, 3, 4.0)),
        "gaze_angle_x": np.radians(_wander(rows, rng, 8, 1.0)),
        "gaze_angle_y": np.radians(_wander(rows, rng, 6, 1.2) + 4),
        "face_size": 118 + _wander(rows, rng, 5, 5),
        "sharpness": np.clip(8.2 + _wander(rows, rng, 0.9, 1.5), 4.5, None),
        "brightness": 128 + _wander(rows, rng, 6, 6),
        "visible": np.clip(1.02 + _wander(rows, rng, 0.02, 4), 0, 1),
        "eye_openness": np.clip(0.8 + _wander(rows, rng, 0.05, 2), 0, 1),
    }
    for axis in ("pose_Tx", "pose_Ty", "pose_Tz"):
        floats[axis] = _wander(rows, rng, 12, 4) + (600 if axis == "pose_Tz" else 0)
    for name in AU_NAMES:
        talk = speech * (1.6 + _wander(rows, rng, 0.8, 0.3)) if name in ("AU25", "AU26", "AU17") else 0.0
        burst = _bursts(rows, rng, 3.5, 4.5, 0.3) if name == "AU45" else _bursts(rows, rng, 14, 3.2, 2.5)
        floats[f"{name}_r"] = np.clip(burst + talk + np.abs(rng.normal(0, 0.06, rows)), 0, 5)
    success = np.ones(rows, dtype=bool)
    for start, stop in lost:
        success[(time_s >= start) & (time_s < stop)] = False
    columns: dict[str, Column] = {
        "frame": np.arange(rows, dtype=np.int32),
        "pts": np.arange(rows, dtype=np.int64),
        "timestamp": time_s,
        "face_id": np.zeros(rows, dtype=np.int16),
        "success": success,
    }
    for name, values in floats.items():
        columns[name] = np.where(success, values, np.nan).astype(np.float32)
    for name in AU_NAMES:
        columns[f"{name}_c"] = success & (np.nan_to_num(columns[f"{name}_r"]) > 1.0)
    return columns


def _meta(rows: int, seconds: float, columns: dict[str, Column], *, complete: bool) -> RecordingMeta:
    closed = np.nan_to_num(columns["AU45_r"]) > 2.0
    starts = np.flatnonzero(np.diff(closed.astype(int)) == 1) / FPS
    return RecordingMeta(
        schema_version=1,
        provenance=Provenance("lineament/facemesh", "0.1.0", "0" * 64),
        video=VideoSource("interview.mp4", 1280, 720, rows, seconds, FPS, "0" * 64),
        faces=(FaceSummary(0, rows, 0.0, seconds, 118.0),),
        participant=0,
        blinks=tuple(Blink(t, t + 0.08, t + 0.2) for t in starts.tolist()),
        neutral_frames=120,
        complete=complete,
    )
