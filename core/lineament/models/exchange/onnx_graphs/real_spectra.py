"""Spectra without complex numbers, which exporters split and join badly."""

import copy
from collections.abc import Iterable, Mapping
from typing import cast

from torch import Tensor, nn  # noqa: TID253

from lineament.models.architecture.network import FacialNetwork
from lineament.models.architecture.representing import Maps, Representations


class SeparateRepresentations(nn.Module):
    """As `Representations`, each attribute by itself, so that no spectrum is split or joined."""

    def __init__(self, own: Representations) -> None:
        super().__init__()
        self._readers: Mapping[str, tuple[slice, Iterable[str]]] = own._readers
        self.kinds = own.kinds

    def forward(self, series: Tensor) -> dict[str, Maps]:
        """Scaled channels [N, C, T] -> attribute -> its representations, each [N, channels of it, K, T / 2]."""
        return {
            attribute: {name: self._map(name, series[:, channels]) for name in names}
            for attribute, (channels, names) in self._readers.items()
        }

    def _map(self, name: str, series: Tensor) -> Tensor:
        kind = self.kinds[name]
        made = cast(Tensor, kind(series))
        return made.reshape(series.shape[0], cast(int, kind.maps), series.shape[1], -1).transpose(1, 2)


def without_complex(network: FacialNetwork) -> FacialNetwork:
    """The same network, sharing its weights, that makes representations in such a way."""
    copied = copy.copy(network)
    copied._modules = {**network._modules, "representations": SeparateRepresentations(network.representations)}
    return copied
