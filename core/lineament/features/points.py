"""What the 68 points do within a window: spectra of their displacements, as features of the nodes of a graph.

Displacements come with the head's movement and the camera taken out (see `landmarks`), are taken relative to the
person's own rest and divided by the inter-ocular distance. Song et al. (TAFFC 2022) describe behaviour by amplitude
spectra; logarithms keep a blink and a slow drift in one range. The first bin says where a point is on average, and to
which side matters (a raised mouth corner is not a lowered one), so it keeps its sign. Both are our choice.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from lineament.face.template import load_template
from lineament.features.channels import N_POINTS

Float32Array = npt.NDArray[np.float32]

POINT_BINS = 16
"""Bins 0 to 1.5 Hz of a window of ten seconds at 10 Hz."""
N_POINT_FEATURES = 2 * POINT_BINS
NOISE = 1e-3
"""Amplitudes well below this share of the inter-ocular distance are noise: log(1 + amplitude / NOISE) is linear there.
A tracker's noise of .004 a frame has about .0004 in each bin."""


def point_spectra(displacements: Float32Array) -> Float32Array:
    """float32[W, 68, 32] of windows of displacements from rest float32[W, T, 136] mm (all x before all y).

    Of each point, 16 values of x then 16 of y. With F = rfft(displacement / inter-ocular distance) / T they are
    sign(F[0]) log(1 + |F[0]| / NOISE), then log(1 + |F[k]| / NOISE) for k = 1..15.
    """
    count, bins = displacements.shape[:2]
    transformed = _basis(bins) @ displacements
    size = np.abs(transformed[:, :POINT_BINS])
    size[:, 1:] = np.hypot(size[:, 1:], transformed[:, POINT_BINS:])
    features = np.log1p(size)
    features[:, 0] *= np.sign(transformed[:, 0])
    by_point = features.reshape(count, POINT_BINS, 2, N_POINTS).transpose(0, 3, 2, 1)
    return np.ascontiguousarray(by_point.reshape(count, N_POINTS, N_POINT_FEATURES))


@lru_cache(maxsize=4)
def _basis(bins: int) -> Float32Array:
    """float32[31, bins]: cosines of bins 0-15, sines of 1-15, in units of NOISE. A product with so few rows is faster
    than a whole FFT and gives each window the same bits in whatever company it comes."""
    angle = 2 * np.pi * np.outer(np.arange(POINT_BINS), np.arange(bins)) / bins
    basis = np.concatenate([np.cos(angle), -np.sin(angle[1:])])
    return np.asarray(basis / (bins * NOISE * load_template().inter_ocular_mm), dtype=np.float32)
