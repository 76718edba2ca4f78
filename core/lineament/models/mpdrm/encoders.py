"""MDFN and MPFN: two networks of the same form with their own weights, a window in, a token out."""

from itertools import pairwise
from typing import NamedTuple

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

from lineament.features.channels import N_CHANNELS
from lineament.models.mpdrm.blocks import AttentivePooling, MotionPattern, Stem
from lineament.models.mpdrm.shape import MpdrmShape


class Token(NamedTuple):
    """values [N, D]; attributes [N, A], how much each attribute counted, rows sum to 1."""

    values: Tensor
    attributes: Tensor


class MovementEncoder(nn.Module):
    """A stem, three MMP stages of stride 2 and attentive pooling: scaled windows [N, T, C] to tokens [N, D].

    Beside the pooled patterns the token is made from mean, spread and mean absolute step of every channel over the
    window, which small cohorts need (our choice, as in the hand-designed network). Tokens leave through a batch norm
    without weights, so that their mean over training windows is zero: an angle between two of them is then a
    correlation, and what all persons share is no part of it (our choice).
    """

    def __init__(self, shape: MpdrmShape) -> None:
        super().__init__()
        widths = (shape.stem, *shape.widths)
        self.stem = Stem(shape.stem)
        self.stages = nn.Sequential(*(MotionPattern(a, b) for a, b in pairwise(widths)))
        self.pooling = AttentivePooling(shape.widths[-1])
        features = 2 * shape.widths[-1] + 3 * N_CHANNELS
        self.norm = nn.LayerNorm(features)
        self.dropout = nn.Dropout(shape.dropout)
        self.token = nn.Linear(features, shape.token)
        self.centre = nn.BatchNorm1d(shape.token, affine=False)

    def forward(self, windows: Tensor) -> Token:
        series = windows.transpose(1, 2)
        stemmed = self.stem(series)
        spread = torch.sqrt(series.var(dim=2, unbiased=False) + 1e-4)
        plain = (series.mean(dim=2), spread, series.diff(dim=2).abs().mean(dim=2))
        features = torch.cat([self.pooling(self.stages(stemmed.series)), *plain], dim=1)
        return Token(self.centre(self.token(self.dropout(self.norm(features)))), stemmed.attributes)


class MDFN(MovementEncoder):
    """The network of depression-related movement: f_d of a window."""


class MPFN(MovementEncoder):
    """The network of stable personal movement: f_p of a window, and z of a person for the contrast.

    The projector (two layers, our choice) is used in training alone, as contrastive learning does.
    """

    def __init__(self, shape: MpdrmShape) -> None:
        super().__init__(shape)
        self.projector = nn.Sequential(
            nn.Linear(shape.token, shape.token), nn.GELU(), nn.Linear(shape.token, shape.projection)
        )

    def project(self, persons: Tensor) -> Tensor:
        """Person vectors [N, D] to points on the unit sphere [N, P]."""
        return nn.functional.normalize(self.projector(persons), dim=1)
