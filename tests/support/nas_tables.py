"""Benchmarks in which every architecture was trained by others, as search spaces with tables of their accuracies.

NAS-Bench-Macro (Su et al., CVPR 2021) is looked for among the test data; NAS-Bench-Graph (Qin et al., NeurIPS 2022)
comes in the wheel `nas-bench-graph`, whose tables are pickles: they are read by an unpickler that makes nothing but
numbers.
"""

import json
import pickle
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from lineament.models.architecture.space import Edge, Genotype, SearchSpace

GRAPH_DATASETS = ("cora", "photo", "arxiv", "pubmed")


def macro_table(path: Path) -> tuple[SearchSpace, dict[Genotype, float]]:
    """8 layers x {identity, MB3, MB6}; mean test accuracy over 3 seeds, in per cent."""
    operations = ("identity", "mb3", "mb6")
    space = SearchSpace("nas-bench-macro", tuple(Edge(f"layer{i}", operations) for i in range(8)))
    table = {}
    for code, entry in json.loads(path.read_text()).items():
        choices = {f"layer{i}": operations[int(digit)] for i, digit in enumerate(code)}
        table[space.genotype(choices)] = float(np.mean(entry["test_acc"]))
    return space, table


class GraphTable(Mapping[Genotype, float]):
    """9 ways to link 4 nodes x 9 layers each; validation accuracy. Isomorphic architectures share one entry."""

    def __init__(self, dataset: str) -> None:
        from nas_bench_graph.architecture import Arch, gnn_list, link_list

        self._architecture = Arch
        self._links = {"".join(map(str, link)): link for link in link_list}
        self.space = SearchSpace(
            "nas-bench-graph",
            (Edge("links", tuple(self._links)), *(Edge(f"layer{i}", tuple(gnn_list)) for i in range(4))),
        )
        self.entries: dict[int, dict[str, Any]] = _read_pickle(dataset)

    def __getitem__(self, genotype: Genotype) -> float:
        layers = [genotype[f"layer{i}"] for i in range(4)]
        entry = self.entries.get(self._architecture(list(self._links[genotype["links"]]), layers).valid_hash())
        return float(entry["valid_perf"]) if entry is not None else 0.0  # nothing but skips was never trained

    def __iter__(self) -> Any:
        raise TypeError("look architectures up one by one")

    def __len__(self) -> int:
        return len(self.entries)


_ALLOWED = {("numpy.core.multiarray", "scalar"), ("numpy", "dtype")}


class NumbersOnly(pickle.Unpickler):
    """Builds dicts, strings and NumPy scalars, and refuses every other class."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} is not allowed in a table of numbers")
        return super().find_class(module, name)


def _read_pickle(dataset: str) -> dict[int, dict[str, Any]]:
    spec = find_spec("nas_bench_graph")
    assert spec is not None
    assert spec.origin is not None
    with (Path(spec.origin).parent / "light" / f"{dataset}.bench").open("rb") as stream:
        table: dict[int, dict[str, Any]] = NumbersOnly(stream).load()
    return table
