"""How long what is open lasts, be it a video or a recording alone."""

from lineament_desktop.state import ReviewState


def duration_s(state: ReviewState) -> float:
    """Seconds; to the last frame where only its recording is open; 0 with nothing."""
    if state.video is not None:
        return state.video.duration_s
    return float(state.index.times_s[-1]) if state.index is not None else 0.0
