"""Notices and the list of parts: by the files that were collected, and complete."""

import json
import re
from importlib.metadata import distribution, distributions
from pathlib import Path

import pytest

from freezing.notices import licence_files, metadata_entries, notices, python_licence
from freezing.parts import Part, bundled_parts, licence_of
from freezing.sbom import sbom

PROJECT = Path(__file__).resolve().parents[2]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def code_of(name: str) -> list[str]:
    files = [file for file in distribution(name).files or () if ".dist-info" not in str(file)]
    return [str(file.locate()) for file in files if file.suffix == ".py"]


@pytest.fixture(scope="module")
def locked() -> set[str]:
    lines = (PROJECT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    return {canonical(line.split("==")[0]) for line in lines if "==" in line}


def test_a_part_is_known_by_any_of_its_files() -> None:
    assert [part.name for part in bundled_parts([code_of("click")[0], code_of("rich")[3]])] == ["click", "rich"]


def test_two_halves_of_one_folder_are_told_apart() -> None:
    own = distribution("PySide6_Essentials").files or ()
    files = [str(file.locate()) for file in own if file.name.startswith("QtCore") and file.suffix != ".pyi"]
    assert files
    assert [part.name for part in bundled_parts(files)] == ["PySide6_Essentials"]


def test_files_of_nobody_and_our_own_are_no_parts(tmp_path: Path) -> None:
    assert bundled_parts([str(tmp_path / "x.py"), str(PROJECT / "core/lineament/version.py")]) == []


def test_the_list_covers_every_distribution_of_the_lock_that_is_bundled(locked: set[str]) -> None:
    """Where every locked distribution gives one file, all of them are listed, with version and licence."""
    environment = [found for found in distributions() if canonical(found.metadata["Name"]) in locked]
    sources = []
    for found in environment:
        code = [f for f in found.files or () if ".dist-info" not in str(f) and "__pycache__" not in str(f)]
        sources += [str(code[0].locate())] if code else []
    parts = bundled_parts(sources, environment)
    document = sbom("0.1.0", "3.11.7", parts, ["libc6"], "2026-01-01T00:00:00+00:00")
    listed = {entry["name"]: entry for entry in document["components"]}
    assert {canonical(name) for name in listed} >= {canonical(found.metadata["Name"]) for found in environment}
    assert len(environment) > 60
    assert all(listed[part.name]["version"] == part.version for part in parts)
    assert all(part.licence for part in parts)
    text = notices("0.1.0", "Apache", parts, [python_licence()])
    assert all(f"{part.name} {part.version}" in text for part in parts)


def test_the_document_is_what_cyclonedx_asks_for() -> None:
    parts = bundled_parts([code_of("click")[0], code_of("av")[0]])
    document = json.loads(json.dumps(sbom("0.1.0", "3.11.7", parts, ["libssl3:amd64"], "2026-01-01T00:00:00+00:00")))
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.5")
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", document["serialNumber"])
    references = [entry["bom-ref"] for entry in document["components"]]
    assert len(references) == len(set(references))
    assert document["dependencies"][0]["dependsOn"] == references
    assert {entry["name"] for entry in document["components"]} == {"av", "click", "Python", "libssl3"}
    assert all(entry["type"] in ("library", "platform") for entry in document["components"])


def test_libraries_inside_a_wheel_are_listed_under_it(tmp_path: Path) -> None:
    folder = tmp_path / "av-1.dist-info" / "sboms"
    folder.mkdir(parents=True)
    inner = {"components": [{"name": "x264", "version": "165"}, {"name": "av", "version": "1"}]}
    (folder / "auditwheel.cdx.json").write_text(json.dumps(inner))
    part = Part("av", "1", "BSD-3-Clause", "", folder.parent)
    listed = sbom("0.1.0", "3.11.7", [part], [], "now")["components"][0]
    assert listed["components"] == [{"type": "library", "name": "x264", "version": "165"}]


def test_licences_are_found_in_every_place_that_wheels_use(tmp_path: Path) -> None:
    folder = tmp_path / "x-1.dist-info"
    (folder / "licenses" / "vendored").mkdir(parents=True)
    for name in ("METADATA", "LICENSE", "licenses/NOTICE", "licenses/vendored/zlib.txt", "RECORD"):
        (folder / name).write_text(f"text of {name}")
    part = Part("x", "1", "MIT", "", folder)
    found = {file.relative_to(folder).as_posix() for file in licence_files(part)}
    assert found == {"LICENSE", "licenses/NOTICE", "licenses/vendored/zlib.txt"}
    text = notices("0.1.0", "own words", [part], [("Python 3", "PSF")])
    assert all(f"text of {name}" in text for name in found)
    assert "own words" in text
    assert {place for place, _, _ in metadata_entries([part])} == {
        f"x-1.dist-info/{name}" for name in {"METADATA", *found}
    }


def test_a_part_without_a_licence_file_is_named_with_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "x-1.dist-info").mkdir()
    part = Part("x", "1", "BSD License", "a home", tmp_path / "x-1.dist-info")
    assert "Licence: BSD License. a home" in notices("0.1.0", "", [part], [])


def test_what_obliges_whoever_passes_it_on_is_said() -> None:
    text = notices("0.1.0", "", [], [])
    assert all(word in text for word in ("x264", "GNU Lesser General Public License 3", "GNU General Public License 3"))


def test_the_licence_is_taken_from_expression_or_classifiers() -> None:
    assert licence_of(distribution("click")) == "BSD-3-Clause"
    assert "Apache" in licence_of(distribution("mediapipe"))
