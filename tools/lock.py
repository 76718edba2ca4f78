"""Write requirements.lock: resolve the direct dependencies in a fresh environment and pin what came out.

Run by `make lock`. mediapipe is installed without its own requirements: it asks for opencv-contrib-python, which
brings a second Qt into the process, and for jax, which face tracking never imports. What it does import is named here.
"""

import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
TORCH = "torch==2.13.0"
WITHOUT_REQUIREMENTS = ["mediapipe==0.10.21"]
MEDIAPIPE_NEEDS = ["absl-py", "attrs", "flatbuffers", "matplotlib", "protobuf>=4.25.3,<5"]
DEVELOPMENT = [
    "editables",
    "hatchling",
    "hypothesis",
    "import-linter",
    "mypy",
    "nas-bench-graph",
    "pyinstaller",
    "pytest",
    "pytest-benchmark",
    "pytest-cov",
    "pytest-qt",
    "pytest-timeout",
    "pytest-xdist",
    "ruff",
]
NOT_PINNED = ("pip", "setuptools", "wheel", "lineament")

HEADER = """\
# Every package, pinned. Made by `make lock`; installed by `make setup` with --no-deps, because mediapipe's own
# requirements would bring a second Qt (opencv-contrib-python) and jax. README.md says why each direct one is there.
"""


def direct_dependencies() -> list[str]:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    named = [d for d in project["dependencies"] if not d.startswith("mediapipe") and d != "torch"]
    extras = [d for extra in project.get("optional-dependencies", {}).values() for d in extra]
    return [*named, *extras, *MEDIAPIPE_NEEDS, *DEVELOPMENT]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder) / "bin" / "python")
        install = [python, "-m", "pip", "install", "-q"]
        subprocess.run([*install, TORCH], check=True)
        subprocess.run([*install, *direct_dependencies()], check=True)
        subprocess.run([*install, "--no-deps", *WITHOUT_REQUIREMENTS], check=True)
        freeze = [python, "-m", "pip", "freeze"]
        frozen = subprocess.run(freeze, check=True, capture_output=True, text=True).stdout.splitlines()
    # A local version label ("+cpu") names one machine's build; the lock names the release.
    pins = sorted({line.split("+")[0] for line in frozen if not line.startswith(NOT_PINNED)}, key=str.lower)
    (PROJECT / "requirements.lock").write_text(HEADER + "\n".join(pins) + "\n")
    print(f"requirements.lock: {len(pins)} packages")


if __name__ == "__main__":
    sys.exit(main())
