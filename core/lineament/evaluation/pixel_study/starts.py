"""Weights that the study's networks begin with: backbones that have learnt to measure the train persons' behaviour.

With a hundred persons' scores alone they learnt those persons' looks by heart (tried): the training error fell and the
dev error did not.
"""

from collections.abc import Mapping
from pathlib import Path

from lineament.evaluation.pixel_study.cohorts import DrawnCohort, PixelCohort
from lineament.evaluation.pixel_study.recipes import ALONE, HMHN, JOINT, dj_ldml_recipe, hmhn_recipe
from lineament.progress import CancelToken, EventSink
from lineament.storage import write_atomically

STEPS: Mapping[str, int] = {HMHN: 1200, JOINT: 1200, ALONE: 1200}
"""Batches of 32 crops, or clips, by system; DJ-LDML begins with the same weights whichever loss it then learns by."""


def start_file(folder: Path, cohort: PixelCohort, system: str) -> Path:
    """Named by all that the weights follow from but the code."""
    kind = "crops" if system == HMHN else "clips"
    return folder / f"{cohort.name}-{kind}-{STEPS[system]}-steps.safetensors"


def ensure_start(
    folder: Path, drawn: DrawnCohort, system: str, threads: int, cancel: CancelToken, sink: EventSink
) -> Path:
    """The file of weights, made now where it is not there. Raises what `behaviour_start` raises, `StorageError`."""
    from safetensors.torch import save

    from lineament.training.behaviour_start import CHANNELS, StartSettings, start_dj_ldml, start_hmhn

    path = start_file(folder, drawn.cohort, system)
    if path.exists():
        return path
    settings, behaviour = StartSettings(steps=STEPS[system], threads=threads), drawn.measured(CHANNELS)
    if system == HMHN:
        shape = hmhn_recipe(0, threads).shape
        weights = start_hmhn(drawn.videos, behaviour, shape, settings, cancel, sink)
    else:
        clips = dj_ldml_recipe(0, threads)
        weights = start_dj_ldml(drawn.videos, behaviour, clips.shape, clips.clip, settings, cancel, sink)
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(path, save(weights))
    return path
