"""Cohorts made of numbers, without a simulator: windows of noise, with a pattern in them or not."""

import numpy as np
import numpy.typing as npt

from lineament.datasets.scales import PHQ8
from lineament.features.channels import N_CHANNELS, N_POINTS
from lineament.features.cohort_features import CohortFeatures
from lineament.features.points import N_POINT_FEATURES
from lineament.features.statistics import session_statistics
from lineament.features.windows import WINDOW_BINS


def tiny_cohort(
    persons: int = 40, windows: int = 4, *, signal: str = "none", seed: int = 0, test: int = 0
) -> CohortFeatures:
    """`persons` with train and dev splits and `test` more in the test split, one session each.

    signal: "none"; "level": the score moves the mean of channel 0; "order": channel 0 is a sawtooth that jumps up and
    sinks in high scores, climbs and falls down in low ones; all other channels are still. Turned round in time, a
    series has the same means, deviations and amplitudes, so that only a filter with reach can tell the order.
    """
    rng = np.random.default_rng(seed)
    n = persons + test
    scores = np.round(rng.uniform(0, 24, n))
    standard = (scores - 12) / 7
    values = rng.normal(size=(n, windows, WINDOW_BINS, N_CHANNELS)).astype(np.float32)
    if signal == "level":
        values[..., 0] += standard[:, None, None]
    if signal == "order":
        values[:] = 0
        values[..., 0] = _sawteeth(rng, scores / 24, windows)
    points = rng.normal(size=(n, windows, N_POINTS, N_POINT_FEATURES)).astype(np.float32)
    present = np.ones((n, windows), dtype=bool)
    present[0, -1] = False
    values[~present] = 0
    return CohortFeatures(
        values=values,
        points=points,
        present=present,
        statistics=np.stack([session_statistics(values[i][present[i]]) for i in range(n)]),
        scores=scores,
        person_ids=tuple(f"p{i}" for i in range(n)),
        session_ids=tuple(f"s{i}" for i in range(n)),
        splits=tuple("test" if i >= persons else "dev" if i % 4 == 3 else "train" for i in range(n)),
        absent=(),
        name="tiny",
        extractor="none",
        simulated=True,
        scale=PHQ8,
        fingerprint=f"tiny {persons} {windows} {signal} {seed} {test}",
    )


def _sawteeth(rng: np.random.Generator, share: npt.NDArray[np.float64], windows: int) -> npt.NDArray[np.float32]:
    """Teeth of ten bins; those of a `share` jump up and sink, the others climb and fall down."""
    teeth = WINDOW_BINS // 10
    sinking = np.linspace(1.5, -1.5, 10)
    jumps = rng.random((len(share), windows, teeth)) < share[:, None, None]
    series = np.where(jumps[..., None], sinking, sinking[::-1]).reshape(len(share), windows, WINDOW_BINS)
    # begun anywhere, so that the phase of a frequency says nothing either
    begin = rng.integers(0, 10, (len(share), windows, 1))
    series = np.take_along_axis(series, (np.arange(WINDOW_BINS) + begin) % WINDOW_BINS, axis=-1)
    return (series + 0.1 * rng.normal(size=series.shape)).astype(np.float32)
