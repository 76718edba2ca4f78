"""The channels in the representations that extractors read, each computed once for all of them."""

from collections.abc import Iterable, Mapping
from typing import cast

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

import lineament.models.architecture.operations  # noqa: F401  (registers the representations)
from lineament.models.architecture.operations.representation.base import Spectral, spectrum_of
from lineament.models.architecture.registry import REPRESENTATION

Maps = Mapping[str, Tensor]
"""Representation -> [N, C, K, L]: K maps of each channel of one attribute."""


def maps_of(name: str) -> int:
    """How many maps a representation makes of a channel."""
    return cast(int, REPRESENTATION.build(name).maps)


class Representations(nn.Module):
    """Which attribute reads which representations; forward makes them. Spectral ones share one transform. No weights.

    readers: attribute -> its channels among all, and the names of its representations.
    """

    def __init__(self, readers: Mapping[str, tuple[slice, Iterable[str]]]) -> None:
        super().__init__()
        self._readers = {attribute: (channels, tuple(names)) for attribute, (channels, names) in readers.items()}
        self._wanted = sorted({name for _, names in self._readers.values() for name in names})
        self.kinds = nn.ModuleDict({name: REPRESENTATION.build(name) for name in self._wanted})

    def forward(self, series: Tensor) -> dict[str, Maps]:
        """Scaled channels [N, C, T] -> attribute -> its representations, each [N, channels of it, K, T / 2]."""
        found: dict[str, dict[str, Tensor]] = {attribute: {} for attribute in self._readers}
        spectral = [name for name, kind in self.kinds.items() if isinstance(kind, Spectral)]
        spectra = self._spectra(series, spectral)
        for name, kind in self.kinds.items():
            reading = {a: channels for a, (channels, names) in self._readers.items() if name in names}
            if isinstance(kind, Spectral):
                flat = kind.of_spectrum(_together([spectra[attribute] for attribute in reading]))
            else:
                flat = kind(_together([series[:, channels] for channels in reading.values()]))
            sizes = [channels.stop - channels.start for channels in reading.values()]
            maps = flat.reshape(flat.shape[0], cast(int, kind.maps), sum(sizes), -1).transpose(1, 2)
            for attribute, part in zip(reading, torch.split(maps, sizes, dim=1), strict=True):
                found[attribute][name] = part
        return dict(found)

    def _spectra(self, series: Tensor, spectral: list[str]) -> dict[str, Tensor]:
        """The spectrum of every attribute that some spectral representation reads."""
        reading = {a: channels for a, (channels, names) in self._readers.items() if set(names) & set(spectral)}
        if not reading:
            return {}
        together = spectrum_of(_together([series[:, channels] for channels in reading.values()]))
        sizes = [channels.stop - channels.start for channels in reading.values()]
        return dict(zip(reading, torch.split(together, sizes, dim=1), strict=True))


def _together(parts: list[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(parts, dim=1)
