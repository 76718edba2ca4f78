"""A whole architecture as one drawing, and one of its cells alone."""

from collections.abc import Mapping

from lineament.errors import ModelError
from lineament.models.architecture.drawing.canvas import Canvas
from lineament.models.architecture.drawing.extractor import (
    BASE,
    CARD_HEIGHT,
    CARD_WIDTH,
    TOKEN_RIGHT,
    ChosenExtractor,
    attributes_of,
    extractor_card,
)
from lineament.models.architecture.drawing.fusion import WIDTH as FUSION_WIDTH
from lineament.models.architecture.drawing.fusion import column, fusion_drawing
from lineament.models.architecture.drawing.palette import Palette, palette
from lineament.models.architecture.space import Genotype

MARGIN, GAP = 12.0, 12.0
_COLUMN = 132.0
_AFTER = (("moment attention", "which windows count"), ("mean and spread", "over all windows"), ("score", "linear"))


def to_svg(genotype: Genotype, theme: str = "light") -> str:
    """The whole network: every attribute's extractor, the fusion cell, and what leads to the score.

    theme: light, dark, or page (colours from the CSS variables of `Palette.css`). Raises `ModelError` for an
    architecture that has no facial attributes.
    """
    attributes = require_attributes(genotype)
    colours = palette(theme)
    height = 2 * MARGIN + len(attributes) * CARD_HEIGHT + (len(attributes) - 1) * GAP
    fused = len(attributes) > 1
    left = MARGIN + TOKEN_RIGHT + (FUSION_WIDTH if fused else 48.0)
    canvas = Canvas(left + _COLUMN + MARGIN, height, f"network: {genotype}")
    rows: dict[str, float] = {}
    for i, attribute in enumerate(attributes):
        top = MARGIN + i * (CARD_HEIGHT + GAP)
        canvas.place(extractor_card(ChosenExtractor.of(genotype, attribute), colours), MARGIN, top)
        rows[attribute] = top + BASE
    _join(canvas, genotype, rows, height, left, colours)
    return canvas.to_svg(None if theme == "page" else colours.background)


def _join(
    canvas: Canvas, genotype: Genotype, rows: Mapping[str, float], height: float, left: float, colours: Palette
) -> None:
    out = MARGIN + TOKEN_RIGHT
    if len(rows) > 1:
        canvas.place(fusion_drawing(genotype, rows, height, colours), out, 0.0)
    else:
        attribute, y = next(iter(rows.items()))
        canvas.path(f"M{out} {y}H{left - 5}", stroke=colours.line_of(attribute))
        canvas.arrow_head(left, y, fill=colours.line_of(attribute))
    column(canvas, left, height / 2 if len(rows) > 1 else next(iter(rows.values())), _AFTER, colours)


def extractor_svg(genotype: Genotype, attribute: str, theme: str = "light") -> str:
    """One attribute's cell alone. Raises `ModelError` when the architecture has no such attribute."""
    if attribute not in require_attributes(genotype):
        known = ", ".join(attributes_of(genotype))
        raise ModelError(f"the architecture has no extractor for {attribute}", remedy=f"Choose one of: {known}.")
    colours = palette(theme)
    canvas = Canvas(CARD_WIDTH + 2 * MARGIN, CARD_HEIGHT + 2 * MARGIN, f"cell of {attribute}: {genotype}")
    canvas.place(extractor_card(ChosenExtractor.of(genotype, attribute), colours), MARGIN, MARGIN)
    return canvas.to_svg(None if theme == "page" else colours.background)


def require_attributes(genotype: Genotype) -> tuple[str, ...]:
    """The attributes; raises `ModelError` where there is none, as in spaces that are not of facial attributes."""
    attributes = attributes_of(genotype)
    if not attributes:
        raise ModelError(
            "this architecture has no extractors of facial attributes to draw",
            remedy="Draw one that was found in the facial search space.",
        )
    return attributes
