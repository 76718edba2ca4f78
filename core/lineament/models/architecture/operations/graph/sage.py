"""GraphSAGE with the mean aggregator."""

from lineament.models.architecture.operations.graph.base import LinearGraph, Parts
from lineament.models.architecture.operations.temporal.base import initial
from lineament.models.architecture.registry import GRAPH


@GRAPH.register("sage")
class GraphSage(LinearGraph):
    """x W1 + mean over neighbours of x W2 (Hamilton et al. 2017)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.root = initial(width, width, fan_in=2 * width)
        self.neighbour = initial(width, width, fan_in=2 * width)

    def parts(self) -> Parts:
        return Parts(own=self.root, mean=self.neighbour)
