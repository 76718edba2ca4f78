"""Search strategies behind two interfaces, by name; see `registry.METHODS`."""

from lineament.search.strategies.base import BlackBox, Differentiable
from lineament.search.strategies.registry import (
    DEFAULT_METHOD,
    METHODS,
    Method,
    black_box,
    differentiable,
    method_named,
)

__all__ = [
    "DEFAULT_METHOD",
    "METHODS",
    "BlackBox",
    "Differentiable",
    "Method",
    "black_box",
    "differentiable",
    "method_named",
]
