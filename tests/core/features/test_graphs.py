"""Graphs: symmetric, normalised, with self loops; anatomy joins neighbours, correlation what moves together."""

from dataclasses import replace

import numpy as np
import pytest

from lineament.datasets import PHQ8
from lineament.features.anatomy import UNIT_PAIRS, UNIT_REGIONS, anatomical_pairs
from lineament.features.channels import ATTRIBUTE_CHANNELS, N_CHANNELS
from lineament.features.cohort_features import CohortFeatures
from lineament.features.graphs import KINDS, attribute_graphs, fold_graphs, normalised
from lineament.features.statistics import N_STATISTICS

NODES = {"action units": 17, "gaze": 5, "head pose": 8, "landmarks": 68}


def features() -> CohortFeatures:
    """Noise, in which AU06 follows AU12 in every session and points 48 and 54 move in the same windows."""
    rng = np.random.default_rng(0)
    values = rng.standard_normal((8, 20, 100, N_CHANNELS)).astype(np.float32)
    values[..., 4] += 2 * values[..., 8] + np.arange(8)[:, None, None]
    values[..., 16] = 0
    points = rng.random((8, 20, 68, 32)).astype(np.float32)
    points[:, :, [48, 54]] += 5 * rng.random((8, 20, 1, 1)).astype(np.float32)
    ids = tuple(f"P{i}" for i in range(8))
    return CohortFeatures(
        values=values,
        points=points,
        present=np.ones((8, 20), dtype=bool),
        statistics=np.zeros((8, N_STATISTICS), dtype=np.float32),
        scores=np.arange(8.0),
        person_ids=ids,
        session_ids=ids,
        splits=("train",) * 8,
        absent=(),
        name="noise",
        extractor="none",
        simulated=True,
        scale=PHQ8,
        fingerprint="0",
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_graph_is_symmetric_and_normalised(kind: str) -> None:
    graphs = fold_graphs(features(), range(8))
    assert {name: len(of[kind]) for name, of in graphs.items()} == NODES
    for of in graphs.values():
        graph = of[kind]
        assert graph.dtype == np.float32
        np.testing.assert_array_equal(graph, graph.T)
        assert (np.diag(graph) > 0).all()
        assert np.linalg.eigvalsh(graph.astype(np.float64)).max() == pytest.approx(1, abs=1e-5)


def test_normalising_is_kipf_and_wellings() -> None:
    adjacency = np.array([[0.0, 1, 0], [1, 0, 0.5], [0, 0.5, 0]])
    degree = np.array([2.0, 2.5, 1.5])
    expected = (adjacency + np.eye(3)) / np.sqrt(np.outer(degree, degree))
    np.testing.assert_allclose(normalised(adjacency), expected, rtol=1e-6)
    np.testing.assert_allclose(normalised(np.ones((4, 4))), np.full((4, 4), 0.25), rtol=1e-6)


def test_anatomy_joins_neighbours() -> None:
    graphs = fold_graphs(features(), range(8))
    units = graphs["action units"]["anatomical"]
    names = ATTRIBUTE_CHANNELS[0].channels

    def joined(a: str, b: str) -> bool:
        return bool(units[names.index(a), names.index(b)] > 0)

    assert joined("AU06", "AU12")
    assert joined("AU01", "AU02")
    assert joined("AU25", "AU26")
    assert not joined("AU01", "AU26")
    assert sorted(name for region in UNIT_REGIONS.values() for name in region) == sorted(names)
    assert {name for pair in UNIT_PAIRS for name in pair} <= set(names)
    points = graphs["landmarks"]["anatomical"]
    for a, b in [(0, 1), (36, 41), (48, 59), (60, 67), (27, 28), (42, 47), (20, 21)]:
        assert points[a, b] > 0
    assert points[0, 16] == 0
    assert points[8, 27] == 0
    assert (points > 0).sum(axis=1).min() >= 7


@pytest.mark.parametrize("attribute", NODES)
def test_anatomical_graphs_hang_together(attribute: str) -> None:
    count = NODES[attribute]
    reached, pairs = {0}, anatomical_pairs(attribute)
    for _ in range(count):
        reached |= {b for a, b in pairs if a in reached} | {a for a, b in pairs if b in reached}
    assert reached == set(range(count))


def test_correlation_finds_what_moves_together() -> None:
    graphs = fold_graphs(features(), range(8))
    units = graphs["action units"]["correlation"]
    assert units[4, 8] > 0.4
    assert np.count_nonzero(units) == 17 + 2
    assert units[16, 16] == 1
    points = graphs["landmarks"]["correlation"]
    assert points[48, 54] > 0.4
    assert np.count_nonzero(points) < 68 + 150


def test_differences_between_persons_join_nothing() -> None:
    given = features()
    given.values[..., :3] += 50 * np.arange(8, dtype=np.float32)[:, None, None, None]
    units = fold_graphs(given, range(8))["action units"]["correlation"]
    assert units[0, 1] == units[1, 2] == 0


def test_only_training_rows_and_present_windows_count() -> None:
    given = features()
    fold = [0, 3, 5]
    clean = fold_graphs(given, fold)
    present = given.present.copy()
    present[:, 7:] = False
    part = fold_graphs(replace(given, present=present), fold)
    given.values[[1, 2, 4, 6, 7]] = 1e6
    spoilt = fold_graphs(given, fold)
    given.values[:, 7:] = -1e6
    given.points[:, 7:] = -1e6
    again = fold_graphs(replace(given, present=present), fold)
    for name in NODES:
        np.testing.assert_array_equal(spoilt[name]["correlation"], clean[name]["correlation"])
        np.testing.assert_array_equal(again[name]["correlation"], part[name]["correlation"])


def test_without_a_window_nodes_stand_alone() -> None:
    given = features()
    graphs = attribute_graphs(given.values, np.zeros_like(given.present), given.points)
    np.testing.assert_array_equal(graphs["gaze"]["correlation"], np.eye(5))
