"""One simulated session, in the columns this program's extractor writes."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from lineament.errors import DatasetError
from lineament.face.camera import Camera
from lineament.face.displacement import AU_NAMES
from lineament.face.template import load_template
from lineament.provenance import Provenance
from lineament.recording.in_memory import InMemoryRecording
from lineament.recording.view import Blink, FaceSummary, FloatArray, RecordingMeta
from lineament.simulation import measurement
from lineament.simulation.joint import Jointly
from lineament.simulation.motion import Motion, move
from lineament.simulation.persons import Person, SessionBehaviour, session_behaviour
from lineament.simulation.population import REALISTIC, Population

EXTRACTOR = "simulated/lineament-facemesh"
SIMULATOR_VERSION = "5"
"""Raised with every change of what is simulated, so that what was computed from it before is not taken for new."""
RECORDING_SCHEMA = 1


@dataclass(frozen=True)
class SessionSettings:
    """How severity reaches behaviour: the population's law, and which joint effects are on. noisy: factor of the
    tracker's noise in intensities, gaze and pose, below 1 in toys."""

    population: Population = REALISTIC
    jointly: Jointly = field(default_factory=Jointly)
    noisy: float = 1.0


@dataclass(frozen=True, eq=False)
class SimulatedRecording(InMemoryRecording):
    """Simulated behaviour as a recording, with its truth beside it: motion and behaviour, never read by features."""

    motion: Motion
    behaviour: SessionBehaviour


def simulate_session(
    person: Person,
    severity: float,
    seconds: float,
    fps: float,
    rng: np.random.Generator,
    settings: SessionSettings | None = None,
    *,
    worst: float | None = None,
    visit: int = 1,
) -> SimulatedRecording:
    """Behave for `seconds` at `fps` frames a second with true PHQ-8 severity 0..24, then measure it.

    worst: the worst severity so far where earlier visits say it; visit: 1 for a first session. Everything follows
    `rng`; the same state gives the same session. Structure and numbers: see `parameters`.

    Raises `DatasetError` when `seconds` or `fps` is not a positive number or they give less than two frames.
    """
    for what, value in (("seconds", seconds), ("frames a second", fps)):
        if not (np.isfinite(value) and value > 0):
            raise DatasetError(f"a session cannot have {value:g} {what}", remedy="Give a number above zero.")
    if round(seconds * fps) < 2:
        raise DatasetError(
            f"a session of {seconds:g} seconds has less than two frames", remedy="Ask for a longer session."
        )
    settings = settings or SessionSettings()
    behaviour = session_behaviour(person, severity, rng, settings.population, worst=worst, visit=visit)
    motion = move(person, behaviour, seconds, fps, settings.jointly, rng)
    columns, points = _measure(person, motion, fps, settings.noisy, rng)
    return SimulatedRecording(_meta(columns, motion, seconds, fps), columns, points, motion, behaviour)


def _measure(
    person: Person, motion: Motion, fps: float, noisy: float, rng: np.random.Generator
) -> tuple[dict[str, npt.NDArray[np.generic]], FloatArray]:
    looks = person.appearance
    found, confidence = measurement.lose_frames(motion, looks, fps, rng)
    units = measurement.measure_action_units(motion, looks, fps, noisy, rng)
    gaze = measurement.measure_gaze(motion, looks, fps, noisy, rng)
    rotation, place = measurement.measure_pose(motion, looks, fps, noisy, rng)
    points = measurement.project_landmarks(motion, looks, fps, rng)
    n = len(found)
    camera = Camera.assumed(measurement.WIDTH, measurement.HEIGHT)
    size = camera.focal * load_template().inter_ocular_mm * np.cos(motion.head[:, 1]) / motion.place[:, 2]
    floats: dict[str, npt.NDArray[np.floating[Any]]] = {}
    for i, axis in enumerate("xyz"):
        floats[f"pose_T{axis}"] = place[:, i]
        floats[f"pose_R{axis}"] = rotation[:, i]
    for eye in (0, 1):
        for axis, values in zip("xyz", _unit_vectors(gaze), strict=True):
            floats[f"gaze_{eye}_{axis}"] = values
    floats |= {"gaze_angle_x": gaze[:, 0], "gaze_angle_y": gaze[:, 1]}
    floats |= {f"{name}_r": units[:, i] for i, name in enumerate(AU_NAMES)}
    opening = motion.openness + 0.02 * rng.standard_normal(n)
    floats |= {"eye_openness": np.clip(opening, 0, 1), "face_size": size}
    floats["sharpness"] = looks.sharpness * np.exp(0.05 * rng.standard_normal(n))
    floats["brightness"] = looks.brightness + rng.standard_normal(n)
    floats["visible"] = np.ones(n)
    columns: dict[str, npt.NDArray[np.generic]] = {
        "frame": np.arange(n, dtype=np.int32),
        "pts": np.arange(n, dtype=np.int64),
        "timestamp": np.arange(n) / fps,
        "face_id": np.zeros(n, dtype=np.int16),
        "confidence": confidence,
        "success": found,
    }
    columns |= {name: np.where(found, values, np.nan).astype(np.float32) for name, values in floats.items()}
    columns |= {f"{name}_c": (units[:, i] >= 1.0) & found for i, name in enumerate(AU_NAMES)}
    points[~found] = np.nan
    return columns, points


def _unit_vectors(gaze: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """float64[3, n] from angles, inverse of atan2(x, -z) and atan2(y, -z)."""
    x, y = np.tan(gaze[:, 0]), np.tan(gaze[:, 1])
    vectors = np.stack([x, y, -np.ones(len(gaze))])
    return np.asarray(vectors / np.linalg.norm(vectors, axis=0))


def _meta(columns: dict[str, npt.NDArray[np.generic]], motion: Motion, seconds: float, fps: float) -> RecordingMeta:
    found = np.asarray(columns["success"], dtype=bool)
    times = np.asarray(columns["timestamp"], dtype=np.float64)[found]
    sizes = np.asarray(columns["face_size"], dtype=np.float64)[found]
    first, last = (float(times[0]), float(times[-1])) if len(times) else (0.0, 0.0)
    face = FaceSummary(0, len(times), first, last, float(sizes.mean()) if len(sizes) else 0.0)
    provenance = Provenance(
        EXTRACTOR, SIMULATOR_VERSION, simulated=True, settings={"seconds": seconds, "fps": fps}, utc_time=""
    )
    return RecordingMeta(
        RECORDING_SCHEMA, provenance, None, (face,), 0, _blinks(motion), neutral_frames=len(times), complete=True
    )


def _blinks(motion: Motion) -> tuple[Blink, ...]:
    """True blinks: stretches of closure above a tenth, most closed above .4."""
    shut = np.concatenate([[False], motion.closure > 0.1, [False]])
    starts, ends = np.flatnonzero(shut[1:] & ~shut[:-1]), np.flatnonzero(~shut[1:] & shut[:-1])
    if not len(starts):
        return ()
    deepest = np.maximum.reduceat(motion.closure, starts)
    blinks = []
    for start, end in zip(starts[deepest > 0.4], ends[deepest > 0.4], strict=True):
        lowest = start + int(motion.closure[start:end].argmax())
        blinks.append(Blink(start / motion.fps, lowest / motion.fps, end / motion.fps))
    return tuple(blinks)
