"""The score from which a questionnaire speaks of depression, for F1 and AUC."""

from dataclasses import dataclass

from lineament.datasets.scales import Scale

PUBLISHED = {
    "PHQ-8": (10, "Kroenke et al. 2009"),
    "BDI-II": (14, "the manual's lowest band above minimal"),
}


@dataclass(frozen=True)
class CutOff:
    """Scores of at least `score` are positive; predictions of at least `predicted` are called so. source: who says."""

    scale: str
    score: float
    predicted: float
    source: str

    def __str__(self) -> str:
        called = "" if self.predicted == self.score else f", predictions from {self.predicted:g}"
        return f"{self.scale} of {self.score:g} or more ({self.source}{called})"


def cut_off_of(scale: Scale) -> CutOff:
    """The published one; for other scales the start of their highest band, and the middle of two labels."""
    if scale.name in PUBLISHED:
        score, source = PUBLISHED[scale.name]
        return CutOff(scale.name, score, score, source)
    score, name = scale.cut_offs[-1]
    predicted = (scale.low + scale.high) / 2 if scale.high - scale.low == 1 else score
    return CutOff(scale.name, score, predicted, f'its band "{name}"')
