"""How far a set of landmarks looks like one rigidly moved human face: a confidence where the tracker gives none."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from lineament.face.observation import LandmarkArray
from lineament.face.procrustes import similarity
from lineament.face.template import load_template

_USUAL = 0.06
_HALF = 0.14


def shape_plausibility(landmarks: LandmarkArray) -> npt.NDArray[np.float32]:
    """0..1 for each face of float32[N, 478, 3] pixels (our choice).

    The residual of the best similarity transform of the neutral template, in inter-ocular distances, is about .05 for
    people who talk and smile; confidence is 1 up to .06 and falls as a Gaussian to .5 at .14.
    """
    target, weights, unit = _reference()
    points = landmarks[:, :468] * np.array([1.0, -1.0, -1.0])
    fit = similarity(np.broadcast_to(target, points.shape), points, weights)
    moved = fit.scale[:, None, None] * (target @ fit.rotation.transpose(0, 2, 1)) + fit.translation[:, None, :]
    residual = np.sqrt(np.mean(np.sum((points - moved) ** 2, axis=2), axis=1)) / (fit.scale * unit)
    excess = np.clip(residual - _USUAL, 0.0, None) / (_HALF - _USUAL)
    return np.asarray(0.5 ** (excess**2), dtype=np.float32)


@lru_cache(maxsize=1)
def _reference() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], float]:
    template = load_template()
    return template.vertices[:468], np.ones(468), template.inter_ocular_mm
