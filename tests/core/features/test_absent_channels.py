"""Recordings of other extractors: what they do not give is zero and named; what is needed is asked for."""

from pathlib import Path

import numpy as np
import pytest
from tests.core.features.cohorts import SECONDS, cohort_of, recordings, without

from lineament.errors import DatasetError, RecordingError
from lineament.features import CHANNELS, extract_windows
from lineament.features.channels import GAZE_CHANNELS, LANDMARK_CHANNELS, PLACE_CHANNELS, absent_channels
from lineament.features.cohort_features import cohort_features
from lineament.recording import Recording
from lineament.recording.clnf import read_clnf, write_clnf
from lineament.recording.in_memory import InMemoryRecording
from lineament.recording.view import FloatArray

NOT_IN_CLNF = ("action units: AU07", "action units: AU23", "action units: AU45")


class Pointless(InMemoryRecording):
    """A recording without landmarks."""

    def landmarks68(self, start: int, stop: int) -> FloatArray | None:
        return None


@pytest.fixture(scope="module")
def made() -> list[InMemoryRecording]:
    return recordings(2)


def pointless(recording: InMemoryRecording) -> Pointless:
    return Pointless(recording.meta, recording.columns, recording.points)


def test_a_daic_woz_session_lacks_three_units(made: list[InMemoryRecording], tmp_path: Path) -> None:
    known = Recording.from_columns(made[0].columns, made[0].meta, landmarks68=made[0].points)
    session = read_clnf(write_clnf(known, tmp_path, "300"))
    assert absent_channels(session) == NOT_IN_CLNF
    windows = extract_windows(session, NOT_IN_CLNF)
    whole = extract_windows(made[0])
    np.testing.assert_array_equal(windows.times, whole.times)
    lost = [CHANNELS.index(name) for name in NOT_IN_CLNF]
    assert not windows.values[:, :, lost].any()
    given = [i for i in range(len(CHANNELS)) if i not in lost]
    difference = np.abs(windows.values - whole.values)[:, :, given].max(axis=(0, 1))
    assert difference.max() < 0.05
    np.testing.assert_allclose(windows.windows.points, whole.windows.points, atol=0.05)


def test_a_cohort_names_what_all_its_sessions_lack(made: list[InMemoryRecording]) -> None:
    fewer = [without(r, "AU07_r", "AU23_r", "AU45_r") for r in made]
    features = cohort_features(cohort_of(fewer), SECONDS)
    assert features.absent == NOT_IN_CLNF
    assert not features.values[..., [5, 13, 16]].any()
    assert features.points.any()
    blind = cohort_features(cohort_of([pointless(r) for r in made]), SECONDS)
    assert blind.absent == LANDMARK_CHANNELS
    assert not blind.values[..., [CHANNELS.index(c) for c in LANDMARK_CHANNELS]].any()
    assert not blind.points.any()
    assert blind.present.any()


def test_sessions_that_lack_different_things_are_refused(made: list[InMemoryRecording]) -> None:
    with pytest.raises(DatasetError, match=r"session 301 of cohort six lacks action units: AU07, unlike those before"):
        cohort_features(cohort_of([made[0], without(made[1], "AU07_r")]), SECONDS)
    with pytest.raises(DatasetError, match=r"session 301 of cohort six has action units: AU07, unlike those before"):
        cohort_features(cohort_of([without(made[0], "AU07_r"), made[1]]), SECONDS)


def test_the_heads_rotation_is_needed(made: list[InMemoryRecording]) -> None:
    with pytest.raises(RecordingError, match="lacks pose_Ry"):
        absent_channels(without(made[0], "pose_Ry"))
    with pytest.raises(RecordingError, match="session 300: the recording lacks pose_Ry"):
        cohort_features(cohort_of([without(made[0], "pose_Ry")]), SECONDS)


@pytest.mark.parametrize(
    ("column", "channels"), [("gaze_angle_x", GAZE_CHANNELS), ("pose_Tz", PLACE_CHANNELS)], ids=["gaze", "place"]
)
def test_gaze_and_the_heads_place_may_be_missing_beside_landmarks(
    made: list[InMemoryRecording], column: str, channels: tuple[str, ...]
) -> None:
    lacking = without(made[0], column)
    assert absent_channels(lacking) == channels
    values = cohort_features(cohort_of([lacking]), SECONDS).values
    at = [CHANNELS.index(name) for name in channels]
    assert not values[..., at].any()
    assert np.isfinite(values).all()
    assert values.any(axis=(0, 1, 2)).sum() == len(CHANNELS) - len(channels)
    with pytest.raises(RecordingError, match=f"lacks {column}"):
        absent_channels(pointless(lacking))


def test_half_of_the_units_or_landmarks_are_needed(made: list[InMemoryRecording]) -> None:
    eight = [f"AU{n:02d}_r" for n in (1, 2, 4, 5, 6, 7, 9, 10)]
    assert len(absent_channels(pointless(without(made[0], *eight)))) == 8 + len(LANDMARK_CHANNELS)
    nine = [*eight, "AU12_r"]
    assert len(absent_channels(without(made[0], *nine))) == 9
    with pytest.raises(RecordingError, match=r"lacks AU01_r, AU02_r, AU04_r, AU05_r and more"):
        absent_channels(pointless(without(made[0], *nine)))


def test_a_channel_that_is_not_read_is_zero_even_where_it_is_there(made: list[InMemoryRecording]) -> None:
    windows = extract_windows(made[0], ("action units: AU12",))
    assert not windows.values[:, :, 8].any()
    assert windows.values[:, :, 4].any()
