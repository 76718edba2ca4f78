"""The MPDRM model: its network with scaling, interval table and card; scores with or without earlier visits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

from lineament.errors import ModelError
from lineament.features.channels import attribute_slices
from lineament.features.grid import EvenGrid
from lineament.features.windows import ChannelScaling, Windows
from lineament.models.base import EncodedWindows, Float32Array
from lineament.models.card import ModelCard
from lineament.models.ensemble import Ensemble
from lineament.models.intervals import ConformalTable
from lineament.models.mpdrm.account import EarlierVisits, change_against, channel_statistics, personal_share
from lineament.models.mpdrm.movement import WINDOW_BINS, WINDOW_S, MovementStream, movement_times
from lineament.models.mpdrm.network import MpdrmNetwork, Scored
from lineament.models.mpdrm.shape import MpdrmShape
from lineament.models.predicting import check_extractor, make_prediction
from lineament.models.prediction import HabitAndChange, Prediction
from lineament.provenance import Provenance
from lineament.recording.view import RecordingView

if TYPE_CHECKING:
    from lineament.models.mpdrm.live import LiveMpdrm

KIND = "MPDRM"


@dataclass(eq=False)
class MpdrmModel(Ensemble):
    """Implements `Model`. target_mean and target_sd turn the network's standard units into scores.

    `EncodedWindows.fused` is float32[W, 1, 2 D]: f_d and f_p of each window, one after the other; `statistics` are
    float32[W, 2 C] (`account.channel_statistics`). It reads windows of 25.6 s, so `inference.Scorer`, which cuts
    windows of ten, is not for it: `live` is.
    """

    shape: MpdrmShape
    network: MpdrmNetwork
    scaling: ChannelScaling
    target_mean: float
    target_sd: float
    conformal: ConformalTable
    card: ModelCard
    model_hash: str = ""

    def __post_init__(self) -> None:
        self.network.eval()

    @property
    def baseline(self) -> float:
        return self.target_mean

    @property
    def _modules(self) -> Sequence[nn.Module]:
        return [self.network]

    def encode(self, windows: Windows, without: str = "") -> EncodedWindows:
        """See `Model.encode`; raises `ModelError` for windows that are not of 25.6 s."""
        if windows.values.shape[1] != WINDOW_BINS:
            raise ModelError(
                f"the model {self.model_id} reads windows of {WINDOW_S:g} seconds, and these are others",
                remedy="Score the recording with the model's own `predict` or `live`.",
            )
        return super().encode(windows, without)

    def _encode_block(self, windows: Windows, without: str) -> EncodedWindows:
        """An attribute that is left out lies at the training persons' median."""
        scaled = self.scaling.apply(windows.values)
        if without:
            scaled[:, :, attribute_slices()[without]] = 0
        coded = self.network.encode(torch.from_numpy(scaled))
        return EncodedWindows(
            torch.cat([coded.depression, coded.person], dim=1)[:, None].numpy(),
            coded.attributes.numpy(),
            self.network.rarm.own(coded.depression).numpy(),
            channel_statistics(scaled),
        )

    def _pool(self, member: int, fused: Tensor, moment_logits: Tensor, present: Tensor) -> tuple[float, Tensor]:
        """The person vector is the session's own mean, as no earlier visit is known."""
        depression, person = torch.split(fused, self.shape.token, dim=2)
        scored = self.network.score(depression, person.mean(dim=1), present, torch.zeros(1, dtype=torch.bool))
        return self._points(scored), scored.weights[0]

    def _points(self, scored: Scored) -> float:
        return self.target_mean + self.target_sd * float(scored.score[0])

    def person_vector(self, encoded: EncodedWindows) -> Float32Array:
        """f_p of a visit, float32[D]: the mean over its windows."""
        vector: Float32Array = encoded.fused[:, 0, self.shape.token :].mean(axis=0)
        return vector

    def remember(self, recordings: Sequence[RecordingView], *, force: bool = False) -> EarlierVisits | None:
        """What is kept of a person's earlier recordings; None where none has a usable window.

        Raises `ModelError` for a recording of another extractor unless `force`, `RecordingError` when a column is
        missing.
        """
        visits, sources = [], []
        for recording in recordings:
            check_extractor(self, recording.meta.provenance, force=force)
            windows = MovementStream(EvenGrid(self.absent)).update(recording)
            if len(windows):
                visits.append(self.encode(windows))
                sources.append(recording.meta.provenance.data_hash)
        return self.earlier_visits(visits, sources) if visits else None

    def earlier_visits(self, visits: Sequence[EncodedWindows], sources: Sequence[str] = ()) -> EarlierVisits:
        """The same from windows that are coded already, at least one visit with at least one window each."""
        statistics = [visit.statistics for visit in visits if visit.statistics is not None]
        return EarlierVisits.of([self.person_vector(visit) for visit in visits], statistics, sources)

    def estimate_knowing(
        self, encoded: EncodedWindows, earlier: EarlierVisits | None
    ) -> tuple[float, Float32Array, HabitAndChange]:
        """Score cut to the scale, moment attention float32[W], and the account, of at least one window."""
        depression, person = np.split(encoded.fused[:, 0], 2, axis=1)
        known = earlier.person if earlier is not None else person.mean(axis=0)
        tokens, vector = torch.from_numpy(depression)[None], torch.from_numpy(known)[None]
        present = torch.ones((1, len(encoded)), dtype=torch.bool)
        before = torch.tensor([earlier is not None])
        with torch.inference_mode():
            scored = self.network.score(tokens, vector, present, before)
            whole = self.network.score(tokens, vector, present, before, suppress=False)
        after, weights = scored.tokens[0].numpy(), scored.weights[0].numpy()
        change = None
        if earlier is not None and encoded.statistics is not None:
            change = change_against(encoded.statistics, earlier)
        account = HabitAndChange(
            earlier_visits=earlier.visits if earlier is not None else 0,
            habit_share=personal_share(depression, after, weights),
            score_with_habit=self._on_scale(self._points(whole)),
            before=np.linalg.norm(depression, axis=1),
            after=np.linalg.norm(after, axis=1),
            change=change,
        )
        return self._on_scale(self._points(scored)), weights, account

    def _on_scale(self, score: float) -> float:
        return float(np.clip(score, self.card.scale.low, self.card.scale.high))

    def predict(
        self, recording: RecordingView, *, earlier: Sequence[RecordingView] = (), force: bool = False
    ) -> Prediction:
        """See `Model.predict`. earlier: recordings of the same person's earlier visits, in any order.

        Without any, what is habit is judged from the recording itself. Raises what `remember` does.
        """
        forced = check_extractor(self, recording.meta.provenance, force=force)
        known = self.remember(earlier, force=force)
        stream = MovementStream(EvenGrid(self.absent))
        windows = stream.update(recording)
        encoded = self.encode(windows) if len(windows) else None
        return self.prediction(encoded, windows.firsts, stream, recording.meta.provenance, known, forced=forced)

    def prediction(
        self,
        encoded: EncodedWindows | None,
        firsts: "np.ndarray[tuple[int], np.dtype[np.int64]]",
        stream: MovementStream,
        provenance: Provenance,
        earlier: EarlierVisits | None,
        *,
        forced: bool,
    ) -> Prediction:
        """What is shown of a recording's windows, whole or so far."""
        made = make_prediction(
            self, encoded, movement_times(firsts), stream.usable_s, stream.seen_s, provenance, forced=forced
        )
        if encoded is None or not len(encoded):
            return replace(made, abstained=_too_short(made, stream))
        score, moments, account = self.estimate_knowing(encoded, earlier)
        made = replace(made, moment_attention=moments, habit=account)
        if made.score is not None:
            interval = self.conformal.interval(score, stream.usable_s, self.card.scale)
            made = replace(made, score=score, interval=interval)
        known = {"earlier_visits": list(earlier.sources)} if earlier is not None else {}
        return replace(made, provenance=replace(made.provenance, settings={**made.provenance.settings, **known}))

    def live(self, earlier: Sequence[RecordingView] = (), *, force: bool = False) -> "LiveMpdrm":
        """Scores a recording while it grows; earlier: as `predict` has it, read once."""
        from lineament.models.mpdrm.live import LiveMpdrm

        return LiveMpdrm(self, self.remember(earlier, force=force), force=force)

    def parts(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """See `Ensemble.parts`."""
        facts = {
            "shape": self.shape.to_json(),
            "target": {"mean": self.target_mean, "sd": self.target_sd},
            "scaling": self.scaling.to_json(),
        }
        return dict(self.network.state_dict()), facts

    @classmethod
    def from_parts(
        cls, tensors: Mapping[str, Tensor], facts: Mapping[str, Any], conformal: ConformalTable, card: ModelCard
    ) -> Self:
        """Raises `KeyError`, `TypeError`, `ValueError` or `RuntimeError` when the parts do not fit together."""
        shape = MpdrmShape.from_json(facts["shape"])
        network = MpdrmNetwork(shape)
        network.load_state_dict(dict(tensors))
        return cls(
            shape=shape,
            network=network,
            scaling=ChannelScaling.from_json(facts["scaling"]),
            target_mean=float(facts["target"]["mean"]),
            target_sd=float(facts["target"]["sd"]),
            conformal=conformal,
            card=card,
        )


def _too_short(made: Prediction, stream: MovementStream) -> str | None:
    """Why there is no score where no window is: the general reasons first, then that no 25.6 s are usable together."""
    from lineament.models.predicting import MIN_USABLE_S

    if made.abstained is not None and (stream.usable_s < MIN_USABLE_S or stream.usable_s < stream.seen_s / 2):
        return made.abstained
    return (
        f"Not enough usable video ({stream.usable_s:.0f} seconds; this model needs {WINDOW_S:.0f} with hardly a gap). "
        "A longer recording with the face in view would help."
    )
