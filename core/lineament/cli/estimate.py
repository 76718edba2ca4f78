"""A prediction in words and as a file: interval first, what it rests on, and what it is not."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lineament.models import Prediction
from lineament.recording import RecordingView
from lineament.storage import write_atomically

NOTICE = "Research use only. Model estimate, not a diagnosis."
SIMULATED_NOTICE = "The model was trained on simulated behaviour."


def describe_estimate(prediction: Prediction) -> str:
    """One line for the terminal."""
    if prediction.score is None or prediction.interval is None:
        return f"no model estimate. {prediction.abstained}"
    low, high = prediction.interval
    notices = [NOTICE]
    if prediction.provenance.trained_on_simulated:
        notices.append(SIMULATED_NOTICE)
    if prediction.provenance.forced:
        notices.append("Scored although the model was trained on another extractor.")
    return (
        f"{prediction.scale.name} model estimate: {100 * prediction.level:.0f} % interval {low:.1f} to {high:.1f}, "
        f"point {prediction.score:.1f} (constant predictor {prediction.baseline:.1f}), "
        f"usable time {100 * prediction.usable_share:.0f} %. {' '.join(notices)}"
    )


def estimate_json(prediction: Prediction, recording: RecordingView) -> dict[str, Any]:
    """The whole prediction as plain JSON, with its provenance and the notices."""
    return {
        "notice": NOTICE,
        "trained_on_simulated_behaviour": prediction.provenance.trained_on_simulated,
        "scale": asdict(prediction.scale),
        "interval": prediction.interval,
        "interval_level": prediction.level,
        "score": prediction.score,
        "constant_predictor": prediction.baseline,
        "abstained": prediction.abstained,
        "usable_s": prediction.usable_s,
        "usable_share": prediction.usable_share,
        "window_times_s": prediction.window_times.tolist(),
        "attributes": list(prediction.attribute_names),
        "attribute_attention": prediction.attribute_attention.tolist(),
        "moment_attention": prediction.moment_attention.tolist(),
        "provenance": asdict(prediction.provenance),
        "recording": recording.meta.provenance.to_json(),
    }


def write_estimate(prediction: Prediction, recording: RecordingView, path: Path) -> None:
    """A reader sees the old file or the whole new one; raises `StorageError` when it cannot be written."""
    write_atomically(path, json.dumps(estimate_json(prediction, recording), indent=1).encode())
