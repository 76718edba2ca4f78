"""The systems of the study and how each is trained; everything that is changed from the presets is said here."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lineament.training.dj_ldml_config import DjLdmlConfig
    from lineament.training.hmhn_config import HMHNConfig

CONTROLS, HMHN, JOINT, ALONE = "controls", "HMHN", "DJ-LDML", "DJ-LDML, label distribution alone"
SYSTEMS = (CONTROLS, HMHN, JOINT, ALONE)


def hmhn_recipe(seed: int, threads: int) -> "HMHNConfig":
    """The small preset."""
    from lineament.training.hmhn_config import HMHNConfig

    return replace(HMHNConfig.small(seed), threads=threads)


def dj_ldml_recipe(seed: int, threads: int) -> "DjLdmlConfig":
    """The small preset on clips of 16 frames over four seconds, from crops four times a second."""
    from lineament.models.dj_ldml.presets import ClipShape
    from lineament.training.dj_ldml_config import DjLdmlConfig

    return replace(DjLdmlConfig.small(seed), clip=ClipShape(step_s=0.25), threads=threads)


def alone_recipe(seed: int, threads: int) -> "DjLdmlConfig":
    """The same without the embedding and its histogram loss."""
    return dj_ldml_recipe(seed, threads).alone()


RECIPES: Mapping[str, "Callable[[int, int], HMHNConfig | DjLdmlConfig]"] = {
    HMHN: hmhn_recipe,
    JOINT: dj_ldml_recipe,
    ALONE: alone_recipe,
}
"""By system, from a seed and a number of threads."""
