"""What pyqtgraph draws of a lane: lines as envelopes at the screen's resolution, filled lines, stacked bands."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor

from lineament_desktop.review.panes.envelope import Times, Values, envelope
from lineament_desktop.review.panes.lanes import Bands, Lane, LaneSpan, Line
from lineament_desktop.theme import tokens

THICK_LIMIT = 2000  # points; pens wider than one pixel of the screen are slow to draw on longer lines


def lane_curves(
    lane: Lane, span: LaneSpan, start: float, stop: float, width: float, ratio: float
) -> list[pg.PlotCurveItem]:
    """Curves of what lies between `start` and `stop` seconds, in a chart `width` pixels wide on a screen of `ratio`."""
    bins = max(round(width * ratio / 2), 50)
    made = _band_curves(lane.bands, lane, span, start, stop) if lane.bands is not None else []
    for line in lane.lines:
        x, y = envelope(line.times, line.values, start, stop, bins)
        if len(x):
            made.append(_line_curve(line, lane, span, x, y, ratio))
    return made


def _line_curve(line: Line, lane: Lane, span: LaneSpan, x: Times, y: Values, ratio: float) -> pg.PlotCurveItem:
    heights = np.clip(span.place(lane, y), span.bottom, span.top)
    pen = pg.mkPen(line.colour, width=line.width * ratio if len(x) <= THICK_LIMIT else 1, cosmetic=True)
    if line.base is None:
        return pg.PlotCurveItem(x, heights, pen=pen, connect="finite", antialias=True)
    # Steps with upright sides: an envelope's points stand in pairs, so straight lines between them are right.
    floor = float(span.place(lane, line.base))
    return pg.PlotCurveItem(x, heights, fillLevel=floor, brush=QColor(line.colour), pen=pen, antialias=False)


def _band_curves(bands: Bands, lane: Lane, span: LaneSpan, start: float, stop: float) -> list[pg.PlotCurveItem]:
    if not len(bands.shares):
        return []
    edges, shares = _windows_in_view(bands, start, stop)
    tops = np.cumsum(shares[:, ::-1], axis=1)[:, ::-1]
    pen = pg.mkPen(tokens().surface, width=1, cosmetic=True)
    floor = float(span.place(lane, 0.0))
    return [
        pg.PlotCurveItem(
            edges,
            span.place(lane, tops[:, number]),
            stepMode="center",
            fillLevel=floor,
            brush=QColor(colour),
            pen=pen,
            antialias=False,
        )
        for number, colour in enumerate(bands.colours)
    ]


def _windows_in_view(bands: Bands, start: float, stop: float) -> tuple[Times, Values]:
    """Edges and shares of the windows that reach into the stretch."""
    first = max(int(np.searchsorted(bands.edges, start, side="right")) - 1, 0)
    last = min(max(int(np.searchsorted(bands.edges, stop, side="left")), first + 1), len(bands.shares))
    return bands.edges[first : last + 1], bands.shares[first:last]
