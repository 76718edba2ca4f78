"""Scaling of channels and points, fitted on the usable windows of training rows and on nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lineament.errors import DatasetError
from lineament.features.channels import N_POINTS, Float32Array
from lineament.features.cohort_features import CohortFeatures
from lineament.features.points import N_POINT_FEATURES
from lineament.features.windows import CLIP, ChannelScaling

_FITTED_ON = 6_000
"""Windows that percentiles are taken of; more do not move them (142 persons of eight minutes have 6,816)."""


@dataclass(frozen=True, eq=False)
class PointScaling:
    """Median and spread of every node feature over training windows, float32[68, 32] each."""

    centre: Float32Array
    spread: Float32Array

    @classmethod
    def fit(cls, points: Float32Array) -> "PointScaling":
        """From unscaled node features float32[n, 68, 32] of training windows; spread as `ChannelScaling` has it."""
        low, centre, high = np.percentile(points, [25, 50, 75], axis=0)
        spread = np.maximum((high - low) / 1.349, points.std(axis=0))
        return cls(centre.astype(np.float32), np.maximum(spread, 1e-3).astype(np.float32))

    def apply(self, points: Float32Array) -> Float32Array:
        """Scaled node features [..., 68, 32], cut at `CLIP`."""
        scaled: Float32Array = np.clip((points - self.centre) / self.spread, -CLIP, CLIP)
        return scaled

    def to_json(self) -> dict[str, list[list[float]]]:
        return {"centre": self.centre.tolist(), "spread": self.spread.tolist()}

    @classmethod
    def from_json(cls, data: Mapping[str, Sequence[Sequence[float]]]) -> "PointScaling":
        """Raises `KeyError` or `ValueError` when something is missing or of another shape."""
        shape = (N_POINTS, N_POINT_FEATURES)
        centre, spread = (np.array(data[name], dtype=np.float32).reshape(shape) for name in ("centre", "spread"))
        return cls(centre, spread)


@dataclass(frozen=True, eq=False)
class Scalings:
    """Both scalings of one training fold."""

    channels: ChannelScaling
    points: PointScaling

    def to_json(self) -> dict[str, Any]:
        return {"channels": self.channels.to_json(), "points": self.points.to_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Scalings":
        """Raises `KeyError` or `ValueError` when something is missing or of another shape."""
        return cls(ChannelScaling.from_json(data["channels"]), PointScaling.from_json(data["points"]))


def fit_scalings(features: CohortFeatures, rows: Sequence[int] | npt.NDArray[np.int64]) -> Scalings:
    """Scalings of the sessions `rows`, which must be those a model is trained on.

    At most 6,000 of their usable windows are used, evenly spread over all of them. Raises `DatasetError` when they have
    none.
    """
    at = np.asarray(rows, dtype=np.int64)
    session, window = np.nonzero(features.present[at])
    if not len(session):
        raise DatasetError(
            f"none of the {len(at)} training sessions of {features.name} has a usable window",
            remedy="Use more sessions, or fewer folds.",
        )
    step = -(-len(session) // _FITTED_ON)
    chosen = at[session[::step]], window[::step]
    return Scalings(ChannelScaling.fit(features.values[chosen]), PointScaling.fit(features.points[chosen]))
