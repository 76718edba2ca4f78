"""Whether a model's attention says what its score rests on: what is removed where it looked, and what elsewhere.

Removal after DeYoung et al. (ERASER, ACL 2020: comprehensiveness), against random removal of the same amount, since any
removal changes a score. Moments are removed as windows, as if they had not been seen; an attribute is left unheard in
every window. All effects are absolute changes of the score in points of the scale.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lineament.errors import DatasetError
from lineament.features.windows import Windows
from lineament.models.base import EncodedWindows, Model
from lineament.models.card import Estimate
from lineament.progress import CancelToken
from lineament.training.metrics import bootstrap

FloatArray = npt.NDArray[np.float64]

SHARES = (0.1, 0.2, 0.3)
DRAWS = 20
MIN_WINDOWS = 10
"""Sessions with fewer windows are left out: a tenth of them would be no window."""


@dataclass(frozen=True)
class MomentFaithfulness:
    """share: of the windows removed. top, random: mean effect of removing the most attended ones, and of as many at
    random. difference: top - random. above: share of sessions in which top is larger."""

    share: float
    top: Estimate
    random: Estimate
    difference: Estimate
    above: float


@dataclass(frozen=True)
class AttributeFaithfulness:
    """attention, effect: by attribute, its mean share of attention and the mean effect of leaving it out. difference:
    effect of the session's most attended attribute less the mean of its others'. above: share of sessions in which that
    is above zero. rank: mean Spearman correlation, within a session, of attention with effect."""

    attention: dict[str, float]
    effect: dict[str, float]
    difference: Estimate
    above: float
    rank: Estimate


@dataclass(frozen=True)
class Faithfulness:
    """attributes: None for a model that reads one attribute only. left_out: sessions with too few windows."""

    sessions: int
    left_out: int
    moments: tuple[MomentFaithfulness, ...]
    attributes: AttributeFaithfulness | None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def measure_faithfulness(
    model: Model,
    sessions: Iterable[Windows],
    rng: np.random.Generator,
    *,
    shares: Sequence[float] = SHARES,
    draws: int = DRAWS,
    cancel: CancelToken | None = None,
) -> Faithfulness:
    """Of all `sessions` with at least ten windows. draws: random removals a session and share, whose effects are
    averaged. Intervals are 95 % bootstrap intervals over sessions.

    Raises `DatasetError` with fewer than two such sessions, `Cancelled`.
    """
    effects: list[FloatArray] = []
    heard: list[tuple[FloatArray, FloatArray]] = []
    left_out = 0
    for windows in sessions:
        if cancel is not None:
            cancel.raise_if_cancelled()
        if len(windows) < MIN_WINDOWS:
            left_out += 1
            continue
        encoded = model.encode(windows)
        effects.append(np.array([moment_effects(model, encoded, share, draws, rng) for share in shares]))
        if len(model.attributes) > 1:
            heard.append(attribute_effects(model, windows, encoded))
    if len(effects) < 2:
        raise DatasetError(
            f"faithfulness cannot be measured: {len(effects)} sessions have at least {MIN_WINDOWS} usable windows",
            remedy="Use more sessions, or longer ones.",
        )
    moments = tuple(_moments(share, np.array(effects)[:, k]) for k, share in enumerate(shares))
    return Faithfulness(len(effects), left_out, moments, _attributes(model.attributes, heard) if heard else None)


def moment_effects(
    model: Model, encoded: EncodedWindows, share: float, draws: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Effect of removing the most attended windows, and the mean effect of removing as many at random."""
    score, attention = model.estimate(encoded)
    count = min(max(round(share * len(encoded)), 1), len(encoded) - 1)

    def effect(removed: npt.NDArray[np.int64]) -> float:
        kept = np.setdiff1d(np.arange(len(encoded)), removed)
        return abs(model.estimate(encoded.take(kept))[0] - score)

    top = effect(np.argsort(-attention, kind="stable")[:count])
    at_random = [effect(rng.choice(len(encoded), count, replace=False)) for _ in range(draws)]
    return top, float(np.mean(at_random))


def attribute_effects(model: Model, windows: Windows, encoded: EncodedWindows) -> tuple[FloatArray, FloatArray]:
    """Of each attribute: its share of attention [A] over the session (moments as attended), and the effect [A] of
    leaving it out."""
    score, moments = model.estimate(encoded)
    mass = (moments[:, None].astype(np.float64) * encoded.attribute_attention).sum(axis=0)
    effects = [abs(model.estimate(model.encode(windows, without=a))[0] - score) for a in model.attributes]
    return mass, np.array(effects)


def _moments(share: float, effects: FloatArray) -> MomentFaithfulness:
    """effects: float64[N, 2], top and random."""
    top, random = effects.T
    gap = top - random
    return MomentFaithfulness(share, _mean(top), _mean(random), _mean(gap), float((gap > 0).mean()))


def _attributes(names: tuple[str, ...], heard: list[tuple[FloatArray, FloatArray]]) -> AttributeFaithfulness:
    from scipy.stats import rankdata

    mass, effect = (np.array(side) for side in zip(*heard, strict=True))
    most = mass.argmax(axis=1)
    rows = np.arange(len(mass))
    others = (effect.sum(axis=1) - effect[rows, most]) / (len(names) - 1)
    gap = effect[rows, most] - others
    ranks = [_correlation(rankdata(m), rankdata(e)) for m, e in zip(mass, effect, strict=True)]
    return AttributeFaithfulness(
        attention=dict(zip(names, mass.mean(axis=0).tolist(), strict=True)),
        effect=dict(zip(names, effect.mean(axis=0).tolist(), strict=True)),
        difference=_mean(gap),
        above=float((gap > 0).mean()),
        rank=_mean(np.array(ranks)),
    )


def _correlation(a: FloatArray, b: FloatArray) -> float:
    """Pearson's r of ranks; 0 where all are tied."""
    a, b = a - a.mean(), b - b.mean()
    size = float(np.sqrt((a**2).sum() * (b**2).sum()))
    return float((a * b).sum()) / size if size > 0 else 0.0


def _mean(values: FloatArray) -> Estimate:
    return bootstrap(lambda rows: float(values[rows].mean()), len(values))
