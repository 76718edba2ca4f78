"""DJ-LDML: label distributions and an ordinal embedding learnt jointly on clips of face crops."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from lineament.evaluation.data import EvaluationData
from lineament.evaluation.systems.system import CROPS, System
from lineament.evaluation.systems.trained import Training, deal_settings
from lineament.search.runs.context import UnitContext
from lineament.search.runs.unit import Array, Unit

if TYPE_CHECKING:
    from lineament.evaluation.bench import Bench
    from lineament.evaluation.deals import Deal

KIND = "dj_ldml"
FUNCTION = "lineament.evaluation.systems.dj_ldml:run_dj_ldml"
QUICK: Mapping[str, Any] = {"epochs": 4, "clips": 2, "dev_clips": 2}
COSTS = {"quick": 700.0, "standard": 9_000.0}
Rows = npt.NDArray[np.int64]


class DjLdml(System):
    name = "dj-ldml"
    title = "DJ-LDML (small)"
    needs = frozenset({CROPS})
    functions: ClassVar[Mapping[str, str]] = {KIND: FUNCTION}

    def unit(self, bench: "Bench", deal: "Deal") -> Unit:
        preset = bench.settings.preset
        changes = dict(QUICK) if preset == "quick" else {}
        settings = {**deal_settings(deal), "changes": changes, "crop_seconds": bench.settings.crop_seconds}
        return Unit(KIND, settings, COSTS[preset])


def run_dj_ldml(context: UnitContext, settings: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Array]]:
    """Unit function: the training's own loop on the fold, and the model's scores of dev and test."""
    from dataclasses import replace

    import torch

    from lineament.evaluation.systems.pixels import learning_videos
    from lineament.models.calibration import LEVEL
    from lineament.models.dj_ldml.clips import clip_places
    from lineament.models.dj_ldml.label_distribution import LabelDistribution
    from lineament.models.dj_ldml.model import DjLdmlModel
    from lineament.models.dj_ldml.network import DjLdmlNetwork
    from lineament.models.intervals import ConformalTable
    from lineament.training.dj_ldml.card import blank_card
    from lineament.training.dj_ldml.loop import Trainer, begin, resume
    from lineament.training.dj_ldml.training import DjLdmlConfig

    training = Training.of(context, settings, _with_clips)
    usable = _with_clips(training.data)
    videos = learning_videos(training, usable)
    config = replace(DjLdmlConfig.small(training.seed), threads=1, **settings["changes"])
    label = LabelDistribution.usual(videos.scale)
    torch.manual_seed(config.seed)
    network = DjLdmlNetwork(config.shape, len(label.support))
    network.begin_at(label.targets(videos.scores[videos.rows("train")]).mean(axis=0))
    state = begin(network, config)
    resume(state, training.checkpoint, context.key)
    places = [clip_places(source.times, config.clip) for source in videos.sources]
    Trainer(videos, places, label, config, context.cancel, training.sink).run(state, training.checkpoint, context.key)
    mean = float(training.scores[training.fitted].mean())
    blank = ConformalTable.whole_scale(LEVEL, videos.scale)
    model = DjLdmlModel(config.shape, config.clip, label, state.network, mean, blank, blank_card(config, videos))

    def predict(rows: Rows) -> npt.NDArray[np.float64]:
        crops, cancel = training.data.crops, context.cancel
        said = [model.video_score(model.video_masses(crops[i], cancel)[1]) for i in rows]
        return np.array(said, dtype=np.float64)

    return training.result(model.parameters, predict, usable)


def _with_clips(data: EvaluationData) -> Rows:
    """Rows of sessions with a face in view for a whole clip."""
    from lineament.evaluation.systems.pixels import with_crops
    from lineament.models.dj_ldml.clips import clip_places
    from lineament.models.dj_ldml.presets import ClipShape

    shape = ClipShape()
    return np.array(
        [i for i in with_crops(data) if len(clip_places(data.crops[i].times, shape).starts)], dtype=np.int64
    )
