"""The bins of an older model's card, from the very persons its figures come from."""

from dataclasses import replace

import numpy as np

from lineament.datasets.cohort import Cohort
from lineament.errors import ModelError
from lineament.models.ensemble import Ensemble
from lineament.models.sessions import estimates_over_time, windows_of_recordings
from lineament.progress import CancelToken, EventSink, ignore_events
from lineament.training.card_figures import reliability_of
from lineament.training.metrics import rmse

NEAR = 0.005
"""Points of RMSE by which the persons' figure may differ from the card's: another processor adds up otherwise."""


def add_reliability(
    model: Ensemble,
    test: Cohort,
    *,
    seconds: float = 480.0,
    cancel: CancelToken | None = None,
    sink: EventSink = ignore_events,
) -> None:
    """Put `Reliability` on the card of `model`. test: the cohort that the card's figures were taken from.

    Raises `ModelError` when its RMSE is not the card's, so that no other persons come in; `DatasetError`,
    `RecordingError`, `Cancelled`.
    """
    times = model.conformal.usable_s
    sessions = windows_of_recordings(test, seconds, absent=model.absent, task="testing", cancel=cancel, sink=sink)
    estimates = np.array([estimates_over_time(model, windows, times) for windows in sessions])
    found, said = rmse(estimates[:, -1], test.scores), next(iter(model.card.test.values())).rmse.value
    if abs(found - said) > NEAR:
        raise ModelError(
            f"the RMSE on {test.name} is {found:.3f} and the card of {model.model_id} says {said:.3f}",
            remedy="Give the cohort that the card's figures come from.",
        )
    made = reliability_of(model.conformal, model.card.scale, estimates, test.scores, times)
    model.card = replace(model.card, reliability=made)
