"""Models of face crops: HMHN on pictures, DJ-LDML on clips."""

from collections.abc import Iterator

import numpy as np
import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.models.dj_ldml.model import DjLdmlModel
from lineament.models.dj_ldml.network import standardised
from lineament.models.exchange.onnx_graphs.base import Array, Case, ModelGraph, Port
from lineament.models.hmhn.model import HMHNModel
from lineament.models.hmhn.regions import regions

CASES = (1, 2, 37, 60)
"""Crops or clips of each recording that the file is checked on."""


class HMHNGraph(ModelGraph):
    """crops uint8 [N, S, S, 3] of one recording -> its score, each crop's, and where the network looked."""

    def __init__(self, model: HMHNModel) -> None:
        super().__init__()
        self._model = model
        self.network = model.network
        self.mean, self.sd, self.median = model.target_mean, model.target_sd, model.video_score == "median"
        self.low, self.high = float(model.card.scale.low), float(model.card.scale.high)
        side, cells = model.shape.crop, model.shape.cells
        points = f"in points of the {model.card.scale.name}"
        self.inputs = (
            Port("crops", "uint8", ("crops", side, side, 3), "aligned face crops of one recording, RGB, row 0 the top"),
        )
        self.outputs = (
            Port("score", "float32", (1,), f"model estimate, {points}: the crops' {model.video_score}"),
            Port("crop_scores", "float32", ("crops",), f"each crop by itself, {points}, not cut to the scale"),
            Port("regions", "float32", ("crops", cells, cells), "where the network looked, each map sums to 1"),
        )

    def forward(self, crops: Tensor) -> tuple[Tensor, ...]:
        output = self.network(crops.permute(0, 3, 1, 2).float() / 255)
        scores = self.mean + self.sd * output.score
        maps = regions(self.network.contributions(output), self.network.usual, self._model.shape.stride).maps
        return self._pooled(scores).clamp(self.low, self.high), scores, maps

    def _pooled(self, scores: Tensor) -> Tensor:
        if not self.median:
            return scores.mean(dim=0, keepdim=True)
        rising, count = torch.sort(scores).values, scores.shape[0]
        return (rising.narrow(0, (count - 1) // 2, 1) + rising.narrow(0, count // 2, 1)) / 2

    def example(self) -> tuple[Tensor, ...]:
        return (torch.zeros((5, *_shape(self.inputs[0])), dtype=torch.uint8),)

    def cases(self) -> Iterator[Case]:
        for crops in _pictures(self.inputs[0]):
            found = self._model.score_crops(crops)
            pooled = np.array([self._model.pool(found.scores)])
            yield Case({"crops": crops}, {"score": pooled, "crop_scores": found.scores, "regions": found.maps})


class DjLdmlGraph(ModelGraph):
    """clips uint8 [N, frames, S, S, 3] of one recording -> its score and distribution, and each clip's score."""

    support: Tensor
    fold: Tensor

    def __init__(self, model: DjLdmlModel) -> None:
        super().__init__()
        self._model = model
        self.network = model.network
        self.low, self.high = float(model.card.scale.low), float(model.card.scale.high)
        self.register_buffer("support", torch.from_numpy(model.label.support).float())
        folded = model.label.folded(np.eye(len(model.label.support)))
        self.register_buffer("fold", torch.from_numpy(folded).float())
        side, frames = model.clip.size, model.clip.frames
        points = f"in points of the {model.card.scale.name}"
        self.inputs = (
            Port(
                "clips",
                "uint8",
                ("clips", frames, side, side, 3),
                f"clips of aligned face crops of one recording, {model.clip.step_s:g} s apart, RGB, row 0 the top",
            ),
        )
        self.outputs = (
            Port("score", "float32", (1,), f"model estimate of the recording, {points}"),
            Port("clip_scores", "float32", ("clips",), f"each clip by itself, {points}, not cut to the scale"),
            Port(
                "distribution",
                "float32",
                (len(model.label.points),),
                f"the recording's belief over the scale's points {self.low:g} to {self.high:g}, sums to 1",
            ),
        )

    def forward(self, clips: Tensor) -> tuple[Tensor, ...]:
        masses = torch.softmax(self.network(standardised(clips)).logits, dim=1)
        mean = masses.mean(dim=0)
        score = (mean @ self.support).unsqueeze(0).clamp(self.low, self.high)
        return score, masses @ self.support, mean @ self.fold

    def example(self) -> tuple[Tensor, ...]:
        return (torch.zeros((5, *_shape(self.inputs[0])), dtype=torch.uint8),)

    def cases(self) -> Iterator[Case]:
        for clips in _pictures(self.inputs[0]):
            masses = self._model.masses(clips)
            expected = {
                "score": np.array([self._model.video_score(masses)]),
                "clip_scores": self._model.score_clips(clips)[0],
                "distribution": self._model.label.folded(masses.mean(axis=0, keepdims=True))[0],
            }
            yield Case({"clips": clips}, expected)


def _shape(port: Port) -> tuple[int, ...]:
    """All sizes of a port but the first, which is open."""
    return tuple(int(size) for size in port.shape[1:])


def _pictures(port: Port) -> Iterator[Array]:
    rng = np.random.default_rng(0)
    for count in CASES:
        yield rng.integers(0, 256, (count, *_shape(port)), dtype=np.uint8)
