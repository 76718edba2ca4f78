"""What a search may say about what it found, and the final predictor that follows from it.

The stack of the ensemble and ridge is judged out of fold, by weights that each fold's sessions took no part in. If it
cannot be told from the constant predictor, the constant is what is predicted.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lineament.datasets.scales import Scale
from lineament.search.comparison import Comparison, compare
from lineament.search.conformal import cross_conformal, left_out_intervals
from lineament.search.controls import Controls
from lineament.search.phases.final import Ensemble, final_folds
from lineament.search.stacking import cross_fitted, stacked, stacking_weights
from lineament.search.work import Work

FloatArray = npt.NDArray[np.float64]
NO_BETTER = "no better than the constant predictor"


@dataclass(frozen=True)
class Verdict:
    """better_than_constant: by both tests, out of fold. sentences: for a person. comparisons: the final predictor (and
    "network": the ensemble alone) against others, by "final against constant" and the like."""

    better_than_constant: bool
    sentences: tuple[str, ...]
    comparisons: dict[str, Comparison]

    def to_json(self) -> dict[str, Any]:
        return {
            "better_than_constant": self.better_than_constant,
            "sentences": list(self.sentences),
            "comparisons": {name: one.to_json() for name, one in self.comparisons.items()},
        }


@dataclass(frozen=True, eq=False)
class FinalPrediction:
    """kind: "stack", or "constant" where nothing better was found. weights: of network and ridge. held float64[n]: out
    of fold; test float64[m]; intervals float64[., 2], all inside the scale."""

    kind: str
    weights: dict[str, float]
    held: FloatArray
    held_intervals: FloatArray
    test: FloatArray
    test_intervals: FloatArray


def judge(work: Work, ensemble: Ensemble, controls: Controls) -> tuple[Verdict, FinalPrediction]:
    """The verdict, and the final predictor it leaves."""
    scale, scores = work.data.features.scale, work.scores
    both = np.stack([ensemble.raw, controls.ridge.raw])
    folds = [work.places(fold)[1] for fold in final_folds(work)]
    held, _ = cross_fitted(both, controls.means, scores, folds)
    weights = stacking_weights(both, controls.means, scores)
    verdict = _verdict(work, _inside(held, scale), ensemble, controls)
    if verdict.better_than_constant:
        test = stacked(weights, np.stack([ensemble.raw_test, controls.ridge.raw_test]), controls.constant.test)
    else:
        held, weights, test = controls.means, np.zeros(2), controls.constant.test
    return verdict, _prediction(work, folds, weights, held, test, verdict.better_than_constant)


def _prediction(
    work: Work, folds: list[npt.NDArray[np.int64]], weights: FloatArray, held: FloatArray, test: FloatArray, found: bool
) -> FinalPrediction:
    """test: float64[folds, m]."""
    scale, scores, level = work.data.features.scale, work.scores, work.config.level
    of_fold = np.empty(len(scores), dtype=np.int64)
    for number, places_held in enumerate(folds):
        of_fold[places_held] = number
    table = np.tile(held, (len(folds), 1))
    return FinalPrediction(
        kind="stack" if found else "constant",
        weights={"network": float(weights[0]), "ridge": float(weights[1])},
        held=_inside(held, scale),
        held_intervals=_inside(left_out_intervals(held, scores, level), scale),
        test=_inside(test.mean(axis=0), scale),
        test_intervals=_inside(cross_conformal(of_fold, table, scores, test, level), scale),
    )


def _verdict(work: Work, final: FloatArray, ensemble: Ensemble, controls: Controls) -> Verdict:
    scores, persons, network = work.scores, work.persons, ensemble.held
    others = {
        "constant": controls.constant.held,
        "ridge": controls.ridge.held,
        "hand-designed": controls.hand.held,
    }
    comparisons = {}
    for name, other in others.items():
        comparisons[f"final against {name}"] = compare(final, other, scores, persons)
        comparisons[f"network against {name}"] = compare(network, other, scores, persons)
    permuted = compare(controls.permuted.held, controls.permuted_means, controls.permuted_scores, persons)
    comparisons["permuted labels against constant"] = permuted
    better = comparisons["final against constant"].better
    sentences = [_headline(comparisons["final against constant"])]
    if better and not comparisons["network against constant"].better:
        sentences.append(f"The network alone is {NO_BETTER}.")
    sentences += [_beside(name, comparisons[f"network against {name}"]) for name in ("hand-designed", "ridge")]
    if permuted.better:
        sentences.append(
            "With permuted labels the network beats the constant: labels leak, trust none of these figures."
        )
    return Verdict(better, tuple(sentences), comparisons)


def _headline(comparison: Comparison) -> str:
    gain = f"{comparison.rmse_gain:+.2f} ({comparison.low:+.2f} to {comparison.high:+.2f}), p = {comparison.p:.3g}"
    if comparison.better:
        return f"Better than the constant predictor: its RMSE is lower by {gain}."
    return f"The search found a predictor that is {NO_BETTER}: gain in RMSE {gain}; the constant is used."


def _beside(name: str, comparison: Comparison) -> str:
    other = "the hand-designed network" if name == "hand-designed" else "ridge on session statistics"
    how = "better than" if comparison.better else "worse than" if comparison.worse else "no better than"
    return f"The network alone is {how} {other} (gain {comparison.rmse_gain:+.2f}, p = {comparison.p:.3g})."


def _inside(values: FloatArray, scale: Scale) -> FloatArray:
    return np.clip(values, scale.low, scale.high)
