"""How strongly each frequency is there."""

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

from lineament.models.architecture.registry import REPRESENTATION


@REPRESENTATION.register("amplitude")
class Amplitude(nn.Module):
    """Amplitude spectrum of the window (Song et al. 2018), DC first, as log(1 + amplitude) so that it is not all DC.

    Song's median is not taken away: scaling has already centred the channels, and the level of a window matters.
    """

    maps = 1

    def forward(self, windows: Tensor) -> Tensor:
        """[N, C, T] -> [N, C, T / 2]."""
        count = windows.shape[-1]
        spectrum = torch.fft.rfft(windows, dim=-1)[..., : count // 2]
        return torch.log1p(spectrum.abs() * (2.0 / count**0.5))
