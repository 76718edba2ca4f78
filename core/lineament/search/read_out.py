"""The score read from a network's own answer and from the behaviour parameters that it was taught beside it.

Where a cohort knows the true behaviour of its sessions (simulated ones do), a network learns dozens of quiet targets
with each loud one, and what it then says of behaviour tells more of the score than its own answer does. The read-out is
ridge regression on what networks say of sessions they have not seen. It is linear, so it goes into the last layer of
every network and costs nothing afterwards. All our choice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lineament.search.ridge import Ridge

FloatArray = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class BehaviourReadOut:
    """score = intercept + network * answer + weights @ behaviour (float64[K])."""

    intercept: float
    network: float
    weights: FloatArray

    @classmethod
    def fit(
        cls, answers: FloatArray, behaviour: FloatArray, scores: FloatArray, persons: Sequence[str]
    ) -> "BehaviourReadOut":
        """From out-of-fold answers float64[n] and behaviour float64[n, K]; the penalty is chosen over `persons`."""
        ridge = Ridge.fit(np.concatenate([answers[:, None], behaviour], axis=1), scores, persons)
        weights = ridge.weights / ridge.spread
        return cls(float(ridge.mean - ridge.centre @ weights), float(weights[0]), weights[1:])

    def __call__(self, answers: FloatArray, behaviour: FloatArray) -> FloatArray:
        """Scores [...] of answers [...] and behaviour [..., K]."""
        return np.asarray(self.intercept + self.network * answers + behaviour @ self.weights)

    def folded(
        self, state: dict[str, npt.NDArray[np.float32]], mean: float, spread: float
    ) -> dict[str, npt.NDArray[np.float32]]:
        """A network's weights by name with the read-out in its score layer and without the head for behaviour.

        mean, spread: of the scores it was trained on, which its answer is still multiplied with.
        """
        weight = self.network * state["score.weight"] + (self.weights @ state["behaviour.weight"])[None] / spread
        offset = self.intercept + self.network * mean + self.weights @ state["behaviour.bias"] - mean
        bias = self.network * state["score.bias"] + offset / spread
        kept = {name: value for name, value in state.items() if not name.startswith("behaviour.")}
        return {**kept, "score.weight": weight.astype(np.float32), "score.bias": bias.astype(np.float32)}


def read_out_of_fold(
    answers: FloatArray, behaviour: FloatArray, scores: FloatArray, persons: Sequence[str], folds: Sequence[Rows]
) -> FloatArray:
    """float64[n], each fold read by weights that it took no part in."""
    found = np.empty(len(scores))
    for held in folds:
        others = np.setdiff1d(np.arange(len(scores)), held)
        own = BehaviourReadOut.fit(answers[others], behaviour[others], scores[others], [persons[i] for i in others])
        found[held] = own(answers[held], behaviour[held])
    return found
