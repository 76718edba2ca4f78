"""Lets the avatar live a session of the behaviour simulator."""

import numpy as np

from lineament.face.displacement import AU_NAMES
from lineament.simulation.avatar.script import BlinkEvent, Performance
from lineament.simulation.avatar.voice import hum
from lineament.simulation.motion import Motion

_WIDE_AU25 = 3.0
"""AU25 at which the simulator's speaking mouth counts as wide open."""
_SHUT = 0.6
"""Closure above which lids count as in a blink."""


def performance_of(motion: Motion, pitch_hz: float = 150.0) -> Performance:
    """The simulated movement as a performance; speech is already in its AU25 and AU26, so `mouth_open` stays 0."""
    x, y, z = (float(p) for p in np.median(motion.place, axis=0))
    speaking = motion.speaking > 0.5
    opening = np.where(speaking, motion.au[:, AU_NAMES.index("AU25")] / _WIDE_AU25, 0.0)
    return Performance(
        times=motion.time_s,
        au=motion.au,
        gaze=motion.gaze,
        rotation=motion.head,
        translation=motion.place,
        mouth_open=np.zeros(len(motion.au)),
        speaking=speaking,
        blinks=_blinks(motion),
        sound=hum(opening, motion.fps, pitch_hz, 0.5),
        place=(x, y, z),
    )


def _blinks(motion: Motion) -> tuple[BlinkEvent, ...]:
    """Spans in which the lids shut, with the moment they are most closed."""
    shut = np.concatenate([[False], motion.closure > _SHUT, [False]])
    starts, ends = (np.flatnonzero(np.diff(shut.astype(int)) == step) for step in (1, -1))
    times = motion.time_s
    out = []
    for start, end in zip(starts, ends, strict=True):
        deepest = start + int(np.argmax(motion.closure[start:end]))
        after = min(end, len(times) - 1)
        out.append(BlinkEvent(float(times[max(start - 1, 0)]), float(times[deepest]), float(times[after])))
    return tuple(out)
