"""Models handed on and taken in: whole, or refused in a sentence with nothing left behind."""

import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.models import make_windows

from lineament.errors import ModelError
from lineament.models import load_model
from lineament.models.exchange.archive import FILES, MANIFEST, SUMS, export_archive, sums_of
from lineament.models.exchange.importing import import_model
from lineament.models.exchange.library import find_model, list_models, read_entry
from lineament.models.exchange.places import own_models_folder


def left_behind() -> list[str]:
    place = own_models_folder()
    return sorted(path.name for path in place.iterdir()) if place.exists() else []


def contents_of(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def write(archive: Path, contents: dict[str, bytes], *, sums: bool = True) -> Path:
    if sums:
        contents[SUMS] = sums_of({name: content for name, content in contents.items() if name != SUMS})
    with zipfile.ZipFile(archive, "w") as opened:
        for name, content in contents.items():
            opened.writestr(name, content)
    return archive


def test_an_archive_comes_back_as_the_same_model(saved: Path, tmp_path: Path) -> None:
    archive = export_archive(saved, tmp_path / "out" / "model.zip")
    entry = import_model(archive)
    assert entry.origin == "own"
    assert entry.folder.parent == own_models_folder()
    assert entry.model_hash == load_model(saved).model_hash
    windows = make_windows(5)
    first, second = load_model(saved), load_model(entry.folder)
    assert first.estimate(first.encode(windows))[0] == second.estimate(second.encode(windows))[0]
    assert left_behind() == ["small-searched"]
    assert entry.folder in [one.folder for one in list_models()]


def test_an_archive_says_what_it_is_and_its_sums_hold(saved: Path, tmp_path: Path) -> None:
    contents = contents_of(export_archive(saved, tmp_path / "model.zip"))
    assert set(contents) == {*FILES, MANIFEST, SUMS}
    said = json.loads(contents[MANIFEST])
    assert said["notice"].startswith("Research use only.")
    assert "simulated" in said["simulated"]
    assert said["instrument"] == "PHQ-8"
    for line in contents[SUMS].decode().splitlines():
        total, name = line.split("  ")
        assert hashlib.sha256(contents[name]).hexdigest() == total
    again = export_archive(saved, tmp_path / "again.zip")
    assert again.read_bytes() == (tmp_path / "model.zip").read_bytes()


def test_a_folder_is_exported_and_imported_too(saved: Path, tmp_path: Path) -> None:
    out = export_archive(saved, tmp_path / "handed on")
    assert sorted(path.name for path in out.iterdir()) == sorted([*FILES, MANIFEST, SUMS])
    assert import_model(out / "model.json").model_hash == read_entry(saved).model_hash


def test_a_model_that_is_there_is_not_copied_again(saved: Path) -> None:
    first = import_model(saved)
    assert import_model(saved).folder == first.folder
    assert left_behind() == ["small-searched"]


def test_another_model_of_the_same_name_has_a_folder_of_its_own(saved: Path, tmp_path: Path) -> None:
    from tests.support.models import make_searched

    import_model(saved)
    make_searched(members=1).save(tmp_path / "other")
    assert len({import_model(saved).folder, import_model(tmp_path / "other").folder}) == 2
    with pytest.raises(ModelError, match="2 models are called small searched"):
        find_model("small searched")


def cut_short(archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[:-2000])


def changed_weights(archive: Path) -> None:
    contents = contents_of(archive)
    weights = bytearray(contents["model.safetensors"])
    weights[-5] ^= 1
    write(archive, {**contents, "model.safetensors": bytes(weights)}, sums=False)


def changed_weights_with_new_sums(archive: Path) -> None:
    contents = contents_of(archive)
    weights = bytearray(contents["model.safetensors"])
    weights[-5] ^= 1
    write(archive, {**contents, "model.safetensors": bytes(weights)})


def newer_archive(archive: Path) -> None:
    contents = contents_of(archive)
    manifest = {**json.loads(contents[MANIFEST]), "schema_version": 2}
    write(archive, {**contents, MANIFEST: json.dumps(manifest).encode()})


def newer_model(archive: Path) -> None:
    contents = contents_of(archive)
    facts = {**json.loads(contents["model.json"]), "schema_version": 99}
    write(archive, {**contents, "model.json": json.dumps(facts).encode()})


def with_code(archive: Path) -> None:
    write(archive, {**contents_of(archive), "hook.py": b"print('here')"})


def above_the_folder(archive: Path) -> None:
    write(archive, {**contents_of(archive), "../evil.txt": b"x"})


def of_another_program(archive: Path) -> None:
    write(archive, {"archive/data.pkl": b"x", "archive/version": b"3"}, sums=False)


def no_archive(archive: Path) -> None:
    archive.write_bytes(b"something else")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (cut_short, "damaged or cut short"),
        (changed_weights, "model.safetensors in the archive was changed after it was made"),
        (changed_weights_with_new_sums, "the weights are damaged or belong to another model"),
        (newer_archive, "the archive has schema 2, this version reads up to 1. Update Lineament."),
        (newer_model, "the model has schema 99, this version reads up to 1. Update Lineament."),
        (with_code, "it carries hook.py, which is no part of a model and could run"),
        (above_the_folder, "it carries ../evil.txt"),
        (of_another_program, "it carries archive/data.pkl"),
        (no_archive, "damaged or cut short"),
    ],
)
def test_what_is_not_wholly_a_model_is_refused_in_a_sentence(
    saved: Path, tmp_path: Path, spoil: Callable[[Path], None], said: str
) -> None:
    archive = export_archive(saved, tmp_path / "model.zip")
    spoil(archive)
    with pytest.raises(ModelError) as refused:
        import_model(archive)
    assert str(refused.value).startswith("model.zip: ")
    assert said in str(refused.value)
    assert left_behind() == []
    assert not (tmp_path / "evil.txt").exists()


@pytest.mark.parametrize("name", ["model.pt", "model.pkl", "model.py", "model.onnx", "notes.txt"])
def test_files_of_other_programs_are_not_opened(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x80\x04.")
    with pytest.raises(ModelError, match=name):
        import_model(tmp_path / name)


def test_a_folder_with_code_or_without_weights_is_refused(saved: Path, tmp_path: Path) -> None:
    shutil.copytree(saved, tmp_path / "with code")
    (tmp_path / "with code" / "setup.py").write_text("")
    with pytest.raises(ModelError, match=r"it carries setup\.py"):
        import_model(tmp_path / "with code")
    (saved / "model.safetensors").unlink()
    with pytest.raises(ModelError, match=r"there is no model\.safetensors in the folder"):
        import_model(saved)
    with pytest.raises(ModelError, match="there is no such file"):
        import_model(tmp_path / "nowhere.zip")
    assert left_behind() == []


def test_a_damaged_model_is_not_exported(saved: Path, tmp_path: Path) -> None:
    (saved / "model.safetensors").write_bytes(b"x")
    with pytest.raises(ModelError, match="the weights are damaged"):
        export_archive(saved, tmp_path / "model.zip")
    assert not (tmp_path / "model.zip").exists()
