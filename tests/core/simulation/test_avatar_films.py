"""Scripts that drive the avatar and the films made from them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lineament.errors import LineamentError, RecordingError, VideoError
from lineament.face.displacement import AU_NAMES
from lineament.progress import Cancelled, CancelToken, Progress
from lineament.simulation.avatar import SCRIPTS, AvatarPerson, performance_of, read_truth, render_avatar, write_script
from lineament.simulation.avatar.script import looking_at_camera
from lineament.simulation.avatar.voice import AUDIO_RATE, sound_of, speak
from lineament.video import VideoReader

SMALL = (320, 180)


def frame_times(seconds: float, fps: float = 30.0) -> np.ndarray:
    return np.arange(round(seconds * fps)) / fps


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_scripts_are_finite_bounded_and_seeded(name: str) -> None:
    times = frame_times(20.0)
    first, again = write_script(name, times, 3), write_script(name, times, 3)
    assert len(first) == len(times)
    for field in ("au", "gaze", "rotation", "translation", "mouth_open"):
        values = getattr(first, field)
        assert np.isfinite(values).all()
        # Vectorised arctan2 and products may differ in the last bit with where an array lies in memory.
        np.testing.assert_allclose(getattr(again, field), values, rtol=0, atol=1e-12)
    assert first.au.min() >= 0
    assert first.au.max() <= 5
    assert np.degrees(np.abs(first.rotation)).max() <= 31
    assert len(first.state(5).au) == 17


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_scripts_of_one_frame_work(name: str) -> None:
    assert len(write_script(name, frame_times(1 / 30), 0)) == 1


def test_sweep_shows_each_unit_alone() -> None:
    performance = write_script("sweep", frame_times(34.0), 0)
    assert (performance.au.max(axis=0) == 4.0).all()
    assert (performance.au > 0).sum(axis=1).max() == 1


def test_poses_reach_the_promised_angles() -> None:
    rotation = np.degrees(write_script("poses", frame_times(30.0), 0).rotation)
    assert rotation[:, 1].min() < -29
    assert rotation[:, 1].max() > 29
    assert rotation[:, 0].min() < -19
    assert rotation[:, 0].max() > 19


def test_interview_is_a_conversation() -> None:
    times = frame_times(75.0)
    rates = []
    for seed in range(8):
        performance = write_script("interview", times, seed)
        rates.append(len(performance.blinks) / 1.25)
        assert 0.35 < performance.speaking.mean() < 0.75
        silent = performance.mouth_open[~performance.speaking]
        assert performance.mouth_open[performance.speaking].mean() > 0.1 > 0.02 > silent.mean()
        smile, control = (performance.au[:, AU_NAMES.index(n)] for n in ("AU12", "AU14"))
        assert (smile > 3.0).any(), "one open smile"
        assert ((smile > 1.8) & (control > 1.5)).any(), "one smile that is held back"
        away = performance.gaze - looking_at_camera(performance.translation)
        assert np.degrees(away[:, 1]).max() > 10, "eyes go down at times"
        assert np.median(np.degrees(np.abs(away))) < 2.5, "and mostly rest on the partner"
    assert 15 < np.mean(rates) < 25


def test_blink_events_agree_with_the_lids() -> None:
    times = frame_times(40.0)
    performance = write_script("blinks", times, 2)
    lids = performance.au[:, AU_NAMES.index("AU45")]
    assert len(performance.blinks) > 10
    for blink in performance.blinks:
        assert lids[np.abs(times - blink.closed_s).argmin()] > 4.0
        assert lids[np.abs(times - (blink.end_s + 0.05)).argmin()] < 1.0 or any(
            b.start_s < blink.end_s + 0.1 for b in performance.blinks if b.start_s > blink.start_s
        )


def test_voice_sounds_only_while_speaking() -> None:
    rng = np.random.default_rng(1)
    syllables = speak(np.array([[1.0, 3.0]]), rng)
    sound = sound_of(syllables, 5.0, 120.0, 0.4, rng)
    assert len(sound) == 5 * AUDIO_RATE
    assert np.abs(sound).max() <= 1.0
    loud = np.sqrt((sound[AUDIO_RATE : 3 * AUDIO_RATE] ** 2).mean())
    assert loud > 0.02
    assert np.abs(sound[: int(0.9 * AUDIO_RATE)]).max() == 0.0
    assert np.abs(sound[int(3.5 * AUDIO_RATE) :]).max() == 0.0
    opening = syllables.opening(frame_times(5.0))
    assert opening.max() <= 1.0
    assert opening[:28].max() == 0.0
    assert opening[35:85].mean() > 0.1


def test_film_and_truth_agree(tmp_path: Path) -> None:
    seen: list[object] = []
    film = tmp_path / "мой film.mp4"
    path = render_avatar(film, seconds=1.5, fps=20.0, size=SMALL, seed=4, script="interview", sink=seen.append)
    assert path == tmp_path / "мой film.truth.parquet"
    truth = read_truth(path)
    with VideoReader(film) as reader:
        assert reader.info.frame_count == len(truth.time_s) == 30
        assert (reader.info.width, reader.info.height) == SMALL
        assert reader.info.has_audio
        assert np.allclose(reader.index.times_s, truth.time_s, atol=1e-3)
    assert truth.landmarks is not None
    assert truth.landmarks.shape == (30, 478, 2)
    assert (truth.landmarks[:, 4] > 0).all()
    assert (truth.landmarks[:, 4] < SMALL).all()
    assert truth.facts["script"] == "interview"
    last = seen[-1]
    assert isinstance(last, Progress)
    assert last.done == last.total == 30


def test_silent_film_without_landmarks(tmp_path: Path) -> None:
    path = render_avatar(
        tmp_path / "a.mkv", seconds=0.3, size=SMALL, script="poses", person=AvatarPerson(), landmarks=False
    )
    assert read_truth(path).landmarks is None
    with VideoReader(tmp_path / "a.mkv") as reader:
        assert not reader.info.has_audio


def test_a_simulated_session_can_be_rendered(tmp_path: Path) -> None:
    from lineament.simulation import draw_person, simulate_session

    rng = np.random.default_rng(3)
    motion = simulate_session(draw_person(rng), 8.0, 20.0, 30.0, rng).motion
    performance = performance_of(motion)
    assert len(performance) == len(motion.au)
    assert performance.sound is not None
    assert len(performance.sound) == pytest.approx(20.0 * AUDIO_RATE, abs=2)
    lids = performance.au[:, AU_NAMES.index("AU45")]
    for blink in performance.blinks:
        assert lids[np.abs(performance.times - blink.closed_s).argmin()] > 2.5
    short = replace(performance, **{f: getattr(performance, f)[:4] for f in ("times", "gaze", "speaking")})
    path = render_avatar(tmp_path / "s.mp4", fps=motion.fps, size=SMALL, performance=short)
    assert np.allclose(read_truth(path).rotation, motion.head[:4], atol=1e-5)


def test_cancelled_film_leaves_nothing(tmp_path: Path) -> None:
    token = CancelToken()

    def stop_early(event: object) -> None:
        token.cancel()

    with pytest.raises(Cancelled):
        render_avatar(tmp_path / "a.mp4", seconds=2.0, size=SMALL, script="still", cancel=token, sink=stop_early)
    assert list(tmp_path.iterdir()) == []


def test_bad_requests_are_answered_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match=r"no avatar script named 'dance'.*interview"):
        render_avatar(tmp_path / "a.mp4", script="dance")
    with pytest.raises(LineamentError):
        render_avatar(tmp_path / "a.mp4", seconds=0.2, size=(321, 181), script="still")
    with pytest.raises(LineamentError):
        render_avatar(tmp_path / "missing" / "a.mp4", seconds=0.2, size=SMALL, script="still")
    nonsense = tmp_path / "b.truth.parquet"
    nonsense.write_text("no")
    with pytest.raises(RecordingError, match="not a readable truth file"):
        read_truth(nonsense)


def test_the_shipped_demonstration_is_sound() -> None:
    from lineament.resources import resource_path

    film = resource_path("demo/interview.mp4")
    assert film.stat().st_size < 6_000_000
    truth_file = resource_path("demo/interview.truth.parquet")
    assert truth_file.stat().st_size < 300_000
    truth = read_truth(truth_file)
    with VideoReader(film) as reader:
        info = reader.info
        assert (info.width, info.height, info.has_audio) == (1280, 720, True)
        assert info.frame_count == len(truth.time_s)
        assert 60 <= info.duration_s <= 90
        assert (np.diff(np.flatnonzero(reader.index.keyframes)) == 30).all()
    assert 15 <= len(truth.blinks) / (len(truth.time_s) / 1800) <= 26
