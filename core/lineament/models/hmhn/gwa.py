"""Grid-wise attention (GWA): how much each part of the face counts, by its relations to all others.

After Huang et al. (Information Sciences 580, 2021), where a face is cut into g x g grids and low-level convolutions are
steered by the dependencies between them. The HMHN abstract names the block and gives no equation. Ours, both after
`papers.md` 2.3, differ in what is compared:

"relations" (default): each grid with every other. With F_i the grid's features after two 1x1 convolutions, plus a
    learnt position (without it, where a grid lies would not matter), E_ij = gain <vec F_i, vec F_j> / sqrt(d) and
    A = softmax over j, a row a grid. A grid's weight per channel is tanh of the attended mean, sum_j A_ij mean(F_j).
    The gain is learnt and begins at 1 / sqrt(d): with 1 alone a grid's product with itself, about sqrt(d), makes the
    softmax one-hot and no relation is left.
"self-gram": each grid with itself, softmax across grids, as unofficial code does. Per channel the Gram matrix
    F_i F_i^T / sqrt(columns); softmax over the grids, entry by entry; its mean is one number a grid and channel. They
    sum to 1 over grids; times their number, less 1, they are the weights, so that equal grids change nothing.

In both the map is image * (1 + weight). Features may be taken from a picture pooled by `coarse` (ours). Grids are
views of the picture (a reshape), so the block has some hundred parameters however large the picture is.
"""

import math
from typing import NamedTuple

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253
from torch.nn import functional  # noqa: TID253

from lineament.models.hmhn.presets import GwaMode

CHANNELS = 3


class Attended(NamedTuple):
    """picture [B, 3, H, W], weighted; weights [B, G, 3]; attention: "relations" [B, G, G], rows sum to 1;
    "self-gram" [B, G, 3], sums to 1 over G. Grids are counted row by row."""

    picture: Tensor
    weights: Tensor
    attention: Tensor


class GridWiseAttention(nn.Module):
    """Pictures [B, 3, H, W] of a fixed square size to `Attended`."""

    def __init__(self, size: int, grids: int, hidden: int, mode: GwaMode, coarse: int = 1) -> None:
        super().__init__()
        self.grids, self.mode, self.coarse = grids, mode, coarse
        side = size // grids // coarse
        self.values_per_grid = CHANNELS * side * side
        self.features = nn.Sequential(
            nn.Conv2d(CHANNELS, hidden, 1, bias=False),
            nn.BatchNorm2d(hidden),
            nn.LeakyReLU(inplace=True),
            nn.Conv2d(hidden, CHANNELS, 1, bias=False),
            nn.BatchNorm2d(CHANNELS),
            nn.LeakyReLU(inplace=True),
        )
        self.position = nn.Parameter(0.02 * torch.randn(grids * grids, CHANNELS))
        if mode == "relations":
            self.gain = nn.Parameter(torch.tensor(1 / math.sqrt(self.values_per_grid)))

    def forward(self, pictures: Tensor) -> Attended:
        # 1x1 convolutions see single pixels: before cutting is the same as after, and one call
        seen = functional.avg_pool2d(pictures, self.coarse) if self.coarse > 1 else pictures
        features = to_grids(self.features(seen), self.grids) + self.position[..., None, None]
        attention, weights = self._relations(features) if self.mode == "relations" else self._self_gram(features)
        return Attended(weigh_grids(pictures, 1 + weights, self.grids), weights, attention)

    def _relations(self, features: Tensor) -> tuple[Tensor, Tensor]:
        flat = features.flatten(2)
        energy = self.gain * (flat @ flat.transpose(1, 2)) / math.sqrt(self.values_per_grid)
        attention = torch.softmax(energy, dim=2)
        return attention, torch.tanh(attention @ features.mean(dim=(3, 4)))

    def _self_gram(self, features: Tensor) -> tuple[Tensor, Tensor]:
        gram = features @ features.transpose(3, 4) / math.sqrt(features.shape[4])
        attention = torch.softmax(gram, dim=1).mean(dim=(3, 4))
        return attention, attention.shape[1] * attention - 1


def to_grids(pictures: Tensor, grids: int) -> Tensor:
    """[B, C, H, W] as [B, grids * grids, C, H / grids, W / grids], row by row."""
    batch, channels, height, width = pictures.shape
    cut = pictures.reshape(batch, channels, grids, height // grids, grids, width // grids)
    return cut.permute(0, 2, 4, 1, 3, 5).flatten(1, 2)


def weigh_grids(pictures: Tensor, weights: Tensor, grids: int) -> Tensor:
    """Pictures [B, C, H, W] times one weight a grid and channel, [B, grids * grids, C]."""
    batch, channels, height, width = pictures.shape
    cut = pictures.reshape(batch, channels, grids, height // grids, grids, width // grids)
    spread = weights.transpose(1, 2).reshape(batch, channels, grids, 1, grids, 1)
    return (cut * spread).reshape(batch, channels, height, width)
