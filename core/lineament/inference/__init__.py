"""Score recordings and face crops, whole or while they grow."""

from lineament.inference.crop_scorer import CropScorer
from lineament.inference.estimating import estimate
from lineament.inference.scorer import Scorer
from lineament.inference.video_scorer import VideoScorer

__all__ = ["CropScorer", "Scorer", "VideoScorer", "estimate"]
