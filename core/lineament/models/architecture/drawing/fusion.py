"""From the attributes' tokens to the score: attribute attention, the fusion cell's two nodes, their sum."""

from collections.abc import Mapping

from lineament.models.architecture.drawing.canvas import Canvas
from lineament.models.architecture.drawing.extractor import arrow
from lineament.models.architecture.drawing.palette import Palette
from lineament.models.architecture.drawing.words import label, sentence
from lineament.models.architecture.facial_space import FUSION_NODES
from lineament.models.architecture.space import Genotype

WIDTH = 508.0
SIDES = ("left", "right")
BOX, BOX_WIDTH = 150.0, 172.0
INSIDE = BOX + 44.0
"""Left of INSIDE a node's box names its ports, right of it stands what joins them."""
_BAR, _BAR_WIDTH = 24.0, 28.0
_OUT = 430.0


class FusionFrame:
    """What every drawing of the fusion cell has, and links to draw into it.

    rows: attribute -> height at which its token arrives at the left edge. box: height of a node's box.
    """

    def __init__(self, rows: Mapping[str, float], height: float, box: float, colours: Palette) -> None:
        self.canvas = Canvas(WIDTH, height, "fusion cell")
        self.colours = colours
        self.middle = height / 2
        self._rows = rows
        self._box = box
        away = min(0.22 * height, 150.0)
        self.nodes = dict(zip(FUSION_NODES, (self.middle - away, self.middle + away), strict=True))
        self._attention()
        self._sum_of_tokens()

    def _attention(self) -> None:
        top, bottom = min(self._rows.values()) - 34, max(self._rows.values()) + 34
        canvas, colours, middle = self.canvas, self.colours, _BAR + _BAR_WIDTH / 2
        canvas.rectangle(_BAR, top, _BAR_WIDTH, bottom - top, fill=colours.raised, stroke=colours.line, radius=6)
        words = "attribute attention"
        canvas.text(middle, (top + bottom) / 2, words, fill=colours.text, anchor="middle", turned=True)
        for attribute, y in self._rows.items():
            arrow(canvas, 0.0, _BAR, colours.line_of(attribute), y)

    def _sum_of_tokens(self) -> None:
        canvas, y, grey = self.canvas, self.middle, self.colours.muted
        canvas.path(f"M{_BAR + _BAR_WIDTH} {y}H{_OUT - 21}", stroke=grey)
        canvas.arrow_head(_OUT - 16, y, fill=grey)
        canvas.text(BOX + BOX_WIDTH / 2, y - 10, "sum of all tokens", fill=grey, size=11, anchor="middle")

    def port(self, node: str, side: str) -> float:
        """Height at which a side enters a node."""
        return self.nodes[node] + (0.23 if side == "right" else -0.23) * self._box

    def link(self, source: str, node: str, side: str, *, width: float = 2.0, dashed: bool = False) -> None:
        """A curve from an attribute's weighted token, or from the first node, to a port of a node."""
        port, tip = self.port(node, side), BOX - 6
        if source in self.nodes:
            foot = self.nodes[source] + self._box / 2
            path = f"M{BOX + 30} {foot}C{BOX + 30} {foot + 60} {BOX - 70} {port} {tip} {port}"
            colour = self.colours.text
        else:
            start, row = _BAR + _BAR_WIDTH, self._rows[source]
            path = f"M{start} {row}C{start + 56} {row} {tip - 56} {port} {tip} {port}"
            colour = self.colours.line_of(source)
        self.canvas.path(path, stroke=colour, width=width, dashed=dashed)
        self.canvas.arrow_head(BOX, port, fill=colour)

    def box(self, node: str, hint: str = "") -> None:
        """A node's box with the names of its ports, and its way to the sum."""
        canvas, colours, y = self.canvas, self.colours, self.nodes[node]
        top = y - self._box / 2
        canvas.rectangle(
            BOX, top, BOX_WIDTH, self._box, fill=colours.surface, stroke=colours.text, radius=6, title=hint
        )
        for side in SIDES:
            canvas.text(BOX + 8, self.port(node, side), side, fill=colours.muted, size=11)
        canvas.path(f"M{INSIDE} {top + 10}V{top + self._box - 10}", stroke=colours.line, width=1.0)
        above = y < self.middle
        turn, tip = (y + 12, self.middle - 16) if above else (y - 12, self.middle + 16)
        foot = tip - 5 if above else tip + 5
        canvas.path(f"M{BOX + BOX_WIDTH} {y}H{_OUT - 12}Q{_OUT} {y} {_OUT} {turn}V{foot}", stroke=colours.text)
        canvas.arrow_head(_OUT, tip, fill=colours.text, way="down" if above else "up")

    def finish(self) -> Canvas:
        """With the sum and the arrow that leaves at the right edge, in the middle."""
        canvas, colours = self.canvas, self.colours
        canvas.circle(_OUT, self.middle, 16, fill=colours.surface, stroke=colours.text)
        canvas.text(_OUT, self.middle, "+", fill=colours.text, size=18, anchor="middle", bold=True)
        arrow(canvas, _OUT + 16, WIDTH, colours.text, self.middle)
        return canvas


def fusion_drawing(genotype: Genotype, rows: Mapping[str, float], height: float, colours: Palette) -> Canvas:
    """The right-hand part of an architecture's drawing; it leaves in the middle of the right edge."""
    frame = FusionFrame(rows, height, 66.0, colours)
    centre = (INSIDE + BOX + BOX_WIDTH) / 2
    for node, y in frame.nodes.items():
        operation = genotype[f"fusion.{node}.operation"]
        for side in SIDES:
            unused = operation == "skip" and side == "right"
            frame.link(genotype[f"fusion.{node}.{side}"], node, side, dashed=unused)
        frame.box(node, sentence(operation))
        frame.canvas.text(centre, y - 10, label(operation), fill=colours.text, size=13, anchor="middle", bold=True)
        frame.canvas.text(centre, y + 11, f"fusion {node}", fill=colours.muted, size=11, anchor="middle")
    return frame.finish()
