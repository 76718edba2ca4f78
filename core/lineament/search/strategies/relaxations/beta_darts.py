"""Beta-DARTS: DARTS with decay on the operation weights themselves (Ye et al., CVPR 2022, equation 12).

loss + lambda * mean over edges of [log sum exp(alpha) - mean(alpha)], lambda rising linearly from 0: the larger a
weight, the more it is pulled down, so no operation runs away early. Two things differ from the paper (our choice,
measured on NAS-Bench-Macro). It has log sum exp alone, whose gradient also drives all logits of an edge down together;
that changes no weight, but Adam divides by it, and once it is the larger part the order of the logits turns round: the
worst network of the table was found. And its lambda ends at 50, which leaves no weight of ours away from even.
"""

from dataclasses import dataclass

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.search.strategies.relaxations.darts import Darts
from lineament.search.strategies.relaxations.stacked import total


@dataclass(frozen=True)
class BetaDarts(Darts):
    """decay: lambda at the last step, in the loss's unit; 0.1 suits a loss near 1 and about ten edges."""

    decay: float = 0.1

    name = "beta_darts"

    def regulariser(self, logits: dict[str, Tensor], step: int, steps: int) -> Tensor:
        if not logits:
            return torch.zeros(())
        ramp = self.decay * step / max(steps - 1, 1)
        return ramp * total(logits, unevenness) / len(logits)


def unevenness(logits: Tensor) -> Tensor:
    """log sum exp(alpha) - mean(alpha), [..., k] -> [...]: least, log k, where all weights are even."""
    return torch.logsumexp(logits, dim=-1) - logits.mean(dim=-1)
