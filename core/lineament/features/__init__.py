"""From recordings to what networks read: windows of cleaned channels an attribute at a time, spectra, graphs, scalings.

What reads whole cohorts (`cohort_features`, `scaling`) brings the data sets with it and is imported by its own name.
"""

from lineament.features.channels import ATTRIBUTE_CHANNELS, CHANNELS, Attribute, attribute_slices
from lineament.features.events import FeatureWarning
from lineament.features.windows import AttributeWindows, ChannelScaling, Windows, WindowStream, extract_windows

__all__ = [
    "ATTRIBUTE_CHANNELS",
    "CHANNELS",
    "Attribute",
    "AttributeWindows",
    "ChannelScaling",
    "FeatureWarning",
    "WindowStream",
    "Windows",
    "attribute_slices",
    "extract_windows",
]
