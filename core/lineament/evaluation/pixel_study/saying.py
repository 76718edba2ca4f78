"""What trained networks say of dev's and the test's videos, whole, and where HMHN looks."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lineament.evaluation.predictions import scaled_by_dev
from lineament.models.pixels import read_crops, spread_rows
from lineament.progress import CancelToken
from lineament.training.crops.videos import CropVideos

if TYPE_CHECKING:
    from lineament.models.dj_ldml.model import DjLdmlModel
    from lineament.models.hmhn.model import HMHNModel

FloatArray = npt.NDArray[np.float64]
_UNTRAINED_CROPS = 24


@dataclass(frozen=True, eq=False)
class Said:
    """dev, test: scores float64[n] of their videos. maps: float64[n, h, w] of the test videos, the mean over crops, and
    untrained_maps the same of the network before training; None for systems without."""

    dev: FloatArray
    test: FloatArray
    maps: FloatArray | None = None
    untrained_maps: FloatArray | None = None

    def scaled(self, videos: CropVideos) -> FloatArray:
        """The test's with deviations from the mean scaled by dev alone, inside the questionnaire."""
        dev = videos.rows("dev")
        mean = float(videos.scores[videos.rows("train")].mean())
        persons = [videos.person_ids[i] for i in dev]
        scaled = scaled_by_dev(self.dev, self.test, mean, videos.scores[dev], persons)[1]
        return np.clip(scaled, videos.scale.low, videos.scale.high)


def hmhn_says(model: "HMHNModel", videos: CropVideos, cancel: CancelToken) -> Said:
    """Raises `Cancelled`, `RecordingError`."""
    dev, _ = _scores_and_maps(model, videos, "dev", cancel)
    test, maps = _scores_and_maps(model, videos, "test", cancel)
    before = _scores_and_maps(_untrained(model), videos, "test", cancel)[1]
    return Said(dev, test, maps, before)


def dj_ldml_says(model: "DjLdmlModel", videos: CropVideos, cancel: CancelToken) -> Said:
    """Raises `Cancelled`, `RecordingError`."""
    dev, test = (
        np.array([model.video_score(model.video_masses(videos.sources[i], cancel)[1]) for i in videos.rows(split)])
        for split in ("dev", "test")
    )
    return Said(dev, test)


def _scores_and_maps(
    model: "HMHNModel", videos: CropVideos, split: str, cancel: CancelToken
) -> tuple[FloatArray, FloatArray]:
    scores, maps = [], []
    for i in videos.rows(split):
        cancel.raise_if_cancelled()
        source = videos.sources[i]
        found = model.score_crops(read_crops(source, spread_rows(len(source.times), model.crops)))
        scores.append(model.pool(found.scores))
        maps.append(found.maps.mean(axis=0, dtype=np.float64))
    return np.array(scores), np.array(maps)


def _untrained(model: "HMHNModel") -> "HMHNModel":
    """The same network with first weights, looking at fewer crops."""
    import torch

    from lineament.models.hmhn.network import HMHNNetwork

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return replace(model, network=HMHNNetwork(model.shape), crops=_UNTRAINED_CROPS)
