"""What a finished search leaves in its run's folder, by name; known to readers that need no networks."""

OUTCOME_SCHEMA = 2
OUTCOME, MEMBERS = "outcome.json", "members.safetensors"
