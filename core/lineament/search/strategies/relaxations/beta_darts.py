"""Beta-DARTS: DARTS with decay on the operation weights themselves (Ye et al., CVPR 2022, equation 12).

loss + lambda * mean over edges of log sum exp(alpha), lambda rising linearly from 0: the larger a weight, the more it
is pulled down, so no operation runs away early. The paper's lambda ends at 50 for a cross-entropy near 1.
"""

from dataclasses import dataclass

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.search.strategies.relaxations.darts import Darts
from lineament.search.strategies.relaxations.stacked import total


@dataclass(frozen=True)
class BetaDarts(Darts):
    """decay: lambda at the last step."""

    decay: float = 50.0

    name = "beta_darts"

    def regulariser(self, logits: dict[str, Tensor], step: int, steps: int) -> Tensor:
        if not logits:
            return torch.zeros(())
        ramp = self.decay * step / max(steps - 1, 1)
        return ramp * total(logits, lambda values: torch.logsumexp(values, dim=-1)) / len(logits)
