"""The simulated cohort behind a folder that `write_cohort` wrote, for what is made of the same persons later."""

import csv
import json
from pathlib import Path
from typing import Any

from lineament.errors import DatasetError
from lineament.progress import CancelToken, EventSink, ignore_events
from lineament.simulation.cohort import SimulatedCohort, like_daic_woz, simulate_cohort
from lineament.simulation.session import SIMULATOR_VERSION

_FINISHED = "Choose a folder that `lineament simulate cohort` has finished writing."


def reopen_cohort(
    folder: Path, *, cancel: CancelToken | None = None, sink: EventSink = ignore_events
) -> SimulatedCohort:
    """The same subjects in the same order, sessions simulated when read.

    Raises `DatasetError` for a folder that holds no finished simulated cohort, one of another version of the simulator,
    or one whose labels were changed.
    """
    facts = _facts(folder)
    try:
        version = json.loads((folder / "truth" / "made_by.json").read_bytes())["simulator_version"]
        made = _made(facts, cancel, sink)
        with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
            labels = [(row["session_id"], float(row["phq8"])) for row in csv.DictReader(file)]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DatasetError("the cohort does not say how it was simulated", path=folder, remedy=_FINISHED) from error
    if version != SIMULATOR_VERSION or labels != [(s.session_id, float(s.phq8)) for s in made.subjects]:
        raise DatasetError(
            "the cohort was simulated by another version of the simulator, or changed since",
            path=folder,
            remedy="Simulate it again with this version.",
        )
    return made


def _facts(folder: Path) -> dict[str, Any]:
    try:
        facts = json.loads((folder / "cohort.json").read_bytes())
        if not facts["simulated"]:
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DatasetError("no simulated cohort is in this folder", path=folder, remedy=_FINISHED) from error
    return dict(facts)


def _made(facts: dict[str, Any], cancel: CancelToken | None, sink: EventSink) -> SimulatedCohort:
    persons, preset, seed, fps = int(facts["persons"]), str(facts["preset"]), int(facts["seed"]), float(facts["fps"])
    if facts["like"]:
        return like_daic_woz(preset, seed, persons=persons, fps=fps, cancel=cancel, sink=sink)
    return simulate_cohort(persons, preset, seed, seconds=float(facts["seconds"]), fps=fps, cancel=cancel, sink=sink)
