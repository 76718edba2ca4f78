"""No text of the log names a subject, a file, a folder, the user or the computer."""

import getpass
import os
import platform
import re
from pathlib import Path

import pytest

from lineament.faults import anonymous, fault_text, hide, hide_name, known_names, privacy
from lineament.faults.code_places import code_place
from lineament.faults.known_names import MOST, KnownNames

NAMES = ("Anna", "Müller", "anna", "müller", "Patients", "Clinic")


def assert_silent(text: str) -> None:
    assert not [name for name in NAMES if name in text], text


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("cannot open '/data/Patients/Anna Müller.mp4'", r"cannot open '<file ....>\.mp4'"),
        ("/data/Patients/Anna_Müller/visit2.mp4: broken", r"<file ....>\.mp4: broken"),
        ("C:\\Patients\\Anna\\visit.lineament.parquet is short", r"<file ....>\.lineament\.parquet is short"),
        ("\\\\clinic\\share\\Anna.wmv", r"<file ....>\.wmv"),
        ("file:///home/anna/müller.mov could not be read", r"<file ....>\.mov could not be read"),
        ("Anna Müller visit 2.mp4: no face was found", r"<file ....>\.mp4: no face was found"),
        ("reading (Anna Müller.csv) failed", r"reading \(<file ....>\.csv\) failed"),
        ("Patients/Anna/labels.csv has no rows", r"<file ....>\.csv has no rows"),
        ("the folder /data/Patients/Anna_M is empty", r"the folder <folder ....> is empty"),
        ('"D:/Clinic Süd/Anna Müller" is no cohort', r'"<folder ....>" is no cohort'),
        ("opened ~/Videos/Anna.mkv.", r"opened <file ....>\.mkv\."),
        ("Anna Müller.MP4 and Anna Müller.mp4", r"<file ....>\.MP4 .*"),
    ],
)
def test_paths_and_files_become_signs(said: str, written: str) -> None:
    text = anonymous(said)
    assert_silent(text)
    assert re.fullmatch(written, text), text
    assert anonymous(text) == text, "a second look changes nothing"


@pytest.mark.parametrize(
    "said",
    [
        "the window's thread isn't answering and the other's neither",
        "read/write and 12 km/h, 1/2 of them; n/a",
        "QObject::connect(QTimer, MainWindow): signal not found",
        "shape (3, 478) does not fit [2, 3]; 0.5 < x < 1.5",
        "torch.float32, lineament.errors.VideoError, numpy.ndarray",
        'File "lineament/analysis/run.py", line 12, in analyze',
    ],
)
def test_what_names_nobody_stays(said: str) -> None:
    assert anonymous(said) == said


def test_one_file_has_one_sign_and_another_has_another() -> None:
    first = anonymous("/a/Anna.mp4")
    assert anonymous("/b/c/anna.mp4") == first
    assert anonymous("/a/Berta.mp4") != first


def test_what_was_opened_goes_out_wherever_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    known = KnownNames()
    for module in (privacy, known_names):
        monkeypatch.setattr(module, "known_names", known)
    hide("/data/Clinic Süd/Anna M/the first visit of Anna.mp4")
    hide_name("Müller, Anna")
    text = anonymous(
        "measuring the first visit of Anna had not stopped (person Müller, Anna) in /data/Clinic Süd/Anna M"
    )
    assert_silent(text)
    assert text.startswith("measuring <file ")
    assert "had not stopped" in text
    assert "<name " in text
    assert anonymous("visits of Anna M") != "visits of Anna M"


def test_names_are_kept_up_to_a_number_and_words_of_signs_are_none() -> None:
    known = KnownNames()
    for number in range(MOST + 5):
        known.add(f"name{number:05d}", "<name 0000>")
    known.add("file", "<name 0000>")
    assert known.taken_out_of("name00000 name03004 <file 1a2b>") == "name00000 <name 0000> <file 1a2b>"


def test_user_home_and_computer_go_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "amueller")
    monkeypatch.setattr(platform, "node", lambda: "clinic-pc-7")
    monkeypatch.setattr(Path, "home", lambda: Path("/homes/Anna Müller"))
    privacy._own_words.cache_clear()
    try:
        text = anonymous("amueller on clinic-pc-7: /homes/Anna Müller/.config is not there, say AMueller")
    finally:
        privacy._own_words.cache_clear()
    assert text == "<user> on <computer>: <folder " + text[30:34] + "> is not there, say <user>"


def test_code_is_named_from_its_package_on() -> None:
    import lineament

    assert code_place(lineament.__file__) == "lineament/__init__.py"
    assert code_place("/home/anna/venv/lib/python3.11/site-packages/torch/nn/x.py") == "torch/nn/x.py"
    assert code_place("C:\\Users\\Anna\\Lineament\\_internal\\av\\core.pyd") == "av/core.pyd"
    assert code_place("/home/anna/.pyenv/lib/python3.11/json/decoder.py") == "python3.11/json/decoder.py"
    assert code_place("/home/anna/tries/mine.py") == "mine.py"
    assert code_place("Anna/mine.py") == "mine.py"
    for file in (lineament.__file__, "/x/lib/python3.11/site-packages/numpy/core/x.py", "/x/lib/python3.11/json/a.py"):
        assert code_place(code_place(file)) == code_place(file) != Path(file).name
    assert code_place("<frozen importlib._bootstrap>") == "<frozen importlib._bootstrap>"


# Exceptions

SECRET = " ".join(("secret", "words"))
FILE = "/data/Patients/Anna Müller.mp4"


def failing(path: Path, person: str) -> None:
    holder = {"AU01_r": 1.0}
    if person == "nobody":
        holder["no such column"]
    raise ValueError(f"{person} of {path.stem} said {SECRET!r} about 'holder'")


def told(path: Path, person: str) -> str:
    with pytest.raises((ValueError, KeyError)) as caught:
        failing(path, person)
    return fault_text(caught.value)


def test_an_exception_is_told_without_what_it_held(tmp_path: Path) -> None:
    text = told(tmp_path / "Anna Müller" / "Anna 3.mp4", "Müller")
    assert_silent(text)
    assert "secret words" not in text
    assert "in failing" in text
    assert "about 'holder'" in text, "words of the program stay"
    assert str(tmp_path) not in text
    assert os.getcwd() not in text


def test_a_quoted_word_stays_where_the_code_has_it() -> None:
    assert "KeyError: 'no such column'" in told(Path("/x/y/anna.mp4"), "nobody")


def test_causes_and_notes_are_told_too() -> None:
    def below() -> None:
        raise OSError(2, "No such file", FILE)

    def above() -> None:
        try:
            below()
        except OSError as error:
            raise RuntimeError(f"while opening {Path(FILE).name}") from error

    with pytest.raises(RuntimeError) as caught:
        above()
    caught.value.add_note(f"seen in {Path(FILE).parent}")
    text = fault_text(caught.value)
    assert_silent(text)
    lines = text.splitlines()
    assert lines.index("The above was the direct cause of:") > 0
    assert "FileNotFoundError: [Errno 2] No such file: '<file " in text
    assert lines[-1].startswith("seen in <folder ")


def test_an_exception_that_cannot_be_read_is_told_all_the_same() -> None:
    class Odd(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no words")

    with pytest.raises(Odd) as caught:
        raise Odd
    assert "Odd" in fault_text(caught.value)


def test_an_exception_that_is_its_own_cause_ends() -> None:
    error = ValueError("round")
    error.__cause__ = error
    assert "ValueError: round" in fault_text(error)
