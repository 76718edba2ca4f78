"""Even weights throughout: the supernet is trained, the choice is left to perturbation.

Wang et al. (ICLR 2021) call this "fixed alpha" and find it as good as learned weights, or better.
"""

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.search.relaxation import EdgeWeights
from lineament.search.strategies.relaxations.stacked import each_edge


class Uniform:
    """Has nothing to learn; the logits stay as they are."""

    name = "uniform"
    learns = False

    def sample(self, logits: dict[str, Tensor], step: int, steps: int, generator: torch.Generator) -> EdgeWeights:
        return self.mean_weights(logits)

    def regulariser(self, logits: dict[str, Tensor], step: int, steps: int) -> Tensor:
        return torch.zeros(())

    def mean_weights(self, logits: dict[str, Tensor]) -> EdgeWeights:
        return each_edge(logits, lambda values: torch.full_like(values, 1 / values.shape[-1]))
