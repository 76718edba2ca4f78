"""The model: earlier visits, what is habit and what is change, growing recordings, files."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch  # noqa: TID253
from tests.support.models import make_windows

from lineament.errors import ModelError
from lineament.features.channels import N_CHANNELS, attribute_slices
from lineament.features.grid import EvenGrid
from lineament.models import load_model
from lineament.models.mpdrm.account import EarlierVisits, change_against, channel_statistics, personal_share
from lineament.models.mpdrm.model import MpdrmModel
from lineament.models.mpdrm.movement import MovementStream, MovementWindows, movement_series
from lineament.models.prediction import ATTRIBUTES, Prediction
from lineament.recording.in_memory import InMemoryRecording
from lineament.simulation import SimulatedRecording, simulate_cohort


class Growing:
    """The first rows of a recording, as an analysis under way shows them."""

    def __init__(self, whole: SimulatedRecording, rows: int, neutral_frames: int = 0) -> None:
        self.whole, self.n_rows, self.neutral_frames = whole, rows, neutral_frames

    @property
    def meta(self):  # type: ignore[no-untyped-def]
        complete = self.n_rows >= self.whole.n_rows
        return replace(self.whole.meta, complete=complete, neutral_frames=self.neutral_frames)

    @property
    def time_s(self) -> np.ndarray:
        return self.whole.time_s[: self.n_rows]

    def has(self, name: str) -> bool:
        return self.whole.has(name)

    def column(self, name: str) -> np.ndarray:
        return self.whole.column(name)[: self.n_rows]

    def mesh(self, start: int, stop: int) -> None:
        return None

    def landmarks68(self, start: int, stop: int) -> np.ndarray | None:
        return self.whole.landmarks68(start, min(stop, self.n_rows))

    def row_of_frame(self, frame: int) -> int:
        return frame if frame < self.n_rows else -1


def lost(whole: SimulatedRecording, where: np.ndarray) -> InMemoryRecording:
    """The same recording with the face gone in some rows."""
    columns = dict(whole.columns)
    columns["success"] = np.asarray(columns["success"], dtype=bool) & ~where
    return InMemoryRecording(whole.meta, columns, whole.points)


def check_shapes(prediction: Prediction) -> None:
    count = len(prediction.window_times)
    assert prediction.attribute_attention.shape == (count, len(ATTRIBUTES))
    assert prediction.moment_attention.shape == (count,)
    if count:
        np.testing.assert_allclose(prediction.attribute_attention.sum(axis=1), 1, atol=1e-5)
        assert prediction.moment_attention.sum() == pytest.approx(1, abs=1e-5)
        assert prediction.habit is not None
        assert prediction.habit.before.shape == prediction.habit.after.shape == (count,)


def test_windows_are_of_256_samples_with_half_in_common(visits: list[SimulatedRecording]) -> None:
    stream = MovementStream()
    windows = stream.update(visits[0])
    assert windows.values.shape[1:] == (256, N_CHANNELS)
    np.testing.assert_allclose(np.diff(windows.times[:, 0]), 12.8)
    np.testing.assert_allclose(windows.times[:, 1] - windows.times[:, 0], 25.6)
    series, usable = movement_series(stream.grid)
    assert len(series) == len(usable) == stream.grid.n_bins
    first = windows.firsts[1]
    np.testing.assert_allclose(windows.values[1], series[first : first + 256], atol=1e-4)
    assert type(windows[:1]) is MovementWindows
    assert len(MovementWindows.joined([])) == 0


def test_nothing_measured_gives_no_series(visits: list[SimulatedRecording]) -> None:
    stream = MovementStream(EvenGrid())
    assert len(stream.update(lost(visits[0], np.ones(visits[0].n_rows, dtype=bool)))) == 0
    assert len(movement_series(stream.grid)[0]) == 0


def test_a_first_visit_is_scored_from_itself(model: MpdrmModel, visits: list[SimulatedRecording]) -> None:
    prediction = model.predict(visits[0])
    check_shapes(prediction)
    assert prediction.score is not None
    assert prediction.interval is not None
    assert prediction.interval[0] <= prediction.score <= prediction.interval[1]
    assert prediction.habit is not None
    assert prediction.habit.earlier_visits == 0
    assert prediction.habit.change is None
    encoded = model.encode(MovementStream().update(visits[0]))
    assert prediction.score == pytest.approx(model.estimate(encoded)[0], abs=1e-5)


def test_earlier_visits_change_the_score_and_are_accounted_for(
    model: MpdrmModel, visits: list[SimulatedRecording]
) -> None:
    alone, knowing = model.predict(visits[2]), model.predict(visits[2], earlier=visits[:2])
    check_shapes(knowing)
    assert knowing.score != alone.score
    assert knowing.habit is not None
    assert knowing.habit.earlier_visits == 2
    assert knowing.habit.change is not None
    assert knowing.habit.change.shape == (len(knowing.window_times), len(ATTRIBUTES))
    assert 0 < knowing.habit.habit_share < 1
    assert (knowing.habit.after != knowing.habit.before).all()
    assert len(knowing.provenance.settings["earlier_visits"]) == 2  # type: ignore[arg-type]
    again = model.predict(visits[2], earlier=visits[1::-1])
    assert again.score == pytest.approx(knowing.score, abs=1e-5)


def test_the_person_vector_is_the_mean_of_the_visits(model: MpdrmModel, visits: list[SimulatedRecording]) -> None:
    known = model.remember(visits[:2])
    assert known is not None
    each = [model.person_vector(model.encode(MovementStream().update(visit))) for visit in visits[:2]]
    np.testing.assert_allclose(known.person, np.mean(each, axis=0), atol=1e-6)
    assert model.remember([]) is None


def test_what_is_taken_away_is_the_gated_habit(model: MpdrmModel, visits: list[SimulatedRecording]) -> None:
    known = model.remember(visits[:1])
    encoded = model.encode(MovementStream().update(visits[1]))
    _, weights, account = model.estimate_knowing(encoded, known)
    assert known is not None
    before = encoded.fused[:, 0, : model.shape.token].astype(np.float64)
    block = model.network.suppression
    habit = block.align.weight.detach().double().numpy() @ known.person
    weight, bias = block.gate.weight.detach().double().numpy()[0], float(block.gate.bias.detach())
    gate = 1 / (1 + np.exp(-(np.concatenate([before, np.tile(habit, (len(before), 1))], axis=1) @ weight + bias)))
    removed = gate[:, None] * habit
    np.testing.assert_allclose(account.before, np.linalg.norm(before, axis=1), rtol=1e-4)
    np.testing.assert_allclose(account.after, np.linalg.norm(before - removed, axis=1), rtol=1e-4)
    share = (weights * (removed**2).sum(axis=1)).sum() / (weights * (before**2).sum(axis=1)).sum()
    assert account.habit_share == pytest.approx(share, rel=1e-3)


def test_change_is_one_where_windows_are_as_unlike_as_earlier_ones() -> None:
    rng = np.random.default_rng(0)
    earlier = EarlierVisits.of([np.zeros(3, np.float32)], [rng.normal(2, 3, (4000, 2 * N_CHANNELS)).astype(np.float32)])
    same = rng.normal(2, 3, (500, 2 * N_CHANNELS)).astype(np.float32)
    np.testing.assert_allclose(np.sqrt((change_against(same, earlier) ** 2).mean(axis=0)), 1, atol=0.1)
    gaze = attribute_slices()["gaze"]
    other = np.broadcast_to(earlier.centre, same.shape).copy()
    other[:, gaze] += 4 * earlier.spread[gaze]
    found = change_against(other, earlier)
    np.testing.assert_allclose(found[:, 1], np.sqrt(8), rtol=1e-4)
    np.testing.assert_allclose(found[:, [0, 2, 3]], 0, atol=1e-5)


def test_channel_statistics_and_shares_by_hand() -> None:
    windows = np.random.default_rng(1).standard_normal((3, 256, N_CHANNELS)).astype(np.float32)
    statistics = channel_statistics(windows)
    assert statistics[2, 5] == pytest.approx(windows[2, :, 5].mean(), abs=1e-5)
    assert statistics[2, N_CHANNELS + 5] == pytest.approx(windows[2, :, 5].std(), abs=1e-5)
    before, after = np.array([[3.0, 4.0]], np.float32), np.array([[3.0, 0.0]], np.float32)
    assert personal_share(before, after, np.ones(1, np.float32)) == pytest.approx(16 / 25)
    assert personal_share(0 * before, 0 * after, np.ones(1, np.float32)) == 0


def test_growing_and_whole_agree(model: MpdrmModel, visits: list[SimulatedRecording]) -> None:
    live, whole = model.live(visits[:1]), visits[1]
    seen = [live.score(Growing(whole, rows)) for rows in [*range(0, whole.n_rows, 97), whole.n_rows]]
    last = model.predict(whole, earlier=visits[:1])
    assert seen[-1].score == pytest.approx(last.score, abs=1e-4)
    np.testing.assert_allclose(seen[-1].moment_attention, last.moment_attention, atol=1e-5)
    np.testing.assert_array_equal(seen[-1].window_times, last.window_times)
    assert seen[0].score is None
    assert sum(p.score is not None for p in seen) >= 3
    for prediction in seen:
        check_shapes(prediction)


def test_rows_that_were_revised_are_read_anew(model: MpdrmModel, visits: list[SimulatedRecording]) -> None:
    live = model.live()
    live.score(Growing(visits[0], 500, neutral_frames=100))
    revised = live.score(Growing(visits[1], 500, neutral_frames=200))
    live.reset()
    assert revised.score == live.score(Growing(visits[1], 500, neutral_frames=200)).score


def test_too_little_is_said_and_not_scored(model: MpdrmModel, visits: list[SimulatedRecording]) -> None:
    short = model.predict(simulate_cohort(1, "longitudinal", 3, seconds=23).session(0))
    assert short.score is None
    assert short.abstained is not None
    assert short.abstained.startswith("Not enough usable video (2")
    assert "this model needs 26 with hardly a gap" in short.abstained
    none = model.predict(lost(visits[0], np.ones(visits[0].n_rows, dtype=bool)))
    assert none.abstained is not None
    assert none.abstained.startswith("No face was found")
    torn = model.predict(lost(visits[0], np.arange(visits[0].n_rows) % 200 < 70))
    assert torn.score is None
    assert torn.abstained is not None
    check_shapes(torn)


def test_other_extractors_are_refused_now_and_before(model: MpdrmModel, visits: list[SimulatedRecording]) -> None:
    other = replace(visits[0].meta.provenance, extractor="openface")
    foreign = replace(visits[0], meta=replace(visits[0].meta, provenance=other))
    with pytest.raises(ModelError, match="was made by openface"):
        model.predict(foreign)
    with pytest.raises(ModelError, match="was made by openface"):
        model.predict(visits[1], earlier=[foreign])
    assert model.predict(foreign, force=True).provenance.forced


def test_windows_of_another_length_are_refused(model: MpdrmModel) -> None:
    with pytest.raises(ModelError, match=r"reads windows of 25\.6 seconds"):
        model.encode(make_windows(2))


def test_an_attribute_left_out_is_not_heard(model: MpdrmModel, visits: list[SimulatedRecording]) -> None:
    windows = MovementStream().update(visits[0])
    values = windows.values.copy()
    values[:, :, attribute_slices()["gaze"]] += 3
    changed = MovementWindows.of(windows.firsts, values)
    assert np.abs(model.encode(windows).fused - model.encode(changed).fused).max() > 1e-3
    np.testing.assert_array_equal(model.encode(windows, "gaze").fused, model.encode(changed, "gaze").fused)


def test_a_saved_model_is_the_same_model(model: MpdrmModel, visits: list[SimulatedRecording], tmp_path: Path) -> None:
    model.save(tmp_path / "m")
    loaded = load_model(tmp_path / "m")
    assert isinstance(loaded, MpdrmModel)
    one, two = (m.predict(visits[1], earlier=visits[:1]) for m in (model, loaded))
    assert one.score == two.score
    assert loaded.shape == model.shape
    assert loaded.model_hash == model.model_hash != ""


def test_weights_of_another_shape_are_refused(model: MpdrmModel, tmp_path: Path) -> None:
    odd = replace(model, shape=replace(model.shape, token=16))
    odd.save(tmp_path / "m")
    with pytest.raises(ModelError, match="do not fit together"):
        load_model(tmp_path / "m")


def test_ten_windows_a_second_while_it_grows(model: MpdrmModel, visits: list[SimulatedRecording]) -> None:
    """The network alone, one window at a time: reading the rows is the program's and has its own budget."""
    windows = MovementStream().update(visits[0])
    model.encode(windows[:1])
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        started = time.process_time()
        for _ in range(20):
            model.encode(windows[:1])
        assert 20 / (time.process_time() - started) > 10
    finally:
        torch.set_num_threads(threads)
