"""Operations on a graph's nodes: features [N, V, F] and a shared adjacency [V, V] to features of the same shape.

The adjacency is dense and the same for the whole batch: products of small matrices are many times faster than gathering
along edge lists on graphs this small. It has self loops; its entries are weights, not only zeros and ones.
"""

from lineament.models.architecture.operations.graph import gat, gcn, gin, mlp, none, sage, skip, virtual

__all__ = ["gat", "gcn", "gin", "mlp", "none", "sage", "skip", "virtual"]
