"""Multi-head cross attention (MAB): K heads, each looking at places first and then weighing channels.

After DAN (Wen et al., "Distract your attention", Biomimetics 2023), from which the block's name comes. A head's spatial
attention is y = BN(conv1x1), a = mean over channels of ReLU(BN conv3x3 y + BN conv1x3 y + BN conv3x1 y), its channel
attention a sigmoid gate from the pooled x * a. Ours: the mean over channels where DAN takes the sum, so that the size
of a head's vector does not grow with the backbone's width, and the numbers of the narrow preset.
"""

from typing import NamedTuple

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253


class Looked(NamedTuple):
    """What the heads found: vectors [B, K, C]; spatial [B, K, h, w], not negative; gates [B, K, C] in 0 to 1."""

    vectors: Tensor
    spatial: Tensor
    gates: Tensor


class SpatialAttention(nn.Module):
    """Features [B, C, h, w] to one number a place, [B, 1, h, w], not negative."""

    def __init__(self, channels: int, narrow: int) -> None:
        super().__init__()
        self.narrow = nn.Sequential(nn.Conv2d(channels, narrow, 1, bias=False), nn.BatchNorm2d(narrow))
        self.square = _normed(narrow, channels, (3, 3))
        self.row = _normed(narrow, channels, (1, 3))
        self.column = _normed(narrow, channels, (3, 1))

    def forward(self, features: Tensor) -> Tensor:
        y = self.narrow(features)
        return torch.relu(self.square(y) + self.row(y) + self.column(y)).mean(dim=1, keepdim=True)


class ChannelAttention(nn.Module):
    """Pooled features [B, C] to gates [B, C]."""

    def __init__(self, channels: int, narrow: int) -> None:
        super().__init__()
        self.gate = nn.Sequential(
            nn.Linear(channels, narrow),
            nn.BatchNorm1d(narrow),
            nn.ReLU(inplace=True),
            nn.Linear(narrow, channels),
            nn.Sigmoid(),
        )

    def forward(self, pooled: Tensor) -> Tensor:
        gates: Tensor = self.gate(pooled)
        return gates


class CrossAttentionHead(nn.Module):
    """Features [B, C, h, w] to the head's vector [B, C], spatial attention [B, h, w] and gates [B, C]."""

    def __init__(self, channels: int, reduction: int, squeeze: int) -> None:
        super().__init__()
        self.spatial = SpatialAttention(channels, max(channels // reduction, 1))
        self.channel = ChannelAttention(channels, max(channels // squeeze, 1))

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        spatial = self.spatial(features)
        pooled = (features * spatial).mean(dim=(2, 3))
        gates = self.channel(pooled)
        return pooled * gates, spatial.squeeze(1), gates


class MultiHeadCrossAttention(nn.Module):
    """Features [B, C, h, w] to what each of K heads found."""

    def __init__(self, channels: int, heads: int, reduction: int, squeeze: int) -> None:
        super().__init__()
        self.heads = nn.ModuleList(CrossAttentionHead(channels, reduction, squeeze) for _ in range(heads))

    def forward(self, features: Tensor) -> Looked:
        vectors, spatial, gates = zip(*(head(features) for head in self.heads), strict=True)
        return Looked(torch.stack(vectors, dim=1), torch.stack(spatial, dim=1), torch.stack(gates, dim=1))


def _normed(channels: int, width: int, kernel: tuple[int, int]) -> nn.Sequential:
    padding = (kernel[0] // 2, kernel[1] // 2)
    return nn.Sequential(nn.Conv2d(channels, width, kernel, padding=padding, bias=False), nn.BatchNorm2d(width))
