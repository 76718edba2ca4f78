"""The one sentence that people read of something unforeseen; the log has the rest."""

WENT_WRONG = "something unexpected went wrong"
"""In every such sentence, so that whoever shows it can offer the log."""
NOTHING_LOST = "nothing saved was lost"


def unexpected(doing: str = "") -> str:
    """For example "Something unexpected went wrong while scoring; nothing saved was lost."

    doing: what was being done, as in "measuring a.mp4".
    """
    during = f" while {doing}" if doing else ""
    return f"{WENT_WRONG.capitalize()}{during}; {NOTHING_LOST}."
