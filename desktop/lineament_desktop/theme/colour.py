"""Colour arithmetic on "#RRGGBB" strings: contrast as WCAG 2.2 defines it, and the nearest readable shade."""

import colorsys


def channels(colour: str) -> tuple[float, float, float]:
    """Red, green and blue of "#RRGGBB", each 0..1."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def hexadecimal(red: float, green: float, blue: float) -> str:
    return "#" + "".join(f"{round(value * 255):02X}" for value in (red, green, blue))


def luminance(colour: str) -> float:
    """Relative luminance, 0 for black to 1 for white (WCAG 2.2, "relative luminance")."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def mix(first: str, second: str, share: float) -> str:
    """`first` with `share` (0..1) of `second` in it."""
    pairs = zip(channels(first), channels(second), strict=True)
    red, green, blue = (a + (b - a) * share for a, b in pairs)
    return hexadecimal(red, green, blue)


def readable(colour: str, backgrounds: tuple[str, ...], ratio: float) -> str:
    """The shade of `colour`, hue kept, that is nearest to it and has `ratio` contrast to every background.

    It goes darker on light backgrounds and lighter on dark ones; raises `ValueError` where no shade will do.
    """
    hue, lightness, saturation = colorsys.rgb_to_hls(*channels(colour))
    step = -0.01 if luminance(backgrounds[0]) > 0.18 else 0.01
    while 0.0 <= lightness <= 1.0:
        shade = hexadecimal(*colorsys.hls_to_rgb(hue, lightness, saturation))
        if all(contrast(shade, background) >= ratio for background in backgrounds):
            return shade
        lightness += step
    raise ValueError(f"no shade of {colour} has contrast {ratio} on {', '.join(backgrounds)}")
