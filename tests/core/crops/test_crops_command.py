"""`lineament analyze --crops` and `lineament crops`."""

import shutil
from pathlib import Path

import pytest

from lineament.cli.main import cli, main
from lineament.crops import CropFile
from lineament.recording import Recording


def run(*arguments: str) -> int:
    """The exit status."""
    try:
        main(list(arguments))
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def test_crops_of_an_analysed_video(
    clip: Path, analysed: Recording, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert analysed.path is not None
    shutil.copy(analysed.path, tmp_path)
    assert run("crops", str(clip), "--out", str(tmp_path), "--crops", "112@8,64@2") == 0
    made = sorted(tmp_path.glob("*.crops"))
    assert [path.name for path in made] == ["visit.lineament.112px-8fps.crops", "visit.lineament.64px-2fps.crops"]
    assert len(CropFile(made[0])) == 17
    assert "visit.lineament.112px-8fps.crops: 17 crops, " in capsys.readouterr().out


def test_a_video_that_was_never_analysed(clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("crops", str(clip), "--out", str(tmp_path)) == 1
    assert "visit.mp4: no recording (visit.lineament.parquet) of this video was found." in capsys.readouterr().err


@pytest.mark.parametrize("command", ["crops", "analyze"])
def test_a_request_that_is_none(command: str, clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(command, str(clip), "--out", str(tmp_path), "--crops", "112x8") == 2
    assert "pixels@rate, for example 112@8,224@2, not '112x8'" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_analysing_with_crops(clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("analyze", str(clip), "--out", str(tmp_path), "--crops", "112@8") == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "visit.estimate.json",
        "visit.lineament.112px-8fps.crops",
        "visit.lineament.parquet",
    ]
    assert "17 crops" in capsys.readouterr().out


def test_both_are_in_the_help() -> None:
    assert "crops" in cli.commands
    assert any(option.name == "crops" for option in cli.commands["analyze"].params)
