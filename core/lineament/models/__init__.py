"""Models behind one interface, saved as safetensors and JSON."""

from lineament.models.base import EncodedWindows, Model
from lineament.models.card import Comparison, Estimate, Metrics, ModelCard
from lineament.models.intervals import ConformalTable
from lineament.models.prediction import (
    ATTRIBUTES,
    PHQ8,
    Distribution,
    HabitAndChange,
    Prediction,
    RegionAttention,
    Scale,
    ScoreProvenance,
)
from lineament.models.shipped import default_model_folder
from lineament.models.store import Description, describe_model, load_model, load_pixel_model, save_model

__all__ = [
    "ATTRIBUTES",
    "PHQ8",
    "Comparison",
    "ConformalTable",
    "Description",
    "Distribution",
    "EncodedWindows",
    "Estimate",
    "HabitAndChange",
    "Metrics",
    "Model",
    "ModelCard",
    "Prediction",
    "RegionAttention",
    "Scale",
    "ScoreProvenance",
    "default_model_folder",
    "describe_model",
    "load_model",
    "load_pixel_model",
    "save_model",
]
