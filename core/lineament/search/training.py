"""Training a network's weights: plain, seeded, resumable after every step; and predicting whole sessions."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253
from torch.utils.checkpoint import checkpoint  # noqa: TID253

from lineament.errors import ModelError
from lineament.models.architecture.network import FacialNetwork, Noise, Scored
from lineament.search.batches import Rows, Sessions, draw_noise
from lineament.search.recipe import Recipe

EdgeWeights = Mapping[str, Tensor]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Target:
    """Scores in standard units of the sessions one trains on: (score - mean) / spread."""

    mean: float
    spread: float

    @classmethod
    def of(cls, scores: FloatArray) -> "Target":
        return cls(float(scores.mean()), max(float(scores.std()), 1e-6))

    def to_json(self) -> dict[str, float]:
        return {"mean": self.mean, "spread": self.spread}


class WeightTraining:
    """AdamW on a network's own weights, cosine rate, Huber loss on score and auxiliary heads, noise from a generator.

    targets: float64[N, 1 + K], scores and the behaviour parameters the network has a head for, standardised here by the
    rows trained on. scales: share of the rate for some parameters by name (warm weights); others get all of it.
    Operation weights are given at every step: a supernet and an architecture train alike. parts: where memory is short,
    a batch's sessions are computed in so many parts, one after the other; the loss is the same up to rounding.
    """

    def __init__(
        self,
        network: FacialNetwork,
        sessions: Sessions,
        rows: Rows,
        targets: FloatArray,
        recipe: Recipe,
        seed: int,
        *,
        steps: int | None = None,
        scales: Mapping[str, float] | None = None,
        parts: int = 1,
    ) -> None:
        self.network, self.sessions, self.recipe = network, sessions, recipe
        self.parts = parts
        self.steps = steps or recipe.steps
        self.target = Target.of(targets[rows, 0])
        self.step_count = 0
        self.tuning = False
        self._rows = torch.from_numpy(rows)
        centre, spread = targets[rows].mean(axis=0), np.maximum(targets[rows].std(axis=0), 1e-6)
        self._behaviour_units = centre[1:], spread[1:]
        self._standard = torch.from_numpy(((targets - centre) / spread).astype(np.float32))
        self._generator = torch.Generator().manual_seed(seed)
        self._scales = dict(scales or {})
        self._parameters = [p for p in network.parameters() if p.requires_grad]
        self._optimiser = torch.optim.AdamW(
            self._groups(), lr=recipe.rate, weight_decay=recipe.weight_decay, fused=True
        )

    def _groups(self) -> list[dict[str, Any]]:
        groups: dict[float, list[nn.Parameter]] = {}
        for name, parameter in self.network.named_parameters():
            share = self._scales.get(name, 1.0)
            if parameter.requires_grad:
                groups.setdefault(share, []).append(parameter)
        return [{"params": parameters, "share": share} for share, parameters in groups.items()]

    def step(self, weights: EdgeWeights) -> float:
        """One optimiser step on one batch of the recipe's; the loss before it."""
        self._set_rate()
        loss = self.loss(weights)
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        # parameters of operations without weight this step have no gradient and rest
        nn.utils.clip_grad_norm_(self._parameters, self.recipe.clip)
        self._optimiser.step()
        self.step_count += 1
        return float(loss.detach())

    def loss(self, weights: EdgeWeights, rows: Tensor | None = None) -> Tensor:
        """float[], on a batch drawn from the rows trained on with noise, or from other `rows` without."""
        noisy, rows = rows is None, self._rows if rows is None else rows
        chosen = rows[torch.randperm(len(rows), generator=self._generator)[: self.recipe.persons]]
        windows, there = self.sessions.choose(chosen, self.recipe.windows, self._generator)
        noise = self._noise(*there.shape) if noisy else None
        if self.parts == 1:
            return self._loss_of(chosen, windows, there, noise, weights)
        losses = []
        for part in torch.arange(len(chosen)).tensor_split(min(self.parts, len(chosen))):
            dropped = None if noise is None else _noise_of(noise, part, len(chosen))
            own = chosen[part], windows[part], there[part], dropped, weights
            # computed again on the way back, so that one part's features are held at a time
            losses.append(checkpoint(self._loss_of, *own, use_reentrant=False) * (len(part) / len(chosen)))
        return torch.stack(losses).sum()

    def _loss_of(
        self, chosen: Tensor, windows: Tensor, there: Tensor, noise: Noise | None, weights: EdgeWeights
    ) -> Tensor:
        scored = self.network(self.sessions.take(chosen, windows, there), weights, noise)
        return score_loss(scored, self._standard[chosen].to(self.sessions.device), self.recipe)

    def _noise(self, sessions: int, windows: int) -> Noise:
        widths, attributes = self.network.widths, len(self.network.attributes)
        noise = draw_noise(self.recipe, sessions, windows, attributes, widths.token, self._generator)
        parts = {name: part.to(self.sessions.device) for name, part in noise._asdict().items()}
        return Noise(**parts)

    def standard_targets(self, rows: Rows) -> Tensor:
        """Scores and behaviour parameters of `rows` in standard units, [n, 1 + K]."""
        return self._standard[torch.from_numpy(rows)]

    def let_behaviour_have_its_units(self) -> None:
        """Once trained: the head for behaviour parameters answers in their own units, not in standard ones."""
        if not self.network.widths.behaviours:
            return
        centre, spread = (torch.from_numpy(part).float().to(self.sessions.device) for part in self._behaviour_units)
        head = self.network.behaviour
        with torch.no_grad():
            head.weight.mul_(spread.unsqueeze(1))
            head.bias.mul_(spread).add_(centre)

    def _set_rate(self) -> None:
        first, last = self.recipe.rate, self.recipe.last_rate
        if self.tuning:
            rate = first * self.recipe.tuning_share
        else:
            done = min(self.step_count / self.steps, 1.0)
            rate = last + (first - last) * 0.5 * (1 + math.cos(math.pi * done))
        for group in self._optimiser.param_groups:
            group["lr"] = rate * group["share"]

    def state_dict(self) -> dict[str, Any]:
        """All that the next step depends on; tensors are copies."""
        moments = self._optimiser.state_dict()["state"]
        return {
            "step": self.step_count,
            "tuning": self.tuning,
            "network": network_state(self.network),
            "moments": {str(i): {k: v.detach().cpu().clone() for k, v in m.items()} for i, m in moments.items()},
            "generator": self._generator.get_state(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from there."""
        self.step_count, self.tuning = int(state["step"]), bool(state["tuning"])
        load_network(self.network, state["network"])
        whole = self._optimiser.state_dict()
        moments = {int(i): {k: torch.as_tensor(v).clone() for k, v in m.items()} for i, m in state["moments"].items()}
        self._optimiser.load_state_dict({**whole, "state": moments})
        self._generator.set_state(torch.as_tensor(state["generator"]))


def _noise_of(noise: Noise, part: Tensor, sessions: int) -> Noise:
    """The noise of some of a batch's sessions, which has a row for each of them, or one for each of their windows."""

    def own(rows: Tensor) -> Tensor:
        return rows.reshape(sessions, -1, *rows.shape[1:])[part.to(rows.device)].flatten(0, 1)

    channels = None if noise.channels is None else own(noise.channels)
    return Noise(own(noise.attributes), own(noise.token), own(noise.session), channels)


def score_loss(scored: Scored, standard: Tensor, recipe: Recipe) -> Tensor:
    """float[]: Huber loss of the score and, weighted, of every attribute's own head [B, A] and of the behaviour
    parameters. standard: [B, 1 + K], score and behaviour parameters."""
    huber = nn.functional.huber_loss
    loss = huber(scored.score, standard[:, 0], delta=recipe.huber)
    if recipe.auxiliary:
        own = standard[:, :1].expand_as(scored.auxiliary)
        loss = loss + recipe.auxiliary * huber(scored.auxiliary, own, delta=recipe.huber)
    if scored.behaviour.shape[1]:
        loss = loss + recipe.behaviour * nn.functional.mse_loss(scored.behaviour, standard[:, 1:])
    return loss


def require_number(loss: float, step: int) -> None:
    """Raises `ModelError` when a loss is no longer a number."""
    if not math.isfinite(loss):
        raise ModelError(
            f"the training loss is {loss} at step {step}",
            remedy="Lower the learning rate, or look for values without bound among the features.",
        )


def predict(network: FacialNetwork, weights: EdgeWeights, sessions: Sessions, rows: Rows, target: Target) -> FloatArray:
    """Scores float64[n] of whole sessions on the scale; the mean for one without a usable window."""
    return predict_both(network, weights, sessions, rows, target)[0]


def predict_both(
    network: FacialNetwork, weights: EdgeWeights, sessions: Sessions, rows: Rows, target: Target, parts: int = 1
) -> tuple[FloatArray, FloatArray]:
    """The same, and what the head for behaviour parameters answers, float64[n, K]. parts: see `Sessions.whole`."""
    standard, behaviour = np.zeros(len(rows)), np.zeros((len(rows), network.widths.behaviours))
    with torch.inference_mode():
        for place, batch in sessions.whole(rows, parts=parts):
            scored = network(batch, weights)
            standard[place] = torch.where(batch.present.any(dim=1), scored.score, 0.0).double().cpu().numpy()
            behaviour[place] = scored.behaviour.double().cpu().numpy()
    return target.mean + target.spread * standard, behaviour


def network_state(network: FacialNetwork) -> dict[str, Tensor]:
    """Weights and buffers by name, as copies on the CPU."""
    return {name: value.detach().cpu().clone() for name, value in network.state_dict().items()}


def load_network(network: FacialNetwork, state: Mapping[str, Any]) -> None:
    """Take every weight from `state`; arrays stand for tensors too."""
    network.load_state_dict({name: torch.as_tensor(value) for name, value in state.items()})


def even_attention(network: FacialNetwork) -> None:
    """Weigh attributes and windows alike from now on: both attentions' last layers are zero and stay so."""
    for scorer in (network.attribute_score, network.moment_score):
        for parameter in scorer.parameters():
            nn.init.zeros_(parameter)
            parameter.requires_grad_(False)
    nn.init.zeros_(network.attribute_bias)
    network.attribute_bias.requires_grad_(False)
