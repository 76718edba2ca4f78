"""Names of models as folders."""

from pathlib import Path

import pytest

from lineament.training import TrainingError
from lineament.training.naming import new_model_folder


@pytest.mark.parametrize(
    ("name", "folder"),
    [("MPDRM 2026-11-21 (2)", "mpdrm-2026-11-21-2"), ("../../etc", "etc"), ("Größe", "größe"), ("a/b\\c", "a-b-c")],
)
def test_a_name_is_a_folder_directly_in_the_library(name: str, folder: str, tmp_path: Path) -> None:
    assert new_model_folder(tmp_path, name) == tmp_path / folder


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "The model has no name"),
        ("...", "The model has no name"),
        ("x" * 61, "longer than 60 characters"),
        ("There", "a model called there in the library already"),
        ("soon", "a model called soon in the library already"),
    ],
)
def test_a_name_that_cannot_be_taken_is_told(name: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(TrainingError, match=f"(?i){sentence}"):
        new_model_folder(tmp_path, name, {tmp_path / "soon"})
