"""DJ-LDML: label distribution learning and an ordinal embedding, learnt jointly on clips of aligned face crops.

Reimplementation after Zhou, Wei, Xu, Qu and Guo (IEEE TAFFC 13(3):1605-1618), of which the abstract alone is public:
label distribution learning and deep metric learning with a label-aware histogram loss, jointly on a spatiotemporal
feature of video sequences. Backbone, formulas beyond the parent works and all numbers are our choices, and say so where
they stand.
"""

from lineament.models.dj_ldml.presets import FULL, SMALL, ClipShape, NetworkShape

KIND = "DJ-LDML"

__all__ = ["FULL", "KIND", "SMALL", "ClipShape", "NetworkShape"]
