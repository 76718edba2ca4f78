"""MPDRM: windows of movement and, where they are known, the person's earlier visits."""

from collections.abc import Iterator

import numpy as np
import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.features.channels import N_CHANNELS
from lineament.features.windows import CLIP
from lineament.models.exchange.onnx_graphs.base import (
    Array,
    Case,
    ModelGraph,
    Port,
    Scaling,
    by_recording,
    random_values,
)
from lineament.models.mpdrm.account import EarlierVisits
from lineament.models.mpdrm.model import MpdrmModel
from lineament.models.mpdrm.movement import WINDOW_BINS, MovementWindows
from lineament.models.mpdrm.network import window_mean

CASES = ((1, True), (39, False), (60, True))
"""Windows of each recording that the file is checked on, and whether an earlier visit is known."""


class MpdrmGraph(ModelGraph):
    """values [B, W, T, C], present [B, W], person [B, D] and whether it is known [B] -> scores."""

    def __init__(self, model: MpdrmModel) -> None:
        super().__init__()
        self._model = model
        self.network = model.network
        self.scaling = Scaling(model.scaling.centre, model.scaling.spread, CLIP)
        self.mean, self.sd = model.target_mean, model.target_sd
        self.low, self.high = float(model.card.scale.low), float(model.card.scale.high)
        token = model.shape.token
        windows = ("recordings", "windows")
        points = f"in points of the {model.card.scale.name}"
        self.inputs = (
            Port(
                "values",
                "float32",
                (*windows, WINDOW_BINS, N_CHANNELS),
                "input channels of 25.6-second windows at 10 Hz, cleaned, relative to the person's rest, not scaled; "
                "units as listed under channels",
            ),
            Port("present", "bool", windows, "which windows there are; the others hold zeros"),
            Port(
                "person",
                "float32",
                ("recordings", token),
                "mean of the output own_person over the person's earlier visits; zeros where there are none",
            ),
            Port("person_known", "bool", ("recordings",), "whether there are earlier visits"),
        )
        self.outputs = (
            Port("score", "float32", ("recordings",), f"model estimate {points}"),
            Port("score_with_habit", "float32", ("recordings",), f"the same with nothing taken out as habit, {points}"),
            Port(
                "attribute_attention",
                "float32",
                (*windows, len(model.attributes)),
                f"share of each attribute ({', '.join(model.attributes)}) in a window, rows sum to 1",
            ),
            Port("moment_attention", "float32", windows, "share of each window, sums to 1"),
            Port("own_person", "float32", ("recordings", token), "this visit's person vector, for later visits"),
        )

    def forward(self, values: Tensor, present: Tensor, person: Tensor, person_known: Tensor) -> tuple[Tensor, ...]:
        coded = self.network.encode(self.scaling(values.flatten(0, 1)))
        tokens = by_recording(coded.depression, present)
        own = window_mean(by_recording(coded.person, present), present)
        known = torch.where(person_known.unsqueeze(1), person, own)
        scored = self.network.score(tokens, known, present, person_known)
        whole = self.network.score(tokens, known, present, person_known, suppress=False)
        return (
            self._points(scored.score),
            self._points(whole.score),
            by_recording(coded.attributes, present),
            scored.weights,
            own,
        )

    def _points(self, score: Tensor) -> Tensor:
        return (self.mean + self.sd * score).clamp(self.low, self.high)

    def example(self) -> tuple[Tensor, ...]:
        values = torch.randn(2, 5, WINDOW_BINS, N_CHANNELS)
        person = torch.randn(2, self._model.shape.token)
        return values, torch.ones(2, 5, dtype=torch.bool), person, torch.tensor([True, False])

    def cases(self) -> Iterator[Case]:
        """One recording alone, then two of different lengths together."""
        rng = np.random.default_rng(0)
        recordings = [(self._recording(rng, count), known) for count, known in CASES]
        persons = rng.standard_normal((len(CASES), self._model.shape.token)).astype(np.float32)
        yield self._case(recordings[:1], persons[:1])
        yield self._case(recordings[1:], persons[1:])

    def _recording(self, rng: np.random.Generator, count: int) -> MovementWindows:
        scaling = self._model.scaling
        values = random_values(rng, (count, WINDOW_BINS, N_CHANNELS), scaling.centre, scaling.spread)
        return MovementWindows.of(np.arange(count, dtype=np.int64), values)

    def _case(self, recordings: list[tuple[MovementWindows, bool]], persons: Array) -> Case:
        most = max(len(windows) for windows, _ in recordings)
        values = np.zeros((len(recordings), most, WINDOW_BINS, N_CHANNELS), dtype=np.float32)
        present = np.zeros(values.shape[:2], dtype=bool)
        attributes = np.full((*values.shape[:2], len(self._model.attributes)), np.nan, dtype=np.float32)
        moments = np.zeros(values.shape[:2], dtype=np.float32)
        scores, habits, own = [], [], []
        for i, (windows, known) in enumerate(recordings):
            there = slice(len(windows))
            values[i, there], present[i, there] = windows.values, True
            encoded = self._model.encode(windows)
            statistics = [encoded.statistics] if encoded.statistics is not None else []
            earlier = EarlierVisits.of([persons[i]], statistics) if known else None
            score, moments[i, there], account = self._model.estimate_knowing(encoded, earlier)
            attributes[i, there] = encoded.attribute_attention
            scores.append(score)
            habits.append(account.score_with_habit)
            own.append(self._model.person_vector(encoded))
        known_too = np.array([known for _, known in recordings])
        inputs = {"values": values, "present": present, "person": persons, "person_known": known_too}
        expected = {
            "score": np.array(scores),
            "score_with_habit": np.array(habits),
            "attribute_attention": attributes,
            "moment_attention": moments,
            "own_person": np.stack(own),
        }
        return Case(inputs, expected)
