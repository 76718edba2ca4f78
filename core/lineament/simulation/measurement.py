"""What a camera and this program's extractor make of true behaviour: gains, cross-talk, noise, lost frames.

`noisy` multiplies the tracker's measured noise (1 outside toys).
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from lineament.face.calibration import load_calibration
from lineament.face.camera import Camera
from lineament.face.displacement import AU_MAX, AU_NAMES, displacement_fields
from lineament.face.rotation import matrix_from_angles
from lineament.face.template import LANDMARKS_68, load_template
from lineament.simulation.motion import Motion
from lineament.simulation.parameters import number
from lineament.simulation.persons import Appearance
from lineament.simulation.rendering import wander
from lineament.simulation.tracker import tracker_noise
from lineament.simulation.types import BoolArray, Float32Array, FloatArray

WIDTH, HEIGHT = 1280, 720
REFERENCE_FPS = 30.0

_ROWS_AT_ONCE = 512
"""Frames whose landmarks are computed together: what fits into a processor's cache."""


def measure_action_units(
    motion: Motion, looks: Appearance, fps: float, noisy: float, rng: np.random.Generator
) -> Float32Array:
    """Estimated intensities float32[n, 17] on 0-5: linear mixing, a person's gains and offsets, a bias that grows with
    the head's turn, noise that lasts, more of it in busy and in turned faces."""
    tracker = tracker_noise()
    true = motion.au.copy()
    blink = AU_NAMES.index("AU45")
    true[:, blink] = np.maximum(true[:, blink], AU_MAX * motion.closure)
    lids_down = number("gaze.lid_per_deg") * np.clip(motion.gaze[:, 1] * 180 / np.pi - 5, 0, 40)
    true[:, blink] += AU_MAX * lids_down
    mixed = true @ (tracker.mixing * looks.au_gain[:, None])
    turned = np.abs(np.degrees(motion.head[:, :2])).sum(axis=1, keepdims=True)
    bias = turned * looks.au_turn
    noise = _noise(len(true), fps, tracker.lasting_s, np.full(len(tracker.noise), noisy), rng)
    noise *= tracker.noise + tracker.growth * true.sum(axis=1, keepdims=True)
    noise *= 1 + (tracker.turned - 1) * np.clip((np.abs(np.degrees(motion.head[:, 1:2])) - 5) / 25, 0, 1.5)
    estimate = np.clip(mixed + looks.au_offset + bias + noise, 0, AU_MAX)
    return np.asarray(estimate, dtype=np.float32)


def _noise(n: int, fps: float, lasting_s: FloatArray, sd: FloatArray, rng: np.random.Generator) -> FloatArray:
    """First-order noise float64[n, channels] of a frame's sd and time constant; a slower camera averages part away."""
    span = max(REFERENCE_FPS / fps, 1.0) / REFERENCE_FPS
    noise = np.empty((len(sd), n))
    for row, tau, size in zip(noise, lasting_s, sd, strict=True):
        ratio = span / tau
        averaged = np.sqrt(2 * (ratio - 1 + np.exp(-ratio)) / ratio**2) if fps < REFERENCE_FPS else 1.0
        row[:] = wander(n, fps, float(tau), float(size * averaged), rng)
    return noise.T


def measure_gaze(motion: Motion, looks: Appearance, fps: float, noisy: float, rng: np.random.Generator) -> FloatArray:
    """Estimated gaze angles in radians float64[n, 2] (image right, down)."""
    tracker = tracker_noise()
    beside = np.radians(looks.interviewer)
    noise = np.radians(_noise(len(motion.gaze), fps, tracker.line_lasting_s[:2], noisy * tracker.line_noise[:2], rng))
    blink = motion.closure[:, None] * np.radians([0.0, 6.0])
    measured: FloatArray = (
        beside + looks.line_gain[:2] * (motion.gaze - beside) + np.radians(looks.line_offset[:2]) + noise + blink
    )
    return measured


def measure_pose(
    motion: Motion, looks: Appearance, fps: float, noisy: float, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Rotation in radians and translation in mm, each float64[n, 3]: a person's gain and offset, and the noise."""
    tracker = tracker_noise()
    noise = _noise(len(motion.head), fps, tracker.line_lasting_s[2:], noisy * tracker.line_noise[2:], rng)
    rotation = looks.line_gain[2:5] * motion.head + np.radians(looks.line_offset[2:5] + noise[:, :3])
    return rotation, motion.place + looks.line_offset[5:] + noise[:, 3:]


def project_landmarks(motion: Motion, looks: Appearance, fps: float, rng: np.random.Generator) -> Float32Array:
    """The 68 points in pixels, float32[n, 68, 2]: the person's template, moved, turned, seen by the assumed camera."""
    n = len(motion.head)
    shares = motion.au * (load_calibration().gain * looks.au_gain) / AU_MAX
    shares[:, AU_NAMES.index("AU45")] = np.maximum(1 - motion.openness / number("measure.open"), -0.15)
    to_camera = (matrix_from_angles(motion.head) * (1.0, -1.0, -1.0)).astype(np.float32)
    template = _own_template(looks.proportions).astype(np.float32)
    shares, place = shares.astype(np.float32), motion.place.astype(np.float32)
    camera = Camera.assumed(WIDTH, HEIGHT)
    size = camera.focal * load_template().inter_ocular_mm / motion.place[:, 2].mean()
    pixels = np.empty((n, 68, 2), dtype=np.float32)
    noise = _LandmarkNoise.drawn(n, fps, size, rng)
    focal, centre = np.float32(camera.focal), (np.float32(camera.centre_x), np.float32(camera.centre_y))
    for start in range(0, n, _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        moved = [shares[rows] @ _fields68()[axis] + template[:, axis] for axis in range(3)]
        turn, at = to_camera[rows], place[rows]
        x, y, z = (
            turn[:, k, 0, None] * moved[0] + turn[:, k, 1, None] * moved[1] + turn[:, k, 2, None] * moved[2]
            + at[:, k, None]
            for k in range(3)
        )  # fmt: skip
        pixels[rows] = noise.rows(rows, rng)
        pixels[rows, :, 0] += focal * x / z + centre[0]
        pixels[rows, :, 1] += focal * y / z + centre[1]
    return pixels


@dataclass(frozen=True, eq=False)
class _LandmarkNoise:
    """Part of the noise moves neighbours together, as a tracker's does: eight modes that last, and a remainder.

    modes: float32[n, 8]; shapes: float32[8, 136] pixels; own: sd in pixels of the remainder, which is drawn uniform (a
    third of the time of normal noise; measures add several points up).
    """

    modes: Float32Array
    shapes: Float32Array
    own: np.float32

    @classmethod
    def drawn(cls, n: int, fps: float, size: float, rng: np.random.Generator) -> "_LandmarkNoise":
        tracker = tracker_noise()
        sd = tracker.points_noise * size
        modes = _noise(n, fps, np.full(8, tracker.points_lasting_s), np.ones(8), rng)
        shapes = np.sqrt(tracker.points_common / 8) * sd * rng.standard_normal((8, 136))
        own = np.float32(np.sqrt(1 - tracker.points_common) * sd)
        return cls(modes.astype(np.float32), shapes.astype(np.float32), own)

    def rows(self, rows: slice, rng: np.random.Generator) -> Float32Array:
        """float32[k, 68, 2]"""
        modes = self.modes[rows]
        noise = modes @ self.shapes
        noise += (np.float32(np.sqrt(12)) * self.own) * (rng.random(noise.shape, dtype=np.float32) - np.float32(0.5))
        return np.asarray(noise.reshape(-1, 68, 2))


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
    """Which frames are found, and the confidence of each (0 where lost); losses come in spells, more looking down.

    The tracker never lost the avatar, up to 65 deg of yaw and 39 down (`tracker_noise.json`): what loses real faces
    (hands, hair, leaving the picture) it does not have. So losses are the published ones.
    """
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
    confidence = np.where(found, tracker_noise().confidence, 0.0).astype(np.float32)
    return found, confidence
