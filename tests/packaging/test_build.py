"""The real build, which takes minutes and gigabytes: only where LINEAMENT_BUILD_PACKAGE=1."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.skipif(os.environ.get("LINEAMENT_BUILD_PACKAGE") != "1", reason="set LINEAMENT_BUILD_PACKAGE=1 to build")
def test_the_frozen_program_passes_its_self_test() -> None:
    subprocess.run([sys.executable, PROJECT / "packaging" / "make_installer.py"], check=True, cwd=PROJECT)
    frozen = PROJECT / "build" / "freeze" / "dist" / "lineament"
    subprocess.run([frozen / "lineament", "--self-test"], check=True, cwd=PROJECT.parent)
    subprocess.run(["sha256sum", "--check", "SHA256SUMS"], check=True, cwd=PROJECT / "dist")
