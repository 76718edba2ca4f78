"""What a chart draws: lanes, one above the other, each with its own scale, holding lines or stacked bands."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from lineament_desktop.review.panes.channels import Channel
from lineament_desktop.review.panes.envelope import Times, Values

HEADROOM = 0.1  # of a lane's height, kept free above and below


@dataclass(frozen=True)
class Line:
    """One series in a lane, and its colour. base: fill between the line and this value, None for a line alone. width:
    in pixels of 96 dpi."""

    channel: Channel
    times: Times
    values: Values
    colour: str
    base: float | None = None
    width: float = 1.0

    def at(self, time_s: float) -> float:
        """Value of the last sample not after `time_s`, NaN before the first and after the last."""
        row = int(np.searchsorted(self.times, time_s + 1e-6, side="right")) - 1
        if row < 0 or (row == len(self.times) - 1 and time_s > self.times[-1] + 0.5):
            return float("nan")
        return float(self.values[row])


@dataclass(frozen=True)
class Bands:
    """Shares that add up to 1 in every window: edges [W + 1] seconds, shares [W, A], a name and a colour each."""

    edges: Times
    shares: npt.NDArray[np.float32]
    names: tuple[str, ...]
    colours: tuple[str, ...]

    def window_at(self, time_s: float) -> int:
        """Window holding the second, -1 outside all of them."""
        window = int(np.searchsorted(self.edges, time_s, side="right")) - 1
        return window if 0 <= window < len(self.shares) else -1


@dataclass(frozen=True)
class Lane:
    """A strip of a chart: label, scale from `low` to `high`, `zero`: draw a line there. weight: relative height."""

    label: str
    low: float
    high: float
    lines: tuple[Line, ...] = ()
    bands: Bands | None = None
    zero: float | None = None
    ends: tuple[str, str] = ("", "")  # what is written at the low and the high end
    weight: float = 1.0

    @property
    def is_single(self) -> bool:
        """One line and nothing else: its value stands beside its name."""
        return len(self.lines) == 1 and self.bands is None


@dataclass(frozen=True)
class LaneSpan:
    """Where a lane lies in a chart whose height is 1, measured upwards."""

    bottom: float
    top: float

    def place(self, lane: Lane, value: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Chart heights of values on the lane's scale."""
        share = (np.asarray(value, dtype=np.float64) - lane.low) / ((lane.high - lane.low) or 1.0)
        inner = self.top - self.bottom
        return self.bottom + inner * (HEADROOM + share * (1 - 2 * HEADROOM))


@dataclass(frozen=True)
class Picture:
    """Everything a chart draws: lanes from top to bottom, stretches without a face, ticks of events, and the source."""

    lanes: tuple[Lane, ...] = ()
    lost: tuple[tuple[float, float], ...] = ()
    ticks: tuple[float, ...] = ()
    tick_name: str = ""
    source: str = ""
    spans: tuple[LaneSpan, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "spans", _spans(self.lanes))

    def lane_at(self, height: float) -> int:
        """Lane holding a chart height, -1 for none."""
        found = (i for i, span in enumerate(self.spans) if span.bottom <= height <= span.top)
        return next(found, -1)


def _spans(lanes: tuple[Lane, ...]) -> tuple[LaneSpan, ...]:
    total = sum(lane.weight for lane in lanes) or 1.0
    top = 1.0
    spans = []
    for lane in lanes:
        bottom = top - lane.weight / total
        spans.append(LaneSpan(bottom, top))
        top = bottom
    return tuple(spans)
