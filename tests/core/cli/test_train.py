"""`lineament train` as its users run it: settings, Ctrl-C, going on, and a sentence for whatever is wrong."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.crop_cohorts import write_cohort_with_crops

from lineament.cli.main import main
from lineament.cli.progress import Notice
from lineament.cli.train import SYSTEMS as NAMES
from lineament.cli.train import _told
from lineament.training import SYSTEMS, EpochFinished, TrainingNote

DJ_LDML = (
    *("--system", "dj-ldml", "--set", "clip.size=32", "--set", "clip.frames=4", "--set", "clip.step_s=0.5"),
    *("--set", "clip.tolerance_s=0.1", "--set", "clips=2", "--set", "dev_clips=2", "--set", "threads=1"),
)

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cohort_with_crops(tmp_path_factory.mktemp("cohorts") / "small")


def fails(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Exit status and the sentence on stderr of a command that fails."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as left:
        main(["train", *arguments])
    said = " ".join(capsys.readouterr().err.split())
    assert "Traceback" not in said
    assert isinstance(left.value.code, int)
    return left.value.code, said


def test_the_systems_of_the_option_are_those_there_are() -> None:
    assert tuple(SYSTEMS) == NAMES


def test_settings_are_listed_with_the_defaults_of_a_preset(capsys: pytest.CaptureFixture[str]) -> None:
    main(["train", "--system", "hmhn", "--settings"])
    said = capsys.readouterr().out
    assert "preset = small  (text; small trains on a processor in minutes; full wants a GPU; small, full)" in said
    assert "shape.crop = 112  (whole number; side of the crops, pixels; 32 to 512)" in said
    main(["train", "--system", "hmhn", "--preset", "full", "--settings"])
    assert "shape.crop = 224" in capsys.readouterr().out


@posix
def test_ctrl_c_keeps_what_was_learnt_and_says_how_to_go_on(
    cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "a model"
    command = [sys.executable, "-m", "lineament.cli.main", "train", *DJ_LDML]
    command += ["--cohort", str(cohort), "--out", str(out), "--set", "epochs=100000", "--set", "patience=100000"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, "COLUMNS": "200"}) as process:
        assert process.stderr is not None
        state = out / "training" / "dj-ldml.safetensors"
        while not state.is_file() and process.poll() is None:
            pass
        process.send_signal(signal.SIGINT)
        said = " ".join(process.stderr.read().split())
    assert process.returncode == 130
    assert f"go on with: lineament train --resume --out {out}" in said
    assert sorted(path.name for path in (out / "training").iterdir()) == ["asked.json", state.name]
    code, told = fails(capsys, *DJ_LDML, "--cohort", str(cohort), "--out", str(out))
    assert code == 1
    assert "there is an unfinished training in this folder" in told
    code, told = fails(capsys, "--resume", "--out", str(out), "--set", "epochs=3", "--seed", "4")
    assert code == 2
    assert "leave --seed, --set out" in told


def test_a_model_is_written_and_summed_up(cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "m"
    main(["train", *DJ_LDML, "--set", "epochs=1", "--cohort", str(cohort), "--out", str(out)])
    said = capsys.readouterr().out
    assert f"wrote {out}" in said
    assert "DJ-LDML (small)" in said
    main(["models", "show", str(out)])
    card = capsys.readouterr().out
    assert "clips of aligned face crops" in card
    assert "'epochs run': 1" in card or "epochs run" in card


def test_what_is_wrong_is_told(cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "m")
    for arguments, code, sentence in (
        (("--system", "hmhn", "--out", out), 1, "HMHN has no cohort to learn from"),
        (("--system", "hmhn", "--cohort", "simulated:strong", "--out", out), 1, "does not say which simulated cohort"),
        (("--set", "epochs=3", "--out", out), 1, "lineament train --system hand-designed --settings lists the names"),
        (("--quick", "--preset", "full", "--out", out), 1, "ask for two presets"),
        (("--system", "hmhn"), 2, "Missing option '--out'"),
        (("--system", "svm", "--out", out), 2, "hand-designed"),
        (("--resume", "--out", out), 1, "no unfinished training is in this folder"),
        (("--system", "hmhn", "--cohort", str(cohort), "--out", out), 1, "has none of 112@8 for sessions"),
    ):
        assert fails(capsys, *arguments)[0] == code, arguments
        assert sentence in fails(capsys, *arguments)[1]
    assert not (tmp_path / "m").exists()


def test_notes_and_better_epochs_stand_above_the_bars() -> None:
    said: list[object] = []
    tell = _told(said.append)
    for event in (
        TrainingNote("Seven persons."),
        EpochFinished(0, 4, 1.0, 1.0, 5.25, True),
        EpochFinished(0, 5, 1.0, 1.0, 5.5, False),
    ):
        tell(event)
    assert [one.text for one in said if isinstance(one, Notice)] == [
        "Seven persons.",
        "epoch 5: dev RMSE 5.25, the best so far",
    ]
