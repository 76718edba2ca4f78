"""Charts of a report, drawn as SVG in the colours of the page around them; nothing is loaded from anywhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import floor, isfinite, log10
from typing import Any

from lineament.models.architecture.drawing.canvas import Canvas, text_width
from lineament.models.architecture.drawing.palette import Palette
from lineament.models.architecture.drawing.words import label
from lineament.search.report.figures import estimate, number
from lineament.search.report.history import Curve, EdgeWeights, Losses, Phase

SIZE = 11.0


@dataclass(frozen=True)
class Axis:
    """Values low..high at pixels start..end; end may lie before start, as upwards does."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def clipped(self, value: float) -> float:
        return self(min(max(value, self.low), self.high))

    def ticks(self, most: int = 5) -> list[float]:
        """Round numbers inside the axis, at most about `most`."""
        rough = (self.high - self.low) / max(most, 1)
        size = 10.0 ** floor(log10(rough))
        step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough * 0.999)
        first = -int(-self.low // step)
        count = int((self.high - first * step) / step + 1e-9)
        return [(first + i) * step for i in range(count + 1)]


def axis(values: Sequence[float], start: float, end: float, margin: float = 0.06) -> Axis:
    """An axis that shows all finite values with a little room beside them."""
    finite = [value for value in values if isfinite(value)] or [0.0, 1.0]
    low, high = min(finite), max(finite)
    room = (high - low) * margin or max(abs(high), 1.0) * margin
    return Axis(low - room, high + room, start, end)


def tick_label(value: float) -> str:
    return f"{value:g}" if abs(value) >= 1e-9 else "0"


def loss_chart(losses: Losses, colours: Palette) -> Canvas:
    """Training and validation loss over steps: mean, and from the lowest to the highest run."""
    canvas = Canvas(320.0, 196.0, f"loss over steps, {losses.title}")
    curves = [("train", losses.train, colours.series[0])]
    if losses.validation is not None:
        curves.append(("validation", losses.validation, colours.series[4]))
    _title(canvas, losses.title, f"{losses.runs} runs" if losses.runs != 1 else "1 run", colours)
    steps = [step for _, curve, _ in curves for step in curve.steps]
    x = Axis(0.0, float(max(steps)), 44.0, 308.0)
    y = axis([v for _, curve, _ in curves for v in (*curve.low, *curve.high)], 150.0, 34.0)
    _grid(canvas, x, y, colours)
    for _, curve, colour in curves:
        _curve(canvas, curve, x, y, colour)
    canvas.text(x.end, 184.0, "step", fill=colours.muted, size=SIZE, anchor="end")
    left = 44.0
    for name, _, colour in curves:
        canvas.path(f"M{left} 184H{left + 16}", stroke=colour, width=2.0)
        canvas.text(left + 21, 184.0, name, fill=colours.text, size=SIZE)
        left += 34 + text_width(name, SIZE)
    return canvas


def _title(canvas: Canvas, title: str, note: str, colours: Palette) -> None:
    canvas.text(8.0, 14.0, title[0].upper() + title[1:], fill=colours.text, size=12.5, bold=True)
    canvas.text(canvas.width - 12.0, 14.0, note, fill=colours.muted, size=SIZE, anchor="end")


def _grid(canvas: Canvas, x: Axis, y: Axis, colours: Palette) -> None:
    for tick in y.ticks(4):
        at = y(tick)
        canvas.path(f"M{x.start} {at:.1f}H{x.end}", stroke=colours.line, width=1.0)
        canvas.text(x.start - 6, at, tick_label(tick), fill=colours.muted, size=SIZE, anchor="end")
    for tick in x.ticks(5):
        canvas.text(x(tick), y.start + 14, tick_label(tick), fill=colours.muted, size=SIZE, anchor="middle")


def _curve(canvas: Canvas, curve: Curve, x: Axis, y: Axis, colour: str) -> None:
    upper = [(x(s), y(v)) for s, v in zip(curve.steps, curve.high, strict=True)]
    lower = [(x(s), y(v)) for s, v in zip(curve.steps, curve.low, strict=True)]
    if len(upper) > 1:
        canvas.area([*upper, *reversed(lower)], fill=colour, opacity=0.18)
    points = [(x(s), y(v)) for s, v in zip(curve.steps, curve.mean, strict=True)]
    canvas.path("M" + "L".join(f"{px:.1f} {py:.1f}" for px, py in points), stroke=colour, width=1.8)


def heat_map(edge: EdgeWeights, colours: Palette) -> Canvas:
    """Weights of one edge's operations over steps; rows are operations, darker is heavier, the last weight beside."""
    row, left, right = 15.0, 92.0, 300.0
    canvas = Canvas(340.0, 36.0 + row * len(edge.operations) + 18.0, f"operation weights of {edge.edge} over steps")
    _title(canvas, edge_title(edge.edge), "", colours)
    top, heaviest = 30.0, max(float(edge.weights.max()), 1e-9)
    final = edge.weights[-1]
    for i, name in enumerate(edge.operations):
        y = top + i * row
        best = final[i] == final.max()
        words = label(name).removesuffix(" graph").removesuffix(" spectrum")
        canvas.text(left - 8, y + row / 2, words, fill=colours.text, size=SIZE, anchor="end", bold=bool(best))
        canvas.rectangle(left, y, right - left, row - 1.5, fill=colours.raised, opacity=0.5)
        for start, end, weight in _spans(edge.weights[:, i], left, right):
            fill = {"fill": colours.accent, "opacity": round(weight / heaviest, 3)}
            canvas.rectangle(start, y, end - start, row - 1.5, **fill)  # type: ignore[arg-type]
        canvas.text(right + 6, y + row / 2, number(float(final[i])), fill=colours.muted, size=SIZE)
    foot = top + row * len(edge.operations) + 10
    canvas.text(left, foot, f"step {edge.steps[0]}", fill=colours.muted, size=SIZE)
    canvas.text(right, foot, f"{edge.steps[-1]}", fill=colours.muted, size=SIZE, anchor="end")
    return canvas


def _spans(weights: Any, left: float, right: float) -> list[tuple[float, float, float]]:
    """(start, end, weight) of each column; equal neighbours are one."""
    width = (right - left) / len(weights)
    spans: list[tuple[float, float, float]] = []
    for i, weight in enumerate(float(w) for w in weights):
        start, end = left + i * width, left + (i + 1) * width
        if spans and abs(spans[-1][2] - weight) < 0.005:
            spans[-1] = (spans[-1][0], end, spans[-1][2])
        else:
            spans.append((start, end, weight))
    return spans


def edge_title(edge: str) -> str:
    """ "gaze.cnn.0-1" as people read it."""
    head, _, last = edge.rpartition(".")
    what = {"input": "what enters", "graph": "graph", "family": "family", "operation": "operation"}.get(last, last)
    what = f"edge {last}" if "-" in last else what
    return f"{head.replace('.cnn', ' CNN').replace('.gnn', ' GNN').replace('.', ' ')}, {what}"


def forest(entries: Sequence[Mapping[str, Any]], side: str, reference: float | None, colours: Palette) -> Canvas:
    """RMSE of every predictor with its 95 % interval on one axis; the line is the constant predictor's."""
    shown = [entry for entry in entries if entry[side] is not None]
    row, left, right = 26.0, 236.0, 640.0
    canvas = Canvas(800.0, 30.0 + row * len(shown) + 34.0, "RMSE of every predictor with its interval")
    found = [entry[side]["rmse"] for entry in shown]
    x = axis([v for rmse in found for v in (rmse["low"], rmse["high"])], left, right, 0.03)
    bottom = 24.0 + row * len(shown)
    for tick in x.ticks(6):
        canvas.path(f"M{x(tick):.1f} 22V{bottom}", stroke=colours.line, width=1.0)
        canvas.text(x(tick), bottom + 12, tick_label(tick), fill=colours.muted, size=SIZE, anchor="middle")
    canvas.text(
        right, bottom + 28, "RMSE, points of the scale (less is better)", fill=colours.muted, size=SIZE, anchor="end"
    )
    if reference is not None:
        canvas.path(f"M{x(reference):.1f} 18V{bottom}", stroke=colours.muted, width=1.5, dashed=True)
        canvas.text(x(reference), 10.0, "constant", fill=colours.muted, size=SIZE, anchor="middle")
    for i, (entry, rmse) in enumerate(zip(shown, found, strict=True)):
        y = 24.0 + row * (i + 0.5)
        own = entry["kind"] in ("final", "network")
        colour = colours.accent if own else colours.muted
        canvas.text(left - 12, y, entry["name"], fill=colours.text, anchor="end", bold=own)
        canvas.path(f"M{x.clipped(rmse['low']):.1f} {y}H{x.clipped(rmse['high']):.1f}", stroke=colour, width=2.0)
        canvas.circle(x(rmse["value"]), y, 4.5, fill=colour, stroke=colours.surface)
        canvas.text(right + 14, y, estimate(rmse), fill=colours.text, size=SIZE)
    return canvas


def budget_bars(phases: Sequence[Phase], colours: Palette) -> Canvas:
    """Units of budget by phase, with the seconds that passed."""
    row, left, right = 26.0, 150.0, 560.0
    canvas = Canvas(800.0, 12.0 + row * len(phases), "budget by phase")
    most = max((phase.spent or phase.cost for phase in phases), default=1.0) or 1.0
    for i, phase in enumerate(phases):
        y = 6.0 + row * i
        spent = phase.spent if phase.spent is not None else phase.cost
        canvas.text(left - 12, y + 10, phase.title, fill=colours.text, anchor="end")
        fade = 0.85 if phase.spent is not None else 0.3
        canvas.rectangle(left, y, (right - left) * spent / most, 18.0, fill=colours.accent, opacity=fade, radius=2)
        done = f"{spent:,.0f} steps, {phase.wall_s:,.0f} s" if phase.spent is not None else "not finished"
        canvas.text(left + (right - left) * spent / most + 8, y + 9, done, fill=colours.muted, size=SIZE)
    return canvas


def interval_chart(table: Mapping[str, Any], title: str, low: float, high: float, colours: Palette) -> Canvas:
    """Every session's true score against its interval and the final predictor's value; lines that miss are marked."""
    canvas = Canvas(390.0, 350.0, f"predictions and intervals, {title}")
    share = f"{100 * table['coverage']:.0f} % inside"
    _title(canvas, title, share, colours)
    x, y = Axis(low - 0.6, high + 0.6, 44.0, 376.0), Axis(low - 0.6, high + 0.6, 308.0, 30.0)
    _grid(canvas, x, y, colours)
    canvas.path(f"M{x(low):.1f} {y(low):.1f}L{x(high):.1f} {y(high):.1f}", stroke=colours.muted, width=1.0, dashed=True)
    rows = zip(table["scores"], table["intervals"], table["predictions"]["final predictor"], strict=True)
    for (score, (bottom, top), value), beside in _side_by_side(sorted(rows)):
        inside, at = bottom <= score <= top, x(score + beside)
        colour = colours.accent if inside else colours.alarm
        ends = (y.clipped(bottom), y.clipped(top))
        canvas.path(f"M{at:.1f} {ends[0]:.1f}V{ends[1]:.1f}", stroke=colour, width=1.2, opacity=0.45)
        canvas.circle(at, y.clipped(value), 2.6 if inside else 3.6, fill=colour, stroke=colours.surface, width=0.6)
    canvas.text(376.0, 338.0, "true score", fill=colours.muted, size=SIZE, anchor="end")
    canvas.text(14.0, 169.0, "predicted score", fill=colours.muted, size=SIZE, anchor="middle", turned=True)
    return canvas


def _side_by_side(rows: list[Any]) -> list[tuple[Any, float]]:
    """Each row with how far it moves aside, within 0.4 of a point, so that equal scores do not hide each other."""
    moved = []
    for _, same in groupby(rows, key=lambda row: row[0]):
        group = list(same)
        moved += [(row, 0.8 * ((i + 0.5) / len(group) - 0.5)) for i, row in enumerate(group)]
    return moved
