"""A data folder of the test's own, and a small saved model."""

from pathlib import Path

import pytest
from tests.support.models import make_searched


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LINEAMENT_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    make_searched().save(tmp_path / "model")
    return tmp_path / "model"
