"""HMHN: grid-wise attention and multi-head cross attention on face crops, one by one; a video's score is their mean."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from lineament.evaluation.systems.system import CROPS, System
from lineament.evaluation.systems.trained import Training, deal_settings
from lineament.search.runs.context import UnitContext
from lineament.search.runs.unit import Array, Unit

if TYPE_CHECKING:
    from lineament.evaluation.bench import Bench
    from lineament.evaluation.deals import Deal

KIND = "hmhn"
FUNCTION = "lineament.evaluation.systems.hmhn:run_hmhn"
QUICK: Mapping[str, Any] = {"epochs": 3, "frames": 6, "dev_frames": 6, "crops": 12}
COSTS = {"quick": 700.0, "standard": 9_000.0}
Rows = npt.NDArray[np.int64]


class Hmhn(System):
    name = "hmhn"
    title = "HMHN (small)"
    needs = frozenset({CROPS})
    functions: ClassVar[Mapping[str, str]] = {KIND: FUNCTION}

    def unit(self, bench: "Bench", deal: "Deal") -> Unit:
        preset = bench.settings.preset
        changes = dict(QUICK) if preset == "quick" else {}
        settings = {**deal_settings(deal), "changes": changes, "crop_seconds": bench.settings.crop_seconds}
        return Unit(KIND, settings, COSTS[preset])


def run_hmhn(context: UnitContext, settings: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Array]]:
    """Unit function: `training.hmhn.trained` on the fold, and the model's scores of dev and test."""
    from dataclasses import replace

    from lineament.evaluation.systems.pixels import learning_videos, with_crops
    from lineament.models.calibration import LEVEL
    from lineament.models.hmhn.model import HMHNModel
    from lineament.models.intervals import ConformalTable
    from lineament.training.hmhn.card import blank_card
    from lineament.training.hmhn.loop import Trainer
    from lineament.training.hmhn.training import HMHNConfig, trained

    training = Training.of(context, settings, with_crops)
    usable = with_crops(training.data)
    videos = learning_videos(training, usable)
    config = replace(HMHNConfig.small(training.seed), threads=1, **settings["changes"])
    trainer = Trainer(videos, config, context.cancel, training.sink)
    network = trained(trainer, training.checkpoint).learner.network
    blank = ConformalTable.whole_scale(LEVEL, videos.scale)
    model = HMHNModel(
        config.shape, network, trainer.mean, trainer.sd, config.video_score, blank, blank_card(config, videos),
        crops=config.crops,
    )  # fmt: skip

    def predict(rows: Rows) -> npt.NDArray[np.float64]:
        said = [model.pool(model.recording_scores(training.data.crops[i], context.cancel)[1]) for i in rows]
        return np.array(said, dtype=np.float64)

    return training.result(model.parameters, predict, usable)
