"""A search so small that it takes seconds: as arguments of the command line, and finished once."""

from pathlib import Path

import pytest

from lineament.cli.main import main

TINY_SEARCH = (
    *("--cohort", "simulated:strong:12:1", "--quick", "--budget", "240", "--workers", "1"),
    *("--attributes", "gaze", "--families", "cnn,gnn"),
    *("--set", "seconds=30", "--set", "folds=2", "--set", "search_folds=2", "--set", "recipe.steps=5"),
    *("--set", "short_list=4", "--set", "random_controls=1", "--set", "random_candidates=0", "--set", "tuning_steps=1"),
)
"""`lineament search` with these and --out makes a whole run."""


@pytest.fixture(scope="session")
def finished_search(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of that run, never disturbed; tests leave it as it is."""
    folder = tmp_path_factory.mktemp("searches") / "a run"
    main(["search", *TINY_SEARCH, "--out", str(folder)])
    return folder
