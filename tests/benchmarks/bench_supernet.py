"""Supernet steps a second beside the same cells written the plain way, in one run, on one core."""

import time
from collections.abc import Callable, Iterator

import numpy as np
import torch
from tests.benchmarks.plain_supernet import Persons, loader, make_plain

from lineament.models.architecture.facial_space import facial_space
from lineament.models.architecture.network import Batch, FacialNetwork, Widths, build_network, even_weights

PERSONS, WINDOWS, AT_ONCE, DRAWN = 96, 24, 16, 4
NODES = {"action units": 17, "gaze": 5, "head pose": 8, "landmarks": 68}


def _graphs() -> dict[str, dict[str, torch.Tensor]]:
    """A full graph, a chain and a random half of all pairs, each with self loops, as the real ones have."""
    rng = np.random.default_rng(0)
    graphs = {}
    for attribute, nodes in NODES.items():
        chain = np.eye(nodes) + np.eye(nodes, k=1) + np.eye(nodes, k=-1)
        pairs = np.triu(rng.random((nodes, nodes)) < 0.5, 1)
        kinds = {"full": np.ones((nodes, nodes)), "anatomical": chain, "correlation": np.eye(nodes) + pairs + pairs.T}
        graphs[attribute] = {}
        for kind, adjacency in kinds.items():
            root = 1 / np.sqrt(adjacency.sum(axis=1))
            graphs[attribute][kind] = torch.from_numpy((root[:, None] * adjacency * root).astype(np.float32))
    return graphs


def _cohort() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    values = rng.standard_normal((PERSONS, WINDOWS, 100, 47), dtype=np.float32)
    points = rng.standard_normal((PERSONS, WINDOWS, 68, 32), dtype=np.float32)
    return values, points, rng.standard_normal(PERSONS).astype(np.float32)


def _steps_a_second(network: FacialNetwork, batches: Iterator[tuple[Batch, torch.Tensor]], seconds: float) -> float:
    weights = {name: w.requires_grad_() for name, w in even_weights(network.space).items()}
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-3)
    started, steps = 0.0, 0
    while steps < 4 or time.perf_counter() - started < seconds:
        if steps == 3:
            started = time.perf_counter()
        batch, target = next(batches)
        loss = torch.nn.functional.huber_loss(network(batch, weights).score, target)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        steps += 1
    return (steps - 3) / (time.perf_counter() - started)


def _resident(values: np.ndarray, points: np.ndarray, scores: np.ndarray) -> Iterator[tuple[Batch, torch.Tensor]]:
    scaled = (values - values.mean(axis=(0, 1, 2))) / (values.std(axis=(0, 1, 2)) + 1e-3)
    held, nodes, target = torch.from_numpy(scaled), torch.from_numpy(points), torch.from_numpy(scores)
    generator = torch.Generator().manual_seed(0)
    present = torch.ones((AT_ONCE, DRAWN), dtype=torch.bool)
    while True:
        rows = torch.randint(PERSONS, (AT_ONCE, 1), generator=generator)
        at = torch.randint(WINDOWS, (AT_ONCE, DRAWN), generator=generator)
        yield Batch(held[rows, at], nodes[rows, at], present), target[rows[:, 0]]


def _loaded(values: np.ndarray, points: np.ndarray, scores: np.ndarray) -> Iterator[tuple[Batch, torch.Tensor]]:
    batches = loader(Persons(values, points, scores, DRAWN, 0), AT_ONCE, 0)
    present = torch.ones((AT_ONCE, DRAWN), dtype=torch.bool)
    while True:
        for windows, nodes, target in batches:
            yield Batch(windows, nodes, present), target


def _compare(attributes: tuple[str, ...], families: tuple[str, ...], seconds: float) -> tuple[float, float]:
    space, graphs, cohort = facial_space(attributes, families), _graphs(), _cohort()
    build: Callable[[], FacialNetwork] = lambda: build_network(space, graphs, Widths(), 0)  # noqa: E731
    ours = _steps_a_second(build(), _resident(*cohort), seconds)
    plain = _steps_a_second(make_plain(build()), _loaded(*cohort), seconds)
    return ours, plain


def rows() -> list[tuple[str, str, str, bool]]:
    torch.set_num_threads(1)
    cases = [
        ("CNN supernet, action units", ("action units",), ("cnn",), 4.0, None),
        ("GNN supernet, action units", ("action units",), ("gnn",), 4.0, None),
        ("GNN supernet, 68 landmarks", ("landmarks",), ("gnn",), 8.0, None),
        ("joint supernet, four attributes, both families", tuple(NODES), ("cnn", "gnn"), 15.0, 5.0),
    ]
    table = []
    for what, attributes, families, seconds, least in cases:
        ours, plain = _compare(attributes, families, seconds)
        ratio = ours / plain
        measured = f"{ours:.1f} against {plain:.1f} steps/s: {ratio:.1f}x"
        table.append(
            (
                f"{what}, beside the plain way",
                measured,
                f">= {least:.0f}x" if least else "",
                not least or ratio >= least,
            )
        )
    return table
