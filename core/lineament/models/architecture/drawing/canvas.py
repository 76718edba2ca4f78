"""SVG, written shape by shape. Only what every viewer understands: no markers, filters, scripts or outside fonts."""

from xml.sax.saxutils import escape, quoteattr

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"
_CHARACTER = 0.58
_BOLD = 0.64
"""Mean width of a character over the size of the type, on the wide side: fonts differ between viewers."""


def text_width(text: str, size: float, bold: bool = False) -> float:
    """About how many pixels `text` takes."""
    return len(text) * size * (_BOLD if bold else _CHARACTER)


class Canvas:
    """Shapes in the order they are drawn. Coordinates in pixels, y downwards."""

    def __init__(self, width: float, height: float, label: str) -> None:
        self.width = width
        self.height = height
        self._label = label
        self._parts: list[str] = []

    def rectangle(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str = "none",
        stroke: str = "none",
        radius: float = 0.0,
        opacity: float = 1.0,
        title: str = "",
    ) -> None:
        """A box with its top left corner at (x, y); `title` shows on hover."""
        shape: dict[str, object] = {"x": x, "y": y, "width": max(width, 0.0), "height": max(height, 0.0), "rx": radius}
        self._add("rect", shape, {"fill": fill, "stroke": stroke, "fill-opacity": opacity}, title=title)

    def circle(self, x: float, y: float, radius: float, *, fill: str, stroke: str, width: float = 1.5) -> None:
        self._add("circle", {"cx": x, "cy": y, "r": radius}, {"fill": fill, "stroke": stroke, "stroke-width": width})

    def path(
        self, commands: str, *, stroke: str, width: float = 1.5, dashed: bool = False, opacity: float = 1.0
    ) -> None:
        """An open line by SVG path commands."""
        style: dict[str, object] = {"fill": "none", "stroke": stroke, "stroke-width": width, "stroke-opacity": opacity}
        if dashed:
            style["stroke-dasharray"] = "4 4"
        self._add("path", {"d": commands}, {**style, "stroke-linejoin": "round"})

    def area(self, points: list[tuple[float, float]], *, fill: str, opacity: float = 1.0, title: str = "") -> None:
        """A filled polygon."""
        corners = " ".join(f"{_short(x)},{_short(y)}" for x, y in points)
        self._add("polygon", {"points": corners}, {"fill": fill, "fill-opacity": opacity}, title=title)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        fill: str,
        size: float = 12.0,
        anchor: str = "start",
        bold: bool = False,
        turned: bool = False,
    ) -> None:
        """Text with its middle height at y. anchor: start, middle or end. turned: reads upwards."""
        at: dict[str, object] = {"x": x, "y": y + 0.35 * size, "font-size": size, "text-anchor": anchor, "fill": fill}
        if bold:
            at["font-weight"] = 600
        if turned:
            at["transform"] = f"rotate(-90 {_short(x)} {_short(y)})"
        self._parts.append(f"<text{_attributes(at)}>{escape(text)}</text>")

    def arrow_head(self, x: float, y: float, *, fill: str, way: str = "right", size: float = 6.0) -> None:
        """A triangle whose tip is at (x, y). way: right, down, up."""
        half = size * 0.6
        sides = {
            "right": [(x - size, y - half), (x - size, y + half)],
            "down": [(x - half, y - size), (x + half, y - size)],
            "up": [(x - half, y + size), (x + half, y + size)],
        }
        self.area([(x, y), *sides[way]], fill=fill)

    def place(self, other: "Canvas", x: float, y: float, opacity: float = 1.0) -> None:
        """Everything of another canvas, moved to (x, y)."""
        at: dict[str, object] = {"transform": f"translate({_short(x)} {_short(y)})"}
        if opacity < 1:
            at["opacity"] = opacity
        self._parts.append(f"<g{_attributes(at)}>{''.join(other._parts)}</g>")

    def to_svg(self, background: str | None = None) -> str:
        """The drawing as one SVG element, scalable, with a label for those who do not see it."""
        size = f"{_short(self.width)} {_short(self.height)}"
        ground = (
            f'<rect width="{_short(self.width)}" height="{_short(self.height)}" fill={quoteattr(background)}/>'
            if background
            else ""
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" width="{_short(self.width)}" '
            f'height="{_short(self.height)}" role="img" aria-label={quoteattr(self._label)} '
            f'font-family="{FONT}">{ground}{"".join(self._parts)}</svg>'
        )

    def _add(self, tag: str, shape: dict[str, object], style: dict[str, object], title: str = "") -> None:
        start = f"<{tag}{_attributes({**shape, **style})}"
        self._parts.append(f"{start}><title>{escape(title)}</title></{tag}>" if title else f"{start}/>")


def _attributes(values: dict[str, object]) -> str:
    shown = {k: v for k, v in values.items() if not (k in ("fill-opacity", "stroke-opacity") and v == 1.0)}
    return "".join(f" {k}={quoteattr(_short(v))}" for k, v in shown.items() if not (k == "rx" and v == 0.0))


def _short(value: object) -> str:
    """Numbers with at most two decimals; everything else as it is."""
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return str(value)
