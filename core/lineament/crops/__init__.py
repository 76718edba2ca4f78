"""Aligned face crops: eyes and mouth always at the same place, for models that look at pixels."""

from lineament.crops.alignment import align, canonical_points, inverse
from lineament.crops.avatar import AvatarCropRenderer
from lineament.crops.cohort import write_simulated_crops
from lineament.crops.facts import CropFacts, CropRequest, parse_requests
from lineament.crops.file import CropFile
from lineament.crops.live import LiveCrop, LiveCropper
from lineament.crops.making import analyze_with_crops, crop_path, make_crops
from lineament.crops.simulated import face_of

__all__ = [
    "AvatarCropRenderer",
    "CropFacts",
    "CropFile",
    "CropRequest",
    "LiveCrop",
    "LiveCropper",
    "align",
    "analyze_with_crops",
    "canonical_points",
    "crop_path",
    "face_of",
    "inverse",
    "make_crops",
    "parse_requests",
    "write_simulated_crops",
]
