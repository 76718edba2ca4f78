"""What severity does to behaviour in one kind of cohort: the cues with their slopes, and how persons differ."""

from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np

from lineament.simulation.parameters import CUES, LIMITS, Cue, link_means, number
from lineament.simulation.types import FloatArray

SeverityLaw = Literal["clinical", "uniform", "treatment"]


@dataclass(frozen=True)
class Population:
    """The law that persons, their questionnaires and sessions are drawn from; defaults are the realistic one.

    cues: the behaviour parameters; those of `parameters.CUES` come first. severity: how true PHQ-8 severity is spread
    over persons (a clipped gamma as in interviews, uniform on 0..24, or high at a first visit). multiplier: of all
    slopes. axis_correlation: of withdrawal and slowing with severity. looks: how much faces, seats and cameras differ
    between persons, 1 as in life. Other fields: see the NUMBERS of like name.
    """

    cues: tuple[Cue, ...] = CUES
    severity: SeverityLaw = "clinical"
    questionnaire_sd: float = field(default_factory=lambda: number("phq8.noise_sd"))
    multiplier: float = field(default_factory=lambda: number("slopes.multiplier"))
    axis_correlation: float = field(default_factory=lambda: number("axes.correlation"))
    worst_share: float = field(default_factory=lambda: number("axes.worst_share"))
    individual_sd: float = field(default_factory=lambda: number("slopes.individual_sd"))
    no_effect: float = field(default_factory=lambda: number("slopes.no_effect"))
    looks: float = 1.0

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(cue.name for cue in self.cues)

    @cached_property
    def table(self) -> "CueTable":
        return table_of(self.cues)


@dataclass(frozen=True, eq=False)
class CueTable:
    """The cues' numbers as arrays: float64[n_cues] unless said. axis: 0 withdrawal, 1 slowing. topics: float64[n, 3]
    with mean 1 a cue."""

    names: tuple[str, ...]
    means: FloatArray
    sd: FloatArray
    slope: FloatArray
    women_slope: FloatArray
    slope_sd: FloatArray
    session_sd: FloatArray
    loading: FloatArray
    women: FloatArray
    ages: FloatArray
    topics: FloatArray
    axis: "np.ndarray[tuple[int], np.dtype[np.int64]]"
    log: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
    logit: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
    low: FloatArray
    high: FloatArray

    def natural(self, linked: FloatArray) -> FloatArray:
        """Cues from the link scale to their units, float64[..., n_cues]; kept inside what a face can do."""
        values = np.array(linked, dtype=np.float64)
        values[..., self.log] = np.exp(values[..., self.log])
        values[..., self.logit] = 1 / (1 + np.exp(-values[..., self.logit]))
        return np.asarray(np.clip(values, self.low, self.high))


_AGEING = frozenset({"head_speed", "head_amplitude", "onset_speed", "smile_peak"})


@lru_cache(maxsize=16)
def table_of(cues: tuple[Cue, ...]) -> CueTable:
    """The arrays of a tuple of cues."""
    topics = np.array([cue.topics for cue in cues])
    limits = [LIMITS.get(cue.name, (-np.inf, np.inf)) for cue in cues]
    return CueTable(
        names=tuple(cue.name for cue in cues),
        means=link_means(cues),
        sd=np.array([cue.sd for cue in cues]),
        slope=np.array([cue.slope for cue in cues]),
        women_slope=np.array([cue.slope if cue.women_slope is None else cue.women_slope for cue in cues]),
        slope_sd=np.array([cue.slope_sd for cue in cues]),
        session_sd=np.array([cue.session_sd for cue in cues]),
        loading=np.array([float(cue.loading) for cue in cues]),
        women=np.array([cue.women_sd for cue in cues]),
        ages=np.array([float(cue.name in _AGEING) for cue in cues]),
        topics=topics / topics.mean(axis=1, keepdims=True),
        axis=np.array([0 if cue.axis == "withdrawal" else 1 for cue in cues]),
        log=np.array([cue.link == "log" for cue in cues]),
        logit=np.array([cue.link == "logit" for cue in cues]),
        low=np.array([low for low, _ in limits]),
        high=np.array([high for _, high in limits]),
    )


def changed(cues: tuple[Cue, ...], **changes: dict[str, float]) -> tuple[Cue, ...]:
    """The same cues with some fields of some of them replaced: `changed(CUES, smile_rate={"mean": 6.0})`."""
    return tuple(replace(cue, **changes.get(cue.name, {})) for cue in cues)  # type: ignore[arg-type]


REALISTIC = Population()
