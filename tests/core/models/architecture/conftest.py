"""Operations, graphs, batches and small networks of the search space, from fixed seeds, in double precision."""

from collections.abc import Callable, Iterator

import pytest
import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

from lineament.features.channels import N_CHANNELS, attribute_slices
from lineament.models.architecture.facial_space import GRAPHS
from lineament.models.architecture.network import Batch, FacialNetwork, Widths, build_network
from lineament.models.architecture.registry import Registry
from lineament.models.architecture.space import SearchSpace

WIDTH, NODES = 5, 9
TOLERANCE = {"rtol": 1e-9, "atol": 1e-9}


def normalised(nodes: int, share: float, seed: int) -> torch.Tensor:
    """A random symmetric graph with self loops, D^-1/2 A D^-1/2, float64[nodes, nodes]."""
    draws = torch.rand(nodes, nodes, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    joined = ((draws + draws.T < 2 * share) | torch.eye(nodes, dtype=torch.bool)).double()
    scale = joined.sum(dim=1).rsqrt()
    return scale[:, None] * joined * scale


@pytest.fixture(scope="session")
def graphs() -> dict[str, dict[str, torch.Tensor]]:
    found = {}
    for number, (name, channels) in enumerate(attribute_slices().items()):
        nodes = 68 if name == "landmarks" else channels.stop - channels.start
        found[name] = {kind: normalised(nodes, 1 - 0.4 * k, 10 * number + k) for k, kind in enumerate(GRAPHS)}
    return found


@pytest.fixture
def batch() -> Batch:
    """Three persons of four windows, the last two windows of the last person absent."""
    source = torch.Generator().manual_seed(4)
    values = torch.randn(3, 4, 100, N_CHANNELS, generator=source, dtype=torch.float64)
    points = torch.randn(3, 4, 68, 32, generator=source, dtype=torch.float64)
    present = torch.ones(3, 4, dtype=torch.bool)
    present[2, 2:] = False
    return Batch(values, points, present)


@pytest.fixture
def make_network(graphs: dict[str, dict[str, torch.Tensor]]) -> Iterator[Callable[..., FacialNetwork]]:
    """`make_network(space, seed=1)`: small, double precision."""

    def make(space: SearchSpace, seed: int = 1) -> FacialNetwork:
        network = build_network(space, graphs, Widths(width=6, token=8, attention=5), seed).double()
        for extractor in network.extractors:
            for name, family in extractor.families.items():
                if name == "gnn":  # kept as float32 in a network; the comparison is in double precision
                    kinds = space.edge(f"{extractor.attribute}.gnn.graph").candidates
                    family.adjacencies = torch.stack([graphs[extractor.attribute][k] for k in kinds])
        return network

    return make


def seeded(seed: int = 2) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def build(registry: Registry, name: str, seed: int = 3) -> nn.Module:
    """One operation on `WIDTH` features whose parameters are all different from zero."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        operation: nn.Module = registry.build(name, WIDTH).double()
        for parameter in operation.parameters():  # zeros at the start (biases, eps) would hide mistakes
            if not parameter.any():
                nn.init.normal_(parameter, std=0.3)
    return operation


@pytest.fixture
def maps() -> Tensor:
    return torch.randn(4, WIDTH, 20, generator=seeded(), dtype=torch.float64)


@pytest.fixture
def nodes() -> Tensor:
    return torch.randn(4, NODES, WIDTH, generator=seeded(), dtype=torch.float64)


@pytest.fixture
def adjacency() -> Tensor:
    return normalised(NODES, 0.4, 7)
