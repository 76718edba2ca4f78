"""Graph convolution."""

from lineament.models.architecture.operations.graph.base import LinearGraph, Parts
from lineament.models.architecture.operations.temporal.base import initial
from lineament.models.architecture.registry import GRAPH


@GRAPH.register("gcn")
class GraphConvolution(LinearGraph):
    """A x W with the symmetrically normalised adjacency (Kipf and Welling 2017)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = initial(width, width, fan_in=width)

    def parts(self) -> Parts:
        return Parts(neighbours=self.weight)
