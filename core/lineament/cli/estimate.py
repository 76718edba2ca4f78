"""A prediction in words and as a file: interval first, what it rests on, and what it is not."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lineament.models import HabitAndChange, Prediction, default_model_folder
from lineament.recording import RecordingView
from lineament.storage import write_atomically

NOTICE = "Research use only. Model estimate, not a diagnosis."
SIMULATED_NOTICE = "The model was trained on simulated behaviour."


def find_and_load(model: str | None) -> Any:
    """A model of either family by its folder or name, the default one where none is given; raises `ModelError`."""
    from lineament.models.exchange.library import find_model, load_any

    return load_any(find_model(model).folder if model is not None else default_model_folder())


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


def describe_habit(habit: HabitAndChange) -> str:
    """What a model that knows persons took for the person's habit, in one sentence."""
    known = f"{habit.earlier_visits} earlier visit{'' if habit.earlier_visits == 1 else 's'}"
    source = f"from {known}" if habit.earlier_visits else "from this recording alone, as no earlier visit is known"
    return (
        f"Judged {source}, {100 * habit.habit_share:.0f} % of what was seen is the person's habit and was left out; "
        f"with it the point would be {habit.score_with_habit:.1f}."
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
        **_of_some_models(prediction),
        "provenance": asdict(prediction.provenance),
        "recording": recording.meta.provenance.to_json(),
    }


def _of_some_models(prediction: Prediction) -> dict[str, Any]:
    """What only some kinds of models say."""
    said: dict[str, Any] = {}
    if prediction.habit is not None:
        habit = prediction.habit
        said["habit"] = {
            "earlier_visits": habit.earlier_visits,
            "share": habit.habit_share,
            "score_with_habit": habit.score_with_habit,
            "before": habit.before.tolist(),
            "after": habit.after.tolist(),
            "change": habit.change.tolist() if habit.change is not None else None,
        }
    if prediction.distribution is not None:
        distribution = prediction.distribution
        said["distribution"] = {
            "support": distribution.support.tolist(),
            "probabilities": distribution.probabilities.tolist(),
        }
    if prediction.region_attention is not None:
        regions = prediction.region_attention
        said["region_attention"] = {"times_s": regions.times.tolist(), "maps": regions.maps.round(5).tolist()}
    return said


def write_estimate(prediction: Prediction, recording: RecordingView, path: Path) -> None:
    """A reader sees the old file or the whole new one; raises `StorageError` when it cannot be written."""
    write_atomically(path, json.dumps(estimate_json(prediction, recording), indent=1).encode())
