"""The workspace Search: form, runs, and what a run shows."""
