"""What goes in and what stays out."""

import ast
from pathlib import Path

import pytest

from freezing.choices import (
    LEFT_OUT,
    MEDIAPIPE_MODULES,
    NAMED_IMPORTS,
    excluded_modules,
    is_left_out,
    kept,
    require_torch,
    version_of,
)

PROJECT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "name",
    [
        "torch/test/bin/x",
        "torch/include/ATen/ATen.h",
        "torch\\include\\ATen\\ATen.h",
        "pyarrow/libarrow_flight.so.2500",
        "PySide6/Qt/plugins/platforminputcontexts/libqtvirtualkeyboardplugin.so",
        "PySide6/Qt/plugins/platformthemes/libqgtk3.so",
        "libstdc++.so.6",
        "sklearn/datasets/data/iris.csv",
        "matplotlib/tests/baseline.png",
        "onnx/backend/test/data/x.pb",
    ],
)
def test_what_nothing_reads_stays_out(name: str) -> None:
    assert is_left_out(name)


@pytest.mark.parametrize(
    "name",
    [
        "torch/bin/torch_shm_manager",
        "torch/lib/libtorch_cpu.so",
        "pyarrow/libarrow_substrait.so.2500",
        "PySide6/Qt/lib/libQt6Qml.so.6",
        "PySide6/Qt/plugins/multimedia/libffmpegmediaplugin.so",
        "sklearn/datasets/_svmlight_format_fast.so",
        "mediapipe/modules/face_landmark/face_landmark_front_cpu.binarypb",
        "lineament/resources/demo/interview.mp4",
    ],
)
def test_what_the_program_reads_goes_in(name: str) -> None:
    assert not is_left_out(name)


def test_tables_keep_their_order() -> None:
    table = [("b.so", "/b.so", "BINARY"), ("torch/include/a.h", "/a.h", "DATA"), ("a.so", "/a.so", "BINARY")]
    assert kept(table) == [table[0], table[2]]


def test_nothing_that_is_named_is_left_out() -> None:
    assert not {name for name in NAMED_IMPORTS for out in LEFT_OUT if name == out or name.startswith(f"{out}.")}


def test_only_the_cpu_variant_leaves_cuda_out() -> None:
    assert "nvidia" in excluded_modules("cpu")
    assert "nvidia" not in excluded_modules("gpu")
    assert {"jax", "sentencepiece", "ray", "PySide6.QtWebEngineCore", "PySide6.QtQml"} <= set(excluded_modules("gpu"))
    with pytest.raises(SystemExit, match="say cpu or gpu"):
        excluded_modules("tpu")


def test_each_variant_wants_its_own_torch() -> None:
    require_torch("cpu", None)
    require_torch("gpu", "12.8")
    with pytest.raises(SystemExit, match="4 GB larger"):
        require_torch("cpu", "12.8")
    with pytest.raises(SystemExit, match="needs a torch"):
        require_torch("gpu", None)


def test_the_version_is_the_program_s() -> None:
    from lineament.version import __version__

    assert version_of((PROJECT / "core/lineament/version.py").read_text(encoding="utf-8")) == __version__
    with pytest.raises(SystemExit, match="does not say"):
        version_of("version = 1")


def test_the_face_trackers_files_are_where_the_hook_looks() -> None:
    import importlib.util

    found = importlib.util.find_spec("mediapipe")
    assert found is not None
    assert found.origin is not None
    modules = Path(found.origin).parent / "modules"
    assert all((modules / name).is_dir() for name in MEDIAPIPE_MODULES)
    assert (modules / "face_landmark" / "face_landmark_with_attention.tflite").is_file()


@pytest.mark.parametrize("script", sorted((PROJECT / "packaging" / "entry").glob("*.py")), ids=lambda path: path.stem)
def test_processes_are_sent_to_their_work_before_the_program_is_imported(script: Path) -> None:
    body = ast.parse(script.read_text(encoding="utf-8"))
    main = next(node for node in body.body if isinstance(node, ast.If))
    said = [ast.unparse(node) for node in main.body]
    freeze = said.index("multiprocessing.freeze_support()")
    assert freeze < next(i for i, line in enumerate(said) if line.startswith("from lineament"))


def test_spec_and_hooks_are_python() -> None:
    files = [PROJECT / "packaging" / "lineament.spec", *(PROJECT / "packaging" / "hooks").glob("hook-*.py")]
    assert {file.stem for file in files[1:]} == {
        "hook-mediapipe",
        "hook-onnxscript",
        "hook-torch_geometric",
        "hook-lineament",
        "hook-lineament_desktop",
    }
    for file in files:
        compile(file.read_text(encoding="utf-8"), str(file), "exec")
