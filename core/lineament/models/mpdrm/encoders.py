"""MDFN and MPFN: two networks of the same form with their own weights, a window in, a token out."""

from itertools import pairwise
from typing import NamedTuple

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

from lineament.features.channels import N_CHANNELS
from lineament.models.mpdrm.blocks import AttentivePooling, MotionPattern, Stem
from lineament.models.mpdrm.shape import MpdrmShape

_STILL = 0.02
"""Training spreads: what moves less than this counts as still (our choice)."""


class Token(NamedTuple):
    """values [N, D]; attributes [N, A], how much each attribute counted, rows sum to 1."""

    values: Tensor
    attributes: Tensor


class MovementEncoder(nn.Module):
    """A stem, three MMP stages of stride 2 and attentive pooling: scaled windows [N, T, C] to tokens [N, D].

    Beside the pooled patterns the token is made from every channel's mean, and from the logarithms of its spread and of
    its mean absolute step over the window: small cohorts need them, and habits and illness multiply how much a face
    moves, so that in logarithms they add up and the one can be subtracted from the other (our choice). Each of these
    features, and each of the token's, is centred and scaled by its own mean and spread over training windows, so that
    what all persons share is no part of a token (our choice).
    """

    def __init__(self, shape: MpdrmShape) -> None:
        super().__init__()
        widths = (shape.stem, *shape.widths)
        self.stem = Stem(shape.stem)
        self.stages = nn.Sequential(*(MotionPattern(a, b) for a, b in pairwise(widths)))
        self.pooling = AttentivePooling(shape.widths[-1])
        features = 2 * shape.widths[-1] + 3 * N_CHANNELS
        self.norm = nn.BatchNorm1d(features, affine=False)
        self.dropout = nn.Dropout(shape.dropout)
        self.token = nn.Linear(features, shape.token)
        _begin_with_the_plain(self.token)
        self.centre = nn.BatchNorm1d(shape.token, affine=False)

    def forward(self, windows: Tensor) -> Token:
        series = windows.transpose(1, 2)
        stemmed = self.stem(series)
        spread = 0.5 * torch.log(series.var(dim=2, unbiased=False) + _STILL**2)
        step = torch.log(series.diff(dim=2).abs().mean(dim=2) + _STILL)
        plain = (series.mean(dim=2), spread, step)
        features = torch.cat([self.pooling(self.stages(stemmed.series)), *plain], dim=1)
        return Token(self.centre(self.token(self.dropout(self.norm(features)))), stemmed.attributes)


def _begin_with_the_plain(token: nn.Linear) -> None:
    """Where there is room, a token's first dimensions begin as the plain features themselves, the rest as mixtures.

    What a dimension then changes by between visits of a person is measured in its own unit when the last layer is
    fitted; mixtures of all features have no such unit (our choice; it halved what was lost against a ridge).
    """
    plain = 3 * N_CHANNELS
    if token.out_features > plain:
        with torch.no_grad():
            token.weight[:plain] = 0
            token.weight[:plain, -plain:] = torch.eye(plain)


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
