"""What is minimised: L = L_KL + lambda_1 L_histogram + lambda_2 L_expectation."""

from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.models.dj_ldml.histogram_loss import HistogramSettings, Labelled, joined, pairs_between, pairs_within
from lineament.models.dj_ldml.label_distribution import FloatArray, LabelDistribution
from lineament.models.dj_ldml.memory import PairMemory
from lineament.models.dj_ldml.network import Coded


@dataclass(frozen=True)
class ObjectiveSettings:
    """joint: False learns the label distribution alone, the control for what the embedding adds; both weights are then
    without effect on the embedding, which is not trained. histogram_weight: lambda_1 (.1 to 1). expectation_weight:
    lambda_2, of |expectation - score| in points; 0 because the widened support needs no help."""

    joint: bool = True
    histogram_weight: float = 0.5
    expectation_weight: float = 0.0
    histogram: HistogramSettings = field(default_factory=HistogramSettings)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Losses(NamedTuple):
    """Scalars; `total` is minimised, the others are its unweighted parts."""

    total: Tensor
    label: Tensor
    histogram: Tensor
    expectation: Tensor


def joint_loss(
    coded: Coded,
    scores: FloatArray,
    groups: npt.NDArray[np.int64],
    label: LabelDistribution,
    settings: ObjectiveSettings,
    memory: PairMemory,
) -> Losses:
    """Losses of one batch, scores float64[n] in points and groups int64[n] (`Labelled`); the batch is remembered."""
    divergence = label.loss(coded.logits, scores)
    observed = torch.from_numpy(scores).to(coded.logits)
    expected = (label.expectation(coded.logits) - observed).abs().mean()
    reversal = torch.zeros_like(divergence)
    if settings.joint:
        clips = Labelled(coded.embedding, observed, torch.from_numpy(groups).to(coded.logits.device))
        pairs = pairs_within(clips)
        if memory.kept is not None:
            pairs = joined(pairs, pairs_between(clips, memory.kept))
        reversal = settings.histogram.loss(pairs, label.scale)
        memory.push(clips)
    total = divergence + settings.histogram_weight * reversal
    if settings.expectation_weight:
        total = total + settings.expectation_weight * expected
    return Losses(total, divergence, reversal, expected)
