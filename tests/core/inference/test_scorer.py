"""Scoring: whole and growing recordings agree, and the scorer refuses and abstains as it should."""

import time
from dataclasses import replace

import numpy as np
import pytest
from tests.support.growing import Growing
from tests.support.models import make_searched

from lineament.errors import ModelError
from lineament.inference import Scorer
from lineament.models import Prediction, load_model
from lineament.models.hand_designed import HandDesignedModel
from lineament.models.predicting import MIN_USABLE_S
from lineament.models.searched import SearchedModel
from lineament.resources import resource_path
from lineament.simulation import SimulatedRecording, simulate_cohort

AnyModel = HandDesignedModel | SearchedModel


@pytest.fixture(scope="module", params=["hand-designed", "searched"])
def model(request: pytest.FixtureRequest) -> AnyModel:
    return load_model(resource_path("models/hand_designed")) if request.param == "hand-designed" else make_searched()


@pytest.fixture(scope="module")
def session() -> SimulatedRecording:
    return simulate_cohort(1, seed=12).session(0, seconds=75, fps=30)


def blank(session: SimulatedRecording, lost: np.ndarray) -> SimulatedRecording:
    columns = {
        name: np.where(lost, np.nan, values).astype(values.dtype) if values.dtype == np.float32 else values
        for name, values in session.columns.items()
    }
    columns["success"] = np.asarray(columns["success"], dtype=bool) & ~lost
    columns["confidence"] = np.where(lost, 0, session.columns["confidence"]).astype(np.float32)
    return replace(session, columns=columns, points=np.where(lost[:, None, None], np.nan, session.points))


def with_extractor(session: SimulatedRecording, extractor: str) -> SimulatedRecording:
    provenance = replace(session.meta.provenance, extractor=extractor)
    return replace(session, meta=replace(session.meta, provenance=provenance))


def check_shapes(prediction: Prediction) -> None:
    count = len(prediction.window_times)
    assert prediction.attribute_attention.shape == (count, 4)
    assert prediction.moment_attention.shape == (count,)
    if count:
        np.testing.assert_allclose(prediction.attribute_attention.sum(axis=1), 1, atol=1e-5)
        assert prediction.moment_attention.sum() == pytest.approx(1, abs=1e-5)


def test_a_minute_gets_a_score_inside_its_interval(model: AnyModel, session: SimulatedRecording) -> None:
    prediction = Scorer(model).score(session)
    check_shapes(prediction)
    assert prediction.abstained is None
    assert prediction.score is not None
    assert prediction.interval is not None
    low, high = prediction.interval
    assert 0 <= low <= prediction.score <= high <= 24
    assert prediction.level == 0.8
    assert prediction.provenance.trained_on_simulated
    assert prediction.provenance.model_hash == model.model_hash
    assert not prediction.provenance.forced
    assert len(prediction.window_times) >= 10


def test_growing_and_whole_agree(model: AnyModel, session: SimulatedRecording) -> None:
    scorer = Scorer(model)
    seen = [scorer.score(Growing(session, rows)) for rows in [*range(0, session.n_rows, 190), session.n_rows]]
    whole = model.predict(session)
    assert seen[-1].score == pytest.approx(whole.score, abs=1e-4)
    np.testing.assert_allclose(seen[-1].moment_attention, whole.moment_attention, atol=1e-5)
    np.testing.assert_array_equal(seen[-1].window_times, whole.window_times)
    scored = [p for p in seen if p.interval is not None]
    assert seen[0].abstained
    assert min(p.usable_s for p in scored) >= MIN_USABLE_S
    for prediction in seen:
        check_shapes(prediction)


def test_interval_is_wider_when_less_was_seen(model: AnyModel) -> None:
    table = model.conformal
    widths = [table.below[k] + table.above[k] for k in range(len(table.usable_s))]
    assert widths == sorted(widths, reverse=True)
    assert table.usable_s[0] == MIN_USABLE_S


def test_three_seconds_abstain(model: AnyModel) -> None:
    prediction = Scorer(model).score(simulate_cohort(1).session(0, seconds=3, fps=30))
    assert prediction.score is None
    assert prediction.interval is None
    assert prediction.abstained is not None
    assert "seconds, at least 20 are needed). A longer recording would help." in prediction.abstained
    check_shapes(prediction)


def test_mostly_lost_recordings_abstain_but_show_attention(model: AnyModel) -> None:
    session = simulate_cohort(1, seed=12).session(0, seconds=120, fps=10)
    prediction = Scorer(model).score(blank(session, session.time_s > 49))
    assert prediction.score is None
    assert prediction.abstained is not None
    assert prediction.abstained.startswith("Not enough usable video (4")
    assert "% of the time)." in prediction.abstained
    assert len(prediction.window_times) >= 6
    check_shapes(prediction)


def test_no_face_is_said_and_not_scored(model: AnyModel, session: SimulatedRecording) -> None:
    prediction = Scorer(model).score(blank(session, np.ones(session.n_rows, dtype=bool)))
    assert prediction.score is None
    assert prediction.abstained is not None
    assert prediction.abstained.startswith("No face was found")
    assert len(prediction.window_times) == 0


@pytest.mark.parametrize("extractor", ["lineament/facemesh", "simulated/lineament-facemesh"])
def test_own_extractor_and_its_simulation_are_scored(
    model: AnyModel, session: SimulatedRecording, extractor: str
) -> None:
    assert Scorer(model).score(with_extractor(session, extractor)).score is not None


@pytest.mark.parametrize("extractor", ["lineament/face-landmarker", "openface", "simulated/openface"])
def test_other_extractors_are_refused_unless_asked(
    model: AnyModel, session: SimulatedRecording, extractor: str
) -> None:
    other = with_extractor(session, extractor)
    with pytest.raises(ModelError, match=f"this recording was made by {extractor}"):
        Scorer(model).score(other)
    with pytest.raises(ModelError):
        model.predict(other)
    forced = Scorer(model, force=True).score(other)
    assert forced.provenance.forced
    assert forced.score is not None


def test_a_revision_of_earlier_rows_starts_over(model: AnyModel, session: SimulatedRecording) -> None:
    scorer = Scorer(model)
    before = scorer.score(Growing(session, 1500))
    columns = dict(session.columns)
    for name in ("AU04_r", "AU12_r", "AU25_r"):
        columns[name] = np.clip(np.asarray(columns[name]) + 0.8, 0, 5).astype(np.float32)
    revised = replace(session, columns=columns)
    after = scorer.score(Growing(revised, 1500))
    fresh = Scorer(model).score(Growing(revised, 1500))
    assert after.score == pytest.approx(fresh.score, abs=1e-5)
    assert not np.array_equal(after.attribute_attention, before.attribute_attention)
    assert scorer.score(Growing(revised, 1500, neutral_frames=7)).score == pytest.approx(fresh.score, abs=1e-5)


def test_another_recording_starts_over(model: AnyModel, session: SimulatedRecording) -> None:
    scorer = Scorer(model)
    scorer.score(session)
    other = simulate_cohort(2, seed=77).session(1, seconds=60, fps=30)
    assert scorer.score(other).score == pytest.approx(Scorer(model).score(other).score, abs=1e-5)
    scorer.reset()
    assert scorer.score(session).score == pytest.approx(Scorer(model).score(session).score, abs=1e-5)


def test_windows_are_not_coded_twice(
    model: AnyModel, session: SimulatedRecording, monkeypatch: pytest.MonkeyPatch
) -> None:
    coded = []
    original = model.encode
    monkeypatch.setattr(model, "encode", lambda windows: coded.append(len(windows)) or original(windows))
    scorer = Scorer(model)
    for rows in range(100, session.n_rows + 1, 100):
        scorer.score(Growing(session, rows))
    last = scorer.score(Growing(session, session.n_rows))
    assert sum(coded) == len(last.window_times)


def test_an_update_costs_only_what_is_new(model: AnyModel) -> None:
    """Generous here; an hour is measured by the benchmark."""
    session = simulate_cohort(1, seed=1).session(0, seconds=600, fps=30)
    scorer = Scorer(model)
    scorer.score(Growing(session, session.n_rows - 600))
    times = []
    for rows in range(session.n_rows - 550, session.n_rows, 50):
        started = time.perf_counter()
        scorer.score(Growing(session, rows))
        times.append(time.perf_counter() - started)
    assert np.median(times) < 0.15
