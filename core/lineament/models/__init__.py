"""Models behind one interface, saved as safetensors and JSON."""

from lineament.models.base import EncodedWindows, Model
from lineament.models.card import Estimate, Metrics, ModelCard
from lineament.models.intervals import ConformalTable
from lineament.models.prediction import ATTRIBUTES, PHQ8, Prediction, Scale, ScoreProvenance
from lineament.models.store import load_model, save_model

__all__ = [
    "ATTRIBUTES",
    "PHQ8",
    "ConformalTable",
    "EncodedWindows",
    "Estimate",
    "Metrics",
    "Model",
    "ModelCard",
    "Prediction",
    "Scale",
    "ScoreProvenance",
    "load_model",
    "save_model",
]
