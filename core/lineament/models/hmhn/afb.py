"""Attention fusion (AFB): the heads' vectors to one.

"softmax" (default, ours): each channel is the heads' mean there, weighted by a softmax over heads, so that what one
    head found strongly is heard. "dan" is what DAN's code does: the sum over heads of their log-softmax over heads,
    which is negative everywhere and drops what all heads share. With a single head both leave its vector as it is.
"""

from typing import NamedTuple

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

from lineament.models.hmhn.presets import AfbMode


class Fused(NamedTuple):
    """joined [B, C]; heads [B, K, C], which the partition loss keeps apart: in "dan" after the log-softmax; slopes
    [B, K, C]: how much `joined` takes up of each vector, the softmax weights held; in "dan" its derivative."""

    joined: Tensor
    heads: Tensor
    slopes: Tensor


class AttentionFusion(nn.Module):
    """Vectors [B, K, C] to `Fused`; there is nothing to learn."""

    def __init__(self, mode: AfbMode) -> None:
        super().__init__()
        self.mode = mode

    def forward(self, vectors: Tensor) -> Fused:
        if vectors.shape[1] == 1:
            return Fused(vectors.squeeze(1), vectors, torch.ones_like(vectors))
        weights = torch.softmax(vectors, dim=1)
        if self.mode == "dan":
            heads = torch.log_softmax(vectors, dim=1)
            return Fused(heads.sum(dim=1), heads, 1 - vectors.shape[1] * weights)
        return Fused((weights * vectors).sum(dim=1), vectors, weights)
