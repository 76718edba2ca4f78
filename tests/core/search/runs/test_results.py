"""A unit's result: whole or not there, never mixed of two."""

from pathlib import Path

import numpy as np
import pytest

from lineament.search.runs import Unit
from lineament.search.runs.results import DamagedResult, UnitFolder

UNIT = Unit("train", {"fold": 1}, cost=2.0)


@pytest.fixture
def folder(tmp_path: Path) -> UnitFolder:
    folder = UnitFolder(tmp_path, UNIT.key)
    folder.begin(UNIT)
    return folder


def test_a_result_comes_back_and_its_checkpoint_goes(folder: UnitFolder) -> None:
    folder.checkpoint.write_bytes(b"whatever")
    assert folder.result() is None
    rows = np.arange(6, dtype=np.int16).reshape(2, 3)
    folder.finish({"rmse": np.float64(0.1), "names": ("a", "b"), "worst": float("nan")}, {"rows": rows})
    result = folder.result()
    assert result is not None
    assert result.values["rmse"] == 0.1
    assert result.values["names"] == ["a", "b"]
    assert np.isnan(result.values["worst"])
    np.testing.assert_array_equal(result.arrays["rows"], rows, strict=True)
    assert folder.finished
    assert not folder.checkpoint.exists()
    assert folder.unit() == UNIT


def test_equal_results_are_equal_files(tmp_path: Path) -> None:
    contents = []
    for name in ("one", "other"):
        folder = UnitFolder(tmp_path / name, UNIT.key)
        folder.begin(UNIT)
        folder.finish({"b": 1, "a": 2.5}, {"y": np.ones(3), "x": np.zeros((2, 2))})
        contents.append({path.name: path.read_bytes() for path in folder.path.iterdir()})
    assert contents[0] == contents[1]
    assert set(contents[0]) == {"unit.json", "result.json", "arrays.safetensors"}


@pytest.mark.parametrize("name", ["result.json", "arrays.safetensors"])
@pytest.mark.parametrize("damage", ["cut", "changed", "emptied"])
def test_a_damaged_result_is_noticed_and_can_be_dropped(folder: UnitFolder, name: str, damage: str) -> None:
    folder.finish({"rmse": 1.25}, {"rows": np.arange(100)})
    path = folder.path / name
    whole = path.read_bytes()
    damaged = {"cut": whole[:-9], "changed": whole.replace(b"1.25", b"1.26"), "emptied": b""}[damage]
    path.write_bytes(damaged if damaged != whole else whole[:-1] + b"\x01")
    with pytest.raises(DamagedResult):
        folder.result()
    folder.discard()
    assert folder.result() is None


def test_arrays_of_another_result_are_not_taken_for_its_own(folder: UnitFolder, tmp_path: Path) -> None:
    other = UnitFolder(tmp_path / "other", UNIT.key)
    other.begin(UNIT)
    other.finish({}, {"rows": np.arange(3)})
    folder.finish({}, {"rows": np.arange(4)})
    (folder.path / "arrays.safetensors").write_bytes((other.path / "arrays.safetensors").read_bytes())
    with pytest.raises(DamagedResult, match="another result"):
        folder.result()


def test_arrays_without_their_values_do_not_make_a_unit_finished(folder: UnitFolder) -> None:
    """What a kill between the two files leaves."""
    folder.finish({"a": 1}, {"rows": np.arange(4)})
    (folder.path / "result.json").unlink()
    assert not folder.finished
    assert folder.result() is None


def test_a_folder_that_does_not_say_what_it_is_has_no_unit(folder: UnitFolder) -> None:
    (folder.path / "unit.json").write_text("{")
    assert folder.unit() is None
