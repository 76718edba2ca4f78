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

    signal: "none"; "level": the score moves the mean of channel 0; "order": a pulse in channel 0 is followed by its
    echo 3 bins later, upright in high scores and upside down in low ones, so that no statistic of the channel and no
    spectrum's amplitude tells more than a filter with reach.
    """
    rng = np.random.default_rng(seed)
    n = persons + test
    scores = np.round(rng.uniform(0, 24, n))
    standard = (scores - 12) / 7
    values = rng.normal(size=(n, windows, WINDOW_BINS, N_CHANNELS)).astype(np.float32)
    if signal == "level":
        values[..., 0] += standard[:, None, None]
    if signal == "order":
        values[..., 0] = _echoes(rng, standard, windows)
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


def _echoes(rng: np.random.Generator, standard: npt.NDArray[np.float64], windows: int) -> npt.NDArray[np.float32]:
    shape = (len(standard), windows, WINDOW_BINS)
    pulses = (rng.random(shape) < 0.08) * rng.choice([-2.0, 2.0], shape)
    echo = np.zeros(shape)
    echo[..., 3:] = pulses[..., :-3]
    return (pulses + np.clip(standard, -1, 1)[:, None, None] * echo + 0.3 * rng.normal(size=shape)).astype(np.float32)
