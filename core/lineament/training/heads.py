"""The last layer, fitted in closed form once the encoders are trained.

A score is a noisy label and a network a hungry reader of noise; ridge regression of the scores on the sessions'
summaries, with its penalty chosen on the dev persons, uses the labels once. Crops of three lengths take part, so that
the layer does not lean on what only a long session shows.
"""

import numpy as np
import numpy.typing as npt
import torch  # noqa: TID253

from lineament.features.windows import ChannelScaling
from lineament.models.network import HandDesignedNetwork
from lineament.training.baselines import PENALTIES
from lineament.training.data import MIN_CROP, TrainingData
from lineament.training.metrics import rmse

_BATCH = 32

Summaries = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]


def refit_score(
    network: HandDesignedNetwork, train: TrainingData, dev: TrainingData, scaling: ChannelScaling, seed: int
) -> float:
    """Set `network.score` to the ridge solution in standard units of the training scores; the penalty chosen."""
    rng = np.random.default_rng([seed, 1])
    x, y = _summaries_of_crops(network, train, scaling, rng)
    x_dev, y_dev = _summaries_of_crops(network, dev, scaling, rng)
    mean, sd = float(train.scores.mean()), float(train.scores.std())
    return set_by_ridge(network.score, (x, y), (x_dev, y_dev), mean, sd)


def set_by_ridge(layer: torch.nn.Linear, train: Summaries, dev: Summaries, mean: float, sd: float) -> float:
    """Set a layer of one output to the ridge solution in standard units; the penalty with the lowest dev RMSE.

    train, dev: summaries float64[n, D] and scores float64[n]. mean, sd: of the training scores.
    """
    (x, y), (x_dev, y_dev) = train, dev
    centre, spread = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-6)
    z, z_dev = (x - centre) / spread, (x_dev - centre) / spread
    gram, pull = z.T @ z, z.T @ ((y - mean) / sd)
    candidates = [(p, np.linalg.solve(gram + p * np.eye(len(gram)), pull)) for p in PENALTIES]
    errors = [rmse(mean + sd * (z_dev @ w), y_dev) for _, w in candidates]
    penalty, weights = candidates[int(np.argmin(errors))]
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(weights / spread)[None])
        layer.bias.fill_(float(-(weights / spread) @ centre))
    return penalty


def _summaries_of_crops(
    network: HandDesignedNetwork, data: TrainingData, scaling: ChannelScaling, rng: np.random.Generator
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Whole sessions, crops of about a third, and short ones; rows without a usable window are left out."""
    whole = data.windows.shape[1]
    found, scores = [], []
    for count in sorted({whole, max(whole // 3, MIN_CROP), max(whole // 10, MIN_CROP)}):
        starts = rng.integers(0, whole - count + 1, len(data))
        sessions, present = summarise_sessions(network, data, scaling, starts, count)
        found.append(sessions[present].astype(np.float64))
        scores.append(data.scores[present])
    return np.concatenate(found), np.concatenate(scores)


def summarise_sessions(
    network: HandDesignedNetwork,
    data: TrainingData,
    scaling: ChannelScaling,
    starts: npt.NDArray[np.int64],
    count: int,
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """Summaries float32[N, 2 D] of crops of `count` windows, and which persons have a usable window in theirs."""
    network.eval()
    found, there = [], []
    with torch.inference_mode():
        for i in range(0, len(data), _BATCH):
            rows = np.arange(i, min(i + _BATCH, len(data)))
            values, present = data.crop(rows, starts[rows], count)
            coded = network.encode(torch.from_numpy(scaling.apply(values)).flatten(0, 1))
            shape = (len(rows), count)
            summary, _ = network.summarise(
                coded.fused.view(*shape, -1), coded.moment_logits.view(shape), torch.from_numpy(present)
            )
            found.append(summary.numpy())
            there.append(present.any(axis=1))
    return np.concatenate(found), np.concatenate(there)
