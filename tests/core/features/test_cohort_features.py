"""A cohort's features: what they hold, that they are kept and mapped, and what is refused."""

import json
import multiprocessing
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.core.features.cohorts import SECONDS, blank, changed, cohort_of, files_of, recordings

from lineament.datasets import Cohort, open_cohort
from lineament.errors import DatasetError, RecordingError, StorageError
from lineament.features import FeatureWarning, extract_windows
from lineament.features.channels import N_CHANNELS
from lineament.features.cohort_features import CohortFeatures, cohort_features
from lineament.features.scaling import PointScaling, Scalings, fit_scalings
from lineament.features.statistics import N_STATISTICS, STATISTIC_NAMES, session_statistics, statistics_slices
from lineament.features.windows import CLIP
from lineament.progress import Cancelled, CancelToken, Progress
from lineament.recording.in_memory import InMemoryRecording
from lineament.simulation import simulate_cohort, write_cohort


@pytest.fixture(scope="module")
def made() -> list[InMemoryRecording]:
    return recordings(6)


@pytest.fixture(scope="module")
def features(made: list[InMemoryRecording]) -> CohortFeatures:
    return cohort_features(cohort_of(made, ["train"] * 4 + ["test"] * 2), SECONDS)


def refuse(i: int) -> InMemoryRecording:
    raise AssertionError("a recording was read")


def test_shapes_and_labels(features: CohortFeatures) -> None:
    assert features.values.shape == (6, 6, 100, N_CHANNELS)
    assert features.points.shape == (6, 6, 68, 32)
    assert features.statistics.shape == (6, N_STATISTICS)
    assert {a.dtype for a in (features.values, features.points, features.statistics)} == {np.dtype(np.float32)}
    assert features.present.mean() > 0.7
    assert features.scores.tolist() == [0, 3, 6, 9, 12, 15]
    assert features.session_ids == ("300", "301", "302", "303", "304", "305")
    assert features.rows_of("test").tolist() == [4, 5]
    assert features.absent == () == features.unusable
    assert np.isfinite(features.values).all()
    assert not features.values[~features.present].any()
    assert not features.points[~features.present].any()


def test_windows_are_those_of_the_live_path(features: CohortFeatures, made: list[InMemoryRecording]) -> None:
    live = extract_windows(made[2]).windows
    even = live.firsts % 100 == 0
    at = live.firsts[even] // 100
    np.testing.assert_array_equal(np.flatnonzero(features.present[2]), at)
    np.testing.assert_allclose(features.values[2, at][:, 1:-1], live.values[even][:, 1:-1], atol=1e-4)
    np.testing.assert_allclose(features.points[2, at], live.points[even], atol=1e-4)


def test_statistics_are_songs_twelve(features: CohortFeatures) -> None:
    row = dict(zip(STATISTIC_NAMES, features.statistics[1], strict=True))
    smile = features.values[1, features.present[1]][:, :, 8].astype(np.float64)
    steps, back = np.diff(smile, axis=1), smile[:, :-2] - smile[:, 2:]
    expected = [f(x) for x in (smile, steps, back) for f in (np.mean, np.std, np.max, np.min)]
    found = [row[f"action units: AU12, {n} of {s}"] for s in ("value", "step", "two steps back") for n in
             ("mean", "deviation", "maximum", "minimum")]  # fmt: skip
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    gaze = STATISTIC_NAMES[statistics_slices()["gaze"]]
    assert len(gaze) == 60
    assert all(name.startswith("gaze: ") for name in gaze)
    assert not session_statistics(features.values[0, :0]).any()


def test_the_cache_is_used_and_changes_nothing(made: list[InMemoryRecording], tmp_path: Path) -> None:
    cohort = cohort_of(made)
    first = cohort_features(cohort, SECONDS, cache=tmp_path)
    written = files_of(tmp_path)
    again = cohort_features(replace(cohort, read=refuse), SECONDS, cache=tmp_path)
    assert files_of(tmp_path) == written
    for name in ("values", "points", "present", "statistics"):
        np.testing.assert_array_equal(getattr(again, name), getattr(first, name))
    assert again.fingerprint == first.fingerprint == cohort_features(cohort, SECONDS).fingerprint
    assert isinstance(again.values, np.memmap)
    assert again.values.flags.writeable  # torch warns of arrays that are not; what is written stays in this process
    again.values[0] = 7
    assert cohort_features(replace(cohort, read=refuse), SECONDS, cache=tmp_path).values[0].max() != 7


@pytest.mark.parametrize("damage", ["cut", "flip", "gone", "facts"])
def test_a_damaged_cache_is_made_anew(made: list[InMemoryRecording], tmp_path: Path, damage: str) -> None:
    cohort, warnings = cohort_of(made[:2]), []
    first = cohort_features(cohort, SECONDS, cache=tmp_path)
    assert first.folder is not None
    path = first.folder / ("facts.json" if damage == "facts" else "values.npy")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(bytes(content[: len(content) // 3] if damage == "cut" else content))
    again = cohort_features(cohort, SECONDS, cache=tmp_path, sink=warnings.append)
    assert [w for w in warnings if isinstance(w, FeatureWarning)]
    np.testing.assert_array_equal(again.present, first.present)
    cohort_features(replace(cohort, read=refuse), SECONDS, cache=tmp_path)


def test_the_fingerprint_follows_what_trains(made: list[InMemoryRecording]) -> None:
    cohort = cohort_of(made[:3])
    other_scores = replace(cohort, sessions=tuple(replace(s, score=s.score + 1) for s in cohort.sessions))
    variants = {
        "same": cohort,
        "scores": other_scores,
        "source": cohort_of(made[:3], origin="b"),
        "splits": cohort_of(made[:3], ["train", "train", "test"]),
        "fewer": cohort.subset([0, 1]),
    }
    prints = {name: cohort_features(c, SECONDS).fingerprint for name, c in variants.items()}
    prints["length"] = cohort_features(cohort, 40).fingerprint
    assert len(set(prints.values())) == len(prints)
    nearly = [changed(r, lambda columns, _: columns["AU12_r"].__imul__(np.float32(1 + 1e-7))) for r in made[:3]]
    assert cohort_features(cohort_of(nearly), SECONDS).fingerprint == prints["same"]


def test_other_labels_and_splits_use_the_same_arrays(made: list[InMemoryRecording], tmp_path: Path) -> None:
    one = cohort_features(cohort_of(made[:3]), SECONDS, cache=tmp_path)
    relabelled = cohort_of(made[:3], ["dev", "test", "train"])
    two = cohort_features(replace(relabelled, read=refuse), SECONDS, cache=tmp_path)
    assert one.folder == two.folder
    assert two.splits == ("dev", "test", "train")


def test_rows_are_taken_in_order(features: CohortFeatures) -> None:
    some = features.take([4, 1])
    assert some.person_ids == ("P4", "P1")
    assert some.splits == ("test", "train")
    assert some.scores.tolist() == [12, 3]
    np.testing.assert_array_equal(some.points[1], features.points[1])
    assert features.take(np.arange(6)) is features
    part = features.take(slice(1, 3))
    assert part.values.base is features.values or part.values.base is features.values.base
    assert part.fingerprint == features.take([1, 2]).fingerprint
    assert len({features.fingerprint, some.fingerprint, part.fingerprint, features.take([1, 4]).fingerprint}) == 4
    permuted = features.with_scores(features.scores[::-1].copy())
    assert permuted.scores[0] == 15
    assert permuted.fingerprint != features.fingerprint


def test_another_process_maps_the_same_files(made: list[InMemoryRecording], tmp_path: Path) -> None:
    features = cohort_features(cohort_of(made[:2]), SECONDS, cache=tmp_path)
    sent = pickle.dumps(features)
    assert len(sent) < 4000
    here = pickle.loads(sent)
    assert here.fingerprint == features.fingerprint
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(_mean_smile, (features,)) == pytest.approx(float(features.values[..., 8].mean()))
    apart = pickle.loads(pickle.dumps(features.take([1])))
    np.testing.assert_array_equal(apart.values, features.values[1:])


def _mean_smile(features: CohortFeatures) -> float:
    assert isinstance(features.values, np.memmap)
    return float(features.values[..., 8].mean())


def test_files_are_read_again_only_when_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_cohort(simulate_cohort(3, seed=1, seconds=20), tmp_path / "c")
    one = cohort_features(open_cohort(tmp_path / "c"), 20, cache=tmp_path / "cache")
    with monkeypatch.context() as patch:
        patch.setattr(Cohort, "fingerprint", lambda self, i: refuse(i))
        two = cohort_features(replace(open_cohort(tmp_path / "c"), read=refuse), 20, cache=tmp_path / "cache")
    assert two.fingerprint == one.fingerprint
    session = sorted((tmp_path / "c" / "sessions").iterdir())
    session[0].write_bytes(session[1].read_bytes())
    three = cohort_features(open_cohort(tmp_path / "c"), 20, cache=tmp_path / "cache")
    assert three.folder != one.folder
    np.testing.assert_array_equal(three.values[0], one.values[1])
    moved = (tmp_path / "c").rename(tmp_path / "moved")
    assert cohort_features(open_cohort(moved), 20, cache=tmp_path / "cache").folder == three.folder
    session = sorted((moved / "sessions").iterdir())
    session[2].unlink()
    with pytest.raises((RecordingError, DatasetError), match=session[2].stem):
        cohort_features(open_cohort(moved), 20, cache=tmp_path / "cache")


def test_simulated_cohorts_are_cached(tmp_path: Path) -> None:
    cohort = Cohort.from_simulation(simulate_cohort(3, seed=1, seconds=30))
    one = cohort_features(cohort, 30, cache=tmp_path)
    again = Cohort.from_simulation(simulate_cohort(3, seed=1, seconds=30))
    two = cohort_features(replace(again, read=refuse), 30, cache=tmp_path)
    assert one.fingerprint == two.fingerprint
    assert one.simulated
    for other in (simulate_cohort(3, seed=2, seconds=30), simulate_cohort(3, seed=1, seconds=40)):
        assert cohort_features(Cohort.from_simulation(other), 30, cache=tmp_path).folder != one.folder


def test_sessions_without_a_face_are_kept_and_named(made: list[InMemoryRecording]) -> None:
    features = cohort_features(cohort_of([made[0], blank(made[1]), made[2]]), SECONDS)
    assert features.unusable == ("301",)
    assert not features.statistics[1].any()
    assert len(features) == 3


def test_a_split_without_a_face_is_refused(made: list[InMemoryRecording]) -> None:
    lost = cohort_of([made[0], blank(made[1])], ["train", "test"])
    with pytest.raises(DatasetError, match=r"none of the test sessions of cohort six has ten usable seconds"):
        cohort_features(lost, SECONDS)
    with pytest.raises(DatasetError, match=r"none of the train sessions"):
        cohort_features(cohort_of([blank(made[0])]), SECONDS)


@pytest.mark.parametrize("score", [25.0, -1.0, float("nan")])
def test_scores_outside_the_scale_are_refused(made: list[InMemoryRecording], score: float) -> None:
    cohort = cohort_of(made[:2])
    wrong = replace(cohort, sessions=(cohort.sessions[0], replace(cohort.sessions[1], score=score)))
    with pytest.raises(DatasetError, match=r"session 301 of cohort six has the score .*, outside PHQ-8's 0 to 24"):
        cohort_features(wrong, SECONDS)


def test_a_column_without_numbers_is_named(made: list[InMemoryRecording]) -> None:
    def wipe(columns: dict[str, np.ndarray], points: np.ndarray) -> None:
        columns["AU12_r"][:] = np.nan

    cohort = cohort_of([made[0], changed(made[1], wipe)])
    with pytest.raises(RecordingError, match=r"session 301 has no number in column AU12_r in \d+ of \d+ frames"):
        cohort_features(cohort, SECONDS)

    def wipe_points(columns: dict[str, np.ndarray], points: np.ndarray) -> None:
        points[:] = np.nan

    with pytest.raises(RecordingError, match=r"session 300 has no number in its landmarks"):
        cohort_features(cohort_of([changed(made[0], wipe_points)]), SECONDS)


def test_a_few_frames_without_numbers_are_left_out_and_told(made: list[InMemoryRecording]) -> None:
    events: list[object] = []

    def spoil(columns: dict[str, np.ndarray], points: np.ndarray) -> None:
        columns["success"][100:104] = True
        columns["confidence"][100:104] = 0.95
        columns["pose_Rx"][100:104] = np.nan

    cohort_features(cohort_of([changed(made[0], spoil)]), SECONDS, sink=events.append)
    told = [e.text for e in events if isinstance(e, FeatureWarning)]
    assert len(told) == 1
    assert told[0].startswith("Session 300 has no number in column pose_Rx in 4 of ")
    assert told[0].endswith("they are left out.")


def test_too_little_and_nothing_are_refused(made: list[InMemoryRecording]) -> None:
    with pytest.raises(DatasetError, match="hold no window"):
        cohort_features(cohort_of(made[:1]), 9)
    with pytest.raises(DatasetError, match="has no sessions"):
        cohort_features(cohort_of(made[:1]).subset([]), SECONDS)


def test_a_cache_that_cannot_be_written_is_one_sentence(made: list[InMemoryRecording], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        cohort_features(cohort_of(made[:1]), SECONDS, cache=tmp_path / "file")


def test_a_cancelled_run_leaves_nothing(made: list[InMemoryRecording], tmp_path: Path) -> None:
    token, events = CancelToken(), []

    def stop(event: object) -> None:
        events.append(event)
        token.cancel()

    with pytest.raises(Cancelled):
        cohort_features(cohort_of(made), SECONDS, cache=tmp_path, cancel=token, sink=stop)
    assert {e.unit for e in events if isinstance(e, Progress)} == {"persons"}
    assert not files_of(tmp_path)


def test_scalings_are_fitted_on_the_fold_alone(features: CohortFeatures) -> None:
    fold = [0, 2, 3]
    scalings = fit_scalings(features, fold)
    spoilt = replace(features, values=features.values.copy(), points=features.points.copy())
    spoilt.values[[1, 4, 5]] += 1000
    spoilt.points[[1, 4, 5]] += 1000
    spoilt.values[~features.present] = 500
    spoilt.points[~features.present] = 500
    same, other = fit_scalings(spoilt, fold), fit_scalings(spoilt, [0, 1])
    np.testing.assert_array_equal(same.channels.centre, scalings.channels.centre)
    np.testing.assert_array_equal(same.points.spread, scalings.points.spread)
    assert (other.points.centre != scalings.points.centre).any()
    kept = features.points[fold][features.present[fold]]
    scaled = scalings.points.apply(kept)
    np.testing.assert_allclose(np.median(scaled, axis=0), 0, atol=1e-5)
    assert scaled.std(axis=0).max() < 1.1
    assert np.abs(scalings.points.apply(1e6 * kept)).max() == CLIP


def test_scalings_survive_json(features: CohortFeatures) -> None:
    scalings = fit_scalings(features, [0, 1])
    again = Scalings.from_json(json.loads(json.dumps(scalings.to_json())))
    np.testing.assert_array_equal(again.points.centre, scalings.points.centre)
    np.testing.assert_array_equal(again.points.spread, scalings.points.spread)
    np.testing.assert_array_equal(again.channels.spread, scalings.channels.spread)
    with pytest.raises(ValueError, match="reshape"):
        PointScaling.from_json({"centre": [[1.0]], "spread": [[1.0]]})


def test_a_fold_without_a_window_is_refused(features: CohortFeatures) -> None:
    lost = replace(features, present=np.zeros_like(features.present))
    with pytest.raises(DatasetError, match="none of the 2 training sessions"):
        fit_scalings(lost, [0, 1])
