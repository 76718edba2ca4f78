"""K networks of one structure as one: every weight has a leading axis K, and no network hears of another."""

import copy
from collections.abc import Mapping, Sequence
from typing import NamedTuple, cast

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253
from torch.func import functional_call, stack_module_state, vmap  # noqa: TID253

from lineament.models.architecture.network import Batch, FacialNetwork, Noise, Scored
from lineament.search.recipe import Recipe
from lineament.search.training import EdgeWeights, score_loss

State = Mapping[str, Tensor]


class Inputs(NamedTuple):
    """What a step of one network needs, or of K, where every tensor has a leading K. standard: [B], scores in standard
    units."""

    batch: Batch
    noise: Noise
    standard: Tensor

    def tensors(self) -> list[Tensor]:
        """All of them, in one order."""
        return [t for t in (*self.batch, *self.noise, self.standard) if t is not None]


class BatchedNetworks:
    """K networks of equal structure, by `torch.func.vmap` over their stacked weights.

    parameters, buffers: by name, [K, ...], on the networks' device; the networks themselves are copied and left alone.
    Raises `RuntimeError` where a weight learns in one network and not in another.
    """

    def __init__(self, networks: Sequence[FacialNetwork]) -> None:
        self.count = len(networks)
        self.parameters, self.buffers = stack_module_state(list(networks))
        # It gives the structure alone: on "meta" it has no numbers that could be used by mistake.
        self._structure = copy.deepcopy(networks[0]).to("meta")
        self._kept = tuple(self._structure.state_dict())

    def score(self, batch: Batch, weights: EdgeWeights, noise: Noise | None = None) -> Scored:
        """As `FacialNetwork.forward`, all with a leading K, operation weights [K, k] included."""

        def one(parameters: State, buffers: State, *rest: object) -> Scored:
            return cast(Scored, functional_call(self._structure, (dict(parameters), dict(buffers)), rest))

        depths = (0, 0, 0, 0, None if noise is None else 0)
        return vmap(one, in_dims=depths)(self.parameters, self.buffers, batch, dict(weights), noise)

    def losses(self, inputs: Inputs, weights: EdgeWeights, recipe: Recipe) -> Tensor:
        """float[K], each network's own `score_loss`."""
        scored = self.score(inputs.batch, weights, inputs.noise)

        def one(own: Scored, standard: Tensor) -> Tensor:
            return score_loss(own, standard, recipe)

        return vmap(one)(scored, inputs.standard)

    def state(self, place: int) -> dict[str, Tensor]:
        """The `state_dict` of one of the networks, as copies on the CPU."""
        all_of_them = {**self.parameters, **self.buffers}
        return {name: all_of_them[name][place].detach().cpu().clone() for name in self._kept}


def stack_inputs(inputs: Sequence[Inputs], device: torch.device) -> Inputs:
    """What K runs drew as one, on a device; their batches must be of one size."""
    batches, noises, standard = zip(*inputs, strict=True)
    # stacked where it was drawn and then moved: one transfer for all K
    return Inputs(Batch(*_stacked(batches, device)), Noise(*_stacked(noises, device)), torch.stack(standard).to(device))


def for_each(weights: EdgeWeights, count: int, device: torch.device) -> dict[str, Tensor]:
    """Operation weights [k] that `count` networks share, as [count, k] on a device."""
    return {name: values.to(device).expand(count, *values.shape).contiguous() for name, values in weights.items()}


def clip_each(gradients: Sequence[Tensor], longest: float) -> Tensor:
    """Shorten each network's gradient, its slices of all `gradients` [K, ...] together, to `longest`, in place; the
    lengths before, float[K]. For one network it is `torch.nn.utils.clip_grad_norm_`."""
    lengths: Tensor = torch.stack([g.reshape(len(g), -1).norm(dim=1) for g in gradients]).norm(dim=0)
    shares = (longest / (lengths + 1e-6)).clamp_max(1.0)
    for gradient in gradients:
        gradient.mul_(shares.view(-1, *[1] * (gradient.dim() - 1)))
    return lengths


def _stacked(parts: Sequence[Sequence[Tensor]], device: torch.device) -> list[Tensor]:
    return [torch.stack(column).to(device) for column in zip(*parts, strict=True)]
