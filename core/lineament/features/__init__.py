"""Windows of cleaned channels, an attribute at a time."""

from lineament.features.channels import ATTRIBUTE_CHANNELS, CHANNELS, Attribute, attribute_slices
from lineament.features.windows import AttributeWindows, ChannelScaling, Windows, WindowStream, extract_windows

__all__ = [
    "ATTRIBUTE_CHANNELS",
    "CHANNELS",
    "Attribute",
    "AttributeWindows",
    "ChannelScaling",
    "WindowStream",
    "Windows",
    "attribute_slices",
    "extract_windows",
]
