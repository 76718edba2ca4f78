"""What a model says of one recording: the interval first, then the value, and where it looked."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from lineament.datasets.scales import PHQ8, Scale

__all__ = [
    "ATTRIBUTES",
    "PHQ8",
    "Distribution",
    "HabitAndChange",
    "Prediction",
    "RegionAttention",
    "Scale",
    "ScoreProvenance",
]

ATTRIBUTES = ("action units", "gaze", "head pose", "landmarks")


@dataclass(frozen=True)
class ScoreProvenance:
    """Which model, trained on what, scored which recording.

    forced: the recording's extractor is not the one the model was trained on; the user asked all the same.
    """

    model_id: str
    model_hash: str
    trained_on: str
    trained_on_simulated: bool
    extractor: str
    data_hash: str
    forced: bool
    app_version: str
    utc_time: str
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class RegionAttention:
    """Where in the face a model that sees pixels looked, moment by moment.

    times: float64[n], seconds of the crops. maps: float32[n, h, w], each summing to 1 over its crop, in the crop's own
    coordinates: cell (i, j) covers the rows i / h to (i + 1) / h and the columns j / w to (j + 1) / w of the aligned
    square crop, row 0 at its top. The inverse of the crop's similarity transform lays a map over the picture.
    """

    times: npt.NDArray[np.float64]
    maps: npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class HabitAndChange:
    """What a model that knows a person takes for the person's habit, and what it finds changed.

    earlier_visits: how many earlier visits it knew; with 0, habit was judged from this recording itself. habit_share:
    0..1, share of the windows' representation (squared length, weighted by moment attention) that was taken away as
    personal. score_with_habit: the score if nothing had been taken away, on the scale. before, after: float32[W], the
    length of each window's representation before and after; what is missing was habit. change: float32[W, A],
    how unlike the earlier visits each window is by attribute group, about 1 where it is as unlike as those visits'
    windows among themselves (`models.mpdrm.account.change_against`); None without earlier visits.
    """

    earlier_visits: int
    habit_share: float
    score_with_habit: float
    before: npt.NDArray[np.float32]
    after: npt.NDArray[np.float32]
    change: npt.NDArray[np.float32] | None


@dataclass(frozen=True, eq=False)
class Distribution:
    """How a model spreads its belief over a scale. support: float64[K], the scale's points. probabilities: float64[K],
    summing to 1; learnt from scores with a blur around each, so their width is no coverage: the interval has that."""

    support: npt.NDArray[np.float64]
    probabilities: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Prediction:
    """A model's estimate for one recording; a research estimate, never a diagnosis.

    score, interval: None when the model abstains; then `abstained` is one sentence saying why and what would help.
    level: nominal coverage of the interval (split-conformal), e.g. 0.8. baseline: the constant predictor's value.
    window_times: float64[W, 2] start and end in seconds. attribute_attention: float32[W, A], rows sum to 1.
    moment_attention: float32[W], sums to 1. usable_s: seconds good enough to score, usable_share their share of the
    time seen. region_attention: for models that look at face crops. habit: for models that know the person.
    distribution: for models that learn one.
    """

    score: float | None
    interval: tuple[float, float] | None
    level: float
    scale: Scale
    baseline: float
    window_times: npt.NDArray[np.float64]
    attribute_names: tuple[str, ...]
    attribute_attention: npt.NDArray[np.float32]
    moment_attention: npt.NDArray[np.float32]
    usable_s: float
    usable_share: float
    abstained: str | None
    provenance: ScoreProvenance
    region_attention: RegionAttention | None = None
    habit: HabitAndChange | None = None
    distribution: Distribution | None = None
