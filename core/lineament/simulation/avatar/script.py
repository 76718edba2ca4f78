"""Time courses that drive an avatar: an interview, and the test films that show one thing at a time."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from lineament.face.displacement import AU_MAX, AU_NAMES
from lineament.face.rotation import matrix_from_angles
from lineament.simulation.avatar.state import REST_MM, AvatarState

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
Float32Array = npt.NDArray[np.float32]

NECK_MM = np.array([0.0, 112.0, 62.0])
"""From that point to where the head turns on the neck (camera axes, head upright; our reading of anatomy)."""


@dataclass(frozen=True)
class BlinkEvent:
    """Seconds at which lids start to fall, are most closed, and are open again."""

    start_s: float
    closed_s: float
    end_s: float


@dataclass(frozen=True, eq=False)
class Performance:
    """What an avatar does, a row a frame; `times` are seconds.

    au: float64[n, 17]; gaze: float64[n, 2] rad; rotation: float64[n, 3] rad; translation: float64[n, 3] mm; mouth_open:
    float64[n]; speaking: bool[n]; blinks in time order; sound: float32 at `voice.AUDIO_RATE`, or None; place: mm, where
    the eyes are at rest, above the trunk.
    """

    times: FloatArray
    au: FloatArray
    gaze: FloatArray
    rotation: FloatArray
    translation: FloatArray
    mouth_open: FloatArray
    speaking: BoolArray
    blinks: tuple[BlinkEvent, ...] = ()
    sound: Float32Array | None = field(default=None)
    place: tuple[float, float, float] = REST_MM

    def __len__(self) -> int:
        return len(self.times)

    def state(self, frame: int) -> AvatarState:
        gaze_x, gaze_y = (float(g) for g in self.gaze[frame])
        rx, ry, rz = (float(r) for r in self.rotation[frame])
        tx, ty, tz = (float(t) for t in self.translation[frame])
        return AvatarState(self.au[frame], (gaze_x, gaze_y), (rx, ry, rz), (tx, ty, tz), float(self.mouth_open[frame]))


def still(times: FloatArray) -> Performance:
    """A neutral face that looks into the camera; what the other scripts start from."""
    n = len(times)
    translation = np.tile(REST_MM, (n, 1))
    return Performance(
        times,
        np.zeros((n, len(AU_NAMES))),
        looking_at_camera(translation),
        np.zeros((n, 3)),
        translation,
        np.zeros(n),
        np.zeros(n, bool),
    )


def sweep(times: FloatArray) -> Performance:
    """Each action unit alone, in the order of `AU_NAMES`, up to intensity 4 and back, neutral between."""
    out = still(times)
    slot = _length(times) / len(AU_NAMES)
    for unit in range(len(AU_NAMES)):
        out.au[:, unit] = 4.0 * bump(times, (unit + 0.12) * slot, 0.24 * slot, 0.28 * slot, 0.24 * slot)
    return out


def poses(times: FloatArray) -> Performance:
    """The head over yaw -30..30 and pitch -20..20 degrees with a little roll, on a slow smooth path; eyes go along."""
    out = still(times)
    t = times / max(_length(times), 1e-9)
    out.rotation[:, 1] = np.radians(30.0) * np.sin(2 * np.pi * 3 * t)
    out.rotation[:, 0] = np.radians(20.0) * np.sin(2 * np.pi * 2 * t + 0.6)
    out.rotation[:, 2] = np.radians(8.0) * np.sin(2 * np.pi * 1 * t)
    turned = on_neck(out.rotation, out.translation)
    straight = matrix_from_angles(out.rotation) @ np.array([0.0, 0.0, -1.0])
    gaze = np.stack([np.arctan2(straight[:, 0], -straight[:, 2]), np.arctan2(straight[:, 1], -straight[:, 2])], axis=1)
    return Performance(times, out.au, gaze, out.rotation, turned, out.mouth_open, out.speaking)


def gazes(times: FloatArray) -> Performance:
    """Eyes over a grid of 5 x 5 directions, x -20..20 and y -12..16 degrees, held; the head still."""
    out = still(times)
    grid = [(x, y) for y in (-12, -5, 2, 9, 16) for x in (-20, -10, 0, 10, 20)]
    cell = np.minimum((times / max(_length(times), 1e-9) * len(grid)).astype(int), len(grid) - 1)
    out.gaze[:] = np.radians(np.array(grid, dtype=float))[cell]
    return out


def blinks(times: FloatArray, rng: np.random.Generator) -> Performance:
    """Blinks of differing speed at irregular moments, about 30 a minute."""
    return with_blinks(still(times), blink_moments(_length(times), 30.0, rng), rng)


def looking_at_camera(translation: FloatArray) -> FloatArray:
    """Gaze angles float64[n, 2] from places float64[n, 3] mm to the camera."""
    return np.stack(
        [np.arctan2(-translation[:, 0], translation[:, 2]), np.arctan2(-translation[:, 1], translation[:, 2])], axis=1
    )


def on_neck(rotation: FloatArray, translation: FloatArray) -> FloatArray:
    """Places float64[n, 3] of a head that turns about its neck instead of about its eyes."""
    # An elementwise product: unlike a matrix product its last bit does not depend on where arrays lie in memory.
    turned = (matrix_from_angles(rotation) * NECK_MM).sum(axis=2)
    return np.asarray(translation + NECK_MM - turned)


def bump(times: FloatArray, start: float, rise: float, hold: float, fall: float) -> FloatArray:
    """0, smoothly up to 1 over `rise` seconds, held, smoothly back to 0."""
    up = np.clip((times - start) / max(rise, 1e-6), 0, 1)
    down = np.clip((start + rise + hold + fall - times) / max(fall, 1e-6), 0, 1)
    x = np.minimum(up, down)
    return np.asarray(x * x * (3 - 2 * x))


def blink_moments(seconds: float, per_minute: float, rng: np.random.Generator) -> FloatArray:
    """Start times with the irregular spacing of real blinks (coefficient of variation .8, at least .5 s apart)."""
    mean = 60.0 / per_minute
    sigma = np.sqrt(np.log(1 + 0.8**2))
    at, out = rng.uniform(0.6, mean), []
    while at < seconds - 0.5:
        out.append(at)
        at += max(0.5, rng.lognormal(np.log(mean) - sigma**2 / 2, sigma))
    return np.array(out)


def with_blinks(performance: Performance, starts: FloatArray, rng: np.random.Generator) -> Performance:
    """The performance with full blinks begun at `starts` (0.2 to 0.35 s each) in AU45."""
    unit = AU_NAMES.index("AU45")
    au, events = performance.au.copy(), []
    for start in starts:
        close, shut, reopen = rng.uniform(0.07, 0.11), rng.uniform(0.03, 0.07), rng.uniform(0.12, 0.2)
        closure = bump(performance.times, start, close, shut, reopen)
        au[:, unit] = np.maximum(au[:, unit], AU_MAX * closure)
        events.append(BlinkEvent(float(start), float(start + close + shut / 2), float(start + close + shut + reopen)))
    return replace(performance, au=au, blinks=(*performance.blinks, *events))


def _length(times: FloatArray) -> float:
    """Seconds a film with these frame times lasts."""
    step = times[-1] - times[-2] if len(times) > 1 else 0.0
    return float(times[-1] + step)


def write_script(name: str, times: FloatArray, seed: int) -> Performance:
    """The named script at these frame times (s).

    Raises `KeyError` for a name that is not in `SCRIPTS`.
    """
    return SCRIPTS[name](times, np.random.default_rng([seed, 0x53435254]))


def _interview(times: FloatArray, rng: np.random.Generator) -> Performance:
    from lineament.simulation.avatar.interview import interview

    return interview(times, _length(times), rng)


SCRIPTS: dict[str, Callable[[FloatArray, np.random.Generator], Performance]] = {
    "interview": _interview,
    "sweep": lambda times, rng: sweep(times),
    "poses": lambda times, rng: poses(times),
    "gaze": lambda times, rng: gazes(times),
    "blinks": blinks,
    "still": lambda times, rng: still(times),
}
"""Scripts by name."""
