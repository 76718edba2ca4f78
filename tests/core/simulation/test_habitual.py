"""The toy of visits whose habits overlap its effects."""

import numpy as np

from lineament.simulation import PRESETS, simulate_cohort
from lineament.simulation.cohort import session_truth


def test_habits_hide_effects_that_the_same_persons_change_shows() -> None:
    assert PRESETS["habitual"].title == "habitual (toy)"
    cohort = simulate_cohort(300, "habitual", 1)
    at = PRESETS["habitual"].settings().population.names.index("head_speed")
    cue = np.array([session_truth(cohort, i).known[at] for i in range(len(cohort))])
    severity = np.array([subject.severity for subject in cohort.subjects])
    first = {subject.person_id: i for i, subject in enumerate(cohort.subjects) if subject.visit == 1}
    before = np.array([first[subject.person_id] for subject in cohort.subjects])
    later = before != np.arange(len(cohort))
    level = np.corrcoef(cue[later], severity[later])[0, 1]
    change = np.corrcoef((cue - cue[before])[later], (severity - severity[before])[later])[0, 1]
    assert -0.5 < level < -0.1
    assert change < -0.85
