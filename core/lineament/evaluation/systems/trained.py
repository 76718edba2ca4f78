"""What adapters to trainings with a loop of their own share: a checkpoint beside the unit's, progress, a result."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from lineament.evaluation.data import EvaluationData
from lineament.evaluation.errors import EvaluationError
from lineament.progress import Progress
from lineament.search.data import Fold, Part
from lineament.search.runs.context import UnitContext
from lineament.search.runs.run import UNITS
from lineament.search.runs.unit import Array

if TYPE_CHECKING:
    from lineament.evaluation.deals import Deal

Rows = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


def deal_settings(deal: "Deal") -> dict[str, Any]:
    """What every such unit must know of its deal."""
    return {"part": deal.part.to_json(), "fold": deal.dev.to_json(), "seed": deal.seed}


@dataclass(frozen=True, eq=False)
class Training:
    """One unit's deal as rows. scores: float64[N], NaN for the test. seed: the unit's own, 31 bits."""

    context: UnitContext
    data: EvaluationData
    fitted: Rows
    dev: Rows
    test: Rows
    scores: FloatArray

    @classmethod
    def of(
        cls, context: UnitContext, settings: Mapping[str, Any], usable: Callable[[EvaluationData], Rows]
    ) -> "Training":
        """usable: rows of sessions that the system can read; others are neither fitted on nor selected on.

        Raises `EvaluationError` where none is left.
        """
        data = context.data
        assert isinstance(data, EvaluationData)
        part = Part.from_json(settings["part"])
        fitted, dev = data.fold(part, Fold.from_json(settings["fold"]))
        there = usable(data)
        for side, rows in (("learn from", fitted), ("select on", dev)):
            if not len(np.intersect1d(rows, there)):
                raise EvaluationError(
                    f"a fold of {data.features.name} has no session to {side} with enough of a face in view",
                    remedy="Use longer sessions or fewer folds.",
                )
        known = data.part(part)
        return cls(context, data, np.intersect1d(fitted, there), dev, known.test, known.scores)

    @property
    def seed(self) -> int:
        return self.context.seed % 2**31

    @property
    def checkpoint(self) -> Path:
        """Written by the training after every epoch, gone once the unit is done."""
        return self.data.folder / UNITS / self.context.key / "training.safetensors"

    def sink(self, event: object) -> None:
        """The training's progress as the unit's."""
        if isinstance(event, Progress):
            self.context.progress(event.done, event.total)

    def result(
        self, parameters: int, predict: Callable[[Rows], FloatArray], usable: Rows
    ) -> tuple[Mapping[str, Any], Mapping[str, Array]]:
        """The unit's result. predict: scores of rows; sessions that cannot be read get the mean."""
        rows = np.concatenate([self.dev, self.test])
        said = np.full(len(rows), float(self.scores[self.fitted].mean()))
        readable = np.isin(rows, usable)
        if readable.any():
            said[readable] = predict(rows[readable])
        self.checkpoint.unlink(missing_ok=True)
        return {"parameters": parameters}, {"rows": rows, "predictions": said}
