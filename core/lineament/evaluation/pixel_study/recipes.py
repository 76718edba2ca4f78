"""The systems of the study and how each is trained; everything that is changed from the presets is said here."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lineament.training.dj_ldml.config import DjLdmlConfig
    from lineament.training.hmhn.config import HMHNConfig

CONTROLS, HMHN, JOINT, ALONE = "controls", "HMHN", "DJ-LDML", "DJ-LDML, label distribution alone"
SYSTEMS = (CONTROLS, HMHN, JOINT, ALONE)
EPOCHS, CLIP_EPOCHS = 8, 6


def hmhn_recipe(seed: int, threads: int, start: Path | None = None) -> "HMHNConfig":
    """The small preset. Four crops of a video are held against its score by their mean, a backbone that has learnt
    already learns far slower, and every epoch of the falling rate is run. start: weights it begins with."""
    from lineament.training.hmhn.config import HMHNConfig

    return replace(
        HMHNConfig.small(seed),
        epochs=EPOCHS,
        patience=EPOCHS,
        frames=16,
        together=4,
        learning_rate=1e-3,
        backbone_rate=5e-5,
        weight_decay=2e-2,
        pretrained=start,
        threads=threads,
    )


def dj_ldml_recipe(seed: int, threads: int, start: Path | None = None) -> "DjLdmlConfig":
    """The small preset on clips of 16 frames over four seconds, from crops four times a second; else as HMHN's."""
    from lineament.models.dj_ldml.presets import ClipShape
    from lineament.training.dj_ldml.config import DjLdmlConfig, OptimiserSettings

    return replace(
        DjLdmlConfig.small(seed),
        clip=ClipShape(step_s=0.25),
        epochs=CLIP_EPOCHS,
        patience=CLIP_EPOCHS,
        clips=4,
        optimiser=OptimiserSettings(backbone_rate=1e-4, head_rate=2e-3),
        start_from=start,
        threads=threads,
    )


def alone_recipe(seed: int, threads: int, start: Path | None = None) -> "DjLdmlConfig":
    """The same without the embedding and its histogram loss."""
    return dj_ldml_recipe(seed, threads, start).alone()


RECIPES: Mapping[str, "Callable[..., HMHNConfig | DjLdmlConfig]"] = {
    HMHN: hmhn_recipe,
    JOINT: dj_ldml_recipe,
    ALONE: alone_recipe,
}
"""By system, from a seed, a number of threads and a file of weights to start from."""
