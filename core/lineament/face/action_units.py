"""Intensities of 17 action units from the aligned mesh and the person's own neutral.

These are geometric estimates: what skin points moved, not which muscle did it. Intensities are in the units of OpenFace
and FACS A-E, 0..5.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lineament.face.displacement import AU_MAX, AU_NAMES
from lineament.face.expression_model import load_expression_model
from lineament.face.eyes import eye_openness
from lineament.face.landmarker import BLENDSHAPE_NAMES
from lineament.face.lips import lip_gap, lower_lip_height
from lineament.face.neutral import Neutral
from lineament.face.observation import LandmarkArray

Float32Array = npt.NDArray[np.float32]

PRESENCE_THRESHOLD = 1.0
"""An action unit is present from intensity 1, FACS level A, a trace (our choice)."""

BLENDSHAPES_OF_AU: dict[str, tuple[str, ...]] = {
    "AU01": ("browInnerUp",),
    "AU02": ("browOuterUpLeft", "browOuterUpRight"),
    "AU04": ("browDownLeft", "browDownRight"),
    "AU05": ("eyeWideLeft", "eyeWideRight"),
    "AU06": ("cheekSquintLeft", "cheekSquintRight"),
    "AU07": ("eyeSquintLeft", "eyeSquintRight"),
    "AU09": ("noseSneerLeft", "noseSneerRight"),
    "AU10": ("mouthUpperUpLeft", "mouthUpperUpRight"),
    "AU12": ("mouthSmileLeft", "mouthSmileRight"),
    "AU14": ("mouthDimpleLeft", "mouthDimpleRight"),
    "AU15": ("mouthFrownLeft", "mouthFrownRight"),
    "AU17": ("mouthShrugLower",),
    "AU20": ("mouthStretchLeft", "mouthStretchRight"),
    "AU23": ("mouthPressLeft", "mouthPressRight"),
    "AU25": ("mouthLowerDownLeft", "mouthLowerDownRight", "mouthUpperUpLeft", "mouthUpperUpRight"),
    "AU26": ("jawOpen",),
    "AU45": ("eyeBlinkLeft", "eyeBlinkRight"),
}
"""Blendshapes whose mean speaks for an action unit (ARKit's names say the movement, FACS the muscle; our pairing)."""

_BLENDSHAPE_SHARE = 0.5
_STRAIGHT_UP_TO = 4.0

_WIDEST_GAP_MM, _LIP_GAP_SHARE = 12.0, 0.7
"""AU25 is mostly the gap between the lips: FACS scores it by that gap, whatever opened it. FaceMesh shows 9 mm of AU25
at 5 (avatar), and up to 18 mm when the jaw drops too."""
_LOWEST_LIP_MM, _LIP_DROP_SHARE = 20.0, 0.6
"""AU26 is more than half how far the lower lip has dropped; 20 mm is what FaceMesh shows of AU26 at 5 (avatar)."""


@dataclass(frozen=True, eq=False)
class ActionUnits:
    """intensity: float32[N, 17] 0..5 in the order of `AU_NAMES`; present: bool[N, 17]; eye_openness: float32[N] 0..1"""

    intensity: Float32Array
    present: npt.NDArray[np.bool_]
    eye_openness: Float32Array


def estimate_action_units(
    aligned: LandmarkArray, neutral: Neutral, blendshapes: Float32Array | None = None
) -> ActionUnits:
    """Action units of aligned meshes float32[N, 478, 3] mm, with blendshapes float32[N, 52] where there are any.

    With blendshapes an intensity is the mean of what the mesh and what the blendshapes say. NaN rows give NaN
    intensities, no unit present.
    """
    known = np.isfinite(aligned[:, 0, 0])
    intensity = np.full((len(aligned), len(AU_NAMES)), np.nan, dtype=np.float32)
    openness = np.full(len(aligned), np.nan, dtype=np.float32)
    if known.any():
        intensity[known] = _from_mesh(aligned[known], neutral)
        openness[known] = eye_openness(aligned[known], neutral.opening)
        if blendshapes is not None and neutral.blendshapes is not None:
            from_shapes = _from_blendshapes(blendshapes[known], neutral.blendshapes)
            intensity[known] += _BLENDSHAPE_SHARE * (from_shapes - intensity[known])
    present = np.nan_to_num(intensity) >= PRESENCE_THRESHOLD
    return ActionUnits(intensity, present, openness)


def _from_mesh(aligned: LandmarkArray, neutral: Neutral) -> Float32Array:
    model = load_expression_model()
    scores = model.scores(aligned) - model.scores(neutral.mesh[None])
    intensity = model.intensities(scores)
    parted = AU_MAX * np.maximum(lip_gap(aligned) - neutral.lip_gap, 0.0) / _WIDEST_GAP_MM
    dropped_mm = lower_lip_height(aligned) - lower_lip_height(neutral.mesh[None])
    dropped = AU_MAX * np.maximum(dropped_mm, 0.0) / _LOWEST_LIP_MM
    for name, direct, share in (("AU25", parted, _LIP_GAP_SHARE), ("AU26", dropped, _LIP_DROP_SHARE)):
        column = AU_NAMES.index(name)
        intensity[:, column] += share * (direct - intensity[:, column])
    return _within_scale(intensity).astype(np.float32)


def _within_scale(intensity: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """As they are up to 4; above that ever closer to 5, so that strong ones still differ (our choice)."""
    above = np.maximum(intensity - _STRAIGHT_UP_TO, 0.0)
    room = AU_MAX - _STRAIGHT_UP_TO
    return np.asarray(np.minimum(intensity, _STRAIGHT_UP_TO) + room * (1.0 - np.exp(-above / room)))


def _from_blendshapes(blendshapes: Float32Array, neutral: Float32Array) -> Float32Array:
    """Blendshapes above the person's own rest, stretched so that 1 is intensity 5."""
    above = np.clip((blendshapes - neutral) / np.maximum(1.0 - neutral, 0.2), 0.0, 1.0)
    column = {name: i for i, name in enumerate(BLENDSHAPE_NAMES)}
    groups = [[column[shape] for shape in BLENDSHAPES_OF_AU[name]] for name in AU_NAMES]
    means = [above[:, group].mean(axis=1) for group in groups]
    return np.asarray(AU_MAX * np.stack(means, axis=1), dtype=np.float32)
