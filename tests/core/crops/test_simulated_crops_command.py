"""`lineament simulate crops`: the faces of a cohort in a folder, beside its recordings."""

import shutil
from pathlib import Path

import pytest

from lineament.cli.main import main
from lineament.crops import CropFile, CropRequest
from lineament.crops.cohort import write_simulated_crops
from lineament.datasets import open_cohort
from lineament.datasets.crop_files import NoCrops, crop_files
from lineament.errors import DatasetError
from lineament.simulation import reopen_cohort, simulate_cohort, write_cohort

REQUEST = CropRequest(32, 1.0)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cohorts") / "a cohort"
    write_cohort(simulate_cohort(2, "longitudinal", 5, seconds=4), folder)
    return folder


def test_crops_lie_where_they_are_looked_for(cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = shutil.copytree(cohort, tmp_path / "cohort")
    opened = open_cohort(folder)
    missing = crop_files(opened, REQUEST)
    assert isinstance(missing, NoCrops)
    assert missing.remedy == f"Draw them with lineament simulate crops {folder} --crops 32@1."
    command = ["simulate", "crops", str(folder), "--crops", "32@1", "--seconds", "3", "--workers", "1"]
    main(command)
    assert f"wrote the crops 32@1 of {len(opened)} sessions" in capsys.readouterr().out
    files = crop_files(opened, REQUEST)
    assert not isinstance(files, NoCrops)
    made = reopen_cohort(folder)
    elsewhere = write_simulated_crops(made, tmp_path / "shared", REQUEST, seconds=3.0)
    for path, session, other in zip(files, opened.sessions, elsewhere, strict=True):
        assert path.name.removesuffix(".lineament.32px-1fps.crops") == session.files[0].stem
        assert path.read_bytes() == other.read_bytes()
    times = [path.stat().st_mtime_ns for path in files]
    main(command)
    assert [path.stat().st_mtime_ns for path in files] == times
    files[1].write_bytes(files[1].read_bytes()[:-9])
    main([*command[:-4], "--seconds", "3", "--workers", "1"])
    assert CropFile(files[1]).times.tolist() == CropFile(elsewhere[1]).times.tolist()


def test_the_cohort_behind_a_folder_is_found_again(cohort: Path) -> None:
    made = reopen_cohort(cohort)
    assert [s.session_id for s in made.subjects] == [s.session_id for s in open_cohort(cohort).sessions]
    assert (made.preset.name, made.seed, made.seconds) == ("longitudinal", 5, 4)


@pytest.mark.parametrize(
    ("file", "content", "sentence"),
    [
        ("cohort.json", None, "no simulated cohort is in this folder"),
        ("cohort.json", '{"simulated": false}', "no simulated cohort is in this folder"),
        ("truth/made_by.json", '{"simulator_version": "0"}', "by another version of the simulator, or changed"),
        ("truth/made_by.json", None, "does not say how it was simulated"),
        ("labels.csv", "session_id,phq8\nA,3\n", "by another version of the simulator, or changed"),
    ],
)
def test_a_folder_whose_faces_cannot_be_known_is_told(
    cohort: Path, tmp_path: Path, file: str, content: str | None, sentence: str
) -> None:
    folder = shutil.copytree(cohort, tmp_path / "cohort")
    if content is None:
        (folder / file).unlink()
    else:
        (folder / file).write_text(content, encoding="utf-8")
    with pytest.raises(DatasetError, match=sentence):
        reopen_cohort(folder)
