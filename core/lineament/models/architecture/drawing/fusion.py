"""From the attributes' tokens to the score: attribute attention, the fusion cell's two nodes, moment attention."""

from collections.abc import Mapping, Sequence

from lineament.models.architecture.drawing.canvas import Canvas
from lineament.models.architecture.drawing.extractor import arrow
from lineament.models.architecture.drawing.palette import Palette
from lineament.models.architecture.drawing.words import label, sentence
from lineament.models.architecture.facial_space import FUSION_NODES
from lineament.models.architecture.space import Genotype

WIDTH = 508.0
_BAR, _BAR_WIDTH = 24.0, 28.0
_BOX, _BOX_WIDTH, _BOX_HEIGHT = 150.0, 172.0, 66.0
_PORT = 15.0
_OUT = 430.0
_SIDES = ("left", "right")


def fusion_drawing(genotype: Genotype, rows: Mapping[str, float], height: float, colours: Palette) -> Canvas:
    """The right-hand part of a drawing. rows: attribute -> height at which its token arrives at the left edge."""
    canvas = Canvas(WIDTH, height, "fusion cell")
    middle = height / 2
    _attention_bar(canvas, rows, colours)
    start = _BAR + _BAR_WIDTH
    canvas.path(f"M{start} {middle}H{_OUT - 21}", stroke=colours.muted)
    canvas.arrow_head(_OUT - 16, middle, fill=colours.muted)
    canvas.text(_BOX + _BOX_WIDTH / 2, middle - 10, "sum of all tokens", fill=colours.muted, size=11, anchor="middle")
    places = dict(zip(FUSION_NODES, (middle - _spread(height), middle + _spread(height)), strict=True))
    for node, y in places.items():
        operation = genotype[f"fusion.{node}.operation"]
        for side in _SIDES:
            port = y + (_PORT if side == "right" else -_PORT)
            unused = operation == "skip" and side == "right"
            _link(canvas, genotype[f"fusion.{node}.{side}"], rows, places, port, unused, colours)
        _node_box(canvas, node, operation, y, colours)
        _to_sum(canvas, y, middle, colours)
    _after_sum(canvas, middle, colours)
    return canvas


def _spread(height: float) -> float:
    """How far the two nodes stand above and below the middle."""
    return min(0.22 * height, 150.0)


def _attention_bar(canvas: Canvas, rows: Mapping[str, float], colours: Palette) -> None:
    top, bottom = min(rows.values()) - 34, max(rows.values()) + 34
    canvas.rectangle(_BAR, top, _BAR_WIDTH, bottom - top, fill=colours.raised, stroke=colours.line, radius=6)
    words = "attribute attention"
    canvas.text(_BAR + _BAR_WIDTH / 2, (top + bottom) / 2, words, fill=colours.text, anchor="middle", turned=True)
    for attribute, y in rows.items():
        arrow(canvas, 0.0, _BAR, colours.line_of(attribute), y)


def _link(
    canvas: Canvas,
    source: str,
    rows: Mapping[str, float],
    places: Mapping[str, float],
    port: float,
    unused: bool,
    colours: Palette,
) -> None:
    """A curve from an attribute's weighted token, or from the first node, to a port of a node."""
    tip = _BOX - 6
    if source in places:
        foot = places[source] + _BOX_HEIGHT / 2
        path = f"M{_BOX + 30} {foot}C{_BOX + 30} {foot + 60} {_BOX - 70} {port} {tip} {port}"
        colour = colours.text
    else:
        start = _BAR + _BAR_WIDTH
        path = f"M{start} {rows[source]}C{start + 56} {rows[source]} {tip - 56} {port} {tip} {port}"
        colour = colours.line_of(source)
    canvas.path(path, stroke=colour, width=2.0, dashed=unused)
    canvas.arrow_head(_BOX, port, fill=colour)


def _node_box(canvas: Canvas, node: str, operation: str, y: float, colours: Palette) -> None:
    box = (_BOX, y - _BOX_HEIGHT / 2, _BOX_WIDTH, _BOX_HEIGHT)
    canvas.rectangle(*box, fill=colours.surface, stroke=colours.text, radius=6, title=sentence(operation))
    for side, port in zip(_SIDES, (-_PORT, _PORT), strict=True):
        canvas.text(_BOX + 8, y + port, side, fill=colours.muted, size=11)
    canvas.path(f"M{_BOX + 44} {y - 22}V{y + 22}", stroke=colours.line, width=1.0)
    centre = _BOX + 44 + (_BOX_WIDTH - 44) / 2
    canvas.text(centre, y - 10, label(operation), fill=colours.text, size=13, anchor="middle", bold=True)
    canvas.text(centre, y + 11, f"fusion {node}", fill=colours.muted, size=11, anchor="middle")


def _to_sum(canvas: Canvas, y: float, middle: float, colours: Palette) -> None:
    right = _BOX + _BOX_WIDTH
    canvas.path(
        f"M{right} {y}H{_OUT - 12}Q{_OUT} {y} {_OUT} {_toward(y, middle, 12)}V{_toward(middle, y, 21)}",
        stroke=colours.text,
    )
    canvas.arrow_head(_OUT, _toward(middle, y, 16), fill=colours.text, way="down" if y < middle else "up")


def _toward(start: float, end: float, distance: float) -> float:
    return start + distance if end > start else start - distance


def _after_sum(canvas: Canvas, middle: float, colours: Palette) -> None:
    """The sum, and what follows on a whole interview."""
    canvas.circle(_OUT, middle, 16, fill=colours.surface, stroke=colours.text)
    canvas.text(_OUT, middle, "+", fill=colours.text, size=18, anchor="middle", bold=True)
    arrow(canvas, _OUT + 16, WIDTH, colours.text, middle)


def column(canvas: Canvas, x: float, y: float, boxes: Sequence[tuple[str, str]], colours: Palette) -> None:
    """Boxes below each other around height y, joined by arrows: what is done with the fused windows."""
    width, height, gap = 132.0, 52.0, 26.0
    top = y - height / 2
    for i, (first, second) in enumerate(boxes):
        at = top + i * (height + gap)
        canvas.rectangle(x, at, width, height, fill=colours.surface, stroke=colours.line, radius=6)
        canvas.text(x + width / 2, at + 18, first, fill=colours.text, anchor="middle", bold=True)
        canvas.text(x + width / 2, at + 36, second, fill=colours.muted, size=11, anchor="middle")
        if i:
            canvas.path(f"M{x + width / 2} {at - gap}V{at - 5}", stroke=colours.text)
            canvas.arrow_head(x + width / 2, at, fill=colours.text, way="down")
