"""Which of its states a pane is in, and the sentence it shows when there is nothing to draw."""

from dataclasses import dataclass
from typing import Literal

from lineament_desktop.state import ReviewState

NOT_MEASURED = "Nothing was measured here. The estimate's pane says why."
NOT_SCORED = "Nothing was scored. The estimate's pane says why."
ABSTAINED = "The model abstains from this video. The estimate's pane says why."

Kind = Literal["empty", "loading", "live", "finished", "failed", "abstained"]


@dataclass(frozen=True)
class PaneState:
    """kind, and a sentence in words: for "live" and "finished" it stays unsaid unless the pane has nothing to draw."""

    kind: Kind
    text: str


def measured_state(state: ReviewState, what: str) -> PaneState:
    """State of a pane that draws columns of the recording; `what` it shows, e.g. "action units"."""
    if state.recording is not None:
        kind: Kind = "finished" if state.recording.meta.complete else "live"
        if state.failure is not None and kind == "live":
            return PaneState("failed", "" if state.recording.n_rows else NOT_MEASURED)
        nothing = "Measuring has begun." if kind == "live" else "No frame was measured."
        return PaneState(kind, "" if state.recording.n_rows else nothing)
    if state.failure is not None:
        return PaneState("failed", NOT_MEASURED)
    if state.video is not None:
        return PaneState("loading", f"Measuring begins. The {what} will grow here while the video plays.")
    return _empty(state, what)


def estimated_state(state: ReviewState, what: str) -> PaneState:
    """State of a pane that draws the model's estimate; `what` it shows, e.g. "attention of the model"."""
    prediction = state.prediction
    if prediction is not None:
        if prediction.abstained is not None:
            return PaneState("abstained", ABSTAINED)
        complete = state.recording is not None and state.recording.meta.complete
        return PaneState("finished" if complete and not state.scoring else "live", "")
    if state.failure is not None:
        return PaneState("failed", NOT_SCORED)
    if state.recording is not None:
        if state.recording.meta.complete:
            return PaneState("loading", "The model is scoring the recording.")
        return PaneState("loading", f"Waiting for enough measured video. The {what} will appear here by itself.")
    if state.video is not None:
        return PaneState("loading", f"Measuring begins. The {what} will appear here by itself.")
    return _empty(state, what)


def _empty(state: ReviewState, what: str) -> PaneState:
    key = state.key("file.open", "Ctrl+O")
    how = f"Open a video with {key} or drop one here." if key else "Drop a video here."
    return PaneState("empty", f"The {what} will stand here. {how}")
