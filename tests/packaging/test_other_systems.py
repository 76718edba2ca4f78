"""Windows, macOS and the workflows: what can be checked of them on a machine that is neither."""

import ast
import plistlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from freezing import mac
from freezing.icons import ICO_SIZES, SIZES, write_icons
from freezing.version_info import numbers_of, version_info

PROJECT = Path(__file__).resolve().parents[2]
PACKAGING = PROJECT / "packaging"
ISS = (PACKAGING / "windows" / "lineament.iss").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("version", "numbers"),
    [("0.1.0", (0, 1, 0, 0)), ("1.2.3rc4", (1, 2, 3, 0)), ("2", (2, 0, 0, 0)), ("1.2.3.4.5", (1, 2, 3, 4))],
)
def test_windows_versions_are_four_numbers(version: str, numbers: tuple[int, ...]) -> None:
    assert numbers_of(version) == numbers


@pytest.mark.parametrize("name", ["lineament", "lineament-desktop"])
def test_version_info_is_what_pyinstaller_reads(name: str) -> None:
    call = ast.parse(version_info("0.1.0", name).strip(), mode="eval").body
    assert isinstance(call, ast.Call)
    said = {
        node.args[0].value: node.args[1].value
        for node in ast.walk(call)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "StringStruct"
        if isinstance(node.args[0], ast.Constant) and isinstance(node.args[1], ast.Constant)
    }
    assert said["OriginalFilename"] == f"{name}.exe"
    assert said["ProductVersion"] == "0.1.0"


def test_the_windows_installer_is_for_one_user_and_its_files_are_there() -> None:
    sections = re.findall(r"^\[(\w+)\]$", ISS, re.MULTILINE)
    assert len(sections) == len(set(sections))
    assert {"Setup", "Files", "Icons", "Run", "Code", "InstallDelete"} <= set(sections)
    setup = dict(re.findall(r"^(\w+)=(.*)$", ISS, re.MULTILINE))
    assert setup["PrivilegesRequired"] == "lowest"
    assert re.fullmatch(r"\{\{[0-9A-F-]{36}\}", setup["AppId"])
    assert (PROJECT / setup["LicenseFile"].removeprefix("{#Root}\\")).is_file()
    assert setup["SetupIconFile"].endswith("build\\packaging\\icons\\lineament.ico")
    assert ISS.count("begin") == len(re.findall(r"\bend;", ISS))
    for line in re.findall(r"^(?:Source|Root|Filename|Name|Type): .*$", ISS, re.MULTILINE):
        assert line.count('"') % 2 == 0, line


def test_the_bundle_s_settings_and_entitlements_are_property_lists() -> None:
    settings = plistlib.loads(plistlib.dumps(mac.info_plist("0.1.0")))
    assert settings["CFBundleShortVersionString"] == "0.1.0"
    assert settings["CFBundleExecutable"] == "lineament-desktop"
    rights = plistlib.loads((PACKAGING / "macos" / "entitlements.plist").read_bytes())
    assert rights
    assert all(name.startswith("com.apple.security.cs.") and value is True for name, value in rights.items())


@pytest.mark.skipif(sys.platform == "win32", reason="no bash")
def test_the_notarising_script_parses() -> None:
    subprocess.run(["bash", "-n", PACKAGING / "macos" / "notarise.sh"], check=True)


def test_icons_are_drawn_in_every_size(tmp_path: Path) -> None:
    from PIL import Image

    made = write_icons(PACKAGING / "icon" / "lineament.svg", tmp_path)
    for size in SIZES:
        with Image.open(tmp_path / "icons" / f"lineament-{size}.png") as picture:
            assert picture.size == (size, size)
            assert picture.getextrema()[3] == (0, 255)  # transparent corners, opaque inside
            assert len(picture.convert("RGB").getcolors(size * size) or ()) > 8
    with Image.open(made.ico) as ico:
        assert ico.info["sizes"] == {(size, size) for size in ICO_SIZES}
    with Image.open(made.icns) as icns:
        assert (256, 256, 2) in icns.info["sizes"]


def test_a_broken_drawing_ends_the_build(tmp_path: Path) -> None:
    (tmp_path / "x.svg").write_text("<svg")
    with pytest.raises(SystemExit, match="not an SVG"):
        write_icons(tmp_path / "x.svg", tmp_path)


@pytest.mark.parametrize(
    ("name", "jobs"), [("test", {"linux", "others"}), ("release", {"linux", "windows", "macos", "publish"})]
)
def test_workflows(name: str, jobs: set[str]) -> None:
    file = yaml.safe_load((PROJECT / ".github" / "workflows" / f"{name}.yml").read_text(encoding="utf-8"))
    assert set(file["jobs"]) == jobs
    for job in file["jobs"].values():
        assert job["runs-on"]
        for needed in job.get("needs", ()):
            assert needed in jobs
        for step in job["steps"]:
            assert ("uses" in step) != ("run" in step)
            for path in re.findall(r"(?:packaging|tools)/[\w/]+\.(?:py|sh|iss)", str(step.get("run", ""))):
                assert (PROJECT / path).is_file(), path


def test_every_system_tests_its_frozen_program_before_it_is_published() -> None:
    file = yaml.safe_load((PROJECT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8"))
    for name in file["jobs"]["publish"]["needs"]:
        assert any("--self-test" in str(step.get("run")) for step in file["jobs"][name]["steps"]), name


def test_what_is_installed_without_make_is_what_is_locked() -> None:
    from install_locked import commands

    lock = (PROJECT / "requirements.lock").read_text(encoding="utf-8")
    first, *_, last = commands(lock)
    assert first[-1] in lock.splitlines()
    assert last[-2:] == ["--editable", str(PROJECT)]
