"""Graph operations against torch_geometric's layers: the dense ones, and those that gather and scatter along edges."""

import pytest
import torch  # noqa: TID253
from tests.core.models.architecture.conftest import TOLERANCE, WIDTH, build
from torch import Tensor, nn  # noqa: TID253

from lineament.models.architecture.registry import GRAPH

pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit.script.*:DeprecationWarning")  # torch_geometric's import


def geometric(module: nn.Module, **weights: Tensor) -> nn.Module:
    """The layer with given weights, in double precision."""
    module = module.double()
    with torch.no_grad():
        for name, value in weights.items():
            module.get_parameter(name.replace("__", ".")).copy_(value)
    return module


def unweighted(adjacency: Tensor) -> Tensor:
    return (adjacency > 0).double()


def test_gcn_is_torch_geometrics(nodes: Tensor, adjacency: Tensor) -> None:
    from torch_geometric.nn import DenseGCNConv

    operation = build(GRAPH, "gcn")
    layer = geometric(DenseGCNConv(WIDTH, WIDTH, bias=False), lin__weight=operation.weight.T)
    torch.testing.assert_close(
        operation(nodes, adjacency), layer(nodes, unweighted(adjacency), add_loop=False), **TOLERANCE
    )


def test_sage_is_torch_geometrics(nodes: Tensor, adjacency: Tensor) -> None:
    from torch_geometric.nn import DenseSAGEConv

    operation = build(GRAPH, "sage")
    layer = geometric(
        DenseSAGEConv(WIDTH, WIDTH, bias=False),
        lin_rel__weight=operation.neighbour.T,
        lin_root__weight=operation.root.T,
    )
    joined = unweighted(adjacency)
    torch.testing.assert_close(operation(nodes, joined), layer(nodes, joined), **TOLERANCE)


def test_gin_is_torch_geometrics(nodes: Tensor, adjacency: Tensor) -> None:
    from torch_geometric.nn import DenseGINConv

    operation = build(GRAPH, "gin")
    mlp = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH, bias=False)).double()
    layer = DenseGINConv(mlp)  # which initialises the MLP again
    layer.eps = operation.eps.detach().view(1)
    with torch.no_grad():
        mlp[0].weight.copy_(operation.first.T)
        mlp[0].bias.copy_(operation.bias)
        mlp[2].weight.copy_(operation.second.T)
    torch.testing.assert_close(operation(nodes, adjacency), layer(nodes, adjacency, add_loop=True), **TOLERANCE)


def test_gat_is_torch_geometrics(nodes: Tensor, adjacency: Tensor) -> None:
    from torch_geometric.nn import DenseGATConv

    operation = build(GRAPH, "gat")
    layer = geometric(
        DenseGATConv(WIDTH, WIDTH, heads=1, bias=False),
        lin__weight=operation.weight.T,
        att_src=operation.source.view(1, 1, 1, -1),
        att_dst=operation.target.view(1, 1, 1, -1),
    )
    joined = unweighted(adjacency)
    torch.testing.assert_close(operation(nodes, adjacency), layer(nodes, joined, add_loop=False), **TOLERANCE)


def test_graph_operations_agree_with_message_passing_along_an_edge_list(nodes: Tensor, adjacency: Tensor) -> None:
    """The sparse layers, which gather and scatter, on each graph of the batch by itself."""
    from torch_geometric.nn import GATConv, GCNConv

    edges = unweighted(adjacency).nonzero().T.flip(0)
    gcn, gat = build(GRAPH, "gcn"), build(GRAPH, "gat")
    sparse_gcn = geometric(GCNConv(WIDTH, WIDTH, add_self_loops=False, bias=False), lin__weight=gcn.weight.T)
    sparse_gat = geometric(
        GATConv(WIDTH, WIDTH, add_self_loops=False, bias=False),
        lin__weight=gat.weight.T,
        att_src=gat.source.view(1, 1, -1),
        att_dst=gat.target.view(1, 1, -1),
    )
    for graph in nodes:
        torch.testing.assert_close(gcn(graph.unsqueeze(0), adjacency)[0], sparse_gcn(graph, edges), **TOLERANCE)
        torch.testing.assert_close(gat(graph.unsqueeze(0), adjacency)[0], sparse_gat(graph, edges), **TOLERANCE)
