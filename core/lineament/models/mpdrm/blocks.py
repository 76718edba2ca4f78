"""The multi-scale motion pattern block (MMP) and the parts of it, on series [N, C, T] at ten hertz.

The abstract says that MMP captures spatiotemporal features of facial movement at several scales and sits in both
networks. Kernels, attention and all else are our choices (an inception of temporal convolutions, as its relatives are).
"""

from typing import NamedTuple

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

from lineament.features.channels import ATTRIBUTE_CHANNELS, attribute_slices

KERNELS = (3, 5, 9, 15)
"""Samples of each branch: at ten hertz .3 to 1.5 s in the first stage, doubled by each stage after it."""


class ChannelTemporalAttention(nn.Module):
    """Which channels and which moments count, as factors in 0..1 (our choice, after squeeze-and-excitation and CBAM).

    channel[c] = sigmoid(W2 gelu(W1 [mean_t x; max_t x])); moment[t] = sigmoid(conv7([mean_c x; max_c x]));
    out[c, t] = x[c, t] channel[c] moment[t].
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        hidden = max(channels // 4, 4)
        self.channel = nn.Sequential(nn.Linear(2 * channels, hidden), nn.GELU(), nn.Linear(hidden, channels))
        self.moment = nn.Conv1d(2, 1, 7, padding=3)

    def forward(self, x: Tensor) -> Tensor:
        channel = torch.sigmoid(self.channel(torch.cat([x.mean(dim=2), x.amax(dim=2)], dim=1)))
        summary = torch.stack([x.mean(dim=1), x.amax(dim=1)], dim=1)
        return x * channel.unsqueeze(-1) * torch.sigmoid(self.moment(summary))


class MotionPattern(nn.Module):
    """MMP: series [N, C_in, T] to [N, C_out, ceil(T / stride)].

    A branch a kernel (a convolution over time within each channel, then a mixture of channels), one more such branch on
    the motion x[t + 1] - x[t] (0 at the last sample), all joined by a mixture of channels, batch norm, GELU and
    `ChannelTemporalAttention`, with the averaged and mixed input added. All sizes are our choice.
    """

    def __init__(self, inputs: int, outputs: int, stride: int = 2) -> None:
        super().__init__()
        width = max(outputs // 4, 4)
        self.branches = nn.ModuleList(_branch(inputs, width, kernel, stride) for kernel in KERNELS)
        self.motion = _branch(inputs, width, KERNELS[0], stride)
        self.join = nn.Conv1d(width * (len(KERNELS) + 1), outputs, 1, bias=False)
        self.norm = nn.BatchNorm1d(outputs)
        self.attention = ChannelTemporalAttention(outputs)
        self.residual = nn.Sequential(nn.AvgPool1d(stride, ceil_mode=True), nn.Conv1d(inputs, outputs, 1))

    def forward(self, x: Tensor) -> Tensor:
        motion = nn.functional.pad(x[:, :, 1:] - x[:, :, :-1], (0, 1))
        scales = torch.cat([*(branch(x) for branch in self.branches), self.motion(motion)], dim=1)
        patterns = nn.functional.gelu(self.norm(self.join(scales)))
        joined: Tensor = self.attention(patterns) + self.residual(x)
        return joined


def _branch(inputs: int, outputs: int, kernel: int, stride: int) -> nn.Sequential:
    within = nn.Conv1d(inputs, inputs, kernel, stride, kernel // 2, groups=inputs, bias=False)
    return nn.Sequential(within, nn.Conv1d(inputs, outputs, 1))


class Stemmed(NamedTuple):
    """series [N, S, T / 2]; attributes [N, A], rows sum to 1."""

    series: Tensor
    attributes: Tensor


class Stem(nn.Module):
    """Channels of all attributes [N, C, T] to one series [N, S, ceil(T / 2)].

    Each attribute has a convolution of five samples of its own; softmax attention over the attributes' mean size adds
    them up, so that the window can be told how much each attribute counts (our choice).
    """

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.slices = tuple(attribute_slices().values())
        self.own = nn.ModuleList(nn.Conv1d(len(a.channels), outputs, 5, 2, 2) for a in ATTRIBUTE_CHANNELS)
        self.score = nn.Linear(outputs, 1, bias=False)
        self.bias = nn.Parameter(torch.zeros(len(self.slices)))
        self.norm = nn.BatchNorm1d(outputs)

    def forward(self, x: Tensor) -> Stemmed:
        own = torch.stack([layer(x[:, s]) for layer, s in zip(self.own, self.slices, strict=True)], dim=1)
        logits = self.score(torch.tanh(own.abs().mean(dim=3))).squeeze(-1) + self.bias
        attention = torch.softmax(logits, dim=1)
        added = len(self.slices) * (attention[:, :, None, None] * own).sum(dim=1)
        return Stemmed(nn.functional.gelu(self.norm(added)), attention)


class AttentivePooling(nn.Module):
    """Series [N, C, T] to their attended mean and spread [N, 2 C] (attentive statistics, Okabe et al. 2018).

    a[t] = softmax_t(v . tanh(U x[:, t])); mean = sum a x; spread = sqrt(sum a (x - mean)^2 + 1e-4).
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        hidden = max(channels // 4, 4)
        self.score = nn.Sequential(nn.Conv1d(channels, hidden, 1), nn.Tanh(), nn.Conv1d(hidden, 1, 1, bias=False))

    def forward(self, x: Tensor) -> Tensor:
        attention = torch.softmax(self.score(x), dim=2)
        mean = (attention * x).sum(dim=2)
        spread = torch.sqrt((attention * (x - mean.unsqueeze(2)) ** 2).sum(dim=2) + 1e-4)
        return torch.cat([mean, spread], dim=1)
