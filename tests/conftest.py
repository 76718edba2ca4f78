"""Fixtures shared by all tests."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests keep nothing in the cache of whoever runs them, and find nothing there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LINEAMENT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def testdata() -> Path:
    """The folder of real clips, which is never part of the repository."""
    folder = Path(os.environ.get("LINEAMENT_TESTDATA", PROJECT.parent / "shared" / "testdata"))
    if not folder.is_dir():
        pytest.skip(f"real clips are not on this machine ({folder}); set LINEAMENT_TESTDATA to use them")
    return folder
