"""What a network must beat: the training mean, and ridge regression on simple statistics of the channels."""

import numpy as np
import numpy.typing as npt

from lineament.training.data import TrainingData
from lineament.training.metrics import rmse

FloatArray = npt.NDArray[np.float64]
PENALTIES = tuple(float(p) for p in np.logspace(0, 5, 21))


def session_statistics(data: TrainingData) -> FloatArray:
    """Mean, standard deviation, mean absolute step and 95th percentile of each input channel over a person's usable
    windows, float64[N, 4 C]."""
    rows = []
    whole = data.windows.shape[1]
    for i in range(len(data)):
        values, present = data.crop(np.array([i]), np.array([0]), whole)
        kept = values[present].astype(np.float64)
        if not len(kept):
            rows.append(np.zeros(4 * values.shape[-1]))
            continue
        flat = kept.reshape(-1, kept.shape[-1])
        steps = np.abs(np.diff(kept, axis=1)).mean(axis=(0, 1))
        rows.append(np.concatenate([flat.mean(axis=0), flat.std(axis=0), steps, np.percentile(flat[::2], 95, axis=0)]))
    return np.array(rows)


class RidgeBaseline:
    """Ridge on standardised statistics; the penalty is the one with the lowest RMSE on the dev persons."""

    def __init__(self, train: FloatArray, train_scores: FloatArray, dev: FloatArray, dev_scores: FloatArray) -> None:
        self._mean, self._sd = train.mean(axis=0), np.maximum(train.std(axis=0), 1e-9)
        self._target = float(train_scores.mean())
        x = self._standard(train)
        gram, pull = x.T @ x, x.T @ (train_scores - self._target)
        candidates = [(p, np.linalg.solve(gram + p * np.eye(len(gram)), pull)) for p in PENALTIES]
        errors = [rmse(self._target + self._standard(dev) @ w, dev_scores) for _, w in candidates]
        self.penalty, self._weights = candidates[int(np.argmin(errors))]

    def predict(self, statistics: FloatArray) -> FloatArray:
        predicted: FloatArray = self._target + self._standard(statistics) @ self._weights
        return predicted

    def _standard(self, statistics: FloatArray) -> FloatArray:
        standard: FloatArray = np.clip((statistics - self._mean) / self._sd, -6, 6)
        return standard
