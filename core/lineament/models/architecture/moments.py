"""The moments extractor: level and spread of every channel, and how channels go together at once and delayed.

What happens together (a smile and its control, a look down and a dip of the head) is a product of channels. A cell has
to learn it from labels of whole sessions, of which there are a hundred; here it is given. One linear layer reads it.
"""

from typing import cast

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

from lineament.models.architecture.operations.moments.delays import DELAYS
from lineament.models.architecture.registry import MOMENTS
from lineament.models.architecture.space import SearchSpace

SHRINK = 1.0
"""Added to the variances (in the training persons' own), so that a channel at rest correlates with nothing."""
SCALE = 4.0
"""Correlations over ten seconds have a spread of about a quarter."""


class MomentsExtractor(nn.Module):
    """One attribute's scaled channels to a token, linear in means, spreads and delayed correlations."""

    inputs: tuple[str, ...] = ()
    """It reads the channels themselves, no representation."""

    def __init__(self, space: SearchSpace, attribute: str, channels: int, token: int) -> None:
        super().__init__()
        self.edge = f"{attribute}.moments.delays"
        self.readings = nn.ModuleDict(
            {name: MOMENTS.build(name, channels, token) for name in space.edge(self.edge).candidates}
        )
        self.level = nn.Linear(2 * channels, token)

    def forward(self, series: Tensor, chosen: Tensor, kept: Tensor | None = None) -> Tensor:
        """Scaled channels [N, C, T], weights [k] of the delays -> [N, D]. kept: [N, C], 0 or 1 / share kept."""
        mean = series.mean(dim=-1)
        centred = series - mean.unsqueeze(-1)
        spread = torch.sqrt(centred.square().mean(dim=-1) + 1e-4)
        correlations = delayed_correlations(centred)
        if kept is not None:
            mean, spread = mean * kept, spread * kept
            correlations = correlations * (kept.unsqueeze(2) * kept.unsqueeze(1)).unsqueeze(1)
        token = self.level(torch.cat([mean, spread], dim=1))
        for weight, reading in zip(chosen, self.readings.values(), strict=True):
            token = token + weight * reading(correlations)
        return cast(Tensor, token)


def delayed_correlations(centred: Tensor) -> Tensor:
    """Shrunk correlations of channel i with channel j, `DELAYS` later, scaled: [N, C, T] -> [N, len(DELAYS), C, C]."""
    length = centred.shape[-1]
    unit = centred / torch.sqrt(centred.square().mean(dim=-1, keepdim=True) + SHRINK)
    at = [unit[..., : length - d] @ unit[..., d:].transpose(1, 2) / (length - d) for d in DELAYS]
    return SCALE * torch.stack(at, dim=1)
