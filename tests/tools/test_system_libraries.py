"""Qt's system libraries are installed where that is possible, and otherwise named in one line."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "system_libraries.py"


@pytest.fixture
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("system_libraries", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def lacks(script: ModuleType, monkeypatch: pytest.MonkeyPatch, libraries: set[str]) -> None:
    monkeypatch.setattr(script, "can_load", lambda library: library not in libraries)
    monkeypatch.setattr(script, "any_font", lambda: True)
    monkeypatch.setattr(script.sys, "platform", "linux")


def test_nothing_is_said_when_all_is_there(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lacks(script, monkeypatch, set())
    assert script.main() == 0
    assert capsys.readouterr() == ("", "")


def test_a_user_who_is_not_root_gets_the_exact_command(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lacks(script, monkeypatch, {"libxcb-cursor.so.0", "libEGL.so.1"})
    monkeypatch.setattr(script.shutil, "which", lambda name: "/usr/bin/apt-get")
    monkeypatch.setattr(script.os, "geteuid", lambda: 1000)
    assert script.main() == 1
    said = capsys.readouterr().err.strip()
    assert "\n" not in said
    assert said.endswith("sudo apt-get update && sudo apt-get install --yes libegl1 libxcb-cursor0")


def test_root_on_debian_gets_them_installed(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    absent = {"libxcb-cursor.so.0"}
    lacks(script, monkeypatch, absent)
    monkeypatch.setattr(script.shutil, "which", lambda name: "/usr/bin/apt-get")
    monkeypatch.setattr(script.os, "geteuid", lambda: 0)
    asked: list[list[str]] = []

    def install(packages: list[str]) -> bool:
        asked.append(packages)
        absent.clear()
        return True

    monkeypatch.setattr(script, "install", install)
    assert script.main() == 0
    assert asked == [["libxcb-cursor0"]]
    assert "libxcb-cursor0" in capsys.readouterr().out


def test_elsewhere_the_libraries_themselves_are_named(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lacks(script, monkeypatch, {"libxcb-cursor.so.0"})
    monkeypatch.setattr(script.shutil, "which", lambda name: None)
    assert script.main() == 1
    assert "libxcb-cursor.so.0" in capsys.readouterr().err
