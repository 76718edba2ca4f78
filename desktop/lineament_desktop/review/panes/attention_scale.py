"""How far a lane of attention reaches round its even share: steps of a ladder, so that lanes stand still.

Attention is often nearly even, and then the whole range from 0 to 1 shows nothing. A lane is drawn round its even share
(for moments: round the mean), and reaches the first step of a ladder that holds every departure so far. While a
recording grows the step can only rise, and rarely does. The range is written beside the lanes.
"""

from dataclasses import dataclass

import numpy as np

from lineament.models.prediction import Prediction
from lineament_desktop.review.panes.envelope import Values

SHARE_STEPS = (0.02, 0.05, 0.1, 0.15, 0.25, 0.5, 0.75, 1.0)
WEIGHT_STEPS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 9.0, 24.0, 99.0)


@dataclass(frozen=True)
class Reach:
    """A lane from low to high, drawn from `even`."""

    even: float
    low: float
    high: float

    def place(self, value: float) -> float:
        """0 at the low end, 1 at the high end, cut there."""
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)


def share_reach(prediction: Prediction) -> Reach:
    """Of attributes' shares of attention, 0 to 1; one range for all, so that their lanes compare."""
    even = 1.0 / max(len(prediction.attribute_names), 1)
    step = _step(prediction.attribute_attention - even, SHARE_STEPS)
    return Reach(even, max(even - step, 0.0), min(even + step, 1.0))


def weight_reach(prediction: Prediction) -> Reach:
    """Of moments' weights as multiples of the mean."""
    step = _step(moment_weights(prediction) - 1.0, WEIGHT_STEPS)
    return Reach(1.0, max(1.0 - step, 0.0), 1.0 + step)


def moment_weights(prediction: Prediction) -> Values:
    """Moment attention as multiples of its mean, float32[W]."""
    return prediction.moment_attention * np.float32(len(prediction.moment_attention))


def up_to(values: Values, ladder: tuple[float, ...]) -> float:
    """The first step of a ladder that no value is above; its last one where some are."""
    return _step(values, ladder)


def _step(departures: Values, ladder: tuple[float, ...]) -> float:
    furthest = float(np.abs(departures).max()) if departures.size else 0.0
    return next((step for step in ladder if furthest <= step), ladder[-1])
