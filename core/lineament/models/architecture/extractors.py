"""One attribute's windows to one token each: the CNN cell, the GNN cell, and all where the family is still open."""

from collections.abc import Mapping, Sequence
from typing import cast

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

from lineament.models.architecture.facial_space import CELL_EDGES
from lineament.models.architecture.mixed import GraphEdge, TemporalEdge, along_time, on_graph
from lineament.models.architecture.moments import MomentsExtractor, Signals
from lineament.models.architecture.operations.temporal.base import initial
from lineament.models.architecture.representing import Maps, maps_of
from lineament.models.architecture.space import SearchSpace

LENGTH = 50
"""Values of every representation of a ten-second window along its last axis."""
POINTS = "landmarks"
"""The attribute whose graph has the 68 points for nodes instead of its channels."""
POINT_FEATURES = 32

Weights = Mapping[str, Tensor]


class Gate(nn.Module):
    """A rectifier with a scale and a shift of its own for each feature along `dim`.

    No normalisation: how large a movement is matters here, and no batch statistics have to be refitted.
    """

    def __init__(self, width: int, dim: int) -> None:
        super().__init__()
        shape = [1, 1, 1]
        shape[dim] = width
        self.scale = nn.Parameter(torch.ones(shape))
        self.shift = nn.Parameter(torch.zeros(shape))

    def forward(self, features: Tensor) -> Tensor:
        return torch.relu(features * self.scale + self.shift)


def spread(values: Tensor, mean: Tensor) -> Tensor:
    """Standard deviation over the last axis of [N, F, L] around its mean [N, F], with a gradient at zero."""
    return torch.sqrt(((values - mean.unsqueeze(-1)) ** 2).mean(dim=-1) + 1e-4)


def beside_each_other(maps: Sequence[Tensor]) -> Tensor:
    """Several representations' maps of the same channels as one, [N, C, K, L]."""
    return maps[0] if len(maps) == 1 else torch.cat(list(maps), dim=2)


class CnnExtractor(nn.Module):
    """Representation, a cell of three edges with a residual around it, mean and spread over the last axis, token."""

    def __init__(self, space: SearchSpace, attribute: str, channels: int, width: int, token: int) -> None:
        super().__init__()
        self.prefix = f"{attribute}.cnn"
        self.inputs = space.edge(f"{self.prefix}.input").candidates
        self.stems = nn.ParameterDict(
            {n: initial(width, maps_of(n) * channels, fan_in=2 * channels) for n in self.inputs}
        )
        self.cell = nn.ModuleDict(
            {e: TemporalEdge(space.edge(f"{self.prefix}.{e}").candidates, width) for e in CELL_EDGES}
        )
        self.gates = nn.ModuleList([Gate(width, 1), Gate(width, 1), Gate(width, 1)])
        self.token = nn.Linear(4 * width, token)

    def forward(self, maps: Maps, weights: Weights) -> Tensor:
        """Maps of the attribute's channels, each [N, C, K, L], -> [N, D]."""
        together = beside_each_other([maps[name] for name in self.inputs])
        first = self._stem(weights[f"{self.prefix}.input"], together.shape[1]) @ together.flatten(1, 2)
        start = self.gates[0](first)
        middle, end = along_time(self._edges("0-1", "0-2"), start, self._chosen(weights, "0-1", "0-2"))
        middle = self.gates[1](middle)
        end = self.gates[2](end + self.cell["1-2"](middle, weights[f"{self.prefix}.1-2"]))
        mean = end.mean(dim=-1)
        summary = [first.mean(dim=-1), middle.mean(dim=-1), mean, spread(end, mean)]
        return cast(Tensor, self.token(torch.cat(summary, dim=-1)))

    def _stem(self, chosen: Tensor, channels: int) -> Tensor:
        """The weighted stems of all representations as one matrix [F, C K]; each is kept as [F, maps C]."""
        parts = [w * self.stems[n].unflatten(1, (-1, channels)) for w, n in zip(chosen, self.inputs, strict=True)]
        return torch.cat(parts, dim=1).transpose(1, 2).flatten(1)

    def _edges(self, *names: str) -> list[TemporalEdge]:
        return [cast(TemporalEdge, self.cell[name]) for name in names]

    def _chosen(self, weights: Weights, *names: str) -> list[Tensor]:
        return [weights[f"{self.prefix}.{name}"] for name in names]


class GnnExtractor(nn.Module):
    """Node features from each node's representation, a mixed adjacency, a cell of three edges, mean and maximum over
    nodes, token. The adjacencies are data of the training fold, kept with the weights."""

    def __init__(
        self, space: SearchSpace, attribute: str, graphs: Mapping[str, Tensor], features: int, width: int, token: int
    ) -> None:
        super().__init__()
        self.prefix = f"{attribute}.gnn"
        kinds = space.edge(f"{self.prefix}.graph").candidates
        self.register_buffer("adjacencies", torch.stack([graphs[k] for k in kinds]).float())
        self.adjacencies: Tensor
        nodes = self.adjacencies.shape[-1]
        self.inputs = space.edge(f"{self.prefix}.input").candidates
        self.stems = nn.ParameterDict(
            {n: initial(maps_of(n) * features, width, fan_in=2 * features) for n in self.inputs}
        )
        self.place = nn.Parameter(torch.zeros(nodes, width))
        self.gain = nn.Parameter(torch.ones(nodes, width))
        self.cell = nn.ModuleDict(
            {e: GraphEdge(space.edge(f"{self.prefix}.{e}").candidates, width) for e in CELL_EDGES}
        )
        self.gates = nn.ModuleList([Gate(width, 2), Gate(width, 2), Gate(width, 2)])
        self.token = nn.Linear(4 * width, token)

    def forward(self, maps: Maps, weights: Weights) -> Tensor:
        """Maps of the nodes, each [N, V, K, L], -> [N, D]."""
        together = beside_each_other([maps[name] for name in self.inputs]).flatten(2)
        chosen = zip(weights[f"{self.prefix}.input"], self.inputs, strict=True)
        stem = torch.cat([w * self.stems[name] for w, name in chosen])
        # Nodes are different organs: each has its own gain and place, or a graph could not tell a lip from a brow.
        first = (together @ stem) * self.gain + self.place
        adjacency = torch.einsum("g,gvw->vw", weights[f"{self.prefix}.graph"], self.adjacencies)
        start = self.gates[0](first)
        edges = [cast(GraphEdge, self.cell[name]) for name in ("0-1", "0-2")]
        middle, end = on_graph(edges, start, adjacency, [weights[f"{self.prefix}.{e}"] for e in ("0-1", "0-2")])
        middle = self.gates[1](middle)
        end = self.gates[2](end + self.cell["1-2"](middle, adjacency, weights[f"{self.prefix}.1-2"]))
        summary = [first.mean(dim=-2), middle.mean(dim=-2), end.mean(dim=-2), end.amax(dim=-2)]
        return cast(Tensor, self.token(torch.cat(summary, dim=-1)))


class Extractor(nn.Module):
    """One attribute's extractor; where several families are open, their tokens are weighted.

    channels: its own. others: places of the channels of the network's other attributes.
    """

    def __init__(
        self,
        space: SearchSpace,
        attribute: str,
        channels: slice,
        others: Sequence[int],
        graphs: Mapping[str, Tensor],
        width: int,
        token: int,
    ) -> None:
        super().__init__()
        self.attribute = attribute
        self.channels = channels
        count = channels.stop - channels.start
        self.families = nn.ModuleDict()
        for family in space.edge(f"{attribute}.family").candidates:
            if family == "cnn":
                self.families[family] = CnnExtractor(space, attribute, count, width, token)
            elif family == "moments":
                self.families[family] = MomentsExtractor(space, attribute, channels, others, token)
            else:
                features = POINT_FEATURES if attribute == POINTS else LENGTH
                self.families[family] = GnnExtractor(space, attribute, graphs, features, width, token)

    def representations(self) -> set[str]:
        """The representations of channels that it reads; points are spectra already."""
        return {
            name
            for family, extractor in self.families.items()
            if not self._reads_points(family)
            for name in cast("CnnExtractor | GnnExtractor | MomentsExtractor", extractor).inputs
        }

    def signals(self) -> set[str]:
        """The signals whose correlations it reads."""
        return {name for e in self.families.values() if isinstance(e, MomentsExtractor) for name in e.signals}

    def forward(
        self, signals: Signals, maps: Maps, points: Tensor, weights: Weights, kept: Tensor | None = None
    ) -> Tensor:
        """Signals of all channels, maps of the attribute's own, and points [N, 68, S] -> tokens [N, D].

        kept: [N, C], 0 or 1 / share kept, for the channels of moments in training.
        """
        tokens = [self._token(family, signals, maps, points, weights, kept) for family in self.families]
        if len(tokens) == 1:
            return tokens[0]
        chosen = weights[f"{self.attribute}.family"]
        return cast(Tensor, sum(w * token for w, token in zip(chosen, tokens, strict=True)))

    def _token(
        self, family: str, signals: Signals, maps: Maps, points: Tensor, weights: Weights, kept: Tensor | None
    ) -> Tensor:
        extractor = self.families[family]
        if family == "moments":
            return cast(Tensor, extractor(signals, weights, kept))
        if self._reads_points(family):
            return cast(Tensor, extractor({"amplitude": points.unsqueeze(2)}, weights))
        return cast(Tensor, extractor(maps, weights))

    def _reads_points(self, family: str) -> bool:
        return family == "gnn" and self.attribute == POINTS
