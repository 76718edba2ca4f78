"""What must always be in sight: this is research, and what the model in use was trained on."""

import json
from collections.abc import Callable
from pathlib import Path

RESEARCH = "Research use only. Model estimate, not a diagnosis."
SIMULATED = "Trained on simulated behaviour"


def model_is_simulated(model_folder: Callable[[], Path]) -> bool:
    """Whether the facts of the model in use say that it never saw a person; read without loading the model.

    An installation whose model is missing or damaged claims nothing here: scoring says what is wrong with it.
    """
    try:
        facts = json.loads((model_folder() / "model.json").read_text(encoding="utf-8"))
        return facts["card"]["trained_on_simulated"] is True
    except (OSError, ValueError, KeyError, TypeError):
        return False
