"""Times as people read and type them: mm:ss.mmm, hours only where there are any."""

import math


def format_time(time_s: float) -> str:
    """`mm:ss.mmm`, or `h:mm:ss.mmm` from an hour on; cut, not rounded, so that a frame never names a later one."""
    milliseconds = math.floor(time_s * 1000 + 1e-6)
    seconds, milliseconds = divmod(max(milliseconds, 0), 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02}:{seconds:02}.{milliseconds:03}"
    return f"{minutes:02}:{seconds:02}.{milliseconds:03}"


def parse_time(text: str) -> float | None:
    """Seconds of `83.5`, `1:23.5` or `1:02:03`; None where the text is no time."""
    parts = text.strip().replace(",", ".").split(":")
    if not 1 <= len(parts) <= 3:
        return None
    if not all(part.strip().isdecimal() for part in parts[:-1]):
        return None
    try:
        seconds = float(parts[-1])
    except ValueError:
        return None
    if not math.isfinite(seconds) or seconds < 0:
        return None
    for power, part in enumerate(reversed(parts[:-1]), start=1):
        seconds += int(part) * 60**power
    return seconds


def parse_frame(text: str) -> int | None:
    """A frame's rank typed as digits; None where the text is none."""
    text = text.strip()
    return int(text) if text.isdecimal() else None
