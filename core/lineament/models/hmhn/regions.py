"""Where in the crop the score comes from, as maps that can be laid over the picture.

The heads' spatial attention alone does not say it: a head may look at a place, find much there, and the last layer make
nothing of it (on drawn faces heads watch the mouth where only the eyes tell anything, measured). So a crop's map is how
far each place moves the score: its contribution, all heads together, less what that place usually contributes, without
sign. That is the linear case of Shapley values (Lundberg and Lee, NIPS 2017) on the network's last features, with gates
and fusion weights held. The reading, and the shift below, are our choices.

A cell of a ResNet's output does not lie where it seems to: each halving centres the i-th output on input 2 i, the upper
left of its two pixels. So maps are moved by (stride - 1) / 2 pixels before they are given out.
"""

from typing import NamedTuple

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253


class Regions(NamedTuple):
    """maps [B, h, w], and heads [B, K, h, w] each by itself, each map summing to 1 over its crop; row 0 is the top."""

    maps: Tensor
    heads: Tensor


def regions(contributions: Tensor, usual: Tensor, stride: int) -> Regions:
    """Maps of a batch. contributions [B, K, h, w] and usual [K, h, w]: see `HMHNNetwork`; stride: crop pixels a
    cell."""
    moved = contributions - usual
    shift = (stride - 1) / (2 * stride)
    return Regions(_shares(centred(moved.sum(dim=1).abs(), shift)), _shares(centred(moved.abs(), shift)))


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
