"""What must always be in sight: this is research, and what the model in use was trained on."""

RESEARCH = "Research use only. Model estimate, not a diagnosis."
SIMULATED = "Trained on simulated behaviour"
