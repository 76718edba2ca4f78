"""One call for all edges with the same number of candidates, instead of one an edge."""

from collections.abc import Callable

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253


def by_size(logits: dict[str, Tensor]) -> list[tuple[list[str], Tensor]]:
    """The edges' names and their logits [n, k], for every k in the order of first appearance."""
    groups: dict[int, list[str]] = {}
    for name, values in logits.items():
        groups.setdefault(values.shape[-1], []).append(name)
    return [(names, torch.stack([logits[name] for name in names])) for names in groups.values()]


def each_edge(logits: dict[str, Tensor], function: Callable[[Tensor], Tensor]) -> dict[str, Tensor]:
    """`function` [n, k] -> [n, k] applied to every edge's logits."""
    results: dict[str, Tensor] = {}
    for names, values in by_size(logits):
        results.update(zip(names, function(values).unbind(0), strict=True))
    return {name: results[name] for name in logits}


def total(logits: dict[str, Tensor], function: Callable[[Tensor], Tensor]) -> Tensor:
    """float[], the sum over all edges of `function` [n, k] -> [n]."""
    if not logits:
        return torch.zeros(())
    return torch.stack([function(values).sum() for _, values in by_size(logits)]).sum()
