"""Colours of drawings and reports: two themes with fixed colours, and one that takes them from the page around it.

One colour an attribute, the same everywhere (Okabe and Ito's, safe for colour-blind readers). Areas wear it as it is,
lines the nearest shade with a contrast of 3:1, words one with 4.5:1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Literal

from lineament.errors import ModelError

Theme = Literal["light", "dark", "page"]
"""page: CSS variables, for drawings inside an HTML page that declares `Palette.css`."""

ATTRIBUTE_FILLS = MappingProxyType(
    {"action units": "#E69F00", "gaze": "#56B4E9", "head pose": "#009E73", "landmarks": "#CC79A7"}
)


@dataclass(frozen=True)
class Palette:
    """lines, words: attribute -> colour. series: lines that share one chart."""

    background: str
    surface: str
    raised: str
    line: str
    text: str
    muted: str
    accent: str
    alarm: str
    lines: Mapping[str, str]
    words: Mapping[str, str]
    series: tuple[str, ...]

    def line_of(self, attribute: str) -> str:
        """An attribute's colour for lines; grey for what is none."""
        return self.lines.get(attribute, self.muted)

    def css(self) -> str:
        """Declarations of the variables that the page theme names."""
        plain = [(f.name, getattr(self, f.name)) for f in fields(self) if isinstance(getattr(self, f.name), str)]
        keyed = [(f"line-{_slug(k)}", v) for k, v in self.lines.items()]
        keyed += [(f"word-{_slug(k)}", v) for k, v in self.words.items()]
        keyed += [(f"series-{i}", v) for i, v in enumerate(self.series)]
        return " ".join(f"--{name}: {value};" for name, value in [*plain, *keyed])


def _slug(name: str) -> str:
    return name.replace(" ", "-")


LIGHT = Palette(
    background="#F2F4F6",
    surface="#FFFFFF",
    raised="#E7EAEE",
    line="#CBD1D8",
    text="#1B1F24",
    muted="#56606B",
    accent="#2A5DA8",
    alarm="#B65000",
    lines={"action units": "#B87F00", "gaze": "#1C93D7", "head pose": "#009E73", "landmarks": "#C86EA0"},
    words={"action units": "#946700", "gaze": "#1674A9", "head pose": "#007F5D", "landmarks": "#B44582"},
    series=("#0072B2", "#B87F00", "#009E73", "#C86EA0", "#D55E00", "#1C93D7", "#8C6BB1", "#7F7F7F"),
)

DARK = Palette(
    background="#15181C",
    surface="#1D2126",
    raised="#2A3037",
    line="#3B434C",
    text="#E7EAEE",
    muted="#A0AAB5",
    accent="#7DB3F2",
    alarm="#DF6300",
    lines=dict(ATTRIBUTE_FILLS),
    words=dict(ATTRIBUTE_FILLS),
    series=("#2E9BE0", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#9B7FC0", "#8F8F8F"),
)


def _variables(pattern: Palette) -> Palette:
    named = {f.name: f"var(--{f.name})" for f in fields(pattern) if isinstance(getattr(pattern, f.name), str)}
    return Palette(
        lines={k: f"var(--line-{_slug(k)})" for k in pattern.lines},
        words={k: f"var(--word-{_slug(k)})" for k in pattern.words},
        series=tuple(f"var(--series-{i})" for i in range(len(pattern.series))),
        **named,
    )


_PALETTES: Mapping[str, Palette] = MappingProxyType({"light": LIGHT, "dark": DARK, "page": _variables(LIGHT)})


def palette(theme: str) -> Palette:
    """Raises `ModelError` for a theme there is not."""
    if theme not in _PALETTES:
        raise ModelError(f"there is no theme called {theme}", remedy=f"Choose one of: {', '.join(_PALETTES)}.")
    return _PALETTES[theme]
