"""What goes into the frozen program and what stays out."""

import re
from collections.abc import Iterable
from fnmatch import fnmatch

# Modules that nothing of ours needs when it runs. jax and sentencepiece belong to parts of mediapipe that are not used;
# Ray is for clusters, where Lineament is installed with pip; the rest are toolkits, notebooks, tests and builders.
LEFT_OUT = (
    "jax",
    "jaxlib",
    "sentencepiece",
    "tensorflow",
    "tensorboard",
    "ray",
    "pandas",
    "IPython",
    "jupyter_client",
    "tkinter",
    "_tkinter",
    "PyQt5",
    "PyQt6",
    "PySide2",
    "PySide6.QtWebEngineCore",
    "PySide6.QtWebEngineWidgets",
    "PySide6.QtQml",
    "PySide6.QtQuick",
    "PySide6.QtQuickWidgets",
    "PySide6.Qt3DCore",
    "PySide6.QtPdf",
    "PySide6.QtDesigner",
    "OpenGL",
    "pyqtgraph.opengl",
    "pyqtgraph.examples",
    "pyqtgraph.jupyter",
    "pytest",
    "_pytest",
    "py",
    "hypothesis",
    "expecttest",
    "mypy",
    "ruff",
    "nas_bench_graph",
    "coverage",
    "pip",
    "hatchling",
    "PyInstaller",
    "matplotlib.tests",
    "numpy.f2py.tests",
    "numpy.tests",
    "onnx.backend.test",
    "onnxruntime.transformers",
    "onnxruntime.tools",
    "pyarrow.tests",
    "sklearn.tests",
    "sympy.testing.tests",
    "networkx.tests",
)

# The CPU build must not carry a driver's library by accident; the GPU build is what they are for.
GPU_MODULES = ("nvidia", "triton", "cupy")

# The folders of mediapipe/modules that the two face trackers read.
MEDIAPIPE_MODULES = ("face_detection", "face_geometry", "face_geometry/data", "face_landmark", "iris_landmark")

# Files, by where they would lie in the program. QML modules, a keyboard on the screen and parts of GTK come along with
# plugins of Qt; the libraries Qt6Qml and Qt6Quick stay, because the plugin that plays sound is linked to them. The C++
# library has to be the system's own: its graphics drivers may want a newer one than the building machine's.
LEFT_OUT_FILES = (
    "*/tests/*",
    "*/test/data/*",
    "cv2/qt/*",
    "onnx/backend/test/*",
    "onnxruntime/transformers/*",
    "mediapipe/modules/*.proto",
    "pyarrow/include/*",
    "pyarrow/tests/*",
    "pyarrow/src/*",
    "*libarrow*flight*",
    "pyarrow/_flight.*",
    "torch/bin/*",
    "torch/include/*",
    "torch/share/*",
    "torch/test/*",
    "torch/lib/*.a",
    "torch/lib/*.lib",
    "torch/lib/libtorchbind_test*",
    "torch/lib/libaoti_custom_ops*",
    "torch/lib/libjitbackend_test*",
    "torch/lib/libbackend_with_compiler*",
    "matplotlib/mpl-data/sample_data/*",
    "matplotlib/mpl-data/images/*",
    "sklearn/datasets/*",
    "*Qt6WebEngine*",
    "*Qt6VirtualKeyboard*",
    "*Qt6Pdf*",
    "*Qt6Designer*",
    "*Qt63D*",
    "*libqtvirtualkeyboard*",
    "*qtvirtualkeyboardplugin*",
    "*plugins/imageformats/*qpdf*",
    "*plugins/qmltooling/*",
    "*plugins/platformthemes/libqgtk3*",
    "libatk-*",
    "libcairo*",
    "libdatrie*",
    "libfribidi*",
    "libgdk*",
    "libgraphite2*",
    "libharfbuzz*",
    "libpango*",
    "libpixman*",
    "libthai*",
    "libgcc_s.so*",
    "libstdc++.so*",
    "*PySide6/qml/*",
    "*PySide6/Qt/qml/*",
    "*PySide6/Qt/translations/qtwebengine*",
)

# Compiled parts that are imported; torch looks for its memory manager when it is imported.
KEPT_FILES = ("sklearn/datasets/*.so", "sklearn/datasets/*.pyd", "torch/bin/torch_shm_manager*")

# Imported by name while the program runs, or the user's to use: PyInstaller cannot see them.
NAMED_IMPORTS = (
    "torch_geometric",
    "PySide6.QtMultimedia",
    "PySide6.QtSvg",
    "onnx",
    "onnxruntime",
    "onnxscript",
    "sklearn.linear_model",
    "sklearn.model_selection",
    "scipy.optimize",
    "scipy.signal",
)


def is_left_out(name: str) -> bool:
    """Whether a file stays out; `name` is its place inside the program, with the system's separators."""
    place = name.replace("\\", "/")
    if any(fnmatch(place, pattern) for pattern in KEPT_FILES):
        return False
    return any(fnmatch(place, pattern) for pattern in LEFT_OUT_FILES)


def kept(entries: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """The entries of one of PyInstaller's tables (place, source, kind) that go into the program."""
    return [entry for entry in entries if not is_left_out(entry[0])]


def excluded_modules(variant: str) -> list[str]:
    """Modules to leave out of the `cpu` or the `gpu` variant."""
    if variant not in ("cpu", "gpu"):
        raise SystemExit(f'LINEAMENT_VARIANT is "{variant}"; say cpu or gpu.')
    return [*LEFT_OUT, *(GPU_MODULES if variant == "cpu" else ())]


def require_torch(variant: str, cuda: str | None) -> None:
    """End the build with a sentence where torch is not the build that the variant is made of; `cuda` is torch's own."""
    if variant == "cpu" and cuda:
        raise SystemExit(
            f"This environment's torch is built for CUDA {cuda} and would make the package 4 GB larger: install torch "
            "from the CPU index, or build the GPU variant with LINEAMENT_VARIANT=gpu."
        )
    if variant == "gpu" and not cuda:
        raise SystemExit("The GPU variant needs a torch that is built for CUDA; this one computes on the CPU alone.")


def version_of(text: str) -> str:
    """The version in the text of core/lineament/version.py."""
    found = re.search(r'^__version__ = "([^"]+)"', text, re.MULTILINE)
    if found is None:
        raise SystemExit("core/lineament/version.py does not say __version__.")
    return found.group(1)
