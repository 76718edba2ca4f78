"""Simulated behaviour with known severity and personal habits, and the avatar that shows it."""

from lineament.simulation.cohort import SimulatedCohort, Subject, like_daic_woz, simulate_cohort
from lineament.simulation.motion import Motion
from lineament.simulation.oracle import Oracle, cohort_oracle, oracle, oracle_predictions
from lineament.simulation.persons import Person, draw_person, draw_severity
from lineament.simulation.presets import PRESETS
from lineament.simulation.reopening import reopen_cohort
from lineament.simulation.session import SimulatedRecording, simulate_session
from lineament.simulation.storage import write_cohort

__all__ = [
    "PRESETS",
    "Motion",
    "Oracle",
    "Person",
    "SimulatedCohort",
    "SimulatedRecording",
    "Subject",
    "cohort_oracle",
    "draw_person",
    "draw_severity",
    "like_daic_woz",
    "oracle",
    "oracle_predictions",
    "reopen_cohort",
    "simulate_cohort",
    "simulate_session",
    "write_cohort",
]
