"""The searched model: one architecture the search found, trained on several folds and seeds, and its read-out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

from lineament.errors import ModelError
from lineament.features.channels import N_CHANNELS, N_POINTS
from lineament.features.points import N_POINT_FEATURES
from lineament.features.scaling import PointScaling
from lineament.features.window_statistics import (
    N_WINDOW_STATISTICS,
    session_mean,
    window_statistics,
    window_statistics_slices,
)
from lineament.features.windows import ChannelScaling, Windows
from lineament.models.architecture.network import Encoded, FacialNetwork, Noise, Widths, build_network, only_weights
from lineament.models.architecture.space import Genotype, SearchSpace
from lineament.models.base import EncodedWindows, Float32Array
from lineament.models.card import ModelCard
from lineament.models.ensemble import Ensemble, prefixed
from lineament.models.intervals import ConformalTable
from lineament.models.prediction import ATTRIBUTES
from lineament.models.read_out import ReadOut, StatisticsRidge

KIND = "searched network"
_WHOLE = "Take everything from one and the same search."


@dataclass(frozen=True, eq=False)
class MemberState:
    """One trained network as plain arrays: `state` is its `state_dict` (adjacencies included), scalings those of its
    training fold, target_mean and target_sd what turns its standard units into points. points may be None where the
    architecture does not read the landmarks' graph."""

    state: Mapping[str, npt.NDArray[np.float32]]
    channels: ChannelScaling
    points: PointScaling | None
    target_mean: float
    target_sd: float


@dataclass(frozen=True, eq=False)
class Member:
    """One network of the ensemble, ready to code windows."""

    network: FacialNetwork
    channels: ChannelScaling
    points: PointScaling | None
    target_mean: float
    target_sd: float


@dataclass(eq=False)
class SearchedModel(Ensemble):
    """Implements `Model`. All members have the architecture `genotype` of `space`; ridge is None where read_out gives
    it no weight. mean_score: of all training persons."""

    genotype: Genotype
    space: SearchSpace
    widths: Widths
    members: list[Member]
    ridge: StatisticsRidge | None
    read_out: ReadOut
    mean_score: float
    conformal: ConformalTable
    card: ModelCard
    model_hash: str = ""

    def __post_init__(self) -> None:
        self._weights = only_weights(self.space.only(self.genotype))
        for member in self.members:
            member.network.eval()

    @property
    def baseline(self) -> float:
        return self.mean_score

    @property
    def attributes(self) -> tuple[str, ...]:
        return self.members[0].network.attributes

    @property
    def _modules(self) -> Sequence[nn.Module]:
        return [member.network for member in self.members]

    def _encode_block(self, windows: Windows, without: str) -> EncodedWindows:
        coded = [self._encode(member, windows, without) for member in self.members]
        return EncodedWindows(
            torch.stack([c.fused for c in coded], dim=1).numpy(),
            torch.stack([c.attribute_attention for c in coded]).mean(dim=0).numpy(),
            torch.stack([c.moment_logits for c in coded], dim=1).numpy(),
            self._statistics(windows, without),
        )

    def _encode(self, member: Member, windows: Windows, without: str) -> Encoded:
        """An attribute that is left out gets no attention, as one that was dropped in training."""
        values = torch.from_numpy(member.channels.apply(windows.values))
        points = torch.from_numpy(member.points.apply(windows.points) if member.points is not None else windows.points)
        noise = None
        if without:
            kept = torch.tensor([[float(name != without) for name in self.attributes]])
            noise = Noise(kept, torch.ones(()), torch.ones(()))
        return member.network.encode(values, points, self._weights, noise)

    def _statistics(self, windows: Windows, without: str) -> Float32Array | None:
        """An attribute that is left out has the training persons' mean statistics, which add nothing to the ridge."""
        if self.ridge is None:
            return None
        statistics = window_statistics(windows.values)
        if without:
            there = window_statistics_slices()[without]
            statistics[:, there] = self.ridge.centre[there]
        return statistics

    def _pool(self, member: int, fused: Tensor, moment_logits: Tensor, present: Tensor) -> tuple[float, Tensor]:
        one = self.members[member]
        score, attention = one.network.pool(fused, moment_logits, present)
        return one.target_mean + one.target_sd * float(score[0]), attention[0]

    def _read_out(self, networks: float, encoded: EncodedWindows) -> float:
        if self.ridge is None or encoded.statistics is None:
            return self.read_out(networks, 0.0)
        return self.read_out(networks, float(self.ridge.predict(session_mean(encoded.statistics))))

    def parts(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """See `Ensemble.parts`."""
        tensors: dict[str, Tensor] = {}
        for i, member in enumerate(self.members):
            tensors |= {f"{i}.network.{k}": v for k, v in member.network.state_dict().items()}
            tensors |= _scaling_tensors(f"{i}.channels", member.channels)
            if member.points is not None:
                tensors |= _scaling_tensors(f"{i}.points", member.points)
        if self.ridge is not None:
            tensors |= {f"ridge.{k}": torch.from_numpy(getattr(self.ridge, k)) for k in _RIDGE}
        facts = {
            "members": [{"target_mean": m.target_mean, "target_sd": m.target_sd} for m in self.members],
            "space": self.space.to_json(),
            "genotype": self.genotype.to_json(),
            "widths": self.widths.to_json(),
            "ridge": {"target": self.ridge.target} if self.ridge is not None else None,
            "read_out": self.read_out.to_json(),
            "mean_score": self.mean_score,
        }
        return tensors, facts

    @classmethod
    def from_parts(
        cls, tensors: Mapping[str, Tensor], facts: Mapping[str, Any], conformal: ConformalTable, card: ModelCard
    ) -> Self:
        """Raises `KeyError`, `TypeError`, `ValueError`, `RuntimeError` or `ModelError` when the parts do not fit."""
        space, widths = SearchSpace.from_json(facts["space"]), Widths(**facts["widths"])
        genotype = space.genotype(facts["genotype"])
        only, points = space.only(genotype), _reads_points(genotype)
        members = [
            _member(only, widths, prefixed(tensors, f"{i}."), m, points=points) for i, m in enumerate(facts["members"])
        ]
        if not members:
            raise ValueError("an ensemble has at least one member")
        ridge = None
        if facts["ridge"] is not None:
            centre, spread, weights = (_array(tensors, f"ridge.{k}", (N_WINDOW_STATISTICS,)) for k in _RIDGE)
            ridge = StatisticsRidge(centre, spread, weights, float(facts["ridge"]["target"]))
        return cls(
            genotype=genotype,
            space=space,
            widths=widths,
            members=members,
            ridge=ridge,
            read_out=ReadOut.from_json(facts["read_out"]),
            mean_score=float(facts["mean_score"]),
            conformal=conformal,
            card=card,
        )


_RIDGE = ("centre", "spread", "weights")
_SCALING = ("centre", "spread")
_CHANNELS = (N_CHANNELS,)
_POINTS = (N_POINTS, N_POINT_FEATURES)


def assemble_searched_model(
    *,
    genotype: Genotype,
    space: SearchSpace,
    widths: Widths,
    members: Sequence[MemberState],
    ridge: StatisticsRidge | None,
    read_out: ReadOut,
    mean_score: float,
    card: ModelCard,
    conformal: ConformalTable | None = None,
) -> SearchedModel:
    """The model of what a search found and trained, from plain parts.

    mean_score: of the training persons, the constant predictor's value. conformal: None gives intervals over the whole
    scale until `calibration.calibrate` has made better ones. The card's kind, architecture and count of weights are
    filled in here. Raises `ModelError` when the genotype is not one of the space's, or a member does not belong to it.
    """
    space.validate(genotype)
    ready = [_assembled(space.only(genotype), widths, member, _reads_points(genotype)) for member in members]
    if not ready:
        raise ModelError("the ensemble has no member", remedy="Keep the weights of at least one trained network.")
    table = conformal or ConformalTable.whole_scale(card.level, card.scale)
    model = SearchedModel(genotype, space, widths, ready, ridge, read_out, mean_score, table, card)
    model.card = replace(card, kind=KIND, architecture=genotype.to_json(), parameters=model.parameters)
    return model


def _assembled(only: SearchSpace, widths: Widths, member: MemberState, points: bool) -> Member:
    state = {name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in member.state.items()}
    if points and member.points is None:
        raise ModelError(
            "the architecture reads the landmarks' points and a member has no scaling of them", remedy=_WHOLE
        )
    try:
        network = _network(only, widths, state)
    except (KeyError, ValueError, RuntimeError) as error:
        raise ModelError("a member's weights do not belong to the architecture", remedy=_WHOLE) from error
    return Member(network, member.channels, member.points if points else None, member.target_mean, member.target_sd)


def _reads_points(genotype: Genotype) -> bool:
    return genotype.get("landmarks.family") == "gnn"


def _network(only: SearchSpace, widths: Widths, state: Mapping[str, Tensor]) -> FacialNetwork:
    """Built with the state's own adjacencies, then filled."""
    names = {edge.name for edge in only.edges}
    read = [name for name in ATTRIBUTES if f"{name}.family" in names]
    graphs: dict[str, dict[str, Tensor]] = {}
    for i, attribute in enumerate(read):
        if f"{attribute}.gnn.graph" in names:
            kept = state[f"extractors.{i}.families.gnn.adjacencies"]
            graphs[attribute] = dict(zip(only.edge(f"{attribute}.gnn.graph").candidates, kept, strict=True))
    network = build_network(only, graphs, widths, seed=0)
    network.load_state_dict(dict(state))
    return network


def _member(
    only: SearchSpace, widths: Widths, tensors: Mapping[str, Tensor], facts: Mapping[str, Any], *, points: bool
) -> Member:
    return Member(
        _network(only, widths, prefixed(tensors, "network.")),
        ChannelScaling(*(_array(tensors, f"channels.{k}", _CHANNELS) for k in _SCALING)),
        PointScaling(*(_array(tensors, f"points.{k}", _POINTS) for k in _SCALING)) if points else None,
        float(facts["target_mean"]),
        float(facts["target_sd"]),
    )


def _scaling_tensors(prefix: str, scaling: ChannelScaling | PointScaling) -> dict[str, Tensor]:
    return {f"{prefix}.{k}": torch.from_numpy(getattr(scaling, k)) for k in _SCALING}


def _array(tensors: Mapping[str, Tensor], name: str, shape: tuple[int, ...]) -> npt.NDArray[Any]:
    array: npt.NDArray[Any] = tensors[name].numpy()
    if array.shape != shape:
        raise ValueError(f"{name} has the shape {array.shape}, not {shape}")
    return array
