"""The contrast that teaches MPFN who is who, and what is said when a loss is no number."""

import math

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.errors import ModelError


def person_contrast(points: Tensor, persons: Tensor, scores: Tensor, temperature: float, band: float) -> Tensor:
    """Supervised InfoNCE (Khosla et al. 2020) over visits, with negatives weighted by how like their scores are.

    points: [B, P] of unit length; persons: int64[B]; scores: [B], points of the scale. With s_ij = z_i . z_j /
    temperature, the loss of anchor i and positive p (another visit of the same person) is

        -log( exp(s_ip) / (sum_q exp(s_iq) + sum_n v_in exp(s_in)) ),

    q over i's positives, n over the visits of other persons, v_in = exp(-|score_i - score_n| / band) divided by its
    mean over n: other persons with the same score count most, so that the score is no way to tell persons apart. Mean
    over positives, then over anchors that have a positive and a negative; 0 where none has. The weights are our choice.
    """
    same = persons[:, None] == persons[None, :]
    itself = torch.eye(len(persons), dtype=torch.bool, device=points.device)
    positive, negative = same & ~itself, ~same
    weight = torch.exp(-(scores[:, None] - scores[None, :]).abs() / band) * negative
    mean = weight.sum(dim=1, keepdim=True) / negative.sum(dim=1, keepdim=True).clamp(min=1)
    weight = torch.where(negative, weight / mean.clamp(min=1e-12), positive.to(weight.dtype))
    similar = points @ points.T / temperature
    inside = (similar + torch.log(weight.clamp(min=1e-12))).masked_fill(itself, -torch.inf)
    anchors = positive.any(dim=1) & negative.any(dim=1)
    if not anchors.any():
        return points.sum() * 0.0
    logarithm = similar - torch.logsumexp(inside, dim=1, keepdim=True)
    each = -(logarithm * positive).sum(dim=1) / positive.sum(dim=1).clamp(min=1)
    return each[anchors].mean()


def require_finite(loss: float, phase: str, epoch: int) -> None:
    """Raises `ModelError` when a loss is no longer a number."""
    if not math.isfinite(loss):
        raise ModelError(
            f"the loss of MPDRM's {phase} phase is no longer a number in epoch {epoch + 1}",
            remedy="Lower the learning rate, or look for values without bound among the recordings.",
        )
