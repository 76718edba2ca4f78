"""Architectures as pictures and text: SVG in two themes, DOT for graph programs, and lines for a terminal."""

from lineament.models.architecture.drawing.lines import to_dot, to_text
from lineament.models.architecture.drawing.supernet import supernet_svg
from lineament.models.architecture.drawing.whole import extractor_svg, to_svg

__all__ = ["extractor_svg", "supernet_svg", "to_dot", "to_svg", "to_text"]
