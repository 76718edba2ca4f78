"""Cleaning, windows, and that a growing recording gives what the whole one gives."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pytest

from lineament.errors import RecordingError
from lineament.features import (
    ATTRIBUTE_CHANNELS,
    CHANNELS,
    ChannelScaling,
    WindowStream,
    attribute_slices,
    extract_windows,
)
from lineament.features.channels import N_CHANNELS, STORED, input_channels
from lineament.features.grid import EvenGrid, fill, usable_bins
from lineament.features.landmarks import MEASURE_NAMES, face_displacements, landmark_measures
from lineament.features.windows import CLIP, Windows, cut_windows
from lineament.recording.view import FloatArray, RecordingMeta
from lineament.simulation import SimulatedRecording, simulate_cohort
from lineament.training.data import rest_channels

FloatArray64 = npt.NDArray[np.float64]


@dataclass
class Growing:
    """The first `rows` rows of a recording, as an analysis under way would show them."""

    whole: SimulatedRecording
    rows: int

    @property
    def meta(self) -> RecordingMeta:
        return replace(self.whole.meta, complete=self.rows >= self.whole.n_rows)

    @property
    def n_rows(self) -> int:
        return self.rows

    @property
    def time_s(self) -> npt.NDArray[np.float64]:
        return self.whole.time_s[: self.rows]

    def has(self, name: str) -> bool:
        return self.whole.has(name)

    def column(self, name: str) -> npt.NDArray[np.generic]:
        return self.whole.column(name)[: self.rows]

    def mesh(self, start: int, stop: int) -> FloatArray | None:
        return None

    def landmarks68(self, start: int, stop: int) -> FloatArray | None:
        return self.whole.landmarks68(start, min(stop, self.rows))

    def row_of_frame(self, frame: int) -> int:
        return frame if frame < self.rows else -1


@pytest.fixture(scope="module")
def session() -> SimulatedRecording:
    return simulate_cohort(2, seed=6).session(1, seconds=90, fps=25)


def without(session: SimulatedRecording, start_s: float, stop_s: float) -> SimulatedRecording:
    lost = (session.time_s >= start_s) & (session.time_s < stop_s)
    columns = {
        name: np.where(lost, np.nan, values).astype(values.dtype) if values.dtype == np.float32 else values.copy()
        for name, values in session.columns.items()
    }
    columns["success"] = np.asarray(columns["success"], dtype=bool) & ~lost
    columns["confidence"] = np.where(lost, 0, columns["confidence"]).astype(np.float32)
    points = session.points.copy()
    points[lost] = np.nan
    return replace(session, columns=columns, points=points)


def full(session: SimulatedRecording) -> SimulatedRecording:
    """Every frame found: what is lost by chance is made up, so that tests lose exactly what they mean to."""
    columns = {name: values.copy() for name, values in session.columns.items()}
    success = np.asarray(columns["success"], dtype=bool)
    known = np.flatnonzero(success)
    nearest = known[np.clip(np.searchsorted(known, np.arange(len(success))), 0, len(known) - 1)]
    columns = {name: (v if name in {"frame", "pts", "timestamp"} else v[nearest]) for name, v in columns.items()}
    columns["confidence"] = np.full(len(success), 0.95, dtype=np.float32)
    return replace(session, columns=columns, points=session.points[nearest])


def test_windows_have_every_attribute(session: SimulatedRecording) -> None:
    windows = extract_windows(full(session))
    assert windows.values.shape == (17, 100, N_CHANNELS)
    assert windows.times[0].tolist() == [0, 10]
    assert windows.times[-1].tolist() == [80, 90]
    assert [windows.attribute(a.name).shape[2] for a in ATTRIBUTE_CHANNELS] == [
        len(a.channels) for a in ATTRIBUTE_CHANNELS
    ]
    assert windows.usable_s == pytest.approx(90)
    assert windows.usable_share == pytest.approx(1)
    assert len(CHANNELS) == N_CHANNELS == sum(s.stop - s.start for s in attribute_slices().values())


@pytest.mark.parametrize("step", [7, 100, 613])
def test_growing_recording_gives_the_same_windows(session: SimulatedRecording, step: int) -> None:
    whole = extract_windows(session)
    stream = WindowStream()
    ends = [*range(step, session.n_rows, step), session.n_rows]
    grown = Windows.joined([stream.update(Growing(session, rows)) for rows in ends])
    np.testing.assert_array_equal(grown.times, whole.times)
    np.testing.assert_array_equal(grown.values, whole.values)
    np.testing.assert_allclose(grown.points, whole.windows.points, rtol=1e-6)
    assert np.abs(grown.points).max() > 1
    assert stream.usable_s == whole.usable_s


def test_short_gaps_are_filled_and_long_ones_cut(session: SimulatedRecording) -> None:
    clean = full(session)
    assert extract_windows(without(clean, 40, 40.9)).usable_s == pytest.approx(90)
    cut = extract_windows(without(clean, 40, 46))
    assert cut.usable_s == pytest.approx(84)
    assert not any(start < 44 and stop > 42.1 and max(start, 40) + 2.1 < min(stop, 46) for start, stop in cut.times)
    assert len(cut) < 17
    assert np.isfinite(cut.values).all()


def test_low_confidence_is_not_usable(session: SimulatedRecording) -> None:
    doubtful = full(session)
    doubtful.columns["confidence"][:] = 0.79
    windows = extract_windows(doubtful)
    assert len(windows) == 0
    assert windows.usable_s == 0
    assert windows.seen_s == pytest.approx(90)


def test_a_clip_of_three_seconds_has_no_window(session: SimulatedRecording) -> None:
    short = simulate_cohort(1).session(0, seconds=3, fps=30)
    assert len(extract_windows(short)) == 0


def test_missing_columns_are_named(session: SimulatedRecording) -> None:
    columns = {name: values for name, values in session.columns.items() if name != "AU20_r"}
    with pytest.raises(RecordingError, match="lacks AU20_r"):
        extract_windows(replace(session, columns=columns))


def test_missing_landmarks_are_named(session: SimulatedRecording) -> None:
    class Blind(Growing):
        def landmarks68(self, start: int, stop: int) -> FloatArray | None:
            return None

    with pytest.raises(RecordingError, match="lacks its landmarks"):
        extract_windows(Blind(session, session.n_rows))


@pytest.mark.parametrize("fps", [12, 30, 60, 240])
def test_any_frame_rate_gives_the_same_grid(fps: int) -> None:
    found = simulate_cohort(3, seed=8).session(2, seconds=40, fps=fps)
    grid = EvenGrid()
    grid.update(found, complete=True)
    assert grid.n_bins == 400
    assert usable_bins(grid.measured).mean() > 0.8


def test_bins_are_means_of_their_usable_rows(session: SimulatedRecording) -> None:
    clean = full(session)
    grid = EvenGrid()
    grid.update(clean, complete=True)
    rows = np.floor(clean.time_s * 10 + 1e-6) == 123
    np.testing.assert_allclose(grid.values[123, 8], np.asarray(clean.column("AU12_r"))[rows].mean(), rtol=1e-5)


def test_gaps_longer_than_a_second_stay_gaps() -> None:
    measured = np.ones(60, dtype=bool)
    measured[10:20] = False
    measured[30:41] = False
    measured[55:] = False
    usable = usable_bins(measured)
    assert usable[10:20].all()
    assert not usable[30:41].any()
    assert not usable[55:].any()


def test_filling_is_a_straight_line_held_at_the_ends() -> None:
    values = np.array([[9.0], [1.0], [9.0], [9.0], [4.0], [9.0]], dtype=np.float32)
    measured = np.array([False, True, False, False, True, False])
    np.testing.assert_allclose(fill(values, measured)[:, 0], [1, 1, 2, 3, 4, 4])


def test_head_movement_leaves_the_landmark_measures() -> None:
    """The same neutral face turned, moved and seen nearer has the same measures; a smile does not."""
    from lineament.face.displacement import displacement_fields
    from lineament.face.rotation import matrix_from_angles
    from lineament.face.template import LANDMARKS_68, load_template

    neutral = load_template().vertices[LANDMARKS_68]
    smiling = neutral + displacement_fields()[8][LANDMARKS_68] * 0.6

    def seen(face: FloatArray64, degrees: tuple[float, float, float], depth: float) -> FloatArray:
        angles, place = np.radians([degrees]), np.array([[20.0, -10.0, depth]])
        turned = (face * (1, -1, -1)) @ matrix_from_angles(angles)[0].T + place
        pixels = (800 * turned[:, :2] / turned[:, 2:] + 300).astype(np.float32)
        return landmark_measures(pixels[None], angles, place)[0]

    front = seen(neutral, (0, 0, 0), 650)
    smile = seen(smiling, (0, 0, 0), 650) - front
    mouth = MEASURE_NAMES.index("mouth width")
    assert smile[mouth] > 3
    for pose in [(10, 0, 0), (-10, 0, 0), (0, 15, 0), (0, -15, 5), (8, 10, -8)]:
        turned = seen(neutral, pose, 500) - front
        assert np.abs(turned).max() < 0.05
        again = seen(smiling, pose, 500) - seen(neutral, pose, 500)
        assert again[mouth] == pytest.approx(smile[mouth], rel=0.15)


def test_lost_points_stay_lost() -> None:
    points = np.full((1, 68, 2), np.nan, dtype=np.float32)
    assert all(np.isnan(side).all() for side in face_displacements(points, np.zeros((1, 3)), np.ones((1, 3))))


def test_rest_can_be_taken_off_afterwards() -> None:
    rng = np.random.default_rng(0)
    stored = rng.standard_normal((50, len(STORED))).astype(np.float32)
    rest = rng.standard_normal(len(STORED)).astype(np.float32)
    direct = input_channels(stored, rest, 10)
    later = input_channels(stored, np.zeros_like(rest), 10) - rest_channels(rest)
    np.testing.assert_allclose(direct, later, atol=1e-4)


def test_one_cut_of_a_whole_session_equals_the_stream(session: SimulatedRecording) -> None:
    clean = full(session)
    grid = EvenGrid()
    grid.update(clean, complete=True)
    cut = cut_windows(grid)
    whole = extract_windows(clean).windows
    np.testing.assert_array_equal(cut.firsts, whole.firsts)
    # Speed at a window's rim sees one bin more on the stream's side.
    np.testing.assert_allclose(cut.values[:, 1:-1], whole.values[:, 1:-1], atol=1e-4)
    np.testing.assert_allclose(cut.points, whole.points, atol=1e-4)


def test_scaling_is_robust_and_survives_json() -> None:
    rng = np.random.default_rng(0)
    windows = rng.normal(3, 2, (50, 100, N_CHANNELS)).astype(np.float32)
    windows[0, 0] = 1e6
    scaling = ChannelScaling.fit(np.delete(windows, 0, axis=0))
    assert np.allclose(scaling.centre, 3, atol=0.1)
    assert np.allclose(scaling.spread, 2, atol=0.1)
    again = ChannelScaling.from_json(scaling.to_json())
    np.testing.assert_array_equal(again.centre, scaling.centre)
    assert np.abs(again.apply(windows)).max() == CLIP
