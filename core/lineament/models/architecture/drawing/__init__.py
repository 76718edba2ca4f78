"""Architectures as pictures and text: SVG in two themes, DOT for graph programs, and lines for a terminal."""

from lineament.models.architecture.drawing.whole import extractor_svg, to_svg

__all__ = ["extractor_svg", "to_svg"]
