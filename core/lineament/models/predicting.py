"""From a model's raw estimate to a prediction: whom it refuses, when it abstains, how wide the interval is."""

import numpy as np
import numpy.typing as npt

from lineament.errors import ModelError
from lineament.models.base import EncodedWindows, Model
from lineament.models.prediction import Prediction, ScoreProvenance
from lineament.provenance import Provenance, utc_now
from lineament.version import __version__

MIN_USABLE_S = 20.0
"""Less gives no score. The person's rest takes 20 s, which is three windows; below that the calibration persons' error
is no smaller than the constant predictor's, so a number would say nothing of the person."""
MIN_USABLE_SHARE = 0.5
"""When more than half of the time is lost, what is left is not a fair sample of it (loss goes with looking down)."""


def extractor_family(extractor: str) -> str:
    """The extractor whose output a recording has the form of: simulation in the form of X counts as X."""
    if extractor.startswith("simulated/"):
        return extractor.removeprefix("simulated/").replace("lineament-", "lineament/", 1)
    return extractor


def check_extractor(model: Model, provenance: Provenance, *, force: bool) -> bool:
    """True when the score is forced: the recording's extractor is not the one the model was trained on.

    Raises `ModelError` for such a recording unless `force`.
    """
    if extractor_family(provenance.extractor) == extractor_family(model.card.trained_on):
        return False
    if force:
        return True
    raise ModelError(
        f"the model {model.model_id} was trained on {model.card.trained_on} and this recording was made by "
        f"{provenance.extractor}",
        remedy="Analyse the video with the tracker the model was trained on, or ask for a score all the same.",
    )


def abstention(usable_s: float, seen_s: float, windows: int) -> str | None:
    """Why there is no score, in a sentence and what would help; None when there is enough."""
    share = usable_s / seen_s if seen_s > 0 else 0.0
    if usable_s == 0:
        return "No face was found in usable quality. Check that the participant is in view, lit from the front."
    if share < MIN_USABLE_SHARE:
        return (
            f"Not enough usable video ({100 * share:.0f} % of the time). "
            "A steady view of the face, lit from the front and turned to the camera would help."
        )
    if usable_s < MIN_USABLE_S or windows == 0:
        return (
            f"Not enough usable video ({usable_s:.0f} seconds, at least {MIN_USABLE_S:.0f} are needed). "
            "A longer recording would help."
        )
    return None


def make_prediction(
    model: Model,
    encoded: EncodedWindows | None,
    window_times: npt.NDArray[np.float64],
    usable_s: float,
    seen_s: float,
    provenance: Provenance,
    *,
    forced: bool,
) -> Prediction:
    """Put together what is shown; attention is there for whatever windows there are, with or without a score."""
    count = len(encoded) if encoded is not None else 0
    why = abstention(usable_s, seen_s, count)
    score, interval = None, None
    moments = np.zeros(0, dtype=np.float32)
    attributes = np.zeros((0, len(model.attributes)), dtype=np.float32)
    if encoded is not None and count:
        raw, moments = model.estimate(encoded)
        attributes = encoded.attribute_attention
        if why is None:
            score = raw
            interval = model.conformal.interval(raw, usable_s, model.card.scale)
    return Prediction(
        score=score,
        interval=interval,
        level=model.conformal.level,
        scale=model.card.scale,
        baseline=model.baseline,
        window_times=window_times,
        attribute_names=model.attributes,
        attribute_attention=attributes,
        moment_attention=moments,
        usable_s=usable_s,
        usable_share=usable_s / seen_s if seen_s > 0 else 0.0,
        abstained=why,
        provenance=_provenance(model, provenance, forced),
    )


def _provenance(model: Model, recording: Provenance, forced: bool) -> ScoreProvenance:
    return ScoreProvenance(
        model_id=model.model_id,
        model_hash=model.model_hash,
        trained_on=model.card.trained_on,
        trained_on_simulated=model.card.trained_on_simulated,
        extractor=recording.extractor,
        data_hash=recording.data_hash,
        forced=forced,
        app_version=__version__,
        utc_time=utc_now(),
        settings={"min_usable_s": MIN_USABLE_S, "min_usable_share": MIN_USABLE_SHARE},
    )
