"""What every representation offers."""

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253


class Spectral(nn.Module):
    """A representation made of the window's spectrum, so that all of them share one transform."""

    maps: int
    """Maps a channel becomes."""

    def of_spectrum(self, spectrum: Tensor) -> Tensor:
        """complex [N, C, T / 2] of `spectrum_of` -> [N, maps * C, T / 2], the first map of all channels first."""
        raise NotImplementedError

    def forward(self, windows: Tensor) -> Tensor:
        """[N, C, T] -> [N, maps * C, T / 2]."""
        return self.of_spectrum(spectrum_of(windows))


def spectrum_of(windows: Tensor) -> Tensor:
    """Complex spectrum [N, C, T / 2] of windows [N, C, T], DC first and the Nyquist bin left out (Song et al. 2018).

    Times 2 / sqrt(T): white noise has the same level whatever the window's length.
    """
    count = windows.shape[-1]
    spectrum: Tensor = torch.fft.rfft(windows, dim=-1)[..., : count // 2] * (2.0 / count**0.5)
    return spectrum
