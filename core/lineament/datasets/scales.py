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
BDI2 = Scale("BDI-II", 0, 63, ((0, "minimal"), (14, "mild"), (20, "moderate"), (29, "severe")))
"""Bands of the second edition's manual; those of the first (10, 19, 30) also circulate and are not used."""

VLOG_LABEL = Scale("Depression vlog (0 or 1)", 0, 1, ((0, "another vlog"), (1, "a depression vlog")))
"""What D-Vlog and LMVD say of a vlog: whether its speaker talks of being depressed. No questionnaire."""

SCALES = {scale.name: scale for scale in (PHQ8, BDI2, VLOG_LABEL)}
