"""Where in the crop the heads looked, as maps that can be laid over the picture.

A head's map: how much each place puts into the head's vector, which is its spatial attention times the length of the
gated features there, a_k(p) * |gate_k * x(p)|. A place that is attended but holds nothing counts little (norm-based
analysis of attention, Kobayashi et al., EMNLP 2020). A crop's map: its heads' maps, each with the weight of what the
head put in altogether. That reading of "attention", and the shift below, are our choices.

A cell of a ResNet's output does not lie where it seems to: each halving centres the i-th output on input 2 i, the upper
left of its two pixels. So maps are moved by (stride - 1) / 2 pixels before they are given out.
"""

from typing import NamedTuple

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.models.hmhn.mab import Looked


class Regions(NamedTuple):
    """maps [B, h, w] and heads [B, K, h, w], each map summing to 1 over its crop; row 0 is the crop's top."""

    maps: Tensor
    heads: Tensor


def regions(features: Tensor, looked: Looked, stride: int) -> Regions:
    """Maps of a batch. features [B, C, h, w] are those the heads looked at; stride: crop pixels a cell."""
    lengths = torch.sqrt(torch.einsum("bkc,bchw->bkhw", looked.gates.square(), features.square()))
    put_in = centred(looked.spatial * lengths, (stride - 1) / (2 * stride))
    return Regions(_shares(put_in.sum(dim=1)), _shares(put_in))


def centred(maps: Tensor, shift: float) -> Tensor:
    """Values of [..., h, w] `shift` cells further down and right, between cells in proportion, the last held."""
    for dim in (-1, -2):
        following = torch.cat([maps.narrow(dim, 1, maps.shape[dim] - 1), maps.narrow(dim, -1, 1)], dim=dim)
        maps = torch.lerp(maps, following, shift)
    return maps


def _shares(maps: Tensor) -> Tensor:
    """Each map over its own sum; equal shares where nothing was put in."""
    cells = maps.shape[-1] * maps.shape[-2]
    total = maps.sum(dim=(-2, -1), keepdim=True)
    return torch.where(total > 0, maps / total.clamp_min(torch.finfo(maps.dtype).tiny), 1 / cells)
