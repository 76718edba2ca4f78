"""Estimates as the published systems give them, invented, for tests of the window alone."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from tests.support.fakes import fake_prediction

from lineament.models.prediction import (
    Distribution,
    HabitAndChange,
    Prediction,
    RegionAttention,
    Scale,
)
from lineament_desktop.state import ModelFacts

HMHN = ModelFacts(Path("models/hmhn"), "grids", "HMHN", simulated=True)
DJ_LDML = ModelFacts(Path("models/dj_ldml"), "clips", "DJ-LDML", simulated=True)
MPDRM = ModelFacts(Path("models/mpdrm"), "visits", "MPDRM", simulated=True)


def with_one_attribute(seconds: float, step: float) -> Prediction:
    """As of a model that reads face crops, every moment alike."""
    times = np.arange(0.0, seconds, step)
    return replace(
        fake_prediction(seconds),
        window_times=np.stack([times, times + step], axis=1),
        attribute_names=("face",),
        attribute_attention=np.ones((len(times), 1), np.float32),
        moment_attention=np.full(len(times), 1 / len(times), np.float32),
    )


def fake_regions(seconds: float = 60.0, *, cell: tuple[int, int] = (5, 3), step: float = 0.5) -> Prediction:
    """Maps of 7 x 7 cells that look at one cell, and a little everywhere."""
    made = with_one_attribute(seconds, step)
    maps = np.full((len(made.window_times), 7, 7), 0.01, np.float32)
    maps[:, cell[0], cell[1]] += 1
    maps /= maps.sum(axis=(1, 2), keepdims=True)
    return replace(made, region_attention=RegionAttention(made.window_times[:, 0], maps))


def fake_distribution(seconds: float = 60.0, scale: Scale | None = None, centre: float = 9.2) -> Prediction:
    """A bell round `centre`, its mean the score; the interval as `fake_prediction` has it."""
    made = with_one_attribute(seconds, 4.0)
    scale = scale or made.scale
    points = np.arange(scale.low, scale.high + 1, dtype=np.float64)
    share = np.exp(-((points - centre) ** 2) / 18)
    share /= share.sum()
    score = float(points @ share)
    interval = (max(score - 3.5, scale.low), min(score + 3.5, scale.high))
    return replace(
        made,
        scale=scale,
        score=score,
        interval=interval,
        distribution=Distribution(points, share),
        baseline=scale.high / 4,
    )


def fake_habit(seconds: float = 60.0, *, earlier: int = 0) -> Prediction:
    """A sixth of every window is habit; with earlier visits the third attribute changes from half time on."""
    made = fake_prediction(seconds)
    count = len(made.window_times)
    before = np.linspace(1, 3, count, dtype=np.float32)
    change = np.ones((count, 4), np.float32)
    change[count // 2 :, 2] = 2.6
    habit = HabitAndChange(earlier, 0.31, 11.4, before, before * np.float32(5 / 6), change if earlier else None)
    return replace(made, habit=habit)
