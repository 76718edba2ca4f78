"""What a camera and this program's extractor make of true behaviour: gains, cross-talk, noise, lost frames."""

from functools import lru_cache

import numpy as np

from lineament.face.camera import Camera
from lineament.face.displacement import AU_MAX, AU_NAMES, displacement_fields
from lineament.face.rotation import matrix_from_angles
from lineament.face.template import LANDMARKS_68, load_template
from lineament.simulation.motion import Motion
from lineament.simulation.parameters import number
from lineament.simulation.persons import Appearance
from lineament.simulation.rendering import wander
from lineament.simulation.types import BoolArray, Float32Array, FloatArray

WIDTH, HEIGHT = 1280, 720
REFERENCE_FPS = 30.0

CROSS_TALK: tuple[tuple[str, str, float], ...] = (
    ("AU12", "AU06", 0.15), ("AU12", "AU14", 0.10), ("AU12", "AU10", 0.12), ("AU06", "AU07", 0.20),
    ("AU25", "AU26", 0.20), ("AU26", "AU25", 0.30), ("AU01", "AU02", 0.25), ("AU02", "AU01", 0.20),
    ("AU04", "AU09", 0.10), ("AU09", "AU04", 0.15), ("AU15", "AU17", 0.15), ("AU17", "AU15", 0.15),
    ("AU20", "AU12", 0.08), ("AU23", "AU17", 0.10), ("AU45", "AU07", 0.12), ("AU07", "AU45", 0.10),
)  # fmt: skip
"""(true unit, also read as, share): actions of like geometry leak into each other; sizes assumed."""

GAIN: dict[str, float] = {
    "AU01": 0.75, "AU02": 0.75, "AU04": 0.7, "AU05": 0.7, "AU06": 0.75, "AU07": 0.7, "AU09": 0.8, "AU10": 0.8,
    "AU12": 0.95, "AU14": 0.75, "AU15": 0.8, "AU17": 0.8, "AU20": 0.85, "AU23": 0.75, "AU25": 1.0, "AU26": 0.95,
    "AU45": 0.95,
}  # fmt: skip
"""Mean gain of a unit's estimate; a first avatar seen by FaceMesh gave .5-1.2, brows lowest, mouth highest."""


def measure_action_units(motion: Motion, looks: Appearance, fps: float, rng: np.random.Generator) -> Float32Array:
    """Estimated intensities float32[n, 17] on 0-5: linear mixing, a person's offsets, noise that lasts some frames."""
    n = len(motion.au)
    true = motion.au.copy()
    blink = AU_NAMES.index("AU45")
    true[:, blink] = np.maximum(true[:, blink], AU_MAX * motion.closure)
    lids_down = number("gaze.lid_per_deg") * np.clip(motion.gaze[:, 1] * 180 / np.pi - 5, 0, 40)
    true[:, blink] += AU_MAX * lids_down
    mixed = true @ (_mixing() * looks.au_gain[:, None])
    off_axis = np.abs(motion.head[:, :2] * 180 / np.pi).sum(axis=1)
    bias = number("measure.pose_bias") * off_axis[:, None] * rng.normal(0, 1, len(AU_NAMES))
    noise = _noise(n, len(AU_NAMES), fps, rng) * number("measure.au_noise")
    estimate = np.clip(mixed + looks.au_offset + bias + noise, 0, AU_MAX)
    return np.asarray(estimate, dtype=np.float32)


@lru_cache(maxsize=1)
def _mixing() -> FloatArray:
    """float64[17, 17]: row true unit, column estimate."""
    mixing = np.diag([GAIN[name] for name in AU_NAMES])
    for true, read, share in CROSS_TALK:
        mixing[AU_NAMES.index(true), AU_NAMES.index(read)] += share
    return mixing


def _noise(n: int, channels: int, fps: float, rng: np.random.Generator) -> FloatArray:
    """Unit noise with the measurement's time constant; a slower camera averages part of it away."""
    tau = number("measure.noise_s")
    span = max(REFERENCE_FPS / fps, 1.0) / REFERENCE_FPS
    ratio = span / tau
    kept = np.sqrt(2 * (ratio - 1 + np.exp(-ratio)) / ratio**2) if ratio > 1 / (REFERENCE_FPS * tau) else 1.0
    return np.stack([wander(n, fps, tau, float(kept), rng) for _ in range(channels)], axis=1)


def measure_gaze(motion: Motion, looks: Appearance, fps: float, rng: np.random.Generator) -> FloatArray:
    """Estimated gaze angles in radians float64[n, 2] (image right, down)."""
    beside = np.radians(looks.interviewer)
    gain = np.array([looks.gaze_gain, looks.gaze_gain * 0.85])
    noise = _noise(len(motion.gaze), 2, fps, rng) * np.radians(number("measure.gaze_deg"))
    blink = motion.closure[:, None] * np.radians([0.0, 6.0])
    measured: FloatArray = beside + gain * (motion.gaze - beside) + np.radians(looks.gaze_bias) + noise + blink
    return measured


def measure_pose(motion: Motion, fps: float, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Rotation in radians and translation in mm, each float64[n, 3], with the solver's noise."""
    n = len(motion.head)
    rotation = motion.head + _noise(n, 3, fps, rng) * np.radians(number("measure.pose_deg"))
    place = motion.place + _noise(n, 3, fps, rng) * number("measure.pose_mm") * np.array([1.0, 1.0, 3.0])
    return rotation, place


def project_landmarks(motion: Motion, looks: Appearance, fps: float, rng: np.random.Generator) -> Float32Array:
    """The 68 points in pixels, float32[n, 68, 2]: the person's template, moved, turned, seen by the assumed camera."""
    n = len(motion.head)
    shares = motion.au * ([GAIN[name] for name in AU_NAMES] * looks.au_gain) / AU_MAX
    shares[:, AU_NAMES.index("AU45")] = np.maximum(1 - motion.openness / number("measure.open"), -0.15)
    to_camera = (matrix_from_angles(motion.head) * (1.0, -1.0, -1.0)).astype(np.float32)
    template = _own_template(looks.proportions).astype(np.float32)
    moved = [shares.astype(np.float32) @ _fields68()[axis] + template[:, axis] for axis in range(3)]
    place = motion.place.astype(np.float32)
    seen = [
        sum((to_camera[:, k, j, None] * moved[j] for j in range(1, 3)), to_camera[:, k, 0, None] * moved[0])
        + place[:, k, None]
        for k in range(3)
    ]
    camera = Camera.assumed(WIDTH, HEIGHT)
    size = camera.focal * load_template().inter_ocular_mm / motion.place[:, 2].mean()
    pixels = _landmark_noise(n, fps, size, rng)
    for axis, centre in enumerate((camera.centre_x, camera.centre_y)):
        pixels[:, :, axis] += np.float32(camera.focal) * seen[axis] / seen[2] + np.float32(centre)
    return pixels


def _landmark_noise(n: int, fps: float, size: float, rng: np.random.Generator) -> Float32Array:
    """Part of the noise moves neighbours together, as a tracker's does: eight smooth modes and a remainder."""
    sd = number("measure.landmark_iod") * size
    modes = _noise(n, 8, fps, rng)
    shapes = 0.85 * sd / np.sqrt(8) * rng.standard_normal((8, 136))
    noise = modes.astype(np.float32) @ shapes.astype(np.float32)
    noise += np.float32(0.25 * sd) * rng.standard_normal((n, 136), dtype=np.float32)
    return np.asarray(noise.reshape(n, 68, 2))


@lru_cache(maxsize=1)
def _fields68() -> Float32Array:
    """float32[3, 17, 68]: an axis at a time."""
    fields = displacement_fields()[:, LANDMARKS_68]
    return np.ascontiguousarray(np.moveaxis(fields, 2, 0), dtype=np.float32)


def _own_template(proportions: FloatArray) -> FloatArray:
    """The person's neutral 68 points in mm: face width and height, nose, mouth width, brow height, jaw."""
    points = load_template().vertices[LANDMARKS_68].copy()
    width, height, nose, mouth, brow, jaw = proportions
    points *= (1 + width, 1 + height, 1.0)
    points[27:36, 2] *= 1 + nose
    points[48:68, 0] *= 1 + mouth
    points[17:27, 1] *= 1 + brow
    points[4:13, 1] *= 1 + jaw / 2
    return points


def lose_frames(
    motion: Motion, looks: Appearance, fps: float, rng: np.random.Generator
) -> tuple[BoolArray, Float32Array]:
    """Which frames are found, and the confidence of each (0 where lost); losses come in spells, more looking down."""
    n = len(motion.head)
    down = np.clip(motion.gaze[:, 1] / np.radians(number("gaze.down_deg")), 0, 1)
    factor = 1 + (number("loss.down_factor") - 1) * down
    hazard = looks.lost_share / (1 - looks.lost_share) / (number("loss.spell_s") * fps) * factor / factor.mean()
    starts = np.flatnonzero(rng.random(n) < hazard)
    lengths = np.maximum(rng.exponential(number("loss.spell_s") * fps, len(starts)), 1).astype(np.int64)
    steps = np.zeros(n + 1, dtype=np.int64)
    np.add.at(steps, starts, 1)
    np.add.at(steps, np.minimum(starts + lengths, n), -1)
    found = np.cumsum(steps[:-1]) == 0
    turned = np.abs(np.degrees(motion.head[:, 1]))
    confidence = number("confidence.mean") + 0.02 * rng.standard_normal(n) - 0.012 * np.clip(turned - 22, 0, 60)
    return found, np.where(found, np.clip(confidence, 0.05, 1.0), 0.0).astype(np.float32)
