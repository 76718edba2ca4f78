"""Every colour of the window, named by what it is for: two themes, one set of data colours.

The data colours are Okabe and Ito's, safe for colour-blind readers. Areas and bars wear them as they are (`fills`);
lines and small marks wear the nearest shade with a contrast of 3:1 (`lines`), coloured words with 4.5:1.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from lineament_desktop.theme.colour import mix, readable

DATA_COLOURS = MappingProxyType(
    {
        "action units": "#E69F00",
        "gaze": "#56B4E9",
        "head pose": "#009E73",
        "landmarks": "#CC79A7",
        "moment": "#999999",
        "estimate": "#0072B2",
        "alarm": "#D55E00",
    }
)

# Lines that share one chart are told apart by these, and by their names at the chart's edge.
SERIES_COLOURS = ("#E69F00", "#0072B2", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#8C6BB1", "#7F7F7F")

TEXT_CONTRAST = 4.5
LINE_CONTRAST = 3.0


@dataclass(frozen=True)
class Tokens:
    """One theme. `fills`, `lines` and `words` are keyed by the names of `DATA_COLOURS`.

    `series` tells lines in one chart apart.
    """

    name: Literal["light", "dark"]
    background: str  # the window
    surface: str  # cards, charts, fields
    raised: str  # buttons, hovered rows, the track behind a bar
    line: str  # borders and grid lines
    text: str
    muted: str  # secondary text, still 4.5:1
    accent: str  # focus, selection, links
    on_accent: str  # text on the accent
    video: str  # around the picture
    cursor: str  # the line at the playhead
    lost: str  # shade over time without a face
    fills: MappingProxyType[str, str]
    lines: MappingProxyType[str, str]
    words: MappingProxyType[str, str]
    series: tuple[str, ...]


def _theme(
    name: Literal["light", "dark"],
    *,
    background: str,
    surface: str,
    raised: str,
    line: str,
    text: str,
    muted: str,
    accent: str,
    on_accent: str,
    video: str,
) -> Tokens:
    grounds = (surface, background)
    shades = {
        ratio: MappingProxyType({k: readable(c, grounds, ratio) for k, c in DATA_COLOURS.items()})
        for ratio in (LINE_CONTRAST, TEXT_CONTRAST)
    }
    return Tokens(
        name=name,
        background=background,
        surface=surface,
        raised=raised,
        line=line,
        text=text,
        muted=muted,
        accent=accent,
        on_accent=on_accent,
        video=video,
        cursor=text,
        lost=mix(surface, text, 0.12),
        fills=DATA_COLOURS,
        lines=shades[LINE_CONTRAST],
        words=shades[TEXT_CONTRAST],
        series=tuple(readable(c, grounds, LINE_CONTRAST) for c in SERIES_COLOURS),
    )


LIGHT = _theme(
    "light",
    background="#F2F4F6",
    surface="#FFFFFF",
    raised="#E7EAEE",
    line="#CBD1D8",
    text="#1B1F24",
    muted="#56606B",
    accent="#2A5DA8",
    on_accent="#FFFFFF",
    video="#0E1013",
)

DARK = _theme(
    "dark",
    background="#15181C",
    surface="#1D2126",
    raised="#2A3037",
    line="#3B434C",
    text="#E7EAEE",
    muted="#A0AAB5",
    accent="#7DB3F2",
    on_accent="#10151B",
    video="#0A0B0D",
)

THEMES = MappingProxyType({"light": LIGHT, "dark": DARK})
