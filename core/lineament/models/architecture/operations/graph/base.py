"""What every graph operation offers."""

from typing import NamedTuple

from torch import Tensor, nn  # noqa: TID253


class Parts(NamedTuple):
    """A linear operation x S + A x N + (D^-1 A) x M, each matrix [F, F] or None where it has no such part."""

    own: Tensor | None = None
    neighbours: Tensor | None = None
    mean: Tensor | None = None


class LinearGraph(nn.Module):
    """An operation that is linear in its features, so that a mixed edge multiplies by each adjacency once."""

    def parts(self) -> Parts:
        raise NotImplementedError

    def forward(self, features: Tensor, adjacency: Tensor) -> Tensor:
        """[N, V, F], [V, V] -> [N, V, F]."""
        return apply_parts(self.parts(), features, adjacency)


def apply_parts(parts: Parts, features: Tensor, adjacency: Tensor) -> Tensor:
    """The linear operation `parts` on features [N, V, F]; zeros when it has no part at all."""
    out = features @ parts.own if parts.own is not None else features.new_zeros(features.shape)
    if parts.neighbours is not None:
        out = out + adjacency @ (features @ parts.neighbours)
    if parts.mean is not None:
        rows = adjacency / adjacency.sum(dim=-1, keepdim=True).clamp_min(1e-6)
        out = out + rows @ (features @ parts.mean)
    return out
