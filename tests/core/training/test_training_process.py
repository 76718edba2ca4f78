"""A training in a process of its own: stopped, gone on with, discarded; what lies unfinished in a library."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from lineament.file_lock import is_locked
from lineament.own_process import Ended
from lineament.progress import Progress
from lineament.training import TrainingError
from lineament.training.control.host import STOP, TrainingProcess
from lineament.training.control.messages import Answer, Began, EpochTold, TrainingRequest
from lineament.training.epoch_log import NAME, add_epoch, read_epochs
from lineament.training.events import EpochFinished
from lineament.training.running import ASKED, UNFINISHED
from lineament.training.unfinished_folders import (
    discard,
    list_unfinished,
    lock_of,
    read_unfinished,
    training_in,
)

COHORT = "simulated:strong:72:1"
TINY: Mapping[str, Any] = {
    "preset": "small", "device": "cpu", "seconds": 30.0, "loop.person_epochs": 1, "loop.epochs": 3, "shape.stem": 6,
    "shape.token": 8, "loop.windows": 2, "name": "Small one",
}  # fmt: skip


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEAMENT_CACHE_DIR", str(tmp_path / "cache"))


def heard(process: TrainingProcess, stop_after_epochs: int = 10_000, timeout_s: float = 240.0) -> list[object]:
    """Everything it says; told to stop after so many epochs."""
    messages: list[object] = []
    until = time.monotonic() + timeout_s
    while not process.over and time.monotonic() < until:
        for message in process.hear(0.1):
            messages.append(message)
            if isinstance(message, EpochTold) and sum(isinstance(m, EpochTold) for m in messages) == stop_after_epochs:
                process.command(STOP)
    process.end()
    return messages


def asked(folder: Path, text: str) -> Path:
    (folder / UNFINISHED).mkdir(parents=True)
    (folder / UNFINISHED / ASKED).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.slow
def test_stopped_listed_and_gone_on_with_to_the_end(tmp_path: Path) -> None:
    folder = tmp_path / "library" / "small-one"
    said = heard(TrainingProcess(TrainingRequest(folder, "mpdrm", COHORT, TINY)), stop_after_epochs=2)
    assert said[-1] == Ended("stopped")
    assert Began(folder) in said
    assert any(isinstance(message, Progress) for message in said)
    (one,) = list_unfinished(folder.parent)
    assert (one.name, one.system, one.cohort, one.working) == ("Small one", "mpdrm", COHORT, False)
    assert [(epoch.part, epoch.epoch) for epoch in one.epochs] == [("person", 0), ("score", 0)]
    assert one.epochs[0].dev_rmse is None
    rest = heard(TrainingProcess(TrainingRequest(folder, purpose="resume")))
    assert rest[-1] == Ended("finished")
    assert next(message.epoch for message in rest if isinstance(message, EpochTold)) == 1
    assert sorted(path.name for path in folder.iterdir()) == ["MODEL_CARD.md", "model.json", "model.safetensors"]
    assert json.loads((folder / "model.json").read_text())["card"]["name"] == "Small one"
    assert list_unfinished(folder.parent) == ()


@pytest.mark.slow
def test_what_cannot_be_trained_is_one_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    request = TrainingRequest(tmp_path / "library" / "m", "mpdrm", str(tmp_path / "nothing"), TINY)
    (*_, ended) = heard(TrainingProcess(request))
    assert isinstance(ended, Ended)
    assert ended.how == "failed"
    assert "nothing: no cohort is there, for this is no folder" in ended.why
    assert not list(request.folder.parent.iterdir())


@pytest.mark.slow
def test_a_killed_process_is_a_sentence_and_settings_are_described(tmp_path: Path) -> None:
    process = TrainingProcess(TrainingRequest(tmp_path / "m", purpose="describe"))
    answer, ended = heard(process)
    assert isinstance(answer, Answer)
    assert ended == Ended("finished")
    assert {"hand-designed", "hmhn", "dj-ldml", "mpdrm"} == set(answer.settings)
    assert "loop.epochs" in [one.name for one in answer.settings["mpdrm"]["small"]]
    process = TrainingProcess(TrainingRequest(tmp_path / "m", purpose="describe"))
    process.kill()
    (killed,) = heard(process)
    assert isinstance(killed, Ended)
    assert "The training's process was killed by signal 9. What is finished is kept." in killed.why


def test_one_process_at_a_time_trains_in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lineament.training.unfinished_folders.PATIENCE_S", 0.1)
    folder = asked(tmp_path / "m", json.dumps({"system": "hmhn", "cohort": None, "settings": {}}))
    with training_in(folder):
        assert read_unfinished(folder).working
        for work in (lambda: discard(folder), lambda: training_in(folder).__enter__()):
            with pytest.raises(TrainingError, match="m: another process is training in this folder"):
                work()
    assert not is_locked(lock_of(folder))
    assert not read_unfinished(folder).working
    discard(folder)
    assert not folder.exists()


def test_discarding_leaves_a_model_that_was_there_before(tmp_path: Path) -> None:
    folder = asked(tmp_path / "m", "{}")
    (folder / "model.json").write_text("{}")
    discard(folder)
    assert [path.name for path in folder.iterdir()] == ["model.json"]


@pytest.mark.parametrize("text", ["{", "[]", '{"system": "hmhn"}', '{"system": "a", "cohort": null, "settings": 3}'])
def test_what_was_asked_may_be_unreadable(text: str, tmp_path: Path) -> None:
    one = read_unfinished(asked(tmp_path / "m", text))
    assert one.problem.startswith("m: what the unfinished training was asked cannot be read.")
    assert (one.name, one.epochs) == ("m", ())
    assert list_unfinished(tmp_path) == (one,)
    assert list_unfinished(tmp_path / "nothing") == ()


def test_epochs_are_kept_in_order_and_half_a_line_is_left_out(tmp_path: Path) -> None:
    assert read_epochs(tmp_path) == ()
    event = EpochFinished(network=1, epoch=0, loss=0.5, dev_loss=0.6, dev_rmse=5.0, best=True)
    first = EpochTold.of(event)
    assert first == EpochTold("network 2", 0, 0.5, 0.6, 5.0, None, True)
    assert EpochTold.of(Progress("training", 1, 2, "steps", 1.0)) is None
    second, again = EpochTold("", 1, 0.4), EpochTold("network 2", 0, 0.45)
    for one in (first, second, again):
        add_epoch(tmp_path, one)
    with (tmp_path / NAME).open("a") as stream:
        stream.write('{"part": "", "epo')
    assert read_epochs(tmp_path) == (again, second)


PROGRAM = """
import sys
from pathlib import Path
from tests.core.training.test_training_process import COHORT, TINY, heard
from lineament.training.control.host import TrainingProcess
from lineament.training.control.messages import TrainingRequest

if __name__ == "__main__":
    heard(TrainingProcess(TrainingRequest(Path(sys.argv[1]), "mpdrm", COHORT, TINY | {"loop.epochs": 500})))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_killed_with_its_window_it_ends_by_itself_and_is_kept(tmp_path: Path) -> None:
    folder, program = tmp_path / "library" / "m", tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    until = time.monotonic() + 240
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), "OMP_NUM_THREADS": "1"}
    with subprocess.Popen([sys.executable, str(program), str(folder)], env=environment) as window:
        while not read_epochs(folder / UNFINISHED) and time.monotonic() < until:
            time.sleep(0.05)
        assert read_unfinished(folder).working
        window.kill()
    while read_unfinished(folder).working and time.monotonic() < until:
        time.sleep(0.05)
    (one,) = list_unfinished(folder.parent)
    assert one.epochs
    assert not one.working
    discard(folder)
    assert not folder.exists()
