"""A copy of DAIC-WOZ made of simulated sessions, and a second one of made-up noise that passes for filmed persons."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lineament.datasets import Cohort, write_daic_woz
from lineament.provenance import Provenance
from lineament.recording import Recording, RecordingMeta
from lineament.recording.clnf import CLNF_INTENSITIES, CLNF_PRESENCES, write_clnf
from lineament.simulation import simulate_cohort

PERSONS = 12

TRAIN = "train_split_Depression_AVEC2017.csv"
DEV = "dev_split_Depression_AVEC2017.csv"
TEST = "test_split_Depression_AVEC2017.csv"
FULL_TEST = "full_test_split.csv"
TRAIN_HEADER = (
    "Participant_ID,PHQ8_Binary,PHQ8_Score,Gender,PHQ8_NoInterest,PHQ8_Depressed,PHQ8_Sleep,PHQ8_Tired,"
    "PHQ8_Appetite,PHQ8_Failure,PHQ8_Concentrating,PHQ8_Moving"
)


@pytest.fixture(scope="session")
def simulated() -> Cohort:
    """Twelve persons, three seconds each at 30 frames a second."""
    return Cohort.from_simulation(simulate_cohort(PERSONS, seed=5, seconds=3, fps=30))


@pytest.fixture(scope="session")
def written(simulated: Cohort, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The simulated cohort in DAIC-WOZ's layout; not to be changed."""
    folder = tmp_path_factory.mktemp("written") / "daic"
    write_daic_woz(simulated, folder)
    return folder


@pytest.fixture
def copy(written: Path, tmp_path: Path) -> Path:
    """The same to be damaged."""
    return Path(shutil.copytree(written, tmp_path / "daic"))


def made_up_session(folder: Path, participant: str, frames: int = 12) -> Path:
    """Noise in CLNF files; returns the session's folder."""
    rng = np.random.default_rng(int(participant))
    names = [*CLNF_INTENSITIES, *(f"pose_{kind}{axis}" for kind in "TR" for axis in "xyz")]
    names += [f"gaze_{eye}_{axis}" for eye in (0, 1) for axis in "xyz"]
    columns: dict[str, np.ndarray] = {name: rng.uniform(0, 1, frames).astype(np.float32) for name in names}
    columns |= {name: rng.random(frames) > 0.5 for name in CLNF_PRESENCES}
    columns |= {
        "frame": np.arange(frames, dtype=np.int32),
        "timestamp": np.arange(frames) / 30,
        "face_id": np.zeros(frames, dtype=np.int16),
        "confidence": np.full(frames, 0.95, dtype=np.float32),
        "success": np.ones(frames, dtype=bool),
    }
    meta = RecordingMeta(1, Provenance("openface-clnf", "1.x"), None, (), 0, (), 0, complete=True)
    points = rng.uniform(100, 400, (frames, 68, 2)).astype(np.float32)
    return write_clnf(Recording.from_columns(columns, meta, landmarks68=points), folder, participant)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Five made-up participants, labelled with the names and spellings of the real files."""
    folder = tmp_path / "DAIC"
    for participant in ("302", "303", "373", "300", "301"):
        made_up_session(folder, participant)
    (folder / TRAIN).write_text(f"{TRAIN_HEADER}\n302,0,4,1,1,1,,0,0,1,0,1\n303,0,10,0,1,1,2,2,1,1,1,1\n")
    (folder / DEV).write_text(f"{TRAIN_HEADER}\n373,1,24,0,3,3,3,3,3,3,3,3\n")
    (folder / TEST).write_text("participant_ID,Gender\n300,1\n301,0\n")
    (folder / FULL_TEST).write_text("Participant_ID,PHQ_Binary,PHQ_Score,Gender\n300,0,0,1\n301,1,17,0\n")
    return folder


@pytest.fixture
def edit() -> Callable[[Path, str, str], None]:
    """Replace a text that must be in a file, once."""

    def replace_once(path: Path, old: str, new: str) -> None:
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    return replace_once


@pytest.fixture(scope="session")
def seen_again() -> Cohort:
    """Three persons with four visits each, two seconds at 30 frames a second."""
    return Cohort.from_simulation(simulate_cohort(3, "longitudinal", seed=2, seconds=2, fps=30))
