"""The same supernet written the plain way, as the yardstick.

Every candidate is a module of its own, graph operations are torch_geometric's message passing over batched edge
lists, and windows come from a DataLoader that scales them one person at a time.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool1d, max_pool1d
from torch.utils.data import DataLoader, Dataset
from torch_geometric.nn import GATConv, GCNConv, GINConv, SAGEConv

from lineament.models.architecture.facial_space import CELL_EDGES
from lineament.models.architecture.network import FacialNetwork


def _temporal(name: str, width: int) -> Any:
    if name.startswith("conv"):
        taps = int(name[4:])
        return nn.Conv1d(width, width, taps, padding=taps // 2, bias=False)
    if name.startswith("dil"):
        taps = int(name[3:])
        return nn.Conv1d(width, width, taps, padding=taps - 1, dilation=2, bias=False)
    if name.startswith("sep"):
        taps = int(name[3:])
        along = nn.Conv1d(width, width, taps, padding=taps // 2, groups=width, bias=False)
        return nn.Sequential(along, nn.Conv1d(width, width, 1, bias=False))
    return {
        "none": lambda x: torch.zeros_like(x),
        "skip": lambda x: x,
        "avg3": lambda x: avg_pool1d(x, 3, stride=1, padding=1),
        "max3": lambda x: max_pool1d(x, 3, stride=1, padding=1),
    }[name]


class PlainTemporalEdge(nn.Module):
    def __init__(self, candidates: Sequence[str], width: int) -> None:
        super().__init__()
        self.candidates = [_temporal(name, width) for name in candidates]
        self.owned = nn.ModuleList(c for c in self.candidates if isinstance(c, nn.Module))

    def forward(self, features: Tensor, weights: Tensor) -> Tensor:
        return sum(w * op(features) for w, op in zip(weights, self.candidates, strict=True))


def _graph(name: str, width: int) -> Any:
    if name == "gcn":
        return GCNConv(width, width, add_self_loops=False, normalize=False, bias=False)
    if name == "sage":
        return SAGEConv(width, width, bias=False)
    if name == "gin":
        return GINConv(nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, width, bias=False)))
    if name == "gat":
        return GATConv(width, width, add_self_loops=False, bias=False)
    if name in ("mlp", "virtual"):
        return nn.Linear(width, width, bias=False)
    return None


class PlainGraphEdge(nn.Module):
    """Nodes of the whole batch as one big graph, an edge list beside them."""

    def __init__(self, candidates: Sequence[str], width: int) -> None:
        super().__init__()
        self.names = tuple(candidates)
        made = {name: _graph(name, width) for name in candidates}
        self.layers = nn.ModuleDict({name: layer for name, layer in made.items() if layer is not None})

    def forward(self, features: Tensor, adjacency: Tensor, weights: Tensor) -> Tensor:
        count, nodes, width = features.shape
        source, target = torch.nonzero(adjacency > 0, as_tuple=True)
        offsets = (torch.arange(count) * nodes).repeat_interleave(len(source))
        edges = torch.stack([source.repeat(count), target.repeat(count)]) + offsets
        strength = adjacency[source, target].repeat(count)
        flat = features.reshape(-1, width)
        out = torch.zeros_like(flat)
        for weight, name in zip(weights, self.names, strict=True):
            out = out + weight * self._apply(name, flat, edges, strength, count)
        return out.view(count, nodes, width)

    def _apply(self, name: str, flat: Tensor, edges: Tensor, strength: Tensor, count: int) -> Tensor:
        if name == "none":
            return torch.zeros_like(flat)
        if name == "skip":
            return flat
        if name == "mlp":
            return self.layers[name](flat)
        if name == "gcn":
            return self.layers[name](flat, edges, strength)
        if name == "virtual":
            heard = self.layers[name](flat).view(count, -1, flat.shape[1])
            return heard.amax(dim=1, keepdim=True).expand(heard.shape).reshape(flat.shape)
        return self.layers[name](flat, edges)


def make_plain(network: FacialNetwork) -> FacialNetwork:
    """The network with its cells' edges replaced by the plain ones."""
    width = network.widths.width
    for extractor in network.extractors:
        for family, cell in extractor.families.items():
            edge_class = PlainTemporalEdge if family == "cnn" else PlainGraphEdge
            for name in CELL_EDGES:
                candidates = network.space.edge(f"{extractor.attribute}.{family}.{name}").candidates
                cell.cell[name] = edge_class(candidates, width)
    return network


class Persons(Dataset[tuple[Tensor, Tensor, Tensor]]):
    """One person: some windows drawn and scaled when asked for."""

    def __init__(self, values: np.ndarray, points: np.ndarray, scores: np.ndarray, windows: int, seed: int) -> None:
        self.values, self.points, self.scores, self.windows = values, points, scores, windows
        self.rng = np.random.default_rng(seed)
        self.centre, self.spread = values.mean(axis=(0, 1, 2)), values.std(axis=(0, 1, 2)) + 1e-3

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, i: int) -> tuple[Tensor, Tensor, Tensor]:
        chosen = self.rng.integers(0, self.values.shape[1], self.windows)
        scaled = ((self.values[i, chosen] - self.centre) / self.spread).astype(np.float32)
        return torch.from_numpy(scaled), torch.from_numpy(self.points[i, chosen]), torch.tensor(self.scores[i])


def loader(persons: Persons, batch: int, seed: int) -> "DataLoader[tuple[Tensor, Tensor, Tensor]]":
    generator = torch.Generator().manual_seed(seed)
    return DataLoader(persons, batch_size=batch, shuffle=True, drop_last=True, generator=generator)
