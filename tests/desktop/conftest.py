"""Desktop tests run without a display, in the light theme, with settings and data in a folder of their own."""

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Tests share stand-ins that lie in `tests/support`.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing of a test is written into the settings, recordings or logs of whoever runs it."""
    folder = tmp_path / "lineament"
    monkeypatch.setenv("LINEAMENT_CONFIG_DIR", str(folder / "config"))
    monkeypatch.setenv("LINEAMENT_DATA_DIR", str(folder / "data"))
    return folder


@pytest.fixture(autouse=True)
def garbage_stays_in_the_main_thread() -> Iterator[None]:
    """As in the application: a background thread that collects would destroy an earlier test's widgets.

    What was there before the test is not looked through again after it: with networks loaded that takes longer than
    most tests do.
    """
    gc.freeze()
    gc.disable()
    yield
    gc.collect()
    gc.enable()
