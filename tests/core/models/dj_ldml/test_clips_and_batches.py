"""Where clips lie in time, which crops they read, and the rules of batches."""

from dataclasses import replace

import numpy as np
import pytest
import torch  # noqa: TID253
from tests.support.face_clips import FakeCrops

from lineament.crops.sampling import sampled_frames
from lineament.models.dj_ldml.augmentation import augmented
from lineament.models.dj_ldml.batching import batches_of_epoch, video_batches
from lineament.models.dj_ldml.clips import clip_places, read_clips
from lineament.models.dj_ldml.histogram_loss import Labelled
from lineament.models.dj_ldml.memory import PairMemory
from lineament.models.dj_ldml.network import standardised
from lineament.models.dj_ldml.presets import ClipShape

SHAPE = ClipShape(frames=4, size=32, step_s=0.5, tolerance_s=0.2, every_s=2.0)


def test_a_clip_is_made_of_the_crops_nearest_in_time() -> None:
    times = np.array([0.0, 0.1, 0.45, 0.62, 1.0, 1.1, 1.52, 1.9])
    places = clip_places(times, SHAPE)
    np.testing.assert_array_equal(places.rows(np.array([0.0])), [[0, 2, 4, 6]])
    np.testing.assert_array_equal(places.rows(np.array([0.1])), [[1, 3, 5, 6]])
    np.testing.assert_array_equal(places.starts, [0.0, 0.1, 0.45])


def test_no_clip_runs_over_a_gap_or_the_end() -> None:
    times = np.concatenate([np.arange(0, 4, 0.5), np.arange(10, 13, 0.5)])
    starts = clip_places(times, SHAPE).starts
    np.testing.assert_array_equal(starts, [0, 0.5, 1, 1.5, 2, 10, 10.5, 11])


def test_scored_clips_begin_after_one_another() -> None:
    places = clip_places(np.arange(0, 20, 0.5), SHAPE)
    np.testing.assert_allclose(places.in_order(), np.arange(0, 18.1, 2))


@pytest.mark.parametrize("times", [[], [3.0], [0.0, 0.5, 1.0]])
def test_too_few_crops_have_no_clip(times: list[float]) -> None:
    places = clip_places(np.array(times), SHAPE)
    assert len(places.starts) == 0
    assert len(places.in_order()) == 0


def test_crops_that_come_too_seldom_have_no_clip() -> None:
    assert len(clip_places(np.arange(0, 60, 0.9), SHAPE).starts) == 0


@pytest.mark.parametrize("fps", [8, 10, 12, 15, 25, 29.97, 60])
def test_the_usual_clip_fits_crops_cut_eight_times_a_second(fps: float) -> None:
    frames = np.arange(int(31 * fps)) / fps
    places = clip_places(frames[sampled_frames(frames, 8)], ClipShape())
    assert len(places.in_order()) == 8
    assert (np.diff(places.rows(places.starts), axis=1) > 0).all()


def test_clips_are_drawn_without_repeating_while_there_are_enough() -> None:
    places = clip_places(np.arange(0, 4, 0.5), SHAPE)
    rng = np.random.default_rng(0)
    for _ in range(20):
        assert len(set(places.drawn(2, rng)[:, 0].tolist())) == 2
    short = replace(places, starts=places.starts[:1])
    np.testing.assert_array_equal(short.drawn(2, rng), [[0, 1, 2, 3]] * 2)


def test_crops_are_read_once_and_put_in_their_places() -> None:
    source = FakeCrops(np.arange(10.0), 32)
    rows = np.array([[5, 3, 3, 4], [9, 4, 0, 5]])
    clips = read_clips(source, rows)
    assert clips.shape == (2, 4, 32, 32, 3)
    np.testing.assert_array_equal(clips, source.pictures[rows])
    assert source.asked == [[0, 3, 4, 5, 9]]


@pytest.mark.parametrize(("videos", "per_batch"), [(7, 3), (32, 32), (5, 40), (10, 7), (1, 4)])
def test_batches_have_different_videos_and_all_come_equally_often(videos: int, per_batch: int) -> None:
    counts = np.zeros(videos, dtype=int)
    for chosen in video_batches(videos, per_batch, 23, np.random.default_rng(1)):
        assert len(chosen) == min(per_batch, videos) == len(set(chosen.tolist()))
        counts[chosen] += 1
        assert counts.max() - counts.min() <= 1


def test_batches_depend_on_the_seed_alone() -> None:
    def drawn(seed: int) -> list[list[int]]:
        return [b.tolist() for b in video_batches(9, 4, 5, np.random.default_rng(seed))]

    assert drawn(3) == drawn(3)
    assert drawn(3) != drawn(4)


def test_an_epoch_shows_each_video_as_often_as_asked() -> None:
    assert batches_of_epoch(105, 32, 2, 8) == 13
    assert batches_of_epoch(10, 32, 2, 8) == 4
    assert batches_of_epoch(2, 32, 2, 1) == 1


def test_the_memory_keeps_the_newest() -> None:
    memory = PairMemory(5)
    for k in range(3):
        values = torch.full((3, 2), float(k), requires_grad=True)
        memory.push(Labelled(values * 1, torch.full((3,), float(k)), torch.full((3,), k)))
    assert memory.kept is not None
    assert memory.kept.scores.tolist() == [1, 1, 2, 2, 2]
    assert not memory.kept.embedding.requires_grad
    other = PairMemory(5)
    other.restore(memory.state())
    assert other.kept is not None
    torch.testing.assert_close(other.kept.embedding, memory.kept.embedding)
    nothing = PairMemory(0)
    nothing.push(memory.kept)
    assert nothing.kept is None
    assert nothing.state() == {}


def test_standardised_by_hand() -> None:
    clips = np.random.default_rng(0).integers(0, 256, (2, 3, 4, 5, 3), dtype=np.uint8)
    found = standardised(torch.from_numpy(clips)).numpy()
    assert found.shape == (2, 3, 3, 4, 5)
    np.testing.assert_allclose(found, (clips.transpose(0, 4, 1, 2, 3) / 255 - 0.45) / 0.225, atol=1e-5)


def test_all_frames_of_a_clip_are_changed_alike() -> None:
    still = np.random.default_rng(0).integers(0, 256, (6, 1, 32, 32, 3), dtype=np.uint8).repeat(5, axis=1)
    changed = augmented(still, np.random.default_rng(2))
    torch.testing.assert_close(changed, changed[:, :, :1].expand_as(changed))
    plain = standardised(torch.from_numpy(still))
    assert all((changed[i] - plain[i]).abs().max() > 0.05 for i in range(6))
    torch.testing.assert_close(changed, augmented(still, np.random.default_rng(2)), rtol=0, atol=0)
