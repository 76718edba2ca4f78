"""What Linux installs: control fields, desktop entry, MIME types, man page, and the archive that unpacks itself."""

import configparser
import gzip
import hashlib
import platform
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from tools.system_libraries import LIBRARIES

from freezing.debian import ARCHITECTURES, POSTINST, POSTRM, build_deb, control, debian_version, lay_out_package
from freezing.layout import ICON_SIZES, largest_parts, lay_out_desktop, tree_bytes
from freezing.selfextract import build_archive, script, write_sums

PROJECT = Path(__file__).resolve().parents[2]
FILES = PROJECT / "packaging" / "linux"
MACHINE = platform.machine()
needs_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux's own tools")


def fields(text: str) -> dict[str, str]:
    return dict(re.findall(r"^([A-Z][\w-]*): (.*)$", text, re.MULTILINE))


@pytest.fixture(scope="module")
def icons(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stand-ins: their pictures are tested elsewhere."""
    folder = tmp_path_factory.mktemp("icons")
    for name in ("lineament.svg", *(f"lineament-{size}.png" for size in ICON_SIZES)):
        (folder / name).write_bytes(name.encode())
    return folder


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A frozen program of a few lines."""
    folder = tmp_path / "frozen"
    notices = folder / "_internal/lineament/resources/notices"
    notices.mkdir(parents=True)
    (notices / "THIRD_PARTY_NOTICES.txt").write_text("licences")
    for name in ("lineament", "lineament-desktop"):
        (folder / name).write_text(f'#!/bin/sh\necho {name} "$@"\n')
        (folder / name).chmod(0o755)
    (folder / "_internal/a.so.1").write_bytes(b"x" * 5000)
    (folder / "_internal/a.so").symlink_to("a.so.1")
    return folder


def test_control_fields() -> None:
    found = fields(control("0.2.0rc1", "x86_64", 1234, LIBRARIES.values()))
    assert (found["Package"], found["Version"], found["Architecture"]) == ("lineament", "0.2.0~rc1", "amd64")
    assert found["Installed-Size"] == "1234"
    wanted = found["Depends"].split(", ")
    assert len(wanted) == len(set(wanted))
    assert {"libegl1", "libxcb-cursor0", "libxkbcommon-x11-0", "libstdc++6"} <= set(wanted)
    assert "libglib2.0-0 | libglib2.0-0t64" in wanted
    assert {name for name in LIBRARIES.values() if not any(name in entry for entry in wanted)} == set()
    assert all(re.fullmatch(r"[a-z0-9+.-]+( \(>= [\d.]+\))?( \| [a-z0-9+.-]+)?", entry) for entry in wanted)
    assert "not a diagnosis" in control("1", "x86_64", 1, [])


def test_an_unknown_machine_ends_the_build() -> None:
    with pytest.raises(SystemExit, match="no Debian architecture known for vax"):
        control("1.0", "vax", 1, [])


@pytest.mark.parametrize(
    ("version", "wanted"),
    [
        ("0.1.0", "0.1.0"),
        ("1.0.0a2", "1.0.0~a2"),
        ("1.0.0b1", "1.0.0~b1"),
        ("1.0rc3", "1.0~rc3"),
        ("1.0.dev4", "1.0~dev4"),
    ],
)
def test_versions_before_a_release_sort_before_it(version: str, wanted: str) -> None:
    assert debian_version(version) == wanted


@needs_linux
@pytest.mark.parametrize("text", [POSTINST, POSTRM, (FILES / "selfextract.sh").read_text(encoding="utf-8")])
def test_scripts_parse(text: str) -> None:
    for shell in ("bash", "sh"):
        subprocess.run([shell, "-n"], input=text, text=True, check=True)


def test_desktop_entry() -> None:
    reader = configparser.ConfigParser(interpolation=None, strict=True)
    reader.optionxform = str  # type: ignore[assignment,method-assign]
    reader.read(FILES / "lineament.desktop", encoding="utf-8")
    assert reader.sections() == ["Desktop Entry"]
    entry = reader["Desktop Entry"]
    assert (entry["Type"], entry["Icon"], entry["Terminal"]) == ("Application", "lineament", "false")
    assert entry["Exec"].split() == ["lineament-desktop", "%f"]
    for name in ("Categories", "Keywords", "MimeType"):
        values = entry[name].split(";")
        assert values.pop() == ""
        assert all(values)
        assert len(values) == len(set(values))
    declared = ET.parse(FILES / "lineament.xml").getroot()[0].attrib["type"]
    assert declared in entry["MimeType"]


def test_recordings_have_a_mime_type_of_their_own() -> None:
    from lineament.recording import SUFFIX

    space = "{http://www.freedesktop.org/standards/shared-mime-info}"
    kinds = ET.parse(FILES / "lineament.xml").getroot().findall(f"{space}mime-type")
    assert [glob.attrib["pattern"] for kind in kinds for glob in kind.findall(f"{space}glob")] == [f"*{SUFFIX}"]


def test_the_manual_names_every_command_and_has_its_version(tmp_path: Path, icons: Path) -> None:
    from lineament.cli.main import cli

    lay_out_desktop(FILES, icons, tmp_path, "0.1.0")
    page = gzip.decompress((tmp_path / "man/man1/lineament.1.gz").read_bytes()).decode()
    assert "Lineament 0.1.0" in page
    assert all(name in page for name in cli.commands)
    assert (tmp_path / "icons/hicolor/256x256/apps/lineament.png").is_file()


@needs_linux
def test_the_debian_package_holds_the_program(tmp_path: Path, tree: Path, icons: Path) -> None:
    if shutil.which("dpkg-deb") is None:
        pytest.skip("no dpkg-deb here")
    root, deb = tmp_path / "root", tmp_path / "lineament.deb"
    lay_out_package(tree, root, FILES, icons, "0.1.0", MACHINE, ["libegl1"])
    build_deb(root, deb)
    said = subprocess.run(["dpkg-deb", "--field", str(deb)], capture_output=True, text=True, check=True).stdout
    assert fields(said)["Architecture"] == ARCHITECTURES[MACHINE]
    listed = subprocess.run(["dpkg-deb", "--contents", str(deb)], capture_output=True, text=True, check=True).stdout
    assert "root/root" in listed
    assert "./usr/bin/lineament -> /opt/lineament/lineament" in listed
    assert "./opt/lineament/_internal/a.so -> a.so.1" in listed
    for place in ("usr/share/applications/lineament.desktop", "usr/share/man/man1/lineament-desktop.1.gz"):
        assert f"./{place}" in listed
    assert "./usr/share/doc/lineament/copyright" in listed


@pytest.fixture
def archive(tmp_path: Path, tree: Path, icons: Path) -> Path:
    lay_out_desktop(FILES, icons, tmp_path / "share", "0.1.0")
    made = tmp_path / "lineament.run"
    content = [(tree, "opt/lineament"), (tmp_path / "share", "share")]
    build_archive(content, FILES / "selfextract.sh", made, "0.1.0", MACHINE)
    return made


@needs_linux
def test_the_archive_installs_and_removes_itself(archive: Path, tmp_path: Path) -> None:
    prefix = tmp_path / "a place" / "local"
    said = subprocess.run([archive, "--prefix", prefix], capture_output=True, text=True, check=True).stdout
    assert "start it with" in said
    ran = subprocess.run([prefix / "bin/lineament", "x"], capture_output=True, text=True, check=True)
    assert ran.stdout == "lineament x\n"
    assert (prefix / "opt/lineament/_internal/a.so").is_symlink()
    entry = (prefix / "share/applications/lineament.desktop").read_text()
    assert f'Exec="{prefix}/opt/lineament/lineament-desktop" %f' in entry
    (prefix / "share/mine").write_text("kept")
    subprocess.run([prefix / "opt/lineament/uninstall.sh"], check=True)
    left = [path for path in prefix.rglob("*") if path.is_file() or path.is_symlink()]
    assert [path.name for path in left if "mime/" not in str(path) and "mimeinfo" not in path.name] == ["mine"]


@needs_linux
def test_a_second_installation_replaces_the_first(archive: Path, tmp_path: Path) -> None:
    prefix = tmp_path / "local"
    subprocess.run([archive, "--prefix", prefix], capture_output=True, check=True)
    (prefix / "opt/lineament/old").write_text("")
    subprocess.run([archive, "--prefix", prefix], capture_output=True, check=True)
    assert not (prefix / "opt/lineament/old").exists()
    assert not (prefix / "opt/lineament.new").exists()


@needs_linux
def test_a_damaged_archive_installs_nothing(archive: Path, tmp_path: Path) -> None:
    assert subprocess.run([archive, "--check"], capture_output=True, check=False).returncode == 0
    content = bytearray(archive.read_bytes())
    content[-10] ^= 0xFF
    archive.write_bytes(content)
    ran = subprocess.run([archive, "--prefix", tmp_path / "p"], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "damaged" in ran.stderr
    assert not (tmp_path / "p").exists()


@needs_linux
@pytest.mark.parametrize(("arguments", "said"), [(["--nonsense"], "unknown option"), (["--prefix"], "needs a folder")])
def test_mistakes_in_the_options_are_named(archive: Path, arguments: list[str], said: str) -> None:
    ran = subprocess.run([archive, *arguments], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert said in ran.stderr


def test_the_script_has_no_open_places() -> None:
    filled = script((FILES / "selfextract.sh").read_text(encoding="utf-8"), "0.1.0", "x86_64", "0" * 64, 5)
    assert not re.search(r"@[A-Z]+@", filled)


def test_sums_are_what_sha256sum_reads(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"b")
    (tmp_path / "a").write_bytes(b"a")
    write_sums([tmp_path / "b", tmp_path / "a"], tmp_path / "SUMS")
    wanted = [f"{hashlib.sha256(name.encode()).hexdigest()}  {name}" for name in "ab"]
    assert (tmp_path / "SUMS").read_text().splitlines() == wanted


def test_sizes_count_a_file_once_and_links_not_at_all(tree: Path) -> None:
    assert dict(largest_parts(tree))["_internal/a.so.1"] == 5000
    assert "_internal/a.so" not in dict(largest_parts(tree))
    assert tree_bytes(tree / "_internal") == 5000 + len("licences")
