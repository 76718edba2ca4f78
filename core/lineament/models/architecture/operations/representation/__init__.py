"""How an attribute's window enters its extractor: scaled channels [N, C, T] to maps [N, K * C, L] with one L for all,
so that the representation is an edge like any other."""

from lineament.models.architecture.operations.representation import amplitude, complex_spectrum, series

__all__ = ["amplitude", "complex_spectrum", "series"]
