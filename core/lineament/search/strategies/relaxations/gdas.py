"""GDAS: one operation an edge and step, drawn by the Gumbel-max trick (Dong & Yang, CVPR 2019).

h = one-hot(argmax(log p + g)), p = softmax(alpha), g Gumbel noise; backwards h counts as softmax((log p + g) / tau),
with tau falling linearly from `warmest` to `coldest`.
"""

from dataclasses import dataclass

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.search.relaxation import EdgeWeights
from lineament.search.strategies.relaxations.stacked import each_edge


@dataclass(frozen=True)
class Gdas:
    """warmest, coldest: the temperature tau at the first and the last step."""

    warmest: float = 5.0
    coldest: float = 0.1

    name = "gdas"
    learns = True

    def sample(self, logits: dict[str, Tensor], step: int, steps: int, generator: torch.Generator) -> EdgeWeights:
        temperature = self.warmest + (self.coldest - self.warmest) * step / max(steps - 1, 1)

        def draw(values: Tensor) -> Tensor:
            gumbel = -torch.empty_like(values).exponential_(generator=generator).log()
            soft = torch.softmax((torch.log_softmax(values, dim=-1) + gumbel) / temperature, dim=-1)
            hard = torch.zeros_like(soft).scatter_(-1, soft.argmax(dim=-1, keepdim=True), 1.0)
            return hard + (soft - soft.detach())

        return each_edge(logits, draw)

    def regulariser(self, logits: dict[str, Tensor], step: int, steps: int) -> Tensor:
        return torch.zeros(())

    def mean_weights(self, logits: dict[str, Tensor]) -> EdgeWeights:
        """softmax(alpha): by the Gumbel-max trick the very probability that a candidate is drawn."""
        return each_edge(logits, lambda values: torch.softmax(values.detach(), dim=-1))
