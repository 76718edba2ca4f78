"""An optimiser's rates as a function of the step, and its state as tensors by name."""

import math
from collections.abc import Mapping, Sequence

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253


def set_rates(optimiser: torch.optim.Optimizer, rates: Sequence[float], warm_up: float, step: int, steps: int) -> None:
    """The rate of each group at one step: a rise over the first `warm_up` of all steps, then a cosine to nothing.

    A function of the step's number alone, so that a resumed run needs no memory of it.
    """
    warm = max(round(warm_up * steps), 1)
    share = (step + 1) / warm if step < warm else 0.5 * (1 + math.cos(math.pi * (step - warm) / max(steps - warm, 1)))
    for group, rate in zip(optimiser.param_groups, rates, strict=True):
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
