"""HMHN: grid-wise attention, deep feature fusion, multi-head cross attention and attention fusion on face crops.

torch is imported when a model or a network is first asked for.
"""

from typing import TYPE_CHECKING, Any

from lineament.models.hmhn.presets import FULL, PRESETS, SMALL, HMHNShape

if TYPE_CHECKING:
    from lineament.models.hmhn.model import CropScores, HMHNModel

__all__ = ["FULL", "PRESETS", "SMALL", "CropScores", "HMHNModel", "HMHNShape"]


def __getattr__(name: str) -> Any:
    if name in {"CropScores", "HMHNModel"}:
        from lineament.models.hmhn import model

        return getattr(model, name)
    raise AttributeError(f"module {__name__} has no attribute {name}")
