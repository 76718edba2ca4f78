"""How fast a model is on this machine, measured when it is asked for."""

import time
from dataclasses import dataclass
from typing import Any

from lineament.progress import CancelToken

LEAST_S = 0.5
"""Seconds that are measured at least, after one run that is not counted."""
AT_ONCE = 32


@dataclass(frozen=True)
class Speed:
    """unit: what was counted. each: seconds of video that one stands for, so that `faster` is against real time."""

    per_second: float
    unit: str
    each_s: float

    @property
    def faster(self) -> float:
        """How many times faster than real time, on the threads torch has."""
        return self.per_second * self.each_s


def measure_speed(model: Any, cancel: CancelToken | None = None) -> Speed:
    """Windows, crops or clips a second of any kind of model, on random input. Raises `Cancelled`."""
    run, unit, each = _work(model)
    run()
    done, begun = 0, time.perf_counter()
    while (spent := time.perf_counter() - begun) < LEAST_S:
        if cancel is not None:
            cancel.raise_if_cancelled()
        run()
        done += AT_ONCE
    return Speed(done / spent, unit, each)


def _work(model: Any) -> tuple[Any, str, float]:
    """What scores `AT_ONCE` of something, its name, and seconds of video from one to the next."""
    import numpy as np

    from lineament.features.channels import N_CHANNELS, N_POINTS
    from lineament.features.points import N_POINT_FEATURES
    from lineament.features.windows import HOP_S, WINDOW_BINS, Windows
    from lineament.models.mpdrm.movement import HOP_S as MOVEMENT_HOP_S
    from lineament.models.mpdrm.movement import WINDOW_BINS as MOVEMENT_BINS
    from lineament.models.mpdrm.movement import MovementWindows

    rng, firsts = np.random.default_rng(0), np.arange(AT_ONCE, dtype=np.int64)
    if hasattr(model, "score_clips"):
        clips = rng.integers(0, 256, (AT_ONCE, model.clip.frames, model.clip.size, model.clip.size, 3), dtype=np.uint8)
        return lambda: model.score_clips(clips), "clips", model.clip.every_s
    if hasattr(model, "score_crops"):
        crops = rng.integers(0, 256, (AT_ONCE, model.crop_size, model.crop_size, 3), dtype=np.uint8)
        return lambda: model.score_crops(crops), "crops", 1 / model.crop_request.rate
    if hasattr(model, "estimate_knowing"):
        values = rng.standard_normal((AT_ONCE, MOVEMENT_BINS, N_CHANNELS)).astype(np.float32)
        movement = MovementWindows.of(firsts, values)
        return lambda: model.estimate(model.encode(movement)), "windows", MOVEMENT_HOP_S
    values = rng.standard_normal((AT_ONCE, WINDOW_BINS, N_CHANNELS)).astype(np.float32)
    points = rng.standard_normal((AT_ONCE, N_POINTS, N_POINT_FEATURES)).astype(np.float32)
    windows = Windows(firsts, values, points)
    return lambda: model.estimate(model.encode(windows)), "windows", HOP_S
