"""The network: one backbone, whose feature gives the label distribution's logits and, normalised, the embedding."""

from typing import NamedTuple

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

from lineament.models.dj_ldml.backbone import Backbone
from lineament.models.dj_ldml.label_distribution import FloatArray
from lineament.models.dj_ldml.presets import NetworkShape

_MEAN, _SD = 0.45, 0.225
"""Of pixel values on 0 to 1, as video networks usually have them."""


class Coded(NamedTuple):
    """logits [n, K'] over the support; embedding [n, D] of length 1."""

    logits: Tensor
    embedding: Tensor


class DjLdmlNetwork(nn.Module):
    """Clips to logits and embeddings. points: length of the support. The pooled feature, whose mean is large beside its
    spread, is normalised over the batch before both heads (our choice)."""

    def __init__(self, shape: NetworkShape, points: int) -> None:
        super().__init__()
        self.backbone = Backbone(shape)
        self.norm = nn.BatchNorm1d(shape.widths[-1], affine=False)
        self.dropout = nn.Dropout(shape.dropout)
        self.logits = nn.Linear(shape.widths[-1], points)
        self.embedding = nn.Linear(shape.widths[-1], shape.embedding)
        nn.init.normal_(self.logits.weight, std=0.01)

    def begin_at(self, masses: FloatArray) -> None:
        """Let the untrained network say this distribution, float64[K'], of every clip: the training labels' mean, so
        that no step is spent on learning it (our choice)."""
        with torch.no_grad():
            self.logits.bias.copy_(torch.from_numpy(masses).clamp_min(1e-6).log())

    def forward(self, clips: Tensor) -> Coded:
        """clips: float32[n, 3, T, S, S], standardised (`standardised`)."""
        feature = self.norm(self.backbone(clips))
        embedding = nn.functional.normalize(self.embedding(feature), dim=1)
        return Coded(self.logits(self.dropout(feature)), embedding)


def standardised(clips: Tensor) -> Tensor:
    """uint8[n, T, S, S, 3] as float32[n, 3, T, S, S]; channels stay last in memory, which convolutions here prefer."""
    return clips.permute(0, 4, 1, 2, 3).float().mul_(1 / (255 * _SD)).sub_(_MEAN / _SD)
