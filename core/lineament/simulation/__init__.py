"""Simulated behaviour with known severity and personal habits, and the avatar that shows it."""

from lineament.simulation.cohort import SimulatedCohort, oracle, simulate_cohort
from lineament.simulation.motion import Motion
from lineament.simulation.persons import Person, draw_person, draw_severity
from lineament.simulation.session import SimulatedRecording, simulate_session
from lineament.simulation.storage import write_cohort

__all__ = [
    "Motion",
    "Person",
    "SimulatedCohort",
    "SimulatedRecording",
    "draw_person",
    "draw_severity",
    "oracle",
    "simulate_cohort",
    "simulate_session",
    "write_cohort",
]
