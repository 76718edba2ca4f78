"""Strength and phase of each frequency."""

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.models.architecture.operations.representation.base import Spectral
from lineament.models.architecture.registry import REPRESENTATION


@REPRESENTATION.register("phase")
class ComplexSpectrum(Spectral):
    """A cos P and A sin P beside each other: the phase alone is noise where the amplitude is small (papers on Song's
    maps feed it as it is; weighting it is our choice)."""

    maps = 2

    def of_spectrum(self, spectrum: Tensor) -> Tensor:
        """[N, C, T / 2] -> [N, 2 C, T / 2]."""
        return torch.cat([spectrum.real, spectrum.imag], dim=-2)
