"""What every model offers to whoever scores recordings with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from lineament.models.card import ModelCard
from lineament.models.intervals import ConformalTable
from lineament.models.prediction import Prediction

if TYPE_CHECKING:  # the recording package brings Parquet with it, which whoever shows a prediction does not need
    from lineament.features.windows import Windows
    from lineament.recording.view import RecordingView

Float32Array = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class EncodedWindows:
    """What a model keeps of each window, so that none is coded twice.

    fused: float32[W, M, D] for M networks of an ensemble. attribute_attention: float32[W, A].
    moment_logits: float32[W, M]. statistics: float32[W, S] (`window_statistics`), for models that read them.
    """

    fused: Float32Array
    attribute_attention: Float32Array
    moment_logits: Float32Array
    statistics: Float32Array | None = None

    def __len__(self) -> int:
        return len(self.fused)

    def take(self, rows: slice | npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> "EncodedWindows":
        """Some of the windows."""
        statistics = self.statistics[rows] if self.statistics is not None else None
        return EncodedWindows(self.fused[rows], self.attribute_attention[rows], self.moment_logits[rows], statistics)

    def first(self, n: int) -> "EncodedWindows":
        return self.take(slice(n))

    @classmethod
    def joined(cls, parts: list["EncodedWindows"]) -> "EncodedWindows":
        """All of `parts`, at least one, of the same model."""
        statistics = [p.statistics for p in parts if p.statistics is not None]
        return cls(
            np.concatenate([p.fused for p in parts]),
            np.concatenate([p.attribute_attention for p in parts]),
            np.concatenate([p.moment_logits for p in parts]),
            np.concatenate(statistics) if statistics else None,
        )


class Model(Protocol):
    """A trained system. Fitting is done by `training`, which makes models; loading by `load_model`."""

    @property
    def card(self) -> ModelCard: ...

    @property
    def conformal(self) -> ConformalTable: ...

    @property
    def baseline(self) -> float:
        """The constant predictor: the training persons' mean score."""
        ...

    @property
    def model_id(self) -> str: ...

    @property
    def model_hash(self) -> str: ...

    @property
    def absent(self) -> tuple[str, ...]:
        """Input channels that the recordings it was trained on could not give; it reads none of them."""
        ...

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes it reads, in the order of `EncodedWindows.attribute_attention`."""
        ...

    def encode(self, windows: "Windows", without: str = "") -> EncodedWindows:
        """Each of the unscaled windows by itself, at least one. without: an attribute to leave unheard."""
        ...

    def estimate(self, encoded: EncodedWindows) -> tuple[float, Float32Array]:
        """Score on the questionnaire's scale and moment attention float32[W], summing to 1. W must be at least 1."""
        ...

    def predict(self, recording: "RecordingView", *, force: bool = False) -> Prediction:
        """The whole recording at once; see `predicting.check_extractor` for what is refused."""
        ...

    def save(self, folder: Path) -> None: ...


class LiveScores(Protocol):
    """What scores one recording while it grows."""

    def score(self, recording: "RecordingView") -> Prediction: ...

    def reset(self) -> None: ...


@runtime_checkable
class KnowsPerson(Protocol):
    """A `Model` that may be told of a person's earlier visits, and cuts its windows itself."""

    def live(self, earlier: "Sequence[RecordingView]" = (), *, force: bool = False) -> LiveScores:
        """earlier: recordings of the same person's earlier visits, in any order; read once, now."""
        ...
