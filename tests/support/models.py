"""Small models with random weights, of every kind there is, and windows to give them."""

from dataclasses import replace

import numpy as np
import torch  # noqa: TID253

from lineament.datasets import PHQ8
from lineament.features import ChannelScaling, Windows
from lineament.features.channels import N_CHANNELS, N_POINTS, attribute_slices
from lineament.features.points import N_POINT_FEATURES
from lineament.features.scaling import PointScaling
from lineament.features.window_statistics import N_WINDOW_STATISTICS
from lineament.models import Comparison, ConformalTable, Estimate, Metrics, ModelCard
from lineament.models.architecture.facial_space import GRAPHS, facial_space
from lineament.models.architecture.network import Widths, build_network
from lineament.models.architecture.space import Genotype, SearchSpace
from lineament.models.hand_designed import KIND, HandDesignedModel
from lineament.models.network import HandDesignedNetwork, NetworkShape
from lineament.models.read_out import ReadOut, StatisticsRidge
from lineament.models.searched import MemberState, SearchedModel, assemble_searched_model

SHAPE = NetworkShape(width=8, token=12, attention=6)
WIDTHS = Widths(width=6, token=8, attention=5)
TABLE = ConformalTable(0.8, (20.0, 60.0), (8.0, 7.0), (9.0, 8.0))


def make_card(**changes: object) -> ModelCard:
    some = Estimate(5.5, 5.1, 5.9)
    card = ModelCard(
        name="small",
        kind=KIND,
        summary_line="trained on simulated behaviour",
        scale=PHQ8,
        trained_on="simulated/lineament-facemesh",
        trained_on_simulated=True,
        data="simulated realistic (seed 0)",
        persons={"train": 10, "test": 5},
        settings={"seed": 0},
        test={"network": Metrics(some, some, some, some), "constant": Metrics(some, some, None, None)},
        rmse_gain=Estimate(0.4, 0.2, 0.6),
        ridge_gain=Estimate(0.1, -0.1, 0.3),
        oracle={"r": 0.43},
        reachable_share={"network": 0.6},
        level=0.8,
        coverage={"60": {"coverage": 0.81, "width": 13.2, "rmse": 5.6}},
        limits=("Simulated only.",),
        parameters=1234,
    )
    return replace(card, **changes)  # type: ignore[arg-type]


def make_comparison() -> Comparison:
    rows = (
        ("searched network", (Estimate(5.41, 5.1, 5.7), Estimate(0.22, 0.15, 0.29))),
        ("ridge on statistics", (Estimate(5.54, 5.2, 5.9), Estimate(0.15, 0.1, 0.2))),
        ("constant", (Estimate(5.75, 5.4, 6.1), None)),
    )
    return Comparison("Beside others", ("RMSE", "CCC"), rows, "Five cohorts of 142 + 47 persons.")


def make_scaling(seed: int = 0) -> ChannelScaling:
    rng = np.random.default_rng(seed)
    return ChannelScaling(
        rng.standard_normal(N_CHANNELS).astype(np.float32), rng.uniform(0.5, 2, N_CHANNELS).astype(np.float32)
    )


def make_hand_designed() -> HandDesignedModel:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        networks = [HandDesignedNetwork(SHAPE) for _ in range(2)]
    return HandDesignedModel(SHAPE, networks, make_scaling(), 6.5, 6.0, TABLE, make_card())


CHOICES = {
    "action units.family": "cnn",
    "action units.cnn.input": "phase",
    "action units.cnn.0-1": "conv3",
    "action units.cnn.0-2": "skip",
    "action units.cnn.1-2": "dil5",
    "gaze.family": "gnn",
    "gaze.gnn.input": "amplitude",
    "gaze.gnn.graph": "full",
    "gaze.gnn.0-1": "gin",
    "gaze.gnn.0-2": "mlp",
    "gaze.gnn.1-2": "virtual",
    "head pose.family": "cnn",
    "head pose.cnn.input": "series",
    "head pose.cnn.0-1": "sep5",
    "head pose.cnn.0-2": "conv1",
    "head pose.cnn.1-2": "none",
    "landmarks.family": "gnn",
    "landmarks.gnn.input": "amplitude",
    "landmarks.gnn.graph": "anatomical",
    "landmarks.gnn.0-1": "gat",
    "landmarks.gnn.0-2": "sage",
    "landmarks.gnn.1-2": "gcn",
    "fusion.node 1.left": "action units",
    "fusion.node 1.right": "gaze",
    "fusion.node 1.operation": "glu",
    "fusion.node 2.left": "node 1",
    "fusion.node 2.right": "landmarks",
    "fusion.node 2.operation": "attention",
}


def some_genotype(**choices: str) -> Genotype:
    """A CNN for action units and head pose, a GNN for gaze and landmarks, both nodes of the fusion cell in use."""
    return facial_space().genotype({**CHOICES, **choices})


def make_searched(
    genotype: Genotype | None = None,
    *,
    space: SearchSpace | None = None,
    members: int = 2,
    conformal: ConformalTable | None = TABLE,
    **card: object,
) -> SearchedModel:
    """Random weights, as if trained on two folds."""
    genotype, space = genotype or some_genotype(), space or facial_space()
    rng = np.random.default_rng(5)
    ridge = StatisticsRidge(
        rng.normal(0, 1, N_WINDOW_STATISTICS),
        rng.uniform(0.5, 2, N_WINDOW_STATISTICS),
        rng.normal(0, 0.05, N_WINDOW_STATISTICS),
        6.5,
    )
    return assemble_searched_model(
        genotype=genotype,
        space=space,
        widths=WIDTHS,
        members=[_member(space.only(genotype), seed) for seed in range(members)],
        ridge=ridge,
        read_out=ReadOut(-0.5, 0.6, 0.5),
        mean_score=6.4,
        card=make_card(**{"name": "small searched", "comparison": make_comparison(), **card}),
        conformal=conformal,
    )


def _member(only: SearchSpace, seed: int) -> MemberState:
    rng = np.random.default_rng(seed)
    graphs = {}
    for name, channels in attribute_slices().items():
        nodes = N_POINTS if name == "landmarks" else channels.stop - channels.start
        graphs[name] = {kind: torch.from_numpy(_graph(nodes, rng)) for kind in GRAPHS}
    network = build_network(only, graphs, WIDTHS, seed)
    shape = (N_POINTS, N_POINT_FEATURES)
    points = PointScaling(rng.standard_normal(shape).astype(np.float32), np.ones(shape, dtype=np.float32))
    state = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    return MemberState(state, make_scaling(seed), points, 6.0 + seed, 5.5 + seed)


def _graph(nodes: int, rng: np.random.Generator) -> np.ndarray:
    joined = (rng.random((nodes, nodes)) < 0.4) | np.eye(nodes, dtype=bool)
    joined = (joined | joined.T).astype(np.float32)
    scale = joined.sum(axis=1) ** -0.5
    return scale[:, None] * joined * scale


def make_windows(count: int, size: float = 1, seed: int | None = None) -> Windows:
    rng = np.random.default_rng(count if seed is None else seed)
    values = size * rng.standard_normal((count, 100, N_CHANNELS))
    points = rng.standard_normal((count, N_POINTS, N_POINT_FEATURES))
    return Windows(np.arange(count) * 50, values.astype(np.float32), points.astype(np.float32))
