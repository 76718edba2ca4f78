"""Every operation of the search space, one a file; importing this package registers them all."""

from lineament.models.architecture.operations import fusion, graph, moments, representation, signals, temporal

__all__ = ["fusion", "graph", "moments", "representation", "signals", "temporal"]
