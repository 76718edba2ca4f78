"""DrNAS: the operation weights of an edge are drawn from a Dirichlet distribution (Chen et al., ICLR 2021).

w ~ Dirichlet(c), c = elu(alpha) + 1, differentiated through the draw by implicit reparameterisation (Figurnov et al.
2018); the loss gains `kl_weight` * KL(Dirichlet(c) || Dirichlet(1)), edge by edge as in the authors' code.
"""

from dataclasses import dataclass
from typing import Any

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.search.relaxation import EdgeWeights
from lineament.search.strategies.relaxations.stacked import each_edge, total


@dataclass(frozen=True)
class DrNAS:
    """kl_weight: what holds the concentrations near 1."""

    kl_weight: float = 1e-3

    name = "drnas"
    learns = True

    def sample(self, logits: dict[str, Tensor], step: int, steps: int, generator: torch.Generator) -> EdgeWeights:
        return each_edge(logits, lambda values: draw_dirichlet(concentrations(values), generator))

    def regulariser(self, logits: dict[str, Tensor], step: int, steps: int) -> Tensor:
        return self.kl_weight * total(logits, lambda values: divergence_from_flat(concentrations(values)))

    def mean_weights(self, logits: dict[str, Tensor]) -> EdgeWeights:
        def mean(values: Tensor) -> Tensor:
            c = concentrations(values.detach())
            return c / c.sum(dim=-1, keepdim=True)

        return each_edge(logits, mean)


def concentrations(logits: Tensor) -> Tensor:
    """elu(alpha) + 1 > 0, which is 1 at alpha = 0."""
    return torch.nn.functional.elu(logits) + 1


def draw_dirichlet(concentration: Tensor, generator: torch.Generator) -> Tensor:
    """One draw each [..., k], differentiable in `concentration` [..., k]; drawn in float64, given back in its type.

    `torch.distributions.Dirichlet.rsample` does the same from the global generator and takes no other.
    """
    drawn: Tensor = _DirichletDraw.apply(concentration.double(), generator)  # type: ignore[no-untyped-call]
    return drawn.to(concentration.dtype)


def divergence_from_flat(concentration: Tensor) -> Tensor:
    """KL(Dirichlet(c) || Dirichlet(1)) of each edge, [..., k] -> [...], in nats."""
    size = torch.tensor(float(concentration.shape[-1]))
    whole = concentration.sum(dim=-1)
    normaliser = torch.lgamma(whole) - torch.lgamma(concentration).sum(dim=-1) - torch.lgamma(size)
    spread = torch.digamma(concentration) - torch.digamma(whole).unsqueeze(-1)
    return normaliser + ((concentration - 1) * spread).sum(dim=-1)


class _DirichletDraw(torch.autograd.Function):
    """x ~ Dirichlet(c) with the implicit gradient dx/dc, the arithmetic of `torch.distributions.dirichlet`."""

    @staticmethod
    def forward(ctx: Any, concentration: Tensor, generator: torch.Generator) -> Tensor:
        x = torch._sample_dirichlet(concentration, generator=generator)
        ctx.save_for_backward(x, concentration)
        return x

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        x, concentration = ctx.saved_tensors
        whole = concentration.sum(dim=-1, keepdim=True).expand_as(concentration)
        slope = torch._dirichlet_grad(x, concentration, whole)
        return slope * (gradients[0] - (x * gradients[0]).sum(dim=-1, keepdim=True)), None
