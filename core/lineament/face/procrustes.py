"""Best similarity transforms between sets of points, for many frames at once."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
AnyFloatArray = npt.NDArray[np.float32] | npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Similarity:
    """target = scale * rotation @ source + translation. scale: [N], rotation: [N, 3, 3], translation: [N, 3]."""

    scale: FloatArray
    rotation: FloatArray
    translation: FloatArray


def weighted_sum(values: AnyFloatArray, weights: AnyFloatArray) -> FloatArray:
    """values [N, M] times weights [M], summed, [N].

    Row by row: the product of the whole batch with the weights would round differently with the batch's size.
    """
    return np.asarray((values[:, None, :] @ weights[:, None])[:, 0, 0])


def similarity(source: AnyFloatArray, target: AnyFloatArray, weights: FloatArray) -> Similarity:
    """Weighted least squares over M points of [N, M, 3] each, weights [M] (Umeyama 1991, equations 40 to 42)."""
    share = weights / weights.sum()
    source_mean = (share[None] @ source)[:, 0]
    target_mean = (share[None] @ target)[:, 0]
    a = source - source_mean[:, None, :]
    b = target - target_mean[:, None, :]
    covariance = (b * share[:, None]).transpose(0, 2, 1) @ a
    u, singular, vt = np.linalg.svd(covariance)
    flip = np.ones_like(singular)
    flip[:, 2] = np.sign(np.linalg.det(u) * np.linalg.det(vt))
    rotation = (u * flip[:, None, :]) @ vt
    variance = weighted_sum((a * a).sum(axis=2), share)
    scale = np.sum(singular * flip, axis=1) / variance
    translation = target_mean - scale[:, None] * (rotation @ source_mean[:, :, None])[:, :, 0]
    return Similarity(scale, rotation, translation)
