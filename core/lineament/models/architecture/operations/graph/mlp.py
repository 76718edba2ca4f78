"""Every node by itself."""

from lineament.models.architecture.operations.graph.base import LinearGraph, Parts
from lineament.models.architecture.operations.temporal.base import initial
from lineament.models.architecture.registry import GRAPH


@GRAPH.register("mlp")
class NodeMLP(LinearGraph):
    """x W: no neighbour is looked at (SANE's "mlp" control; the rectifier stands before every operation)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = initial(width, width, fan_in=width)

    def parts(self) -> Parts:
        return Parts(own=self.weight)
