"""The moments extractor: level and spread of every channel, and how channels go together at once and delayed.

What happens together (a smile and its control, a look down and a dip of the head) is a product of channels. A cell has
to learn it from labels of whole sessions, of which there are a hundred; here it is given. One linear layer reads it.

Searched: of what the correlations are taken (the channels as they are, without their slow part, or their rises), with
what (the attribute's own channels, or the whole face: a look down belongs to the gaze, the dip of the head that goes
with it to the head pose), and over which delays.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, cast

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

from lineament.models.architecture.operations.moments.delays import DELAYS, DelayedCorrelations
from lineament.models.architecture.registry import MOMENTS, SIGNAL
from lineament.models.architecture.space import SearchSpace

TAKEN_OF: Mapping[str, tuple[str, ...]] = {
    "raw": ("raw",),
    "detrended": ("detrended",),
    "rises": ("rises",),
    "detrended and rises": ("detrended", "rises"),
}
"""Signals behind every candidate of a signal edge."""
FACE = "face"
"""The candidate of a partners edge that looks at the whole face."""


class Signals(NamedTuple):
    """Of all scaled channels: mean and spread over the window, [N, C]; and by signal the channels at 5 Hz, centred and
    divided by their shrunk spread, [N, C, T / 2]."""

    mean: Tensor
    spread: Tensor
    units: Mapping[str, Tensor]


def signals_of(series: Tensor, names: Iterable[str]) -> Signals:
    """Scaled channels at 10 Hz [N, C, T]; names: the signals wanted. Correlations are taken at 5 Hz: at half the cost,
    what they tell of a score was the same."""
    mean = series.mean(dim=-1)
    spread = torch.sqrt((series - mean.unsqueeze(-1)).square().mean(dim=-1) + 1e-4)
    slower = (series[..., ::2] + series[..., 1::2]) / 2
    return Signals(mean, spread, {name: unit_signal(slower, name) for name in names})


def unit_signal(series: Tensor, name: str) -> Tensor:
    """One signal of [N, C, T], centred, divided by its shrunk spread."""
    kind = SIGNAL.build(name)
    signal = kind(series)
    centred = signal - signal.mean(dim=-1, keepdim=True)
    return cast(Tensor, centred / torch.sqrt(centred.square().mean(dim=-1, keepdim=True) + kind.shrink))


def delayed_correlations(first: Tensor, second: Tensor) -> Tensor:
    """Of unit signals [N, C, T] with [N, P, T], those `DELAYS` later: [N, len(DELAYS), C, P]."""
    length = first.shape[-1]
    at = [first[..., : length - d] @ second[..., d:].transpose(1, 2) / (length - d) for d in DELAYS]
    return torch.stack(at, dim=1)


class MomentsExtractor(nn.Module):
    """One attribute's scaled channels to a token, linear in means, spreads and delayed correlations.

    channels: its own. others: places of those of the network's other attributes.
    """

    inputs: tuple[str, ...] = ()
    """It reads the channels themselves, no representation."""

    def __init__(self, space: SearchSpace, attribute: str, channels: slice, others: Sequence[int], token: int) -> None:
        super().__init__()
        self.prefix = f"{attribute}.moments"
        self.channels = channels
        count = channels.stop - channels.start
        self.register_buffer("others", torch.tensor(others, dtype=torch.int64), persistent=False)
        self.others: Tensor
        self.taken_of = [TAKEN_OF[name] for name in self._candidates(space, "signal")]
        self.signals = tuple(dict.fromkeys(name for names in self.taken_of for name in names))
        partners = self._candidates(space, "partners")
        self.face = partners.index(FACE) if FACE in partners else None
        beside = 0 if self.face is None else len(others)
        delays = self._candidates(space, "delays")
        self.readings = nn.ModuleDict(
            {
                signal: nn.ModuleDict({name: MOMENTS.build(name, count, beside, token) for name in delays})
                for signal in self.signals
            }
        )
        self.level = nn.Linear(2 * count, token)

    def _candidates(self, space: SearchSpace, edge: str) -> tuple[str, ...]:
        return space.edge(f"{self.prefix}.{edge}").candidates

    def forward(self, signals: Signals, weights: Mapping[str, Tensor], kept: Tensor | None = None) -> Tensor:
        """Signals of all channels and every edge's weights -> [N, D]. kept: [N, all channels], 0 or 1 / share kept."""
        mean, spread = signals.mean[:, self.channels], signals.spread[:, self.channels]
        if kept is not None:
            mean, spread = mean * kept[:, self.channels], spread * kept[:, self.channels]
        token = self.level(torch.cat([mean, spread], dim=1))
        of_signals, of_delays = weights[f"{self.prefix}.signal"], weights[f"{self.prefix}.delays"]
        for name in self.signals:
            weight = torch.stack([w for w, names in zip(of_signals, self.taken_of, strict=True) if name in names]).sum()
            own, others = self._correlations(name, signals.units[name], kept)
            share = own.new_ones(()) if self.face is None else weights[f"{self.prefix}.partners"][self.face]
            readings = cast(nn.ModuleDict, self.readings[name])
            for of_delay, reading in zip(of_delays, readings.values(), strict=True):
                token = token + weight * of_delay * cast(DelayedCorrelations, reading)(own, others, share)
        return cast(Tensor, token)

    def _correlations(self, signal: str, unit: Tensor, kept: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """With the attribute's own channels, and with the others where they are looked at; scaled."""
        mine, scale = unit[:, self.channels], SIGNAL.build(signal).scale
        if self.face is None:
            found = scale * delayed_correlations(mine, mine)
            if kept is not None:
                found = found * _both_kept(kept[:, self.channels], kept[:, self.channels])
            return found, None
        found = scale * delayed_correlations(mine, unit)
        if kept is not None:
            found = found * _both_kept(kept[:, self.channels], kept)
        return found[..., self.channels], found.index_select(-1, self.others)


def _both_kept(first: Tensor, second: Tensor) -> Tensor:
    """[N, C], [N, P] -> [N, 1, C, P]"""
    return (first.unsqueeze(2) * second.unsqueeze(1)).unsqueeze(1)
