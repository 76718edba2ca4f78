"""Training K runs of one architecture together: each with its own fold, seed, batches and noise, as if alone."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.search.batched.networks import BatchedNetworks, Inputs, clip_each, for_each, stack_inputs
from lineament.search.batched.stepping import Capture, Captured, cuda_graph
from lineament.search.batches import draw_noise
from lineament.search.phases.common import Bench
from lineament.search.training import EdgeWeights


class Member:
    """One of the runs: what it trains on and the generator it draws from, in the order `WeightTraining` does."""

    def __init__(self, bench: Bench) -> None:
        self.training = bench.training
        self.generator = torch.Generator()
        self.generator.set_state(self.training.state_dict()["generator"])
        self._rows = torch.from_numpy(bench.fitted)

    def draw(self) -> Inputs:
        """What the next step needs; the batch on its device, the rest where it was drawn."""
        training, recipe = self.training, self.training.recipe
        network = training.network
        chosen = self._rows[torch.randperm(len(self._rows), generator=self.generator)[: recipe.persons]]
        batch = training.sessions.draw(chosen, recipe.windows, self.generator)
        count, windows = batch.present.shape
        noise = draw_noise(recipe, count, windows, len(network.attributes), network.widths.token, self.generator)
        return Inputs(batch, noise, training.standard_targets(chosen.numpy()))


class BatchedTraining:
    """`WeightTraining` of K benches at once; results equal K trainings one by one up to rounding.

    All benches have one architecture, recipe and number of steps, are at the same step, draw batches of one size
    (`batch_size`), and no weight of theirs has a rate of its own. Operation weights of a step are given once for all
    networks, [k], or for each, [K, k].

    On a GPU forward pass, loss, backward pass, clipping and optimiser are captured once in a CUDA graph and repeated
    from then on (not yet run on a GPU); `warn` gets the reason where that fails. capture: another way of capturing, for
    tests; without it a CPU captures nothing.
    """

    def __init__(
        self,
        benches: Sequence[Bench],
        *,
        capture: Capture | None = None,
        warn: Callable[[str], None] = lambda reason: None,
    ) -> None:
        first = benches[0].training
        self.benches, self.recipe, self.steps = list(benches), first.recipe, first.steps
        self.device = first.sessions.device
        on_gpu = self.device.type == "cuda"
        self._capture = cuda_graph if capture is None and on_gpu else capture
        self._warn = warn
        self._take_over()

    def _take_over(self) -> None:
        """Begin where the benches' own trainings are."""
        trainings = [bench.training for bench in self.benches]
        steps = {training.step_count for training in trainings}
        if len(steps) != 1:
            raise ValueError(f"runs at steps {sorted(steps)} cannot go on together")
        self.step_count = steps.pop()
        self.members = [Member(bench) for bench in self.benches]
        self.networks = BatchedNetworks([training.network for training in trainings])
        self._learned = [p for p in self.networks.parameters.values() if p.requires_grad]
        self._optimiser = self._make_optimiser()
        self._load_moments([training.state_dict()["moments"] for training in trainings])
        self._run: Captured | None = None

    def _make_optimiser(self) -> torch.optim.AdamW:
        """Elementwise, so that one on stacked weights is K."""
        on_gpu = self.device.type == "cuda"
        # a graph reads the rate from where it was when captured, so there it is a tensor
        rate = torch.tensor(self.recipe.rate, device=self.device) if on_gpu else self.recipe.rate
        return torch.optim.AdamW(
            self._learned, lr=rate, weight_decay=self.recipe.weight_decay, fused=True, capturable=on_gpu
        )

    def step(self, weights: EdgeWeights) -> Tensor:
        """One optimiser step of every run; their losses before it, float[K] on the device."""
        self._set_rate()
        inputs = stack_inputs([member.draw() for member in self.members], self.device)
        chosen = self._for_each(weights)
        if self._capture is None:
            losses = self._update(inputs, chosen)
        else:
            losses = self._captured(inputs, chosen)([*inputs.tensors(), *chosen.values()]).clone()
        self.step_count += 1
        return losses

    def _for_each(self, weights: EdgeWeights) -> dict[str, Tensor]:
        """Both forms of operation weights as [K, k]."""
        count, device = self.networks.count, self.device
        alike = {name: values for name, values in weights.items() if values.dim() == 1}
        expanded = for_each(alike, count, device)
        # sorted: a graph knows them by their order alone
        return {name: expanded[name] if name in expanded else weights[name].to(device) for name in sorted(weights)}

    def _captured(self, inputs: Inputs, weights: dict[str, Tensor]) -> Captured:
        if self._run is None:
            static, own = inputs, {name: values.clone() for name, values in weights.items()}
            tensors = [*static.tensors(), *own.values()]
            assert self._capture is not None
            self._run = Captured(lambda: self._update(static, own), tensors, self._capture, self._warn)
        return self._run

    def _update(self, inputs: Inputs, weights: Mapping[str, Tensor]) -> Tensor:
        """Everything of a step that happens on the device."""
        self._optimiser.zero_grad(set_to_none=True)
        losses = self.networks.losses(inputs, weights, self.recipe)
        losses.sum().backward()  # type: ignore[no-untyped-call]
        clip_each([p.grad for p in self._learned if p.grad is not None], self.recipe.clip)
        self._optimiser.step()
        return losses.detach()

    def _set_rate(self) -> None:
        first, last = self.recipe.rate, self.recipe.last_rate
        done = min(self.step_count / self.steps, 1.0)
        rate = last + (first - last) * 0.5 * (1 + math.cos(math.pi * done))
        for group in self._optimiser.param_groups:
            if isinstance(group["lr"], Tensor):
                group["lr"].fill_(rate)
            else:
                group["lr"] = rate

    def member_state(self, place: int) -> dict[str, Any]:
        """The state of one run in `WeightTraining`'s own form, so that either can go on from it."""
        moments = {}
        for i, parameter in enumerate(self._learned):
            kept = self._optimiser.state.get(parameter)
            if kept:
                moments[str(i)] = {
                    name: (value if name == "step" else value[place]).detach().cpu().clone()
                    for name, value in kept.items()
                }
        return {
            "step": self.step_count,
            "tuning": False,
            "network": self.networks.state(place),
            "moments": moments,
            "generator": self.members[place].generator.get_state(),
        }

    def _load_moments(self, moments: Sequence[Mapping[str, Mapping[str, Tensor]]]) -> None:
        state = {}
        for i in moments[0]:
            kept = {n: torch.stack([m[i][n] for m in moments]) for n in moments[0][i] if n != "step"}
            state[int(i)] = {**kept, "step": moments[0][i]["step"].clone()}
        if state:
            self._optimiser.load_state_dict({**self._optimiser.state_dict(), "state": state})

    def state_dict(self) -> dict[str, Any]:
        """All that the next step depends on; tensors are copies on the CPU."""
        return {"members": [self.member_state(place) for place in range(len(self.members))]}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from there. Raises `ValueError` for another number of runs."""
        for bench, own in zip(self.benches, state["members"], strict=True):
            bench.training.load_state_dict(own)
        self._take_over()

    def hand_back(self) -> None:
        """Give every bench's own training the state its run is in here."""
        for place, bench in enumerate(self.benches):
            bench.training.load_state_dict(self.member_state(place))


def batch_size(bench: Bench) -> int:
    """Sessions of a batch: those of a small fold are fewer than the recipe's."""
    return min(bench.training.recipe.persons, len(bench.fitted))
