"""Controls that are no networks: what they share, and the function that runs their units."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from lineament.evaluation.data import EvaluationData
from lineament.evaluation.systems.system import System
from lineament.features.cohort_features import CohortFeatures
from lineament.search.data import Fold, Part
from lineament.search.ridge import Ridge, channel_means
from lineament.search.runs.context import UnitContext
from lineament.search.runs.unit import Array, Unit

if TYPE_CHECKING:
    from lineament.evaluation.bench import Bench
    from lineament.evaluation.deals import Deal

KIND = "plain"
FUNCTION = "lineament.evaluation.systems.plain:run_plain"
COST = 1.0
"""Next to nothing beside a network's hundreds of steps."""

FloatArray = npt.NDArray[np.float64]
STATISTICS: Mapping[str, Callable[[CohortFeatures], FloatArray]] = {
    "channel means": lambda features: channel_means(features.values, features.present),
    "session statistics": lambda features: features.statistics.astype(np.float64),
}


class PlainControl(System):
    """predictor: "constant", or one of `STATISTICS` for ridge on it."""

    control = True
    predictor: str
    functions: ClassVar[Mapping[str, str]] = {KIND: FUNCTION}

    def unit(self, bench: "Bench", deal: "Deal") -> Unit:
        settings = {"part": deal.part.to_json(), "fold": deal.dev.to_json(), "predictor": self.predictor}
        return Unit(KIND, settings, COST)


def run_plain(context: UnitContext, settings: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Array]]:
    """Unit function: fit on the fold's learners and predict its dev and the part's test."""
    data = context.data
    assert isinstance(data, EvaluationData)
    part = Part.from_json(settings["part"])
    fitted, dev = data.fold(part, Fold.from_json(settings["fold"]))
    rows, scores = np.concatenate([dev, data.part(part).test]), data.part(part).scores[fitted]
    if settings["predictor"] == "constant":
        said, parameters = np.full(len(rows), scores.mean()), 1
    else:
        statistics = STATISTICS[settings["predictor"]](data.features)
        model = Ridge.fit(statistics[fitted], scores, [data.features.person_ids[i] for i in fitted])
        said, parameters = model.predict(statistics[rows]), len(model.weights) + 1
        said[~data.features.present[rows].any(axis=1)] = scores.mean()
    return {"parameters": parameters}, {"rows": rows, "predictions": said}
