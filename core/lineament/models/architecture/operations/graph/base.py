"""What every graph operation offers."""

from typing import NamedTuple

from torch import Tensor, nn  # noqa: TID253


class Parts(NamedTuple):
    """A linear operation x S + A x N + (D^-1 A) x M, each matrix [F, F] or None where it has no such part."""

    own: Tensor | None = None
    neighbours: Tensor | None = None
    mean: Tensor | None = None


class LinearGraph(nn.Module):
    """An operation that is linear in its features, so that a mixed edge multiplies by the adjacency once."""

    def parts(self) -> Parts:
        raise NotImplementedError

    def forward(self, features: Tensor, adjacency: Tensor) -> Tensor:
        """[N, V, F], [V, V] -> [N, V, F]."""
        parts = self.parts()
        if parts.neighbours is None and parts.mean is None:
            gathered = mean = features
        else:
            gathered = adjacency @ features
            mean = mean_of_neighbours(gathered, adjacency)
        out = apply_parts(parts, features, gathered, mean)
        return features.new_zeros(features.shape) if out is None else out


class Gathering(nn.Module):
    """An operation that needs nothing of the graph but the sum over neighbours A x, which a mixed edge has already."""

    def combine(self, features: Tensor, gathered: Tensor) -> Tensor:
        """Features and A x, both [N, V, F], -> [N, V, F]."""
        raise NotImplementedError

    def forward(self, features: Tensor, adjacency: Tensor) -> Tensor:
        """[N, V, F], [V, V] -> [N, V, F]."""
        return self.combine(features, adjacency @ features)


def mean_of_neighbours(gathered: Tensor, adjacency: Tensor) -> Tensor:
    """D^-1 A x of A x [N, V, F], D the sum of each row of the adjacency [V, V]."""
    return gathered / adjacency.sum(dim=-1, keepdim=True).clamp_min(1e-6)


def apply_parts(parts: Parts, features: Tensor, gathered: Tensor, mean: Tensor) -> Tensor | None:
    """The linear operation `parts` on x, A x and D^-1 A x, all [N, V, F]; None where it has no part at all."""
    pairs = zip((features, gathered, mean), parts, strict=True)
    terms = [source @ matrix for source, matrix in pairs if matrix is not None]
    return sum(terms[1:], start=terms[0]) if terms else None
