"""The true movement of one face over a session: what drives the avatar, and what is then measured."""

from dataclasses import dataclass

import numpy as np

from lineament.face.displacement import AU_MAX, AU_NAMES
from lineament.simulation.conversation import Conversation, hold_conversation
from lineament.simulation.expressions import act
from lineament.simulation.gaze_head import gaze_degrees, head_degrees, lids, plan_aversions, speaking_mask
from lineament.simulation.joint import Jointly
from lineament.simulation.parameters import number
from lineament.simulation.persons import Appearance, Person, SessionBehaviour
from lineament.simulation.rendering import block_mean, slow_wander
from lineament.simulation.types import FloatArray

RENDER_FPS = 30.0
"""Motion is drawn at least this finely, then averaged to the wanted rate, as a slower camera would."""


@dataclass(frozen=True, eq=False)
class Motion:
    """True movement, one row a frame; a subset of columns drives an avatar.

    au: float64[n, 17] on 0-5 with blinks in AU45. gaze: float64[n, 2] radians, gaze_angle_x and _y (image right and
    down positive) in the camera's frame. head: float64[n, 3] radians rx, ry, rz in OpenFace signs. place: float64[n, 3]
    mm in the camera's frame. closure: float64[n], 1 in a full blink. openness: float64[n], 0 shut, 1 widest.
    speaking: float64[n], share of the frame in which the participant speaks.
    """

    fps: float
    au: FloatArray
    gaze: FloatArray
    head: FloatArray
    place: FloatArray
    closure: FloatArray
    openness: FloatArray
    speaking: FloatArray
    conversation: Conversation

    @property
    def time_s(self) -> FloatArray:
        return np.asarray(np.arange(len(self.au)) / self.fps)


def move(
    person: Person,
    behaviour: SessionBehaviour,
    seconds: float,
    fps: float,
    jointly: Jointly,
    rng: np.random.Generator,
) -> Motion:
    """Everything the face does in `seconds` at `fps`, drawn at 30 frames a second or more and averaged down."""
    factor = max(int(np.ceil(RENDER_FPS / fps - 1e-9)), 1)
    fine = fps * factor
    n = round(seconds * fps) * factor
    looks = person.appearance
    talk = hold_conversation(behaviour, seconds, rng)
    aversions = plan_aversions(behaviour, talk, rng)
    au, closure = act(behaviour, talk, jointly, n, fine, rng)
    away, _ = gaze_degrees(aversions, n, fine, rng)
    head = head_degrees(behaviour, talk, aversions, jointly, n, fine, rng)
    openness = lids(behaviour, closure, away[:, 1], fine, rng)
    blink = AU_NAMES.index("AU45")
    au[:, blink] = AU_MAX * closure
    camera = np.array([looks.camera_pitch, looks.camera_yaw, 0.0])
    in_camera = (head + camera) * (1.0, -1.0, 1.0)
    return Motion(
        fps=fps,
        au=block_mean(au, factor),
        gaze=block_mean(np.radians(away + looks.interviewer), factor),
        head=block_mean(np.radians(in_camera), factor),
        place=block_mean(_place(looks, n, fine, rng), factor),
        closure=block_mean(closure, factor),
        openness=block_mean(openness, factor),
        speaking=block_mean(speaking_mask(talk, n, fine).astype(np.float64), factor),
        conversation=talk,
    )


def _place(looks: Appearance, n: int, fps: float, rng: np.random.Generator) -> FloatArray:
    """Where the head is, float64[n, 3] mm: seat and slow sway."""
    sway = np.stack([slow_wander(n, fps, number("head.posture_s"), number("camera.sway_mm"), rng) for _ in range(3)], 1)
    centre = np.array([looks.seat[0] * 700, looks.seat[1] * 500, looks.distance_mm])
    return np.asarray(centre + sway)
