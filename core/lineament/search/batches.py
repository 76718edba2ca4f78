"""Batches of windows from a cohort's features, scaled as they are taken: processes share the pages of one file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.features.channels import N_CHANNELS
from lineament.features.scaling import Scalings
from lineament.features.windows import CLIP
from lineament.models.architecture.network import Batch, Noise
from lineament.search.recipe import Recipe

Rows = npt.NDArray[np.int64]
WINDOWS_AT_ONCE = 288
"""Windows a forward pass of whole sessions takes at once; more are slower on a CPU's cache."""


@dataclass(frozen=True)
class _Scale:
    """centre and 1 / spread as tensors."""

    centre: Tensor
    factor: Tensor

    @classmethod
    def of(cls, centre: npt.NDArray[np.float32], spread: npt.NDArray[np.float32], device: torch.device) -> "_Scale":
        return cls(torch.from_numpy(centre).to(device), torch.from_numpy(1 / spread).to(device))

    def apply(self, values: Tensor) -> Tensor:
        """In place."""
        return values.sub_(self.centre).mul_(self.factor).clamp_(-CLIP, CLIP)


class Sessions:
    """A cohort's windows on one device under one fold's scalings.

    values float32[N, W, T, C] and points float32[N, W, 68, S] lie on the device already; without points, for networks
    that do not read them, batches have empty ones. present: bool[N, W].
    """

    def __init__(
        self, values: Tensor, points: Tensor | None, present: npt.NDArray[np.bool_], scalings: Scalings
    ) -> None:
        self.device = values.device
        self._values, self._points = values, points
        self.present = torch.from_numpy(np.ascontiguousarray(present))
        of_channels, of_points = scalings.channels, scalings.points
        self._channel_scale = _Scale.of(of_channels.centre, of_channels.spread, self.device)
        self._point_scale = _Scale.of(of_points.centre, of_points.spread, self.device)

    def take(self, rows: Tensor, windows: Tensor, there: Tensor) -> Batch:
        """rows int64[B], windows int64[B, K], there bool[B, K] -> a scaled batch; windows not there are zeros."""
        at = rows.to(self.device).unsqueeze(1), windows.to(self.device)
        complete = bool(there.all())  # asked before it moves: a GPU would have to be waited for
        there = there.to(self.device)
        values = self._channel_scale.apply(self._values[at])
        if self._points is None:
            points = values.new_empty((*windows.shape, 0, 0))
        else:
            points = self._point_scale.apply(self._points[at])
        if not complete:
            values = values * there[..., None, None]
            points = points * there[..., None, None]
        return Batch(values, points, there)

    def draw(self, rows: Tensor, count: int, generator: torch.Generator) -> Batch:
        """`count` windows of each of the sessions `rows`, drawn evenly among those that are usable."""
        return self.take(rows, *self.choose(rows, count, generator))

    def choose(self, rows: Tensor, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """The windows of such a batch, int64[B, K], and which of them are there, bool[B, K], for `take`."""
        present = self.present[rows]
        keys = torch.rand(present.shape, generator=generator).masked_fill(~present, -1.0)
        best, windows = keys.topk(min(count, present.shape[1]), dim=1)
        return windows, best >= 0

    def whole(self, rows: Rows, most: int | None = None, parts: int = 1) -> Iterator[tuple[slice, Batch]]:
        """Whole sessions in blocks, or `most` usable windows of each, evenly spread; with the place of each block.

        parts: blocks are so many times smaller, where memory is short.
        """
        count = self.present.shape[1] if most is None else min(most, self.present.shape[1])
        size = max(WINDOWS_AT_ONCE // parts // count, 1)
        for start in range(0, len(rows), size):
            block = torch.from_numpy(rows[start : start + size])
            windows, there = _spread(self.present[block], count)
            yield slice(start, start + len(block)), self.take(block, windows, there)


def _spread(present: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """`count` of each session's usable windows [B, W], evenly spread and in order: windows [B, count], there."""
    order = torch.argsort((~present).to(torch.int8), dim=1, stable=True)  # usable ones first, in order
    usable = present.sum(dim=1, keepdim=True)
    position = torch.arange(count).expand(len(present), count)
    spaced = torch.where(usable > count, position * usable // count, position)
    return order.gather(1, spaced), position < usable


def draw_noise(
    recipe: Recipe, sessions: int, windows: int, attributes: int, token: int, generator: torch.Generator
) -> Noise:
    """What one training step drops; an attribute is never dropped where it is the only one left."""
    kept = torch.rand((sessions, attributes), generator=generator)
    attribute = (kept >= recipe.drop_attribute).float()
    attribute[torch.arange(sessions), kept.argmax(dim=1)] = 1.0
    return Noise(
        attribute,
        _mask((sessions * windows, attributes, token), recipe.drop_token, generator),
        _mask((sessions, 2 * token), recipe.drop_session, generator),
        _mask((sessions, N_CHANNELS), recipe.drop_channel, generator),
    )


def _mask(shape: Sequence[int], drop: float, generator: torch.Generator) -> Tensor:
    return (torch.rand(tuple(shape), generator=generator) >= drop).float() / (1 - drop)
