"""All channels in all representations that some extractor reads, computed once for all of them."""

from collections.abc import Iterable, Mapping
from typing import cast

from torch import Tensor, nn  # noqa: TID253

import lineament.models.architecture.operations  # noqa: F401  (registers the representations)
from lineament.models.architecture.operations.representation.base import Spectral, spectrum_of
from lineament.models.architecture.registry import REPRESENTATION

Maps = Mapping[str, Tensor]
"""Representation -> [N, C, K, L]: K maps of each channel."""


def maps_of(name: str) -> int:
    """How many maps a representation makes of a channel."""
    return cast(int, REPRESENTATION.build(name).maps)


class Representations(nn.Module):
    """The named representations; spectral ones share one transform. It has no weights."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__()
        self.kinds = nn.ModuleDict({name: REPRESENTATION.build(name) for name in sorted(names)})

    def forward(self, series: Tensor) -> Maps:
        """Scaled channels [N, C, T] -> each representation, [N, C, K, T / 2]."""
        shared = any(isinstance(kind, Spectral) for kind in self.kinds.values())
        spectrum = spectrum_of(series) if shared else None
        maps = {}
        for name, kind in self.kinds.items():
            flat = kind.of_spectrum(spectrum) if isinstance(kind, Spectral) and spectrum is not None else kind(series)
            maps[name] = flat.unflatten(1, (cast(int, kind.maps), series.shape[1])).transpose(1, 2)
        return maps
