"""Questionnaires and their published bands."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """A questionnaire's scale and its published bands: `cut_offs` are (lowest score of the band, its name)."""

    name: str
    low: int
    high: int
    cut_offs: tuple[tuple[int, str], ...]


PHQ8 = Scale(
    "PHQ-8",
    0,
    24,
    ((0, "none or minimal"), (5, "mild"), (10, "moderate"), (15, "moderately severe"), (20, "severe")),
)
SCALES = {PHQ8.name: PHQ8}
