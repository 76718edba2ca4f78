"""`Scorer` with MPDRM: it is told of earlier visits, also while a recording grows, and tells other models apart."""

import numpy as np
import pytest
from tests.support.growing import Growing
from tests.support.models import make_hand_designed
from tests.support.published_models import make_mpdrm

from lineament.errors import ModelError
from lineament.inference import Scorer
from lineament.models.mpdrm.model import MpdrmModel
from lineament.simulation import SimulatedRecording, simulate_cohort


@pytest.fixture(scope="module")
def model() -> MpdrmModel:
    return make_mpdrm()


@pytest.fixture(scope="module")
def visits() -> list[SimulatedRecording]:
    cohort = simulate_cohort(1, "longitudinal", 12, seconds=75)
    return [cohort.session(i) for i in range(3)]


def test_a_growing_recording_ends_as_the_whole_one_would(model: MpdrmModel, visits: list[SimulatedRecording]) -> None:
    scorer = Scorer(model, earlier=visits[:2])
    for rows in range(400, visits[2].n_rows, 400):
        found = scorer.score(Growing(visits[2], rows))
    found = scorer.score(visits[2])
    whole = model.predict(visits[2], earlier=visits[:2])
    assert found.score == pytest.approx(whole.score, abs=1e-5)
    assert found.habit is not None
    assert found.habit.earlier_visits == 2
    np.testing.assert_array_equal(found.window_times, whole.window_times)


def test_what_is_known_of_the_person_outlives_a_reset(model: MpdrmModel, visits: list[SimulatedRecording]) -> None:
    scorer = Scorer(model, earlier=visits[:1])
    first = scorer.score(visits[2])
    scorer.reset()
    again = scorer.score(visits[2])
    assert again.score == first.score
    assert again.habit is not None
    assert again.habit.earlier_visits == 1
    alone = Scorer(model).score(visits[2])
    assert alone.habit is not None
    assert alone.habit.earlier_visits == 0


def test_a_model_that_knows_no_persons_refuses_earlier_visits(visits: list[SimulatedRecording]) -> None:
    with pytest.raises(ModelError, match=r"takes no account of earlier visits\. Leave them out"):
        Scorer(make_hand_designed(), earlier=visits[:1])
    assert Scorer(make_hand_designed()).score(visits[0]).score is not None
