"""Score recordings, whole or while they grow."""

from lineament.inference.scorer import Scorer

__all__ = ["Scorer"]
