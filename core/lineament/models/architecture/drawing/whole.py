"""A whole architecture as one drawing, and one of its cells alone."""

from lineament.errors import ModelError
from lineament.models.architecture.drawing.canvas import Canvas
from lineament.models.architecture.drawing.extractor import (
    BASE,
    CARD_HEIGHT,
    CARD_WIDTH,
    TOKEN_RIGHT,
    ChosenExtractor,
    arrow,
    attributes_of,
    extractor_card,
)
from lineament.models.architecture.drawing.fusion import WIDTH as FUSION_WIDTH
from lineament.models.architecture.drawing.fusion import fusion_drawing
from lineament.models.architecture.drawing.palette import Palette, palette
from lineament.models.architecture.space import Genotype

MARGIN, GAP = 12.0, 12.0
_COLUMN, _BOX, _BETWEEN = 152.0, 52.0, 26.0
_COLUMN_BELOW = 2.5 * _BOX + 2 * _BETWEEN
_AFTER = (("moment attention", "which windows count"), ("mean and spread", "over all windows"), ("score", "linear"))


def to_svg(genotype: Genotype, theme: str = "light") -> str:
    """The whole network: every attribute's extractor, the fusion cell, and what leads to the score.

    theme: light, dark, or page (colours from the CSS variables of `Palette.css`). Raises `ModelError` for an
    architecture that has no facial attributes.
    """
    attributes = require_attributes(genotype)
    colours = palette(theme)
    rows = {name: MARGIN + i * (CARD_HEIGHT + GAP) + BASE for i, name in enumerate(attributes)}
    fused = len(attributes) > 1
    cards = 2 * MARGIN + len(attributes) * (CARD_HEIGHT + GAP) - GAP
    entry = cards / 2 if fused else rows[attributes[0]]
    left = MARGIN + TOKEN_RIGHT + (FUSION_WIDTH if fused else 48.0)
    height = max(cards, entry + _COLUMN_BELOW + MARGIN)
    canvas = Canvas(left + _COLUMN + MARGIN, height, f"network: {genotype}")
    for name, y in rows.items():
        canvas.place(extractor_card(ChosenExtractor.of(genotype, name), colours), MARGIN, y - BASE)
    if fused:
        canvas.place(fusion_drawing(genotype, rows, cards, colours), MARGIN + TOKEN_RIGHT, 0.0)
    else:
        arrow(canvas, MARGIN + TOKEN_RIGHT, left, colours.line_of(attributes[0]), entry)
    _column(canvas, left, entry, colours)
    return canvas.to_svg(None if theme == "page" else colours.background)


def _column(canvas: Canvas, x: float, entry: float, colours: Palette) -> None:
    """What is done with the fused windows, boxes below each other; an arrow enters the first at height `entry`."""
    middle = x + _COLUMN / 2
    for i, (first, second) in enumerate(_AFTER):
        y = entry + i * (_BOX + _BETWEEN)
        canvas.rectangle(x, y - _BOX / 2, _COLUMN, _BOX, fill=colours.surface, stroke=colours.line, radius=6)
        canvas.text(middle, y - 8, first, fill=colours.text, anchor="middle", bold=True)
        canvas.text(middle, y + 10, second, fill=colours.muted, size=11, anchor="middle")
        if i:
            top = y - _BOX / 2
            canvas.path(f"M{middle} {top - _BETWEEN}V{top - 5}", stroke=colours.text)
            canvas.arrow_head(middle, top, fill=colours.text, way="down")


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
