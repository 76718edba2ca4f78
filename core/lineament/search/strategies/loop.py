"""The loop of a differentiable search: network weights and operation weights in turn, resumable after every step.

Schedules count optimiser steps, never epochs: with a hundred persons an epoch is three steps, and the rates published
for epochs of 391 steps leave the operation weights where they began.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.search.relaxation import EdgeWeights, Relaxed, entropy
from lineament.search.strategies.base import Differentiable, derived_seed, require_owner
from lineament.search.strategies.errors import StrategyError
from lineament.search.strategies.registry import differentiable

_TRAVEL = 9.0
"""How far Adam can carry a logit in the default schedule: 450 steps at 2e-2."""
_FASTEST = 0.1
_INITIAL_SPREAD = 1e-3


@dataclass(frozen=True)
class ScheduleSettings:
    """steps: of the search; frozen: the share of them at the start in which the logits rest; rate, betas: Adam's."""

    steps: int = 600
    frozen: float = 0.25
    rate: float = 2e-2
    betas: tuple[float, float] = (0.5, 0.999)

    def __post_init__(self) -> None:
        if self.steps < 1 or not 0 <= self.frozen <= 1 or self.rate <= 0:
            raise StrategyError(
                f"a search of {self.steps} steps, {self.frozen:g} of them frozen, at rate {self.rate:g} cannot be run",
                remedy="Give it at least one step, a frozen share from 0 to 1 and a positive rate.",
            )

    @classmethod
    def for_steps(cls, steps: int, frozen: float = 0.25) -> "ScheduleSettings":
        """With the rate scaled so that the logits can travel as far as by default, though never above 0.1."""
        learning = max(steps - int(frozen * steps), 1)
        return cls(steps, frozen, min(_TRAVEL / learning, _FASTEST))

    @property
    def frozen_steps(self) -> int:
        return int(self.frozen * self.steps)


@dataclass(frozen=True)
class StepRecord:
    """What a monitor wants of one step.

    step counts from 1; architecture_loss and regulariser are None while the logits rest; weights: edge -> mean weight
    of every candidate after the step; entropies: edge -> 0 (decided) to 1 (uniform).
    """

    step: int
    training_loss: float
    architecture_loss: float | None
    regulariser: float | None
    weights: dict[str, tuple[float, ...]]
    entropies: dict[str, float]


class DifferentiableSearch:
    """Trains a relaxed network and its operation weights; choosing an architecture is `selection`'s affair."""

    def __init__(
        self, relaxed: Relaxed, method: str | Differentiable, settings: ScheduleSettings | None = None, seed: int = 0
    ) -> None:
        self.relaxed = relaxed
        self.method = differentiable(method) if isinstance(method, str) else method
        self.settings = settings or ScheduleSettings()
        self.space = relaxed.space
        self.steps_done = 0
        self._generator = torch.Generator().manual_seed(derived_seed(seed, "differentiable", self.method.name))
        self._possible = self.space.possible()
        self._sizes = {edge.name: len(edge.candidates) for edge in self._possible if len(edge.candidates) > 1}
        # one vector for all edges: the optimiser's cost is by the tensor, not by the number
        initial = _INITIAL_SPREAD * torch.randn(sum(self._sizes.values()), generator=self._generator)
        self._alpha = initial.requires_grad_()
        self._optimiser = torch.optim.Adam([self._alpha], lr=self.settings.rate, betas=self.settings.betas)

    @property
    def finished(self) -> bool:
        return self.steps_done >= self.settings.steps

    def mean_weights(self) -> EdgeWeights:
        """The expected operation weights of every edge."""
        return self._complete(self.method.mean_weights(self._logits()))

    def step(self) -> StepRecord:
        """One step of the logits (unless they rest) and one of the network's weights.

        Raises `StrategyError` when a loss is no longer a number, or when the search is finished.
        """
        if self.finished:
            raise StrategyError("the search is finished", remedy="Choose an architecture from its weights.")
        loss = penalty = None
        if self.method.learns and self._sizes and self.steps_done >= self.settings.frozen_steps:
            loss, penalty = self._architecture_step()
        with torch.no_grad():
            weights = self._draw()
        training = self.relaxed.weight_step(weights)
        self._require_number(training, "training")
        self.steps_done += 1
        mean = {name: tuple(values.tolist()) for name, values in self.mean_weights().items()}
        return StepRecord(
            step=self.steps_done,
            training_loss=training,
            architecture_loss=loss,
            regulariser=penalty,
            weights=mean,
            entropies={name: entropy(values) for name, values in mean.items()},
        )

    def _architecture_step(self) -> tuple[float, float]:
        loss = self.relaxed.architecture_loss(self._draw()).cpu()
        penalty = self.method.regulariser(self._logits(), self.steps_done, self.settings.steps)
        self._require_number(float(loss.detach()), "validation")
        # only the logits' gradient is wanted: the network's own is neither computed nor left behind
        (self._alpha.grad,) = torch.autograd.grad(loss + penalty, self._alpha)
        self._optimiser.step()
        return float(loss.detach()), float(penalty.detach())

    def _logits(self) -> dict[str, Tensor]:
        """Edge -> float[k], views of the one vector."""
        return dict(zip(self._sizes, torch.split(self._alpha, list(self._sizes.values())), strict=True))

    def _draw(self) -> EdgeWeights:
        logits = self._logits()
        return self._complete(self.method.sample(logits, self.steps_done, self.settings.steps, self._generator))

    def _complete(self, weights: EdgeWeights) -> EdgeWeights:
        """With [1.] for the edges that offer no choice."""
        return {edge.name: weights[edge.name] if edge.name in weights else torch.ones(1) for edge in self._possible}

    def _require_number(self, loss: float, which: str) -> None:
        if not math.isfinite(loss):
            raise StrategyError(
                f"the {which} loss of the search is {loss} at step {self.steps_done + 1}",
                remedy="Lower the learning rate, or look for values without bound among the features.",
            )

    def state_dict(self) -> dict[str, Any]:
        """Logits, optimiser, generator, count of steps and the relaxed network's state; tensors are copies."""
        return {
            "strategy": self.method.name,
            "space": self.space.content_hash,
            "step": self.steps_done,
            "logits": {name: values.detach().clone() for name, values in self._logits().items()},
            "moments": {key: value.clone() for key, value in self._optimiser.state[self._alpha].items()},
            "generator": self._generator.get_state(),
            "relaxed": self.relaxed.state_dict(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from there; arrays will do for tensors.

        Raises `StrategyError` for the state of another method or space.
        """
        require_owner(state, self.method.name, self.space)
        self.steps_done = int(state["step"])
        with torch.no_grad():
            for name, values in self._logits().items():
                values.copy_(torch.as_tensor(state["logits"][name]))
        moments = {key: torch.as_tensor(value).clone() for key, value in state["moments"].items()}
        self._optimiser.state[self._alpha] = moments
        self._generator.set_state(torch.as_tensor(state["generator"]))
        self.relaxed.load_state_dict(state["relaxed"])
