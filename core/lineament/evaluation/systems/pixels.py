"""What systems that look at face crops share: the videos of a deal, and which sessions can be read."""

import numpy as np
import numpy.typing as npt

from lineament.evaluation.data import EvaluationData
from lineament.evaluation.errors import EvaluationError
from lineament.evaluation.systems.trained import Training
from lineament.evaluation.views import CROP_REQUEST
from lineament.training.crops.videos import CropVideos

Rows = npt.NDArray[np.int64]


def learning_videos(training: Training, usable: Rows) -> CropVideos:
    """The learners' videos: those fitted on as train, dev's as dev. Nobody tested on is among them."""
    dev = np.intersect1d(training.dev, usable)
    rows = np.concatenate([training.fitted, dev])
    features = training.data.features
    return CropVideos(
        sources=[training.data.crops[i] for i in rows],
        scores=training.scores[rows],
        person_ids=[features.person_ids[i] for i in rows],
        splits=["train"] * len(training.fitted) + ["dev"] * len(dev),
        scale=features.scale,
        extractor=features.extractor,
        simulated=features.simulated,
        data=features.name,
    )


def with_crops(data: EvaluationData) -> Rows:
    """Rows of sessions with a crop. Raises `EvaluationError` for crops of another size."""
    check_sizes(data)
    return np.array([i for i, source in enumerate(data.crops) if len(source.times)], dtype=np.int64)


def check_sizes(data: EvaluationData) -> None:
    other = [
        s for s, crops in zip(data.features.session_ids, data.crops, strict=True) if crops.size != CROP_REQUEST.size
    ]
    if other:
        raise EvaluationError(
            f"the face crops of session {other[0]} have another size than {CROP_REQUEST.size} pixels",
            remedy=f"Cut them again with --crops {CROP_REQUEST}.",
        )
