"""What this installation is: its version, the commit it was made of where that is known, and what it stands on."""

import json
import platform
import re
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

from lineament.resources import resource_path

PACKAGES = {
    "PySide6": "PySide6-Essentials",
    "torch": "torch",
    "torch_geometric": "torch_geometric",
    "MediaPipe": "mediapipe",
    "PyAV": "av",
    "OpenCV": "opencv-python-headless",
    "PyArrow": "pyarrow",
    "NumPy": "numpy",
    "pyqtgraph": "pyqtgraph",
}
"""Parts that a report of a fault should name, by the distributions they come in."""
COMMIT_FILE = "notices/commit.txt"
"""Where a package says what it was built of."""
_COMMIT = re.compile(r"[0-9a-f]{40}")


def versions() -> Mapping[str, str]:
    """Python, the parts that are installed, and the system; nothing is imported to find out."""
    found = {"Python": platform.python_version()}
    for name, package in PACKAGES.items():
        try:
            found[name] = version(package)
        except PackageNotFoundError:
            continue
    ffmpeg = getattr(sys.modules.get("av"), "ffmpeg_version_info", "")
    if ffmpeg:
        found["FFmpeg"] = str(ffmpeg)
    found["System"] = f"{platform.system()} {platform.release()}, {platform.machine()}"
    return found


def commit() -> str:
    """Forty digits, or "" where nothing says of which commit this is."""
    return _recorded() or _installed_from() or _checked_out(Path(__file__).resolve().parents[2])


def _recorded() -> str:
    try:
        return _only_commit(resource_path(COMMIT_FILE).read_text(encoding="utf-8"))
    except OSError:
        return ""


def _installed_from() -> str:
    """What an installation straight from a repository keeps (PEP 610)."""
    try:
        said = distribution("lineament").read_text("direct_url.json")
        return _only_commit(str(json.loads(said or "{}").get("vcs_info", {}).get("commit_id", "")))
    except (PackageNotFoundError, ValueError, AttributeError):
        return ""


def _checked_out(project: Path) -> str:
    """Of a checkout, read without git."""
    git = project / ".git"
    try:
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref: "):
            return _only_commit(head)
        name = head.removeprefix("ref: ")
        if (git / name).is_file():
            return _only_commit((git / name).read_text(encoding="utf-8"))
        packed = (git / "packed-refs").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((_only_commit(line) for line in packed if line.endswith(f" {name}")), "")


def _only_commit(text: str) -> str:
    found = _COMMIT.search(text)
    return found[0] if found else ""
