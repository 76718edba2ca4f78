"""Aligned face crops: eyes and mouth always at the same place, for models that look at pixels.

Simulated crops are in `lineament.crops.cohort` and `lineament.crops.avatar`, which bring the simulator with them.
"""

from lineament.crops.alignment import align, canonical_points, inverse
from lineament.crops.facts import CropFacts, CropRequest, parse_requests
from lineament.crops.file import CropFile
from lineament.crops.live import LiveCrop, LiveCropper
from lineament.crops.making import analyze_with_crops, crop_path, make_crops
from lineament.crops.stream import CropStream

__all__ = [
    "CropFacts",
    "CropFile",
    "CropRequest",
    "CropStream",
    "LiveCrop",
    "LiveCropper",
    "align",
    "analyze_with_crops",
    "canonical_points",
    "crop_path",
    "inverse",
    "make_crops",
    "parse_requests",
]
