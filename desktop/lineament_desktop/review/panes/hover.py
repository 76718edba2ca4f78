"""The answer to "what is this value": time, name, value with its unit, and what measured it."""

import numpy as np

from lineament_desktop.review.panes.lanes import Lane, LaneSpan, Line, Picture
from lineament_desktop.review.player.timecode import format_time


def hover_text(picture: Picture, time_s: float, height: float) -> str:
    """Text for the second and the height (0..1, upwards) under the mouse, "" where nothing is drawn."""
    number = picture.lane_at(height)
    if number < 0:
        return ""
    lane, span = picture.lanes[number], picture.spans[number]
    parts = [format_time(time_s), _value(lane, span, time_s, height)]
    if any(start <= time_s < stop for start, stop in picture.lost):
        parts.append("no face found")
    parts.append(picture.source)
    return "  ·  ".join(part for part in parts if part)


def _value(lane: Lane, span: LaneSpan, time_s: float, height: float) -> str:
    if lane.bands is not None:
        window = lane.bands.window_at(time_s)
        if window < 0:
            return ""
        shares = lane.bands.shares[window]
        floors = np.append(span.place(lane, np.cumsum(shares[::-1])[::-1]), 0.0)
        under = [i for i in range(len(shares)) if floors[i + 1] < height <= floors[i]]
        return ", ".join(f"{lane.bands.names[i]} {shares[i]:.2f}" for i in (under or range(len(shares))))
    line = _nearest(lane, span, time_s, height)
    return line.channel.full_text(line.at(time_s)) if line is not None else ""


def _nearest(lane: Lane, span: LaneSpan, time_s: float, height: float) -> Line | None:
    """The line closest to the mouse at that moment, preferring those that have a value there."""
    if not lane.lines:
        return None

    def distance(line: Line) -> float:
        value = line.at(time_s)
        return abs(float(span.place(lane, value)) - height) if np.isfinite(value) else float("inf")

    return min(lane.lines, key=distance)
