"""Every system that can be trained, by name."""

from collections.abc import Mapping

from lineament.training.errors import TrainingError
from lineament.training.systems.dj_ldml import DjLdml
from lineament.training.systems.hand_designed import HandDesigned
from lineament.training.systems.hmhn import Hmhn
from lineament.training.systems.mpdrm import Mpdrm
from lineament.training.systems.system import System

SYSTEMS: Mapping[str, System] = {kind.name: kind() for kind in (HandDesigned, Hmhn, DjLdml, Mpdrm)}


def find_system(name: str) -> System:
    """Raises `TrainingError` for a name that is none."""
    if name not in SYSTEMS:
        raise TrainingError(f"there is no system {name} to train", remedy=f"Choose one of: {', '.join(SYSTEMS)}.")
    return SYSTEMS[name]
