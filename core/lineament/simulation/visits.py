"""Change over the visits of a treatment: proportional to where a person started, most of it early, with setbacks."""

import numpy as np

from lineament.simulation.parameters import number
from lineament.simulation.types import FloatArray


def severities(first: FloatArray, visits: int, rng: np.random.Generator) -> FloatArray:
    """True PHQ-8 severity 0..24 at each visit of n persons, float64[n, visits]; the first column is `first`.

    A person drops by a share of the first severity, reached exponentially; some persons are not treated.
    """
    n, after = len(first), np.arange(visits)
    mean = np.where(
        rng.random(n) < number("visits.untreated_share"),
        number("visits.untreated_drop"),
        number("visits.drop_mean"),
    )
    drop = np.clip(rng.normal(mean, number("visits.drop_sd")), number("visits.drop_low"), number("visits.drop_high"))
    constant = rng.uniform(number("visits.time_low"), number("visits.time_high"), n)
    reached = 1 - np.exp(-after / constant[:, None])
    noise = rng.normal(0, number("visits.noise_sd"), (n, visits)) * (after > 0)
    course = first[:, None] * (1 - drop[:, None] * reached) + noise
    return np.asarray(np.clip(course, number("phq8.low"), number("phq8.high")))


def visits_made(most: int, rng: np.random.Generator) -> int:
    """How many of the visits a person comes to: all, or all but the last."""
    return most if most < 2 or rng.random() < number("visits.complete_share") else most - 1
