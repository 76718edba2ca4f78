"""The command line end to end: results, exit status, and one sentence for whatever is wrong."""

import json
import os
from pathlib import Path

import av
import numpy as np
import pytest

from lineament.analysis import AnalysisSettings, analyze
from lineament.cli.main import main
from lineament.progress import CancelToken, ignore_events
from lineament.recording import open_recording, read_openface_csv
from lineament.resources import resource_path
from lineament.simulation.avatar import render_avatar
from lineament.video import VideoWriter


@pytest.fixture(scope="module")
def avatar_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of the avatar, small, under a name with a blank and other scripts."""
    clip = tmp_path_factory.mktemp("clips") / "entrevista 面接 Gespräch.mp4"
    render_avatar(clip, seconds=2.0, fps=15.0, size=(480, 360), seed=3, cancel=CancelToken(), sink=ignore_events)
    return clip


@pytest.fixture
def faceless_clip(tmp_path: Path) -> Path:
    clip = tmp_path / "wall.mp4"
    with VideoWriter(clip, 320, 240, fps=15.0) as writer:
        for _ in range(20):
            writer.add(np.full((240, 320, 3), 128, np.uint8))
    return clip


def fails(arguments: list[str | Path], capsys: pytest.CaptureFixture[str]) -> str:
    """Run the command, which must fail, and return what it said on stderr."""
    with pytest.raises(SystemExit) as stopped:
        main([str(argument) for argument in arguments])
    assert stopped.value.code not in (0, None)
    said = capsys.readouterr().err
    assert "Traceback" not in said
    return said


def errors_in(said: str) -> list[str]:
    return [line for line in said.splitlines() if line.startswith("error: ")]


def test_analyze_writes_recording_estimate_and_openface_csv(
    avatar_clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["analyze", str(avatar_clip), "--out", str(tmp_path), "--openface-csv"])
    said = capsys.readouterr().out
    assert "no model estimate" in said  # two seconds are too few
    recording = open_recording(tmp_path / f"{avatar_clip.stem}.lineament.parquet")
    assert recording.n_rows == 30
    estimate = json.loads((tmp_path / f"{avatar_clip.stem}.estimate.json").read_text(encoding="utf-8"))
    assert estimate["score"] is None
    assert "not a diagnosis" in estimate["notice"]
    assert estimate["trained_on_simulated_behaviour"] is True
    assert estimate["provenance"]["data_hash"] == recording.meta.provenance.data_hash
    table = read_openface_csv(tmp_path / f"{avatar_clip.stem}.csv")
    np.testing.assert_allclose(table.column("AU12_r"), recording.column("AU12_r"), atol=0.01)


def test_one_bad_file_does_not_stop_the_others(
    avatar_clip: Path, faceless_clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty.mp4"
    empty.touch()
    out = tmp_path / "out"
    said = fails(["analyze", empty, faceless_clip, avatar_clip, "--out", out], capsys)
    errors = errors_in(said)
    assert len(errors) == 2
    assert "empty.mp4" in errors[0]
    assert "wall.mp4" in errors[1]
    assert "no face" in errors[1]
    assert (out / f"{avatar_clip.stem}.lineament.parquet").exists()
    assert not (out / "wall.estimate.json").exists()


@pytest.mark.parametrize("kind", ["text", "sound only", "missing", "cut off", "folder"])
def test_what_is_not_a_video_gets_one_sentence(
    kind: str, avatar_clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "interview.mp4"
    if kind == "text":
        file.write_text("These are my notes of the interview.\n" * 50)
    elif kind == "sound only":
        write_sound(file)
    elif kind == "cut off":
        file.write_bytes(avatar_clip.read_bytes()[:400])
    elif kind == "folder":
        file.mkdir()
    errors = errors_in(fails(["analyze", file, "--out", tmp_path / "out"], capsys))
    assert len(errors) == 1
    assert "interview.mp4" in errors[0]


def write_sound(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=16000, layout="mono")
        tone = np.sin(np.arange(16000) / 20).astype(np.float32)[None]
        frame = av.AudioFrame.from_ndarray(tone, format="fltp", layout="mono")
        frame.sample_rate = 16000
        container.mux([*stream.encode(frame), *stream.encode(None)])


def test_a_finished_analysis_is_not_measured_again(
    avatar_clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    analyze(avatar_clip, tmp_path, AnalysisSettings(), cancel=CancelToken(), sink=ignore_events)
    recording = tmp_path / f"{avatar_clip.stem}.lineament.parquet"
    before = recording.stat().st_mtime_ns
    main(["analyze", str(avatar_clip), "--out", str(tmp_path)])
    assert recording.stat().st_mtime_ns == before


def test_a_model_file_cut_in_half_is_refused(
    avatar_clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "model"
    model.mkdir()
    for file in resource_path("models/hand_designed").iterdir():
        content = file.read_bytes()
        (model / file.name).write_bytes(content[: len(content) // 2] if file.suffix == ".safetensors" else content)
    errors = errors_in(fails(["analyze", avatar_clip, "--out", tmp_path / "out", "--model", model], capsys))
    assert len(errors) == 1
    assert ".safetensors" in errors[0]


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs POSIX permissions")
def test_a_folder_that_may_not_be_written_is_named(
    avatar_clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "a file, not a folder"
    blocked.write_text("")
    said = fails(["analyze", avatar_clip, "--out", blocked / "out"], capsys)
    assert len(errors_in(said)) == 1
    assert "out" in said


def test_simulate_avatar_and_cohort(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    video = tmp_path / "avatar.mp4"
    main(["simulate", "avatar", "--out", str(video), "--seconds", "0.5", "--fps", "12", "--size", "320", "240"])
    assert video.stat().st_size > 1000
    cohort = tmp_path / "cohort"
    main(["simulate", "cohort", "--out", str(cohort), "--persons", "4", "--seed", "1"])
    assert "4 simulated persons" in capsys.readouterr().out


def test_models_are_listed_with_what_they_were_trained_on(capsys: pytest.CaptureFixture[str]) -> None:
    main(["models"])
    said = capsys.readouterr().out
    assert "hand_designed" in said
    assert "simulated" in said
    main(["models", "show", "hand_designed"])
    card = capsys.readouterr().out
    assert "ridge" in card
    assert "constant" in card


def test_a_wrong_tracker_bundle_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle = tmp_path / "face_landmarker.task"
    bundle.write_bytes(b"not a bundle")
    errors = errors_in(fails(["models", "add", "face-landmarker", bundle], capsys))
    assert len(errors) == 1
    assert "face_landmarker.task" in errors[0]


def test_unknown_words_are_usage_errors(capsys: pytest.CaptureFixture[str]) -> None:
    assert "No such command" in fails(["diagnose"], capsys)
