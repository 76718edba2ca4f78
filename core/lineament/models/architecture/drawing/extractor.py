"""One attribute's extractor on a card: what enters, the cell's three nodes with an operation on each edge, the token.

Nodes stand in layers from left to right (0, 1, 2); the edge that jumps a layer runs above, the read-outs below.
"""

from dataclasses import dataclass

from lineament.models.architecture.drawing.canvas import Canvas, text_width
from lineament.models.architecture.drawing.palette import Palette
from lineament.models.architecture.drawing.words import label, sentence
from lineament.models.architecture.facial_space import CELL_EDGES
from lineament.models.architecture.space import Genotype

CARD_WIDTH, CARD_HEIGHT = 664.0, 168.0
BASE = 102.0
"""Height of the row of nodes on a card."""
TOKEN_RIGHT = CARD_WIDTH - 16.0
_ARC, _BUS = 56.0, 148.0
_NODES = (194.0, 352.0, 510.0)
_RADIUS = 13.0
_TAG = 142.0


@dataclass(frozen=True)
class ChosenExtractor:
    """The choices of one attribute in a genotype."""

    attribute: str
    family: str
    representation: str | None
    graph: str | None
    operations: dict[str, str]
    """Choices on the other edges, by the last part of their names."""

    @classmethod
    def of(cls, genotype: Genotype, attribute: str) -> "ChosenExtractor":
        """Raises `KeyError` when the genotype has no such attribute."""
        family = genotype[f"{attribute}.family"]
        prefix = f"{attribute}.{family}."
        rest = {edge.removeprefix(prefix): choice for edge, choice in genotype.choices if edge.startswith(prefix)}
        return cls(attribute, family, rest.pop("input", None), rest.pop("graph", None), rest)

    @property
    def enters(self) -> str:
        """What enters, in words: the landmark graph's nodes are the 68 points."""
        if self.attribute == "landmarks" and self.family == "gnn":
            return "spectra of 68 points"
        return label(self.representation) if self.representation else "all channels"

    def summary(self) -> str:
        on_graph = f" · {label(self.graph)}" if self.graph else ""
        return f"{self.enters}{on_graph}"


def attributes_of(genotype: Genotype) -> tuple[str, ...]:
    """The attributes that a genotype has extractors for, in its order."""
    return tuple(edge.removesuffix(".family") for edge, _ in genotype.choices if edge.endswith(".family"))


def extractor_card(chosen: ChosenExtractor, colours: Palette) -> Canvas:
    """A card of `CARD_WIDTH` x `CARD_HEIGHT`; its token's right edge is at (`TOKEN_RIGHT`, `BASE`)."""
    canvas = Canvas(CARD_WIDTH, CARD_HEIGHT, f"{chosen.attribute}: {label(chosen.family)} on {chosen.summary()}")
    card_frame(canvas, chosen.attribute, chosen.summary(), label(chosen.family), colours)
    _input_box(canvas, chosen.enters, colours)
    if set(CELL_EDGES) <= set(chosen.operations):
        _cell(canvas, chosen, colours)
    else:
        _readings(canvas, chosen, colours)
    token_box(canvas, colours.line_of(chosen.attribute), colours)
    return canvas


def _cell(canvas: Canvas, chosen: ChosenExtractor, colours: Palette) -> None:
    accent = colours.line_of(chosen.attribute)
    _read_outs(canvas, chosen.family, colours)
    arrow(canvas, 132.0, _NODES[0] - _RADIUS, accent)
    _edge(canvas, chosen.operations["0-1"], 0, 1, accent, colours)
    _edge(canvas, chosen.operations["1-2"], 1, 2, accent, colours)
    _arc(canvas, chosen.operations["0-2"], accent, colours)
    for number, x in enumerate(_NODES):
        canvas.circle(x, BASE, _RADIUS, fill=colours.surface, stroke=accent)
        canvas.text(x, BASE, str(number), fill=colours.text, anchor="middle", bold=True)


def _readings(canvas: Canvas, chosen: ChosenExtractor, colours: Palette) -> None:
    """A family without a cell: what is read of the channels, one box a reading, into the token."""
    accent, choices = colours.line_of(chosen.attribute), chosen.operations
    correlations = [
        (name, choices[edge]) for name, edge in (("Correlations of", "signal"), ("", "partners"), ("delayed", "delays"))
    ]
    level = [("Level and spread", "of every channel", "")]
    told = [(first, label(choice), sentence(choice)) for first, choice in correlations]
    left, width, row, gap = 190.0, 316.0, 18.0, 6.0
    heights = [12.0 + row * len(lines) for lines in (level, told)]
    top = BASE - (sum(heights) + gap) / 2
    for lines, height in zip((level, told), heights, strict=True):
        middle, dashed = top + height / 2, lines is told and choices["delays"] == "none"
        _branch(canvas, 132.0, left, BASE, middle, accent, dashed)
        hint = "; ".join(hint for _, _, hint in lines if hint)
        canvas.rectangle(left, top, width, height, fill=colours.raised, stroke=colours.line, radius=6, title=hint)
        for i, (first, second, _) in enumerate(lines):
            y = top + 6.0 + row * (i + 0.5)
            canvas.text(left + 12, y, first, fill=colours.text, bold=True)
            canvas.text(left + width - 12, y, second, fill=colours.text, anchor="end")
        _branch(canvas, left + width, TOKEN_RIGHT - 64.0, middle, BASE, accent, dashed)
        top += height + gap


def _branch(canvas: Canvas, start: float, end: float, y0: float, y1: float, colour: str, dashed: bool) -> None:
    """A curve from (start, y0) to an arrow head at (end, y1)."""
    bend = (end - start) / 2
    path = f"M{start} {y0}C{start + bend} {y0} {end - bend} {y1} {end - 5} {y1}"
    canvas.path(path, stroke=colour, dashed=dashed)
    canvas.arrow_head(end, y1, fill=colour)


def card_frame(canvas: Canvas, attribute: str, summary: str, tag: str, colours: Palette) -> None:
    """The card itself, with the attribute's name and colour, its family and what enters."""
    canvas.rectangle(0.5, 0.5, canvas.width - 1, canvas.height - 1, fill=colours.surface, stroke=colours.line, radius=6)
    canvas.rectangle(0.5, 8.0, 5.0, canvas.height - 16.0, fill=colours.line_of(attribute), radius=2)
    canvas.text(20.0, 24.0, attribute.capitalize(), fill=colours.text, size=14.0, bold=True)
    if tag:
        pill(canvas, _TAG + pill_width(tag) / 2, 24.0, tag, colours)
    canvas.text(canvas.width - 16.0, 24.0, summary, fill=colours.muted, anchor="end")


def token_box(canvas: Canvas, accent: str, colours: Palette) -> None:
    """Where an extractor ends."""
    canvas.rectangle(TOKEN_RIGHT - 64.0, BASE - 16.0, 64.0, 32.0, fill=colours.surface, stroke=accent, radius=4)
    canvas.text(TOKEN_RIGHT - 32.0, BASE, "token", fill=colours.text, anchor="middle")


def pill(canvas: Canvas, x: float, y: float, text: str, colours: Palette, *, hint: str = "") -> None:
    """A word in a rounded box with its middle at (x, y)."""
    width = pill_width(text)
    canvas.rectangle(
        x - width / 2, y - 11.0, width, 22.0, fill=colours.raised, stroke=colours.line, radius=11.0, title=hint
    )
    canvas.text(x, y, text, fill=colours.text, anchor="middle")


def pill_width(text: str) -> float:
    return text_width(text, 12.0) + 18.0


def arrow(canvas: Canvas, start: float, end: float, colour: str, y: float = BASE) -> None:
    """A horizontal line that ends in an arrow head."""
    canvas.path(f"M{start:.0f} {y:.0f}H{end - 5:.0f}", stroke=colour)
    canvas.arrow_head(end, y, fill=colour)


def in_two_lines(text: str) -> list[str]:
    """The words in two lines of lengths as equal as can be."""
    words = text.split(" ")
    splits = [(" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words))]
    return list(min(splits, key=lambda pair: max(map(len, pair)), default=(text,)))


def _input_box(canvas: Canvas, enters: str, colours: Palette) -> None:
    canvas.rectangle(20.0, BASE - 20.0, 112.0, 40.0, fill=colours.surface, stroke=colours.line, radius=4)
    lines = in_two_lines(enters) if text_width(enters, 12.0) > 100.0 else [enters]
    for i, line in enumerate(lines):
        canvas.text(76.0, BASE + 15.0 * (i - (len(lines) - 1) / 2), line, fill=colours.text, anchor="middle")


def _edge(canvas: Canvas, operation: str, first: int, second: int, accent: str, colours: Palette) -> None:
    start, end = _NODES[first] + _RADIUS, _NODES[second] - _RADIUS
    if operation == "none":
        canvas.path(f"M{start:.0f} {BASE:.0f}H{end:.0f}", stroke=colours.line, dashed=True)
    else:
        arrow(canvas, start, end, accent)
    pill(canvas, (start + end) / 2, BASE, label(operation), colours, hint=sentence(operation))


def _arc(canvas: Canvas, operation: str, accent: str, colours: Palette) -> None:
    left, right, top = _NODES[0], _NODES[2], _ARC
    foot = BASE - _RADIUS
    bend = f"M{left} {foot}V{top + 12}Q{left} {top} {left + 12} {top}H{right - 12}Q{right} {top} {right} {top + 12}"
    canvas.path(f"{bend}V{foot - 5}", stroke=accent)
    canvas.arrow_head(right, foot, fill=accent, way="down")
    pill(canvas, _NODES[1], top, label(operation), colours, hint=sentence(operation))


def _read_outs(canvas: Canvas, family: str, colours: Palette) -> None:
    """Thin lines from the nodes to the token, each saying what is read out of the node."""
    token = TOKEN_RIGHT - 32.0
    last = "mean, spread" if family == "cnn" else "mean, maximum"
    for x, what in zip(_NODES, ("mean", "mean", last), strict=True):
        canvas.path(f"M{x} {BASE + _RADIUS}V{_BUS}", stroke=colours.line, width=1.0)
        canvas.text(x + 6.0, _BUS - 12.0, what, fill=colours.muted, size=11.0)
    canvas.path(f"M{_NODES[0]} {_BUS}H{token}V{BASE + 21}", stroke=colours.line, width=1.0)
    canvas.arrow_head(token, BASE + 16.0, fill=colours.line, way="up", size=5.0)
