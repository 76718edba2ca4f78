"""The hand-designed network: what a search must later beat.

Each attribute's window [C, T] goes through a temporal CNN of its own, whose features are pooled over time beside plain
statistics of the window, to one token. Softmax attention over the four tokens fuses them (attribute attention); softmax
attention over windows (moment attention) gives the weighted mean and spread of the fused windows, and these the score.
A second head predicts the simulator's behaviour parameters during training only, which teaches the encoders to measure
behaviour with fewer persons. All choices here are ours.
"""

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

from lineament.features.channels import ATTRIBUTE_CHANNELS, attribute_slices


@dataclass(frozen=True)
class NetworkShape:
    """Widths of the layers; `auxiliary` is how many behaviour parameters the second head predicts."""

    width: int = 32
    token: int = 48
    attention: int = 16
    auxiliary: int = 28
    dropout: float = 0.2

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Encoded(NamedTuple):
    """Windows after fusion: fused [..., D], attribute attention [..., A], moment logits [...]."""

    fused: Tensor
    attribute_attention: Tensor
    moment_logits: Tensor


class Pooled(NamedTuple):
    """score [B] in standard units, auxiliary [B, K], moment attention [B, W]."""

    score: Tensor
    auxiliary: Tensor
    moment_attention: Tensor


class AttributeEncoder(nn.Module):
    """One attribute's windows [N, C, T] to tokens [N, D]."""

    def __init__(self, channels: int, shape: NetworkShape) -> None:
        super().__init__()
        width = shape.width
        self.convolutions = nn.Sequential(
            nn.Conv1d(channels, width, 5, stride=2, padding=2),
            nn.BatchNorm1d(width),
            nn.ReLU(),
            nn.Conv1d(width, width, 5, stride=2, padding=2),
            nn.BatchNorm1d(width),
            nn.ReLU(),
            nn.Conv1d(width, width, 3, padding=1),
            nn.BatchNorm1d(width),
            nn.ReLU(),
        )
        self.norm = nn.LayerNorm(2 * width + 3 * channels)
        self.project = nn.Linear(2 * width + 3 * channels, shape.token)
        self.dropout = nn.Dropout(shape.dropout)

    def forward(self, windows: Tensor) -> Tensor:
        deep = self.convolutions(windows)
        steps = windows.diff(dim=2).abs().mean(dim=2)
        plain = (windows.mean(dim=2), _spread(windows, 2), steps)
        summary = torch.cat([deep.mean(dim=2), _spread(deep, 2), *plain], dim=1)
        token: Tensor = self.project(self.dropout(self.norm(summary)))
        return token


class HandDesignedNetwork(nn.Module):
    """Windows of all attributes to a score; `encode` and `pool` are apart so that windows are coded once."""

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__()
        self.slices = tuple(attribute_slices().values())
        self.encoders = nn.ModuleList(AttributeEncoder(len(a.channels), shape) for a in ATTRIBUTE_CHANNELS)
        count = len(self.slices)
        self.values = nn.ModuleList(nn.Linear(shape.token, shape.token) for _ in range(count))
        self.attribute_score = _scorer(shape.token, shape.attention)
        self.attribute_bias = nn.Parameter(torch.zeros(count))
        self.mix = nn.Sequential(
            nn.LayerNorm(shape.token), nn.Linear(shape.token, 2 * shape.token), nn.GELU(), nn.Dropout(shape.dropout)
        )
        self.mix_out = nn.Linear(2 * shape.token, shape.token)
        self.moment_score = _scorer(shape.token, shape.attention)
        self.head_dropout = nn.Dropout(shape.dropout)
        self.score = nn.Linear(2 * shape.token, 1)
        self.auxiliary = nn.Linear(2 * shape.token, shape.auxiliary)

    def encode(self, windows: Tensor) -> Encoded:
        """Scaled windows [N, T, C] to fused tokens; each window by itself."""
        series = windows.transpose(1, 2)
        tokens = torch.stack([e(series[:, s]) for e, s in zip(self.encoders, self.slices, strict=True)], dim=1)
        logits = self.attribute_score(torch.tanh(tokens)).squeeze(-1) + self.attribute_bias
        attention = torch.softmax(logits, dim=1)
        values = torch.stack([layer(tokens[:, i]) for i, layer in enumerate(self.values)], dim=1)
        fused = len(self.slices) * (attention.unsqueeze(-1) * values).sum(dim=1)
        fused = fused + self.mix_out(self.mix(fused))
        return Encoded(fused, attention, self.moment_score(torch.tanh(fused)).squeeze(-1))

    def summarise(self, fused: Tensor, moment_logits: Tensor, present: Tensor) -> tuple[Tensor, Tensor]:
        """Sessions [B, 2 D] (attention-weighted mean and spread over windows) and moment attention [B, W], from fused
        windows [B, W, D] with a mask [B, W] of those that are there."""
        attention = torch.softmax(moment_logits.masked_fill(~present, -1e4), dim=1)
        weights = attention.unsqueeze(-1)
        mean = (weights * fused).sum(dim=1)
        spread = torch.sqrt((weights * (fused - mean.unsqueeze(1)) ** 2).sum(dim=1) + 1e-4)
        return torch.cat([mean, spread], dim=1), attention

    def pool(self, fused: Tensor, moment_logits: Tensor, present: Tensor) -> Pooled:
        """Fused windows of each session to one score; arguments as `summarise`."""
        session, attention = self.summarise(fused, moment_logits, present)
        session = self.head_dropout(session)
        return Pooled(self.score(session).squeeze(-1), self.auxiliary(session), attention)

    def forward(self, windows: Tensor, present: Tensor) -> Pooled:
        """Scaled windows [B, W, T, C] and mask [B, W]."""
        batch, count = windows.shape[:2]
        encoded = self.encode(windows.flatten(0, 1))
        return self.pool(encoded.fused.view(batch, count, -1), encoded.moment_logits.view(batch, count), present)


def _scorer(width: int, hidden: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, hidden), nn.Tanh(), nn.Linear(hidden, 1))


def _spread(values: Tensor, dim: int) -> Tensor:
    """Standard deviation with a gradient at zero."""
    return torch.sqrt(values.var(dim=dim, unbiased=False) + 1e-4)
