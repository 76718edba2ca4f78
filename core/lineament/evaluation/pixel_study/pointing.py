"""The pointing game: does the heat map's maximum lie in the part of the face that carries the effect?

After Zhang et al., "Top-down neural attention by excitation backprop" (IJCV 2018). A session's map is the mean of its
crops' maps. Chance is the share of cells that would be a hit.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lineament.crops.areas import cells_of
from lineament.models.card import Estimate
from lineament.training.metrics import bootstrap

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Pointing:
    """rate: share of sessions that hit, bootstrapped over sessions; chance: of cells. weight: the mean share of the
    maps' weight in the area, which is `chance` for an even map."""

    sessions: int
    rate: Estimate
    chance: float
    weight: Estimate


def pointing(maps: FloatArray, area: str) -> Pointing:
    """maps: float64[n, cells, cells], one a session, at least one, each summing to 1. area: of `crops.areas.AREAS`.

    Raises `ValueError` for maps that are not square or not there, `KeyError` for an unknown area.
    """
    if maps.ndim != 3 or not len(maps) or maps.shape[1] != maps.shape[2]:
        raise ValueError(f"maps are float64[n, cells, cells], not {list(maps.shape)}")
    inside = cells_of(area, maps.shape[1]).ravel()
    flat = maps.reshape(len(maps), -1)
    hits, weights = inside[flat.argmax(axis=1)].astype(np.float64), flat[:, inside].sum(axis=1)
    return Pointing(
        len(maps),
        bootstrap(lambda rows: float(hits[rows].mean()), len(maps)),
        float(inside.mean()),
        bootstrap(lambda rows: float(weights[rows].mean()), len(maps)),
    )
