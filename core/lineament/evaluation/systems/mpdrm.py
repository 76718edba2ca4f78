"""MPDRM: multi-scale movement with a person's habits taken out, which knows earlier visits where there are some."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from lineament.evaluation.data import EvaluationData
from lineament.evaluation.systems.system import FEATURES, RECORDINGS, System
from lineament.evaluation.systems.trained import Training, deal_settings
from lineament.search.runs.context import UnitContext
from lineament.search.runs.unit import Array, Unit

if TYPE_CHECKING:
    from lineament.evaluation.bench import Bench
    from lineament.evaluation.deals import Deal

KIND = "mpdrm"
FUNCTION = "lineament.evaluation.systems.mpdrm:run_mpdrm"
QUICK: Mapping[str, Any] = {"person_epochs": 4, "epochs": 6, "patience": 6}
COSTS = {"quick": 400.0, "standard": 3_000.0}
"""In steps of the search, measured roughly; for the order of units and the time left alone."""
Rows = npt.NDArray[np.int64]


class Mpdrm(System):
    name = "mpdrm"
    title = "MPDRM"
    needs = frozenset({FEATURES, RECORDINGS})
    functions: ClassVar[Mapping[str, str]] = {KIND: FUNCTION}

    def unit(self, bench: "Bench", deal: "Deal") -> Unit:
        """True behaviour parameters of simulated persons are no help here, as no other system has it."""
        from lineament.training.mpdrm.loop import MpdrmLoop

        preset = bench.settings.preset
        loop = replace(MpdrmLoop(), auxiliary=0.0, **(QUICK if preset == "quick" else {}))
        settings = {**deal_settings(deal), "loop": asdict(loop), "seconds": bench.settings.seconds}
        return Unit(KIND, settings, COSTS[preset])

    @property
    def note(self) -> str:
        return "mpdrm: knows the person's earlier visits, not their scores, where the cohort has several a person."


def run_mpdrm(context: UnitContext, settings: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Array]]:
    """Unit function: `training.mpdrm.loop.train_visits` on the fold, and its scores of dev and test."""
    from lineament.models.mpdrm.shape import MpdrmShape
    from lineament.training.mpdrm.data import fit_movement_scaling
    from lineament.training.mpdrm.loop import MpdrmLoop, train_visits
    from lineament.training.mpdrm.scoring import standard_scores

    training = Training.of(context, settings, _rows)
    rows = _rows(training.data)
    movement = replace(training.data.movement, scores=training.scores[rows])

    def at(wanted: Rows) -> Rows:
        return np.searchsorted(rows, np.intersect1d(wanted, rows))

    train, dev = movement.take(at(training.fitted)), movement.take(at(training.dev))
    scaling = fit_movement_scaling(train, training.seed)
    trained = train_visits(
        train, dev, scaling, MpdrmShape(), MpdrmLoop(**settings["loop"]), training.seed, context.cancel, training.sink,
        checkpoint=training.checkpoint,
    )  # fmt: skip
    mean, sd = float(train.scores.mean()), max(float(train.scores.std()), 1e-6)

    def predict(wanted: Rows) -> npt.NDArray[np.float64]:
        """Dev and test one after the other, so that earlier visits are looked for on the same side."""
        said = np.empty(len(wanted))
        for side in (training.dev, training.test):
            inside = np.isin(wanted, side)
            if inside.any():
                order = np.argsort(wanted[inside])
                scores = mean + sd * standard_scores(trained.network, movement.take(at(wanted[inside])), scaling)
                said[np.flatnonzero(inside)[order]] = scores
        return said

    parameters = sum(p.numel() for p in trained.network.parameters())
    return training.result(parameters, predict, rows)


def _rows(data: EvaluationData) -> Rows:
    """Rows of the cohort that have movement, rising."""
    return data.movement.scores.astype(np.int64)
