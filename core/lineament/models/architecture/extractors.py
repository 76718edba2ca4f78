"""One attribute's windows to one token each: the CNN cell, the GNN cell, and both where the family is still open."""

from collections.abc import Mapping
from typing import cast

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

from lineament.models.architecture.facial_space import CELL_EDGES
from lineament.models.architecture.mixed import GraphEdge, TemporalEdge
from lineament.models.architecture.operations.temporal.base import initial
from lineament.models.architecture.registry import REPRESENTATION
from lineament.models.architecture.space import SearchSpace

LENGTH = 50
"""Values of every representation of a ten-second window along its last axis."""
POINTS = "landmarks"
"""The attribute whose graph has the 68 points for nodes instead of its channels."""

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


def spread(values: Tensor, dim: int) -> Tensor:
    """Standard deviation with a gradient at zero."""
    return torch.sqrt(values.var(dim=dim, unbiased=False) + 1e-4)


class CnnExtractor(nn.Module):
    """Representation, a cell of three edges with a residual around it, mean and spread over the last axis, token."""

    def __init__(self, space: SearchSpace, attribute: str, channels: int, width: int, token: int) -> None:
        super().__init__()
        self.prefix = f"{attribute}.cnn"
        self.inputs = nn.ModuleDict({n: REPRESENTATION.build(n) for n in space.edge(f"{self.prefix}.input").candidates})
        self.stems = nn.ParameterDict(
            {n: initial(width, cast(int, r.maps) * channels, fan_in=2 * channels) for n, r in self.inputs.items()}
        )
        self.cell = nn.ModuleDict(
            {e: TemporalEdge(space.edge(f"{self.prefix}.{e}").candidates, width) for e in CELL_EDGES}
        )
        self.gates = nn.ModuleList([Gate(width, 1), Gate(width, 1), Gate(width, 1)])
        self.token = nn.Linear(4 * width, token)

    def forward(self, windows: Tensor, weights: Weights) -> Tensor:
        """Scaled channels [N, C, T] -> [N, D]."""
        chosen = weights[f"{self.prefix}.input"]
        first = torch.stack(
            [w * (self.stems[n] @ r(windows)) for w, (n, r) in zip(chosen, self.inputs.items(), strict=True)]
        ).sum(dim=0)
        start = self.gates[0](first)
        middle = self.gates[1](self.cell["0-1"](start, weights[f"{self.prefix}.0-1"]))
        end = self.cell["0-2"](start, weights[f"{self.prefix}.0-2"])
        end = self.gates[2](end + self.cell["1-2"](middle, weights[f"{self.prefix}.1-2"]))
        summary = [first.mean(dim=-1), middle.mean(dim=-1), end.mean(dim=-1), spread(end, -1)]
        return cast(Tensor, self.token(torch.cat(summary, dim=-1)))


class GnnExtractor(nn.Module):
    """Node features from each node's representation, a mixed adjacency, a cell of three edges, mean and maximum over
    nodes, token. The adjacencies are data of the training fold, kept with the weights."""

    def __init__(
        self, space: SearchSpace, attribute: str, graphs: Mapping[str, Tensor], features: int, width: int, token: int
    ) -> None:
        super().__init__()
        self.prefix = f"{attribute}.gnn"
        self.points = attribute == POINTS
        kinds = space.edge(f"{self.prefix}.graph").candidates
        self.register_buffer("adjacencies", torch.stack([graphs[k] for k in kinds]).float())
        self.adjacencies: Tensor
        nodes = self.adjacencies.shape[-1]
        names = space.edge(f"{self.prefix}.input").candidates
        self.inputs = nn.ModuleDict({n: REPRESENTATION.build(n) for n in names})
        self.stems = nn.ParameterDict(
            {n: initial(cast(int, r.maps) * features, width, fan_in=2 * features) for n, r in self.inputs.items()}
        )
        self.place = nn.Parameter(torch.zeros(nodes, width))
        self.gain = nn.Parameter(torch.ones(nodes, width))
        self.cell = nn.ModuleDict(
            {e: GraphEdge(space.edge(f"{self.prefix}.{e}").candidates, width) for e in CELL_EDGES}
        )
        self.gates = nn.ModuleList([Gate(width, 2), Gate(width, 2), Gate(width, 2)])
        self.token = nn.Linear(4 * width, token)

    def forward(self, windows: Tensor, weights: Weights) -> Tensor:
        """Scaled channels [N, V, T], or point spectra [N, 68, S], -> [N, D]."""
        chosen = weights[f"{self.prefix}.input"]
        parts = [
            w * (self._nodes(n, r, windows) @ self.stems[n])
            for w, (n, r) in zip(chosen, self.inputs.items(), strict=True)
        ]
        # Nodes are different organs: each has its own gain and place, or a graph could not tell a lip from a brow.
        first = torch.stack(parts).sum(dim=0) * self.gain + self.place
        adjacency = torch.einsum("g,gvw->vw", weights[f"{self.prefix}.graph"], self.adjacencies)
        start = self.gates[0](first)
        middle = self.gates[1](self.cell["0-1"](start, adjacency, weights[f"{self.prefix}.0-1"]))
        end = self.cell["0-2"](start, adjacency, weights[f"{self.prefix}.0-2"])
        end = self.gates[2](end + self.cell["1-2"](middle, adjacency, weights[f"{self.prefix}.1-2"]))
        summary = [first.mean(dim=-2), middle.mean(dim=-2), end.mean(dim=-2), end.amax(dim=-2)]
        return cast(Tensor, self.token(torch.cat(summary, dim=-1)))

    def _nodes(self, name: str, representation: nn.Module, windows: Tensor) -> Tensor:
        """Node features [N, V, maps * S] of one representation; points are spectra already."""
        if self.points:
            return windows
        count, nodes = windows.shape[0], windows.shape[1]
        maps = representation(windows)
        return cast(Tensor, maps.view(count, -1, nodes, maps.shape[-1]).transpose(1, 2).flatten(2))


class Extractor(nn.Module):
    """One attribute's extractor; where both families are open, their tokens are weighted."""

    def __init__(
        self, space: SearchSpace, attribute: str, channels: slice, graphs: Mapping[str, Tensor], width: int, token: int
    ) -> None:
        super().__init__()
        self.attribute = attribute
        self.channels = channels
        count = channels.stop - channels.start
        self.families = nn.ModuleDict()
        for family in space.edge(f"{attribute}.family").candidates:
            if family == "cnn":
                self.families[family] = CnnExtractor(space, attribute, count, width, token)
            else:
                features = 32 if attribute == POINTS else LENGTH
                self.families[family] = GnnExtractor(space, attribute, graphs, features, width, token)

    def forward(self, series: Tensor, points: Tensor, weights: Weights) -> Tensor:
        """All scaled channels [N, C, T] and points [N, 68, S] -> tokens [N, D]."""
        out: list[Tensor] = []
        for weight, (family, extractor) in zip(weights[f"{self.attribute}.family"], self.families.items(), strict=True):
            use_points = family == "gnn" and self.attribute == POINTS
            token = extractor(points if use_points else series[:, self.channels], weights)
            out.append(token if len(self.families) == 1 else weight * token)
        return torch.stack(out).sum(dim=0)
