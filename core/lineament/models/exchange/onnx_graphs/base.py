"""What a graph says of itself: its ports, and cases that torch has answered already."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

Array = npt.NDArray[Any]

CHECKED = 100
"""Windows, crops or clips on which an exported file is held against torch."""


@dataclass(frozen=True)
class Port:
    """An input or output. shape: numbers, or names of sizes that are left open. meaning: what it is, with its unit."""

    name: str
    dtype: str
    shape: tuple[int | str, ...]
    meaning: str

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "shape": list(self.shape)}


@dataclass(frozen=True)
class Case:
    """Arrays by the names of ports: what goes in, and what the model's own code, not the graph, makes of it."""

    inputs: Mapping[str, Array]
    expected: Mapping[str, Array]


class ModelGraph(nn.Module):
    """A whole model; forward takes the inputs in their order and gives the outputs in theirs."""

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]

    @abstractmethod
    def example(self) -> tuple[Tensor, ...]:
        """Inputs to trace with; every open size is 2 or more, and no two are alike."""

    @abstractmethod
    def cases(self) -> Iterator[Case]:
        """`CHECKED` windows or pictures in all, with several values of every open size, one of them 1."""


def random_values(rng: np.random.Generator, shape: tuple[int, ...], centre: Array, spread: Array) -> Array:
    """float32 of that shape, as spread as the persons a model was trained on; a few values lie far out."""
    drawn = rng.standard_normal(shape) * np.where(rng.random(shape) < 0.01, 12.0, 1.0)
    values: Array = (centre + spread * drawn).astype(np.float32)
    return values


def by_recording(flat: Tensor, present: Tensor) -> Tensor:
    """What was made of flat windows, [B * W, ...], as [B, W, ...]; present [B, W]."""
    return flat.reshape(present.shape[0], present.shape[1], *flat.shape[1:])


class Scaling(nn.Module):
    """(values - centre) / spread, cut at `clip`."""

    centre: Tensor
    spread: Tensor

    def __init__(self, centre: Array, spread: Array, clip: float) -> None:
        super().__init__()
        self.register_buffer("centre", torch.from_numpy(np.asarray(centre, dtype=np.float32)))
        self.register_buffer("spread", torch.from_numpy(np.asarray(spread, dtype=np.float32)))
        self.clip = clip

    def forward(self, values: Tensor) -> Tensor:
        return ((values - self.centre) / self.spread).clamp(-self.clip, self.clip)
