"""What a searched network has to beat, trained and tested on the very same folds with the same recipe."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lineament.models.architecture.space import SearchSpace
from lineament.search.candidates import Candidate, hand_designed
from lineament.search.phases.final import Ensemble, final_folds, scaled_in_folds, train_ensembles
from lineament.search.ridge import Ridge, channel_means
from lineament.search.work import Work

PHASE = "controls"
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Plain:
    """A predictor that is no network; fields as those of an `Ensemble`."""

    name: str
    raw: FloatArray
    raw_test: FloatArray
    held: FloatArray
    test: FloatArray


@dataclass(frozen=True, eq=False)
class Controls:
    """means: float64[n], the mean of the scores each session's fold was trained on. random: ensembles of one seed.
    permuted: the winner on shuffled labels; permuted_scores, permuted_means: float64[n], those labels and their
    constants."""

    constant: Plain
    ridge_means: Plain
    ridge: Plain
    hand: Ensemble
    alone: tuple[Ensemble, ...]
    random: tuple[Ensemble, ...]
    permuted: Ensemble
    permuted_scores: FloatArray
    permuted_means: FloatArray

    @property
    def means(self) -> FloatArray:
        return self.constant.held


def run_controls(work: Work, winner: Candidate, singles: Sequence[Candidate], space: SearchSpace) -> Controls:
    """All controls. singles: every attribute alone; space: the whole one, from which architectures are drawn."""
    repeats, rng = work.config.repeats, work.rng("random controls")
    names, shuffle = work.config.attributes, work.seed("permuted labels")
    drawn = [
        Candidate(f"random {i + 1}", "random control", names, space.random(rng))
        for i in range(work.config.random_controls)
    ]
    with work.phase(PHASE, work.plan.controls):
        hand, *alone = train_ensembles(work, PHASE, [hand_designed(names), *singles], repeats)
        random = train_ensembles(work, PHASE, drawn, 1)
        permuted = train_ensembles(work, PHASE, [winner], 1, permuted=shuffle)[0]
        statistics = work.data.features.statistics.astype(np.float64)
        means = channel_means(work.data.features.values, work.data.features.present)
        shuffled = work.data.part(work.part.shuffled(shuffle)).scores[work.rows.pool]
        return Controls(
            constant=constant_of(work),
            ridge_means=ridge_of(work, "ridge on channel means", means),
            ridge=ridge_of(work, "ridge on session statistics", statistics),
            hand=hand,
            alone=tuple(alone),
            random=tuple(random),
            permuted=permuted,
            permuted_scores=shuffled,
            permuted_means=constant_of(work, shuffled).held,
        )


def constant_of(work: Work, scores: FloatArray | None = None) -> Plain:
    """The mean of the scores that each of the final folds is fitted on, or of `scores` in their place."""
    scores = work.scores if scores is None else scores
    held, test = np.empty(len(scores)), np.empty((work.config.folds, len(work.rows.test)))
    for fold in final_folds(work):
        fitted, out = work.places(fold)
        held[out] = test[fold.fold] = scores[fitted].mean()
    return Plain("constant", held, test, held, test)


def ridge_of(work: Work, name: str, statistics: FloatArray) -> Plain:
    """Ridge on statistics float64[N, p] of all sessions, in the final folds."""
    pool, test, scores = work.rows.pool, work.rows.test, work.scores
    held, tested = np.empty(len(pool)), np.empty((work.config.folds, len(test)))
    for fold in final_folds(work):
        fitted, out = work.places(fold)
        model = Ridge.fit(statistics[pool[fitted]], scores[fitted], [work.persons[i] for i in fitted])
        held[out], tested[fold.fold] = model.predict(statistics[pool[out]]), model.predict(statistics[test])
    return Plain(name, held, tested, *scaled_in_folds(work, held, tested, scores))
