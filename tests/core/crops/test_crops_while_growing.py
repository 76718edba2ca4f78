"""Crops cut while a recording grows are those of a file, and a model scores them as it goes."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.core.crops.conftest import FRAMES
from tests.support.avatar_clips import pictures, write_clip
from tests.support.growing import Growing
from tests.support.published_models import make_hmhn

from lineament.crops import CropRequest, CropStream, make_crops
from lineament.errors import ModelError, RecordingError
from lineament.inference import VideoScorer, video_scorer
from lineament.models import pixels
from lineament.models.hmhn.model import HMHNModel
from lineament.progress import Cancelled, CancelToken
from lineament.recording import Recording, open_recording

REQUEST = CropRequest(112, 8)
ALL = 10_000


@pytest.fixture(scope="module")
def model() -> HMHNModel:
    return make_hmhn(112)


def test_crops_come_once_each_as_far_as_the_recording_has_come(clip: Path, analysed: Recording, tmp_path: Path) -> None:
    whole = make_crops(clip, copied(analysed, tmp_path), [REQUEST])[0]
    times, crops = [], []
    with CropStream(clip, REQUEST) as stream:
        for rows in (0, 1, 10, 10, 37, FRAMES):
            growing = Growing(analysed, rows)
            said = stream.behind(growing)
            found = stream.update(growing, 3)
            while len(found[0]):
                times.append(found[0])
                crops.append(found[1])
                assert len(found[0]) <= 3
                assert stream.behind(growing) == said - sum(len(t) for t in times[-1:])
                said = stream.behind(growing)
                found = stream.update(growing, 3)
            assert stream.behind(growing) == 0
            seen = np.concatenate([[-1.0], *times])
            assert rows == 0 or seen[-1] <= analysed.time_s[rows - 1] == stream.seen_s(growing)
    np.testing.assert_array_equal(np.concatenate(times), whole.times)
    cut, read = np.concatenate(crops).astype(float), whole.read(np.arange(len(whole))).astype(float)
    assert np.abs(cut - read).mean() < 2  # a file's are JPEGs


def copied(recording: Recording, folder: Path) -> Recording:
    assert recording.path is not None
    return open_recording(Path(shutil.copy(recording.path, folder)))


class NoPoints(Growing):
    """As a table of another program, which has columns alone."""

    def landmarks68(self, start: int, stop: int) -> None:
        return None


def test_another_video_and_a_recording_without_landmarks_are_refused(
    clip: Path, analysed: Recording, tmp_path: Path
) -> None:
    other = write_clip(tmp_path / "other.mp4", pictures(320, 180, 8))
    with CropStream(other, REQUEST) as stream, pytest.raises(RecordingError, match=r"not the recording of other\.mp4"):
        stream.update(analysed, ALL)
    with CropStream(clip, REQUEST) as stream, pytest.raises(RecordingError, match="holds no landmarks"):
        stream.update(NoPoints(analysed, FRAMES), ALL)


def test_a_growing_recording_is_scored_as_the_whole_one(
    clip: Path, analysed: Recording, model: HMHNModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pixels, "abstention", lambda usable, seen, crops: None if crops else "nothing yet")
    monkeypatch.setattr(video_scorer, "AT_ONCE", 4)
    growing, at_once = VideoScorer(model, clip), VideoScorer(model, clip)
    assert growing.score(Growing(analysed, 0)).abstained == "nothing yet"
    said = [growing.score(Growing(analysed, rows)).score for rows in (8, 30, 50, FRAMES)]
    assert len(set(said)) == 4
    every = list(at_once.scores(analysed))
    assert [len(found.window_times) for found in every] == [4, 8, 12, 16, 17][: len(every)]
    assert every[-1].score == pytest.approx(said[-1])
    assert every[-1].usable_share == pytest.approx(1)
    assert growing.score(analysed).score == pytest.approx(said[-1])  # nothing is new
    growing.reset()
    assert growing.score(Growing(analysed, 8)).score == pytest.approx(said[0])
    growing.close()
    at_once.close()


def test_another_face_starts_it_over(clip: Path, analysed: Recording, model: HMHNModel) -> None:
    scorer = VideoScorer(model, clip)
    first = scorer.score(analysed)
    other = Growing(analysed, 30)
    other.participant = analysed.meta.participant + 1
    assert 0 < len(scorer.score(other).window_times) < len(first.window_times)
    scorer.close()


def test_other_extractors_are_refused_and_a_stop_is_heard(clip: Path, analysed: Recording, model: HMHNModel) -> None:
    other = replace(model, card=replace(model.card, trained_on="openface/2.2"))
    with pytest.raises(ModelError, match="aligned by lineament/facemesh"):
        VideoScorer(other, clip).score(analysed)
    assert VideoScorer(other, clip, force=True).score(analysed).provenance.forced
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        VideoScorer(model, clip).score(analysed, cancel)
