"""Models of recordings' windows: the hand-designed network and searched ensembles with their read-out."""

from collections.abc import Iterator
from typing import NamedTuple, cast

import numpy as np
import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

from lineament.features.channels import N_CHANNELS, N_POINTS
from lineament.features.points import N_POINT_FEATURES
from lineament.features.windows import CLIP, WINDOW_BINS, Windows
from lineament.models.architecture.network import only_weights
from lineament.models.ensemble import Ensemble
from lineament.models.exchange.onnx_graphs.base import (
    Array,
    Case,
    ModelGraph,
    Port,
    Scaling,
    by_recording,
    random_values,
)
from lineament.models.exchange.onnx_graphs.real_spectra import without_complex
from lineament.models.hand_designed import HandDesignedModel
from lineament.models.network import HandDesignedNetwork
from lineament.models.read_out import FURTHEST, StatisticsRidge
from lineament.models.searched import Member, SearchedModel

CASES = (40, 30, 20, 9, 1)
"""Windows of each recording that the file is checked on; those of three are given together, so that some are absent."""
TOGETHER = 3


class OfMember(NamedTuple):
    """One network's score [B] in points, attribute attention [B * W, A] and moment attention [B, W]."""

    score: Tensor
    attributes: Tensor
    moments: Tensor


class SessionGraph(ModelGraph):
    """values [B, W, T, C] (and points [B, W, 68, S]) of B recordings with up to W windows, present [B, W] -> scores."""

    def __init__(self, model: Ensemble, *, points: bool) -> None:
        super().__init__()
        self._model = model
        self.low, self.high = float(model.card.scale.low), float(model.card.scale.high)
        self.reads_points = points
        self.inputs = _inputs(points)
        self.outputs = _outputs(model)

    def members(self, values: Tensor, points: Tensor | None, present: Tensor) -> list[OfMember]:
        """Every network on flat windows [B * W, T, C]; present [B, W]."""
        raise NotImplementedError

    def read_out(self, networks: Tensor, values: Tensor, present: Tensor) -> Tensor:
        """Scores [B] in points from the networks' mean [B]; values [B, W, T, C]."""
        return networks

    def forward(self, *given: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        values, present = given[0], given[-1]
        points = given[1].flatten(0, 1) if self.reads_points else None
        found = self.members(values.flatten(0, 1), points, present)
        score = self.read_out(torch.stack([f.score for f in found]).mean(dim=0), values, present)
        attributes = torch.stack([f.attributes for f in found]).mean(dim=0)
        moments = torch.stack([f.moments for f in found]).mean(dim=0)
        attributes = by_recording(attributes, present)
        return score.clamp(self.low, self.high), attributes, moments / moments.sum(dim=1, keepdim=True)

    def example(self) -> tuple[Tensor, ...]:
        values, points = torch.randn(2, 5, WINDOW_BINS, N_CHANNELS), torch.randn(2, 5, N_POINTS, N_POINT_FEATURES)
        present = torch.ones(2, 5, dtype=torch.bool)
        return (values, points, present) if self.reads_points else (values, present)

    def cases(self) -> Iterator[Case]:
        rng = np.random.default_rng(0)
        recordings = [self._recording(rng, count) for count in CASES]
        yield self._case(recordings[:TOGETHER])
        for recording in recordings[TOGETHER:]:
            yield self._case([recording])

    def _recording(self, rng: np.random.Generator, count: int) -> Windows:
        centre, spread = self._usual()
        values = random_values(rng, (count, WINDOW_BINS, N_CHANNELS), centre, spread)
        points = rng.normal(0, 2, (count, N_POINTS, N_POINT_FEATURES)).astype(np.float32)
        return Windows(np.arange(count, dtype=np.int64), values, points)

    def _usual(self) -> tuple[Array, Array]:
        """Centre and spread of the channels, of the training persons."""
        raise NotImplementedError

    def _case(self, recordings: list[Windows]) -> Case:
        """Recordings of different lengths together; what the shorter ones lack is zero and absent."""
        most = max(len(recording) for recording in recordings)
        values = np.stack([_filled(r.values, most) for r in recordings])
        points = np.stack([_filled(r.points, most) for r in recordings])
        present = np.stack([np.arange(most) < len(r) for r in recordings])
        inputs = {"values": values, "points": points, "present": present}
        if not self.reads_points:
            del inputs["points"]
        scores, moments = [], []
        attributes = np.full((*present.shape, len(self._model.attributes)), np.nan, dtype=np.float32)
        for i, recording in enumerate(recordings):
            encoded = self._model.encode(recording)
            score, moment = self._model.estimate(encoded)
            scores.append(score)
            moments.append(_filled(moment, most))
            attributes[i, : len(recording)] = encoded.attribute_attention
        expected = {"score": np.array(scores), "attribute_attention": attributes, "moment_attention": np.stack(moments)}
        return Case(inputs, expected)


def _filled(array: Array, count: int) -> Array:
    """With zeros after its end, `count` rows."""
    return np.concatenate([array, np.zeros((count - len(array), *array.shape[1:]), dtype=array.dtype)])


def _inputs(points: bool) -> tuple[Port, ...]:
    values = Port(
        "values",
        "float32",
        ("recordings", "windows", WINDOW_BINS, N_CHANNELS),
        "input channels of ten-second windows at 10 Hz, cleaned, relative to the person's rest, not scaled; units as "
        "listed under channels",
    )
    spectra = Port(
        "points",
        "float32",
        ("recordings", "windows", N_POINTS, N_POINT_FEATURES),
        "of the 68 landmarks, log amplitudes of bins 0 to 1.5 Hz of x, then of y, displaced from rest, in "
        "inter-ocular distances",
    )
    present = Port("present", "bool", ("recordings", "windows"), "which windows there are; the others hold zeros")
    return (values, spectra, present) if points else (values, present)


def _outputs(model: Ensemble) -> tuple[Port, ...]:
    scale = model.card.scale
    return (
        Port("score", "float32", ("recordings",), f"model estimate in points of the {scale.name}"),
        Port(
            "attribute_attention",
            "float32",
            ("recordings", "windows", len(model.attributes)),
            f"share of each attribute ({', '.join(model.attributes)}) in a window, rows sum to 1",
        ),
        Port("moment_attention", "float32", ("recordings", "windows"), "share of each window, sums to 1"),
    )


class HandDesignedGraph(SessionGraph):
    """See `SessionGraph`."""

    def __init__(self, model: HandDesignedModel) -> None:
        super().__init__(model, points=False)
        self.scaling = Scaling(model.scaling.centre, model.scaling.spread, CLIP)
        self.networks = nn.ModuleList(model.networks)
        self.mean, self.sd = model.target_mean, model.target_sd
        self._usual_values = model.scaling.centre, model.scaling.spread

    def members(self, values: Tensor, points: Tensor | None, present: Tensor) -> list[OfMember]:
        scaled = self.scaling(values)
        return [self._member(i, scaled, present) for i in range(len(self.networks))]

    def _member(self, i: int, scaled: Tensor, present: Tensor) -> OfMember:
        network = cast(HandDesignedNetwork, self.networks[i])
        coded = network.encode(scaled)
        pooled = network.pool(by_recording(coded.fused, present), by_recording(coded.moment_logits, present), present)
        return OfMember(self.mean + self.sd * pooled.score, coded.attribute_attention, pooled.moment_attention)

    def _usual(self) -> tuple[Array, Array]:
        return self._usual_values


class SearchedGraph(SessionGraph):
    """See `SessionGraph`; ridge on the windows' plain statistics is part of the graph."""

    def __init__(self, model: SearchedModel) -> None:
        super().__init__(model, points=model.members[0].points is not None)
        self.networks = nn.ModuleList(_MemberGraph(member) for member in model.members)
        self.linear = _RidgeGraph(model.ridge) if model.ridge is not None else None
        self.out = model.read_out
        first = model.members[0].channels
        self._usual_values = first.centre, first.spread

    def members(self, values: Tensor, points: Tensor | None, present: Tensor) -> list[OfMember]:
        return [cast(OfMember, network(values, points, present)) for network in self.networks]

    def read_out(self, networks: Tensor, values: Tensor, present: Tensor) -> Tensor:
        score = self.out.intercept + self.out.network * networks
        return score if self.linear is None else score + self.out.linear * self.linear(values, present)

    def _usual(self) -> tuple[Array, Array]:
        return self._usual_values


class _MemberGraph(nn.Module):
    """One trained network with the scalings of its fold."""

    def __init__(self, member: Member) -> None:
        super().__init__()
        self.network = without_complex(member.network)
        self.channels = Scaling(member.channels.centre, member.channels.spread, CLIP)
        self.points = Scaling(member.points.centre, member.points.spread, CLIP) if member.points is not None else None
        self.mean, self.sd = member.target_mean, member.target_sd
        self._weights = only_weights(member.network.space)

    def forward(self, values: Tensor, points: Tensor | None, present: Tensor) -> OfMember:
        scaled = self.channels(values)
        nodes = self.points(points) if self.points is not None else scaled  # not read where there is no scaling
        coded = self.network.encode(scaled, nodes, self._weights)
        score, moments = self.network.pool(
            by_recording(coded.fused, present), by_recording(coded.moment_logits, present), present
        )
        return OfMember(self.mean + self.sd * score, coded.attribute_attention, moments)


class _RidgeGraph(nn.Module):
    """`StatisticsRidge` on the mean over present windows of `window_statistics`; scores [B] in points."""

    weights: Tensor

    def __init__(self, ridge: StatisticsRidge) -> None:
        super().__init__()
        self.scaling = Scaling(ridge.centre, ridge.spread, FURTHEST)
        self.register_buffer("weights", torch.from_numpy(ridge.weights.astype(np.float32)))
        self.target = ridge.target

    def forward(self, values: Tensor, present: Tensor) -> Tensor:
        """[B, W, T, C], [B, W]"""
        mean = values.mean(dim=2)
        deviation = torch.sqrt((values - mean.unsqueeze(2)).square().mean(dim=2))
        steps = (values[:, :, 1:] - values[:, :, :-1]).abs().mean(dim=2)
        columns = torch.stack([mean, deviation, values.amin(dim=2), values.amax(dim=2), steps], dim=3).flatten(2)
        there = present.to(values.dtype).unsqueeze(-1)
        session = (columns * there).sum(dim=1) / there.sum(dim=1)
        return cast(Tensor, self.target + self.scaling(session) @ self.weights)
