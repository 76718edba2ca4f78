"""How a run's values are written in the window: times, counts, shares, bytes."""

import time


def duration(seconds: float) -> str:
    """ "0:42", "12:05", "1:02:05": minutes and seconds, with hours where there are any."""
    whole = max(round(seconds), 0)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def left_words(seconds: float | None) -> str:
    """ "about 2 min left": as exact as such a guess can be; "" where nothing is known."""
    if seconds is None:
        return ""
    if seconds < 8:
        return "a few seconds left"
    if seconds < 90:
        return f"about {round(seconds / 5) * 5} s left"
    if seconds < 5400:
        return f"about {round(seconds / 60)} min left"
    return f"about {seconds / 3600:.1f} h left"


def clock(moment: float) -> str:
    """The time of day of seconds since 1970, as here."""
    return time.strftime("%H:%M:%S", time.localtime(moment))


def size(count: float) -> str:
    """Bytes as people read them."""
    for unit, digits in (("B", 0), ("KiB", 0), ("MiB", 0)):
        if count < 1024:
            return f"{count:.{digits}f} {unit}"
        count /= 1024
    return f"{count:.1f} GiB"


def sentence(text: str) -> str:
    """With a capital letter at its beginning."""
    return text[:1].upper() + text[1:]
