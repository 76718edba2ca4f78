"""Strength and phase of each frequency."""

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

from lineament.models.architecture.registry import REPRESENTATION


@REPRESENTATION.register("phase")
class ComplexSpectrum(nn.Module):
    """A cos P and A sin P beside each other: the phase alone is noise where the amplitude is small (papers on Song's
    maps feed it as it is; weighting it is our choice)."""

    maps = 2

    def forward(self, windows: Tensor) -> Tensor:
        """[N, C, T] -> [N, 2 C, T / 2]."""
        count = windows.shape[-1]
        spectrum = torch.fft.rfft(windows, dim=-1)[..., : count // 2] * (2.0 / count**0.5)
        return torch.cat([spectrum.real, spectrum.imag], dim=-2)
