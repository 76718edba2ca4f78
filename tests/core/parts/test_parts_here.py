"""The parts of a package and those of an environment, and what is known of a build."""

import json
import platform
from importlib.metadata import version
from pathlib import Path

import pytest

from lineament import build_facts
from lineament.parts import here, list_for_machines, parts_here

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def test_an_environments_parts_are_those_that_lineament_asks_for() -> None:
    found = {part.name.lower(): part for part in parts_here()}
    assert found["numpy"].version == version("numpy")
    assert "BSD" in found["numpy"].licence
    assert len(found["numpy"].text) > 1000
    assert "numba" not in found
    assert "pytest" not in found, "what only tests need is no part"
    assert "lineament" not in found


def test_of_a_package_its_own_files_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = "=" * 78
    notices = f"Preface\n\n{rule}\nbeta 2.0\n{rule}\n\nDo as you like.\n\n{rule}\nlibc6\n{rule}\n\nGPL of some kind.\n"
    listed = [
        {"name": "libc6", "type": "library"},
        {"name": "beta", "version": "2.0", "licenses": [{"license": {"id": "MIT"}}]},
        {"name": "alpha", "version": "1", "licenses": [{"license": {"name": "Zlib"}}]},
    ]
    (tmp_path / "notices").mkdir()
    (tmp_path / here.NOTICES).write_text(notices, encoding="utf-8")
    (tmp_path / here.SBOM).write_text(json.dumps({"components": listed}), encoding="utf-8")
    monkeypatch.setattr(here, "resource_path", lambda name: tmp_path / name)
    assert [(part.name, part.version, part.licence, part.text) for part in parts_here()] == [
        ("alpha", "1", "Zlib", ""),
        ("beta", "2.0", "MIT", "Do as you like."),
        ("libc6", "", "see its text", "GPL of some kind."),
    ]
    assert json.loads(list_for_machines()) == {"components": listed}
    assert here.is_package()


def test_versions_are_found_without_importing() -> None:
    found = build_facts.versions()
    assert found["Python"] == platform.python_version()
    assert found["torch"] == version("torch")
    assert found["System"]


@pytest.mark.parametrize("packed", [False, True])
def test_a_checkouts_commit_is_read_without_git(tmp_path: Path, packed: bool) -> None:
    git = tmp_path / ".git"
    (git / "refs/heads").mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    if packed:
        (git / "packed-refs").write_text(f"# pack-refs\n{'f' * 40} refs/heads/other\n{COMMIT} refs/heads/main\n")
    else:
        (git / "refs/heads/main").write_text(f"{COMMIT}\n")
    assert build_facts._checked_out(tmp_path) == COMMIT


def test_a_detached_checkout_and_none(tmp_path: Path) -> None:
    assert build_facts._checked_out(tmp_path) == ""
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text(COMMIT)
    assert build_facts._checked_out(tmp_path) == COMMIT


def test_what_a_package_recorded_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "commit.txt").write_text(f"{COMMIT}\n")
    monkeypatch.setattr(build_facts, "resource_path", lambda name: tmp_path / "commit.txt")
    assert build_facts.commit() == COMMIT
