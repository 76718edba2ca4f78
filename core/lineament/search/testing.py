"""Tests of search methods: a supernet whose every loss is known, and one suite that every method must pass.

`AnalyticSupernet` puts a table of accuracies in the place of a network, so that a method's real code meets a real
search space without pictures or training. `check_strategy(name)` is to search methods what `check_estimator` is to
scikit-learn's estimators.
"""

import itertools
import json
import math
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.models.architecture.space import Edge, Genotype, SearchSpace
from lineament.search.relaxation import EdgeWeights, Relaxed, uniform_weights
from lineament.search.strategies import BlackBox, black_box, method_named
from lineament.search.strategies.base import derived_seed
from lineament.search.strategies.errors import StrategyError
from lineament.search.strategies.loop import DifferentiableSearch, ScheduleSettings
from lineament.search.strategies.selection import PerturbationSelection, argmax_genotype


class AnalyticSupernet:
    """loss = -E[accuracy] when every edge's candidate is drawn by its weights: the table contracted with the weights.

    table: accuracy of every genotype of `space`, whose possible edges may have some 10^6 combinations together. noise:
    how much a batch's loss differs from the truth (standard deviation of a random linear term in the weights, in the
    table's units; seeded): 0 gives the exact gradient. There are no network weights: a weight step only counts.
    """

    def __init__(
        self, table: Mapping[Genotype, float], space: SearchSpace, *, noise: float = 0.0, seed: int = 0
    ) -> None:
        self._space = space
        self._edges = space.possible()
        names = [edge.name for edge in self._edges]
        accuracies = [
            table[space.genotype(dict(zip(names, combination, strict=True)))]
            for combination in itertools.product(*(edge.candidates for edge in self._edges))
        ]
        self._accuracies = torch.tensor(accuracies, dtype=torch.float64)
        self._noise = noise
        self._generator = torch.Generator().manual_seed(seed)
        self.weight_steps = 0

    @property
    def space(self) -> SearchSpace:
        return self._space

    def expected_accuracy(self, weights: EdgeWeights) -> Tensor:
        """float64[], differentiable in the weights."""
        remaining = self._accuracies
        for edge in self._edges:
            remaining = weights[edge.name].double() @ remaining.view(len(edge.candidates), -1)
        return remaining.squeeze()

    def architecture_loss(self, weights: EdgeWeights) -> Tensor:
        loss = -self.expected_accuracy(weights)
        if self._noise:
            for edge in self._edges:
                slope = torch.randn(len(edge.candidates), generator=self._generator, dtype=torch.float64)
                loss = loss + self._noise * (slope * weights[edge.name]).sum()
        return loss

    def weight_step(self, weights: EdgeWeights) -> float:
        self.weight_steps += 1
        return self.validation_loss(weights)

    def validation_loss(self, weights: EdgeWeights) -> float:
        return -float(self.expected_accuracy(weights).detach())

    def state_dict(self) -> dict[str, Any]:
        return {"weight_steps": self.weight_steps, "generator": self._generator.get_state()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.weight_steps = int(state["weight_steps"])
        self._generator.set_state(torch.as_tensor(state["generator"]))


def search_to_end(
    relaxed: Relaxed, method: str, settings: ScheduleSettings, seed: int, *, tuning_steps: int = 1
) -> Genotype:
    """What the differentiable method `method` finds: its whole loop, then its own way of choosing."""
    search = DifferentiableSearch(relaxed, method, settings, seed)
    while not search.finished:
        search.step()
    if method_named(method).selection == "argmax":
        return argmax_genotype(relaxed.space, search.mean_weights())
    selection = PerturbationSelection(relaxed, search.mean_weights(), tuning_steps=tuning_steps, seed=seed)
    while not selection.finished:
        selection.step()
    return selection.genotype()


def share_of_gap(table: Mapping[Genotype, float], genotype: Genotype) -> float:
    """How much of the way from the mean accuracy of all architectures (0) to the best (1) an architecture goes."""
    accuracies = np.fromiter(table.values(), float)
    return float((table[genotype] - accuracies.mean()) / (accuracies.max() - accuracies.mean()))


def synthetic_table(space: SearchSpace, seed: int, *, interaction: float = 0.2) -> dict[Genotype, float]:
    """Accuracies of all architectures of a small space: an effect of every choice, and some of every two (seeded)."""
    rng = np.random.default_rng(seed)
    choices = [(edge.name, candidate) for edge in space.possible() for candidate in edge.candidates]
    alone = dict(zip(choices, rng.normal(size=len(choices)), strict=True))
    pairs = list(itertools.combinations(choices, 2))
    together = dict(zip(pairs, interaction * rng.normal(size=len(pairs)), strict=True))
    names = [edge.name for edge in space.possible()]
    table = {}
    for combination in itertools.product(*(edge.candidates for edge in space.possible())):
        genotype = space.genotype(dict(zip(names, combination, strict=True)))
        pairwise = sum(together[pair] for pair in itertools.combinations(genotype.choices, 2))
        table[genotype] = float(sum(alone[choice] for choice in genotype.choices) + pairwise)
    return table


_OPERATIONS = ("skip", "conv", "pool")
FLAT_SPACE = SearchSpace("flat", tuple(Edge(f"edge{i}", _OPERATIONS[: 2 + i % 2]) for i in range(5)))
ONE_ARCHITECTURE = SearchSpace("one architecture", (Edge("a", ("skip",)), Edge("b", ("conv",), when=("a", "skip"))))
CONDITIONAL_SPACE = SearchSpace(
    "conditional",
    (
        Edge("entry", ("series",)),
        Edge("family", ("cnn", "gnn", "none")),
        Edge("kernel", _OPERATIONS, when=("family", "cnn")),
        Edge("width", ("3", "5"), when=("kernel", "conv")),
        Edge("graph", ("full", "learned"), when=("family", "gnn")),
        Edge("lost", _OPERATIONS, when=("family", "rnn")),
    ),
)
"""Nested conditions, an edge that offers no choice, one that no architecture has."""
SPACES = (FLAT_SPACE, ONE_ARCHITECTURE, CONDITIONAL_SPACE)

_ROUNDS = 25


def check_strategy(name: str) -> None:
    """Raises `AssertionError` where the search method `name` breaks what every method promises.

    It finds valid architectures only, in spaces with conditions, without a choice and with a loss that is no number;
    the same seed gives the same search; state saved at a random moment and loaded elsewhere goes on exactly; black
    boxes have JSON for state; no global generator is touched; another method's or space's state is refused.
    """
    check = _check_differentiable if method_named(name).differentiable else _check_black_box
    with _global_generators_untouched(name):
        for space in SPACES:
            check(name, space)


def _check_black_box(name: str, space: SearchSpace) -> None:
    table = synthetic_table(space, seed=0)
    whole, again, other = (_asked(black_box(name, space, seed), table, range(_ROUNDS)) for seed in (3, 3, 4))
    assert whole == again, f"{name}: the same seed gave another search"
    assert space.size == 1 or whole != other, f"{name}: two seeds gave the same search"
    for stop in _stops(name, _ROUNDS):
        interrupted = black_box(name, space, 3)
        first = _asked(interrupted, table, range(stop))
        state = json.loads(json.dumps(interrupted.state_dict(), allow_nan=False))
        resumed = black_box(name, space, 99)
        resumed.load_state_dict(state)
        rest = _asked(resumed, table, range(stop, _ROUNDS))
        assert first + rest == whole, f"{name}: the search resumed at round {stop} differs from the uninterrupted one"
        _assert_refused(resumed, state)


def _stops(name: str, steps: int) -> list[int]:
    """A random step in either half of a search, so that both parts of a method with two are stopped in."""
    rng = np.random.default_rng(derived_seed(0, name))
    middle = steps // 2
    return [int(rng.integers(1, middle + 1)), int(rng.integers(middle + 1, steps))]


def _asked(strategy: BlackBox, table: Mapping[Genotype, float], rounds: range) -> list[Genotype]:
    """What it asks for in these rounds: two a round, told in the opposite order; some losses are not numbers."""
    asked: list[Genotype] = []
    for index in rounds:
        pair = [strategy.ask(), strategy.ask()]
        for genotype in reversed(pair):
            assert genotype in table, f"{strategy.name} asked for what the space does not have: {genotype}"
            strategy.tell(genotype, (math.nan, math.inf)[index % 2] if index % 7 == 6 else -table[genotype])
        asked += pair
    return asked


def _check_differentiable(name: str, space: SearchSpace) -> None:
    whole = _Course(name, space).to_end()
    space.validate(whole.genotype())
    assert _Course(name, space).to_end().records == whole.records, f"{name}: the same seed gave another search"
    for stop in _stops(name, len(whole.records)):
        interrupted = _Course(name, space)
        for _ in range(stop):
            interrupted.advance()
        state = stored(interrupted.state_dict())
        resumed = _Course(name, space, seed=99)
        resumed.load_state_dict(state)
        rest = resumed.to_end().records
        assert rest == whole.records[stop:], f"{name}: resumed at step {stop}, it differs from the uninterrupted"
        assert resumed.genotype() == whole.genotype(), f"{name}: resumed, it found another architecture"
        assert interrupted.to_end().records == whole.records, f"{name}: saving its state changed the search"
        _assert_refused(resumed.search, state["search"])


class _Course:
    """A differentiable method's whole search, with a noisy relaxed network, in single steps."""

    def __init__(self, name: str, space: SearchSpace, seed: int = 3) -> None:
        self.relaxed = AnalyticSupernet(synthetic_table(space, seed=0), space, noise=0.5, seed=seed)
        self.search = DifferentiableSearch(self.relaxed, name, ScheduleSettings.for_steps(_ROUNDS), seed)
        self.selection: PerturbationSelection | None = None
        self._selects = method_named(name).selection == "perturbation"
        self._seed = seed
        self.records: list[Any] = []

    def to_end(self) -> "_Course":
        while self.advance():
            pass
        return self

    def advance(self) -> bool:
        """One step; False when there is none left."""
        if not self.search.finished:
            record = self.search.step()
            _assert_weights(self.relaxed.space, self.search.mean_weights())
            self.records.append(record)
            return True
        if self._selects and self.selection is None:
            self.selection = self._new_selection()
        if self.selection is None or self.selection.finished:
            return False
        self.records.append(self.selection.step())
        return True

    def _new_selection(self) -> PerturbationSelection:
        return PerturbationSelection(self.relaxed, self.search.mean_weights(), tuning_steps=2, seed=self._seed)

    def genotype(self) -> Genotype:
        if self.selection is not None:
            return self.selection.genotype()
        return argmax_genotype(self.relaxed.space, self.search.mean_weights())

    def state_dict(self) -> dict[str, Any]:
        selection = self.selection.state_dict() if self.selection is not None else None
        return {"seed": self._seed, "search": self.search.state_dict(), "selection": selection}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self._seed = state["seed"]
        self.search.load_state_dict(state["search"])
        if state["selection"] is not None:
            self.selection = self._new_selection()
            self.selection.load_state_dict(state["selection"])


def stored(state: Any) -> Any:
    """A state as it comes back from a file: tensors as arrays, all else through JSON.

    Raises `AssertionError` where it holds anything that a file of JSON and arrays cannot.
    """
    if isinstance(state, Tensor):
        return state.numpy().copy()
    if isinstance(state, np.ndarray):
        return state.copy()
    if isinstance(state, Mapping):
        assert all(isinstance(key, str) for key in state), "a state has keys that are not text"
        return {key: stored(value) for key, value in state.items()}
    try:
        return json.loads(json.dumps(state))
    except TypeError as error:
        raise AssertionError(f"a state holds what JSON and arrays cannot: {error}") from None


def _assert_weights(space: SearchSpace, weights: EdgeWeights) -> None:
    expected = uniform_weights(space)
    assert weights.keys() == expected.keys(), "there are not weights for exactly the possible edges"
    for edge, values in weights.items():
        assert values.shape == expected[edge].shape, f"{edge} has {values.shape} weights"
        assert bool((values >= 0).all()), f"{edge} has a weight below 0 or not a number"
        assert abs(float(values.sum()) - 1) < 1e-5, f"the weights of {edge} do not sum to 1"


def _assert_refused(strategy: Any, state: Mapping[str, Any]) -> None:
    for key in ("strategy", "space"):
        try:
            strategy.load_state_dict({**state, key: "another"})
        except StrategyError:
            continue
        raise AssertionError(f"the state of another {key} was taken")


@contextmanager
def _global_generators_untouched(name: str) -> Iterator[None]:
    before = _global_states()
    yield
    assert _global_states() == before, f"{name} used a global random generator"


def _global_states() -> tuple[Any, ...]:
    legacy = np.random.get_state(legacy=False)  # noqa: NPY002 - to see that nobody uses it
    return (
        random.getstate(),
        legacy["state"]["key"].tobytes(),
        legacy["state"]["pos"],
        torch.get_rng_state().numpy().tobytes(),
    )
