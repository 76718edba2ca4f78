"""What the networks are held against: the constant, ridge on plain statistics of the crops, ridge on what the crops
truly show, and the oracle."""

import numpy as np
import numpy.typing as npt

from lineament.evaluation.pixel_study.cohorts import DrawnCohort
from lineament.models.pixels import read_crops, spread_rows
from lineament.progress import CancelToken
from lineament.simulation.oracle import oracle_predictions
from lineament.training.baselines import RidgeBaseline
from lineament.training.hmhn.data import crop_statistics

FloatArray = npt.NDArray[np.float64]

CONSTANT, ORACLE = "constant", "oracle"
RIDGE_CROPS, RIDGE_TRUTH = "ridge on crop statistics", "ridge on the behaviour shown"
CROPS = 24
"""Of a video that the ridge on crops sees, spread over it, as in HMHN's own card."""


def controls(drawn: DrawnCohort, cancel: CancelToken) -> dict[str, FloatArray]:
    """Predictions float64[n] of the test videos by name. Raises `Cancelled`, `RecordingError`."""
    videos = drawn.videos
    train, dev, test = (videos.rows(split) for split in ("train", "dev", "test"))
    pictures = np.array([_statistics(drawn, i, cancel) for i in range(len(videos.sources))])
    found = {CONSTANT: np.full(len(test), float(videos.scores[train].mean()))}
    for name, known in ((RIDGE_CROPS, pictures), (RIDGE_TRUTH, drawn.shown())):
        ridge = RidgeBaseline(known[train], videos.scores[train], known[dev], videos.scores[dev])
        found[name] = np.clip(ridge.predict(known[test]), videos.scale.low, videos.scale.high)
    found[ORACLE] = oracle_predictions(drawn.simulated)[test]
    return found


def _statistics(drawn: DrawnCohort, i: int, cancel: CancelToken) -> FloatArray:
    cancel.raise_if_cancelled()
    source = drawn.videos.sources[i]
    return crop_statistics(read_crops(source, spread_rows(len(source.times), CROPS)))
