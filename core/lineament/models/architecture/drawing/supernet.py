"""A supernet while it is searched: every edge a ribbon whose strands are as wide as its operations weigh.

Strands keep the order of the space, so that a drawing that is made again and again moves without jumping.
"""

from collections.abc import Mapping, Sequence

from lineament.models.architecture.drawing.canvas import Canvas
from lineament.models.architecture.drawing.extractor import arrow, card_frame
from lineament.models.architecture.drawing.fusion import BOX, BOX_WIDTH, INSIDE, SIDES, FusionFrame
from lineament.models.architecture.drawing.fusion import WIDTH as FUSION_WIDTH
from lineament.models.architecture.drawing.palette import Palette, palette
from lineament.models.architecture.drawing.words import label
from lineament.models.architecture.facial_space import (
    CELL_EDGES,
    GRAPH_OPERATIONS,
    MOMENTS_DELAYS,
    NOT_PARAMETRIC,
    TEMPORAL_OPERATIONS,
)
from lineament.models.architecture.space import SearchSpace

EdgeShares = Mapping[str, Sequence[float]]
"""Edge -> weight of each of its candidates, in the space's order, summing to 1; edges left out weigh evenly."""

CARD_WIDTH, CARD_HEIGHT = 604.0, 202.0
_MARGIN, _GAP = 12.0, 12.0
_LANE, _UPPER, _LOWER = 62.0, 48.0, 124.0
_NODES = (194.0, 342.0, 490.0)
_NODE_WIDTH = 22.0
_TOKEN = 528.0
_ROW = 15.0
READ = "delays"
"""The edge that is drawn as a ribbon in a family without a cell."""
_COLOUR = {
    name: i
    for names in (TEMPORAL_OPERATIONS, GRAPH_OPERATIONS, MOMENTS_DELAYS)
    for i, name in enumerate(name for name in names if name not in NOT_PARAMETRIC)
}
"""Place of an operation's colour among the palette's series, the same in every space."""


def supernet_svg(space: SearchSpace, weights: EdgeShares, theme: str = "light") -> str:
    """All extractors of a space with the weights of their operations, and the fusion cell where there is one.

    theme: light, dark or page. Raises `ModelError` for a theme there is not.
    """
    colours = palette(theme)
    shares = _Shares(space, weights)
    names = [edge.name.removesuffix(".family") for edge in space.edges if edge.name.endswith(".family")]
    families = max(len(space.edge(f"{name}.family").candidates) for name in names)
    fused = any(edge.name.startswith("fusion") for edge in space.edges)
    height = 2 * _MARGIN + len(names) * (CARD_HEIGHT + _GAP) - _GAP
    out = _MARGIN + families * (CARD_WIDTH + _GAP) - _GAP
    canvas = Canvas(out + (FUSION_WIDTH if fused else _MARGIN), height, f"supernet of {space.name}")
    rows = {}
    for i, name in enumerate(names):
        top = _MARGIN + i * (CARD_HEIGHT + _GAP)
        rows[name] = top + _UPPER + (_LOWER + _LANE - _UPPER) / 2
        for column, (family, share) in enumerate(shares.of(f"{name}.family")):
            card = supernet_card(shares, name, family, share, colours)
            canvas.place(card, _MARGIN + column * (CARD_WIDTH + _GAP), top, opacity=0.4 + 0.6 * share)
    if fused:
        canvas.place(_fusion(shares, rows, height, colours), out, 0.0)
    return canvas.to_svg(None if theme == "page" else colours.background)


class _Shares:
    """Weights by name."""

    def __init__(self, space: SearchSpace, weights: EdgeShares) -> None:
        self._space = space
        self._weights = weights

    def of(self, edge: str) -> list[tuple[str, float]]:
        """(candidate, weight) in the space's order."""
        candidates = self._space.edge(edge).candidates
        given = self._weights.get(edge, [1 / len(candidates)] * len(candidates))
        return list(zip(candidates, (float(w) for w in given), strict=True))

    def edges(self, prefix: str) -> list[str]:
        """The last parts of the names of a family's edges."""
        return [e.name.removeprefix(f"{prefix}.") for e in self._space.edges if e.name.startswith(f"{prefix}.")]


def supernet_card(shares: _Shares, attribute: str, family: str, share: float, colours: Palette) -> Canvas:
    """One cell of one attribute. share: how much its family weighs, 1 where it is decided."""
    canvas = Canvas(CARD_WIDTH, CARD_HEIGHT, f"{attribute}, {family}")
    weight = f"{label(family)} {share:.2f}" if share < 1 else label(family)
    card_frame(canvas, attribute, "", weight, colours)
    prefix, accent = f"{attribute}.{family}", colours.line_of(attribute)
    middle, bottom = _UPPER + (_LOWER + _LANE - _UPPER) / 2, _UPPER - 2.0
    drawn = (*CELL_EDGES, READ)
    for edge in shares.edges(prefix):
        if edge not in drawn:
            title = {"input": "enters", "signal": "correlations of"}.get(edge, edge)
            bottom = _list_of(canvas, title, shares.of(f"{prefix}.{edge}"), 20.0, bottom + 8.0, colours)
    if READ in shares.edges(prefix):
        _readings(canvas, shares, prefix, accent, colours)
    else:
        _cell(canvas, shares, prefix, accent, colours)
    arrow(canvas, _NODES[2] + _NODE_WIDTH / 2, _TOKEN, accent, middle)
    canvas.rectangle(_TOKEN, middle - 16.0, 60.0, 32.0, fill=colours.surface, stroke=accent, radius=4)
    canvas.text(_TOKEN + 30.0, middle, "token", fill=colours.text, anchor="middle")
    return canvas


def _cell(canvas: Canvas, shares: _Shares, prefix: str, accent: str, colours: Palette) -> None:
    """Ribbons between the three nodes: the edge that jumps a layer above, the other two below."""
    _ribbon(canvas, shares.of(f"{prefix}.0-2"), _NODES[0], _NODES[2], _UPPER, colours)
    _ribbon(canvas, shares.of(f"{prefix}.0-1"), _NODES[0], _NODES[1], _LOWER, colours)
    _ribbon(canvas, shares.of(f"{prefix}.1-2"), _NODES[1], _NODES[2], _LOWER, colours)
    for number, (x, top) in enumerate(zip(_NODES, (_UPPER, _LOWER, _UPPER), strict=True)):
        node = (x - _NODE_WIDTH / 2, top - 4, _NODE_WIDTH, _LOWER + _LANE + 8 - top)
        canvas.rectangle(*node, fill=colours.surface, stroke=accent, radius=6)
        canvas.text(x, top + (_LOWER + _LANE - top) / 2, str(number), fill=colours.text, anchor="middle", bold=True)


def _readings(canvas: Canvas, shares: _Shares, prefix: str, accent: str, colours: Palette) -> None:
    """A family without a cell: a ribbon between the channels and the delays their correlations are read at."""
    top, bottom = _UPPER + 16.0, _LOWER + _LANE - 16.0
    _ribbon(canvas, shares.of(f"{prefix}.{READ}"), _NODES[0], _NODES[2], top, colours, bottom - top - 4.0)
    for x, words in ((_NODES[0], "channels"), (_NODES[2], READ)):
        bar = (x - _NODE_WIDTH / 2, top - 4, _NODE_WIDTH, bottom - top + 8)
        canvas.rectangle(*bar, fill=colours.surface, stroke=accent, radius=6)
        canvas.text(x, (top + bottom) / 2, words, fill=colours.text, size=11, anchor="middle", turned=True)


def _list_of(
    canvas: Canvas, title: str, shares: Sequence[tuple[str, float]], x: float, y: float, colours: Palette
) -> float:
    """Candidates below each other with a bar for each; returns where the list ends."""
    width = 152.0
    canvas.text(x, y, title, fill=colours.muted, size=10.5)
    for i, (name, share) in enumerate(shares):
        at = y + (i + 1) * _ROW
        canvas.rectangle(x, at - 6.5, share * width, 13.0, fill=colours.accent, opacity=0.35, radius=2)
        words = label(name).removesuffix(" graph").removesuffix(" spectrum").removesuffix(" of channels")
        canvas.text(x + 4.0, at, words, fill=colours.text, size=10.5)
        canvas.text(x + width, at, f"{share:.2f}", fill=colours.muted, size=10.5, anchor="end")
    return y + (len(shares) + 1) * _ROW


def _ribbon(
    canvas: Canvas,
    shares: Sequence[tuple[str, float]],
    left: float,
    right: float,
    top: float,
    colours: Palette,
    thick: float = _LANE,
) -> None:
    """Strands below each other between two nodes; those wide enough say what they are."""
    start, width = left + _NODE_WIDTH / 2, right - left - _NODE_WIDTH
    for name, share in shares:
        high = share * thick
        if name in NOT_PARAMETRIC:
            fill, opacity = colours.muted, 0.3 if name != "none" else 0.12
        else:
            fill, opacity = colours.series[_COLOUR.get(name, 0) % len(colours.series)], 0.45
        words = f"{label(name)} {share:.2f}"
        canvas.rectangle(start, top, width, max(high - 1.0, 0.5), fill=fill, opacity=opacity, title=words)
        if high >= 11.5:
            canvas.text(start + width / 2, top + high / 2 - 0.5, words, fill=colours.text, size=10.5, anchor="middle")
        top += high


def _fusion(shares: _Shares, rows: Mapping[str, float], height: float, colours: Palette) -> Canvas:
    """The fusion cell: every input a line as wide as it weighs, every operation a bar."""
    rank = len(shares.of("fusion.node 1.operation"))
    box = rank * _ROW + 26.0
    frame = FusionFrame(rows, height, box, colours)
    for node, y in frame.nodes.items():
        for side in SIDES:
            for source, share in shares.of(f"fusion.{node}.{side}"):
                frame.link(source, node, side, width=0.4 + 7.0 * share)
        frame.box(node)
        canvas, width = frame.canvas, BOX + BOX_WIDTH - INSIDE - 16.0
        for i, (name, share) in enumerate(shares.of(f"fusion.{node}.operation")):
            at = y - box / 2 + 13.0 + (i + 0.5) * _ROW
            canvas.rectangle(INSIDE + 8, at - 6.5, share * width, 13.0, fill=colours.accent, opacity=0.35, radius=2)
            canvas.text(INSIDE + 12, at, label(name), fill=colours.text, size=10.5)
            canvas.text(INSIDE + 8 + width, at, f"{share:.2f}", fill=colours.muted, size=10.5, anchor="end")
    return frame.finish()
