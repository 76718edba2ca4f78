"""What every exported file says in its first lines."""

RESEARCH_ONLY = "Research use only. Every score is a model estimate, not a diagnosis."
SIMULATED = "Trained on simulated behaviour: it shows that the machinery works and says nothing about people."
