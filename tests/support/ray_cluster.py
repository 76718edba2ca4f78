"""A Ray cluster of several nodes on this machine, which nothing outside it sees."""

import os
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

MEMORY = 80 * 2**20
"""Of each node's shared objects: as little as Ray takes."""


class SmallCluster:
    """address: of the cluster. Nodes have so many cores each; the first one holds it together."""

    def __init__(self, cores: int) -> None:
        with _ray() as ray:
            self._cluster: Any = ray.Cluster(initialize_head=True, head_node_args=_node(cores))
        self._logs = self._cluster.head_node.get_session_dir_path()
        self.address: str = self._cluster.address

    def add(self, cores: int) -> Any:
        """One more node."""
        with _ray():
            return self._cluster.add_node(**_node(cores))

    def kill(self, node: Any) -> None:
        """As if its power had gone."""
        with _ray():
            self._cluster.remove_node(node, allow_graceful=False)

    def kill_control(self) -> None:
        """Ray's own control process, without which there is no cluster; the machines do not notice at once."""
        self._cluster.head_node.kill_gcs_server(check_alive=False)

    def end(self) -> None:
        with _ray():
            self._cluster.shutdown()
        shutil.rmtree(self._logs, ignore_errors=True)


@contextmanager
def small_cluster(cores: int) -> Iterator[SmallCluster]:
    cluster = SmallCluster(cores)
    try:
        yield cluster
    finally:
        cluster.end()


def _node(cores: int) -> dict[str, Any]:
    return {"num_cpus": cores, "object_store_memory": MEMORY, "include_dashboard": False}


@contextmanager
def _ray() -> Iterator[Any]:
    """Ray's own warnings are not ours to mend. Its machines tell nobody outside that they run."""
    pytest.importorskip("ray", reason="Ray is not installed: pip install lineament[cluster]")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ray import cluster_utils

        yield cluster_utils
