"""How strongly each frequency is there."""

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.models.architecture.operations.representation.base import Spectral
from lineament.models.architecture.registry import REPRESENTATION


@REPRESENTATION.register("amplitude")
class Amplitude(Spectral):
    """Amplitude spectrum of the window (Song et al. 2018), DC first, as log(1 + amplitude) so that it is not all DC.

    Song's median is not taken away: scaling has already centred the channels, and the level of a window matters.
    """

    maps = 1

    def of_spectrum(self, spectrum: Tensor) -> Tensor:
        """[N, C, T / 2] -> [N, C, T / 2]."""
        return torch.log1p(spectrum.abs())
