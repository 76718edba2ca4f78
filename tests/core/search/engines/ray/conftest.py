"""One small cluster for all tests, and an engine that belongs to it."""

from collections.abc import Iterator

import pytest
from tests.core.search.engines.conftest import SAVING
from tests.support.ray_cluster import SmallCluster, small_cluster

from lineament.search.engines.ray import RayEngine


@pytest.fixture(scope="session")
def cluster() -> Iterator[SmallCluster]:
    with small_cluster(cores=2) as found:
        yield found


@pytest.fixture(scope="session")
def engine(cluster: SmallCluster) -> Iterator[RayEngine]:
    with RayEngine(cluster.address, policy=SAVING) as found:
        yield found
