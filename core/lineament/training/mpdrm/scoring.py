"""Whole visits through the network: coded once, scored with what earlier visits say of the person."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.features.windows import ChannelScaling
from lineament.models.mpdrm.network import MpdrmNetwork, Scored, person_vectors, window_mean
from lineament.training.baselines import PENALTIES
from lineament.training.metrics import rmse
from lineament.training.mpdrm.data import MovementData

FloatArray = npt.NDArray[np.float64]
TrainAndDev = tuple[MovementData, MovementData]
_VISITS_AT_ONCE = 8


@dataclass(frozen=True, eq=False)
class CodedVisits:
    """depression, person: [N, W, D], the tokens of every window of the grid; present: [N, W]."""

    depression: Tensor
    person: Tensor
    present: Tensor

    def persons(self, data: MovementData, *, knowing: bool) -> Tensor:
        """Person vectors [N, D]: the mean over earlier visits' vectors where `knowing` and there are any, else own."""
        own = person_vectors(self.person, self.present)
        if not knowing:
            return own
        return torch.stack([own[rows].mean(dim=0) if len(rows) else own[i] for i, rows in enumerate(data.earlier)])

    def known(self, data: MovementData, *, knowing: bool) -> Tensor:
        """bool[N]: whether `persons` are of earlier visits."""
        return torch.tensor([knowing and len(rows) > 0 for rows in data.earlier])


def code_visits(network: MpdrmNetwork, data: MovementData, scaling: ChannelScaling) -> CodedVisits:
    """All windows of all visits, in evaluation mode, on the network's device; the results lie on the CPU."""
    network.eval()
    starts, present = data.grid
    device = next(network.parameters()).device
    parts: list[tuple[Tensor, Tensor]] = []
    with torch.inference_mode():
        for i in range(0, len(data), _VISITS_AT_ONCE):
            rows = np.arange(i, min(i + _VISITS_AT_ONCE, len(data)))
            grid = np.broadcast_to(starts, (len(rows), len(starts)))
            scaled = scaling.apply(data.windows(np.broadcast_to(rows[:, None], grid.shape), grid))
            coded = network.encode(torch.from_numpy(scaled).flatten(0, 1).to(device))
            shape = (len(rows), len(starts), -1)
            parts.append((coded.depression.view(shape).cpu(), coded.person.view(shape).cpu()))
    depression, person = (torch.cat(tokens) for tokens in zip(*parts, strict=True))
    return CodedVisits(depression, person, torch.from_numpy(present))


def score_visits(
    network: MpdrmNetwork,
    coded: CodedVisits,
    data: MovementData,
    *,
    knowing: bool = True,
    windows: int | None = None,
) -> Scored:
    """Every visit with its person vector. windows: how many from the start are seen; None for all."""
    device = next(network.parameters()).device
    present = coded.present.clone()
    if windows is not None:
        present[:, windows:] = False
    network.eval()
    with torch.inference_mode():
        scored = network.score(
            coded.depression.to(device),
            coded.persons(data, knowing=knowing).to(device),
            present.to(device),
            coded.known(data, knowing=knowing).to(device),
        )
    return Scored(*(part.cpu() for part in scored))


def standard_scores(
    network: MpdrmNetwork, data: MovementData, scaling: ChannelScaling, *, knowing: bool = True
) -> FloatArray:
    """Scores float64[N] of whole visits in the training scores' standard units."""
    scored = score_visits(network, code_visits(network, data, scaling), data, knowing=knowing)
    return scored.score.double().numpy()


def person_auc(vectors: npt.NDArray[np.floating], persons: npt.NDArray[np.int64]) -> float:  # type: ignore[type-arg]
    """Chance 0..1 that two visits of one person have a larger cosine than two visits of two persons (ties count half).

    vectors: [N, D] of N visits. NaN where either kind of pair is missing.
    """
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    first, second = np.triu_indices(len(unit), 1)
    cosine, same = (unit[first] * unit[second]).sum(axis=1), persons[first] == persons[second]
    if not same.any() or same.all():
        return float("nan")
    others = np.sort(cosine[~same])
    below = np.searchsorted(others, cosine[same], side="left") + np.searchsorted(others, cosine[same], side="right")
    return float(below.mean() / (2 * len(others)))


def refit_alignment(network: MpdrmNetwork, train: CodedVisits, dev: CodedVisits, data: TrainAndDev) -> float:
    """Set `network.suppression.align` to the ridge solution from f_p of earlier visits to f_d of a visit, both means
    over windows; the penalty with the least squared error on dev. Nothing happens where no person came twice.

    Few steps on few windows of two visits leave most of what can be foreseen on the table; all windows of all earlier
    visits, as they are later known, and the closed form do not (our choice). No score takes part.
    """
    (x, y), (x_dev, y_dev) = _foreseeing(train, data[0]), _foreseeing(dev, data[1])
    if not len(x) or not len(x_dev):
        return float("nan")
    candidates = _ridge_solutions(x, y)
    errors = [float(np.mean((x_dev @ w - y_dev) ** 2)) for _, w in candidates]
    penalty, weights = candidates[int(np.argmin(errors))]
    with torch.no_grad():
        network.suppression.align.weight.copy_(torch.from_numpy(weights.T))
    return penalty


def _ridge_solutions(x: FloatArray, y: FloatArray) -> list[tuple[float, FloatArray]]:
    """Every penalty with its weights."""
    gram, pull = x.T @ x, x.T @ y
    return [(p, np.linalg.solve(gram + p * np.eye(len(gram)), pull)) for p in PENALTIES]


def _foreseeing(coded: CodedVisits, data: MovementData) -> tuple[FloatArray, FloatArray]:
    """Of visits of persons who have been there before: f_p of the earlier ones and f_d, float64[K, D] each."""
    rows = coded.known(data, knowing=True) & coded.present.any(dim=1)
    foreseen = coded.persons(data, knowing=True)[rows]
    return foreseen.double().numpy(), window_mean(coded.depression, coded.present)[rows].double().numpy()


def refit_head(network: MpdrmNetwork, train: CodedVisits, dev: CodedVisits, data: TrainAndDev) -> float:
    """Set `network.head` to the ridge solution in standard units of the training scores; the penalty chosen.

    As the hand-designed network's last layer, and for its reason: a score is a noisy label, and the closed form with a
    penalty chosen on dev persons uses it once. Whole visits with and without earlier ones and the first third of each
    take part, because all three are scored later.
    """
    x, y = _features(network, train, data[0])
    x_dev, y_dev = _features(network, dev, data[1])
    mean, sd = float(data[0].scores.mean()), max(float(data[0].scores.std()), 1e-6)
    centre, spread = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-6)
    z, z_dev = (x - centre) / spread, (x_dev - centre) / spread
    candidates = _ridge_solutions(z, (y - mean) / sd)
    errors = [rmse(mean + sd * (z_dev @ w), y_dev) for _, w in candidates]
    penalty, weights = candidates[int(np.argmin(errors))]
    with torch.no_grad():
        network.head.weight.copy_(torch.from_numpy(weights / spread)[None])
        network.head.bias.fill_(float(-(weights / spread) @ centre))
    return penalty


def _features(network: MpdrmNetwork, coded: CodedVisits, data: MovementData) -> tuple[FloatArray, FloatArray]:
    third = max(coded.present.shape[1] // 3, 1)
    found, scores = [], []
    for knowing, windows in ((True, None), (False, None), (True, third)):
        there = coded.present[:, :windows].any(dim=1).numpy()
        scored = score_visits(network, coded, data, knowing=knowing, windows=windows)
        found.append(scored.features.double().numpy()[there])
        scores.append(data.scores[there])
    return np.concatenate(found), np.concatenate(scores)
