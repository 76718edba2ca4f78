"""The optimiser with two rates, and its state as tensors by name."""

import math
from collections.abc import Mapping

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.models.dj_ldml.network import DjLdmlNetwork
from lineament.training.dj_ldml_config import OptimiserSettings


def make_optimiser(network: DjLdmlNetwork, settings: OptimiserSettings) -> torch.optim.Optimizer:
    """AdamW or SGD; the first group is the backbone, the second the heads."""
    heads = [*network.logits.parameters(), *network.embedding.parameters()]
    groups = [{"params": list(network.backbone.parameters())}, {"params": heads}]
    if settings.kind == "sgd":
        return torch.optim.SGD(
            groups, lr=settings.head_rate, momentum=settings.momentum, weight_decay=settings.weight_decay
        )
    return torch.optim.AdamW(groups, lr=settings.head_rate, weight_decay=settings.weight_decay)


def set_rates(optimiser: torch.optim.Optimizer, settings: OptimiserSettings, step: int, steps: int) -> None:
    """The rates of one step; a function of its number alone, so that a resumed run needs no memory of them."""
    warm = max(round(settings.warm_up * steps), 1)
    share = (step + 1) / warm if step < warm else 0.5 * (1 + math.cos(math.pi * (step - warm) / max(steps - warm, 1)))
    for group, rate in zip(optimiser.param_groups, (settings.backbone_rate, settings.head_rate), strict=True):
        group["lr"] = rate * share


def optimiser_state(optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    """What it remembers of each parameter, as "number.name"; parameters without a gradient so far have nothing."""
    state = optimiser.state_dict()["state"]
    return {f"{i}.{name}": value for i, own in state.items() for name, value in own.items() if value is not None}


def restore_optimiser(optimiser: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Take back what `optimiser_state` gave, in the parameters' own layout: sums may depend on it in the last bit."""
    parameters = [p for group in optimiser.param_groups for p in group["params"]]
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        number, name = key.split(".")
        like = parameters[int(number)]
        own = torch.zeros_like(like) if value.shape == like.shape else torch.zeros_like(value)
        state.setdefault(int(number), {})[name] = own.copy_(value)
    optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})
