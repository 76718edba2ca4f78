"""DARTS, first order: the operation weights are the softmax of the logits (Liu et al., ICLR 2019)."""

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.search.relaxation import EdgeWeights
from lineament.search.strategies.relaxations.stacked import each_edge


class Darts:
    """w = softmax(alpha); nothing is drawn."""

    name = "darts"
    learns = True

    def sample(self, logits: dict[str, Tensor], step: int, steps: int, generator: torch.Generator) -> EdgeWeights:
        return each_edge(logits, lambda values: torch.softmax(values, dim=-1))

    def regulariser(self, logits: dict[str, Tensor], step: int, steps: int) -> Tensor:
        return torch.zeros(())

    def mean_weights(self, logits: dict[str, Tensor]) -> EdgeWeights:
        return each_edge(logits, lambda values: torch.softmax(values.detach(), dim=-1))
