"""What must always be in sight: this is research, and what the model in use was trained on."""

import json

from lineament.resources import resource_path
from lineament_desktop.jobs.core_work import MODEL

RESEARCH = "Research use only. Model estimate, not a diagnosis."
SIMULATED = "Trained on simulated behaviour"


def shipped_model_is_simulated() -> bool:
    """Whether the shipped model's facts say that it never saw a person; read without loading the model.

    An installation whose model is missing or damaged claims nothing here: scoring says what is wrong with it.
    """
    try:
        facts = json.loads((resource_path(MODEL) / "model.json").read_text(encoding="utf-8"))
        return facts["card"]["trained_on_simulated"] is True
    except (OSError, ValueError, KeyError, TypeError):
        return False


def model_card_text() -> str:
    """The shipped model's card as Markdown; raises `OSError` when it is missing from the installation."""
    return (resource_path(MODEL) / "MODEL_CARD.md").read_text(encoding="utf-8")
