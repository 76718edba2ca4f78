"""Every search method keeps what all of them promise; and the suite that says so notices one that does not."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.models.architecture.space import Genotype
from lineament.search.relaxation import EdgeWeights
from lineament.search.strategies import METHODS, registry, relaxations
from lineament.search.strategies.base import SeededBlackBox
from lineament.search.strategies.random_search import RandomSearch
from lineament.search.strategies.relaxations.darts import Darts
from lineament.search.testing import CONDITIONAL_SPACE, FLAT_SPACE, check_strategy, stored


@pytest.mark.parametrize("name", METHODS)
def test_every_method_passes_the_suite(name: str) -> None:
    check_strategy(name)


class Forgetful(RandomSearch):
    """Loses its generator."""

    def load_state_dict(self, state: Any) -> None:
        fresh = RandomSearch(self.space, 0).state_dict()
        super().load_state_dict({**state, "rng": fresh["rng"]})


class Global(RandomSearch):
    """Draws from NumPy's global generator."""

    def _propose(self) -> Genotype:
        np.random.rand()  # noqa: NPY002
        return super()._propose()


class Everything(RandomSearch):
    """Answers with choices for edges that do not exist."""

    def _propose(self) -> Genotype:
        return Genotype(tuple((edge.name, edge.candidates[0]) for edge in self.space.edges))


class Unseeded(RandomSearch):
    """Has another seed each time."""

    made = 0

    def __init__(self, space: Any, seed: int) -> None:
        Unseeded.made += 1
        super().__init__(space, Unseeded.made)


class NotJson(RandomSearch):
    """Puts an infinity into its state."""

    def _state(self) -> dict[str, Any]:
        return {"best": math.inf}


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        (Forgetful, "differs from the uninterrupted one"),
        (Global, "global random generator"),
        (Everything, "asked for what the space does not have"),
        (Unseeded, "the same seed gave another search"),
        (NotJson, "not JSON compliant"),
    ],
)
def test_the_suite_notices_a_broken_black_box(
    broken: type[SeededBlackBox], complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry._BLACK_BOXES, "random", broken)
    with pytest.raises(Exception, match=complaint):
        check_strategy("random")


class GlobalNoise(Darts):
    """Draws from torch's global generator."""

    def sample(self, logits: dict[str, Tensor], step: int, steps: int, generator: torch.Generator) -> EdgeWeights:
        torch.rand(())
        return super().sample(logits, step, steps, generator)


class Hidden(Darts):
    """Keeps something to itself that its next sample depends on."""

    def __init__(self) -> None:
        self.calls = 0

    def sample(self, logits: dict[str, Tensor], step: int, steps: int, generator: torch.Generator) -> EdgeWeights:
        self.calls += 1
        return super().sample({name: values * self.calls for name, values in logits.items()}, step, steps, generator)


class Unnormalised(Darts):
    """Its weights do not sum to 1."""

    def mean_weights(self, logits: dict[str, Tensor]) -> EdgeWeights:
        return {name: values.detach().exp() for name, values in logits.items()}


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        (GlobalNoise, "global random generator"),
        (Hidden, "differs from the uninterrupted"),
        (Unnormalised, "do not sum to 1"),
    ],
)
def test_the_suite_notices_a_broken_differentiable_method(
    broken: Callable[[], Darts], complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(relaxations.RELAXATIONS, "darts", broken)
    with pytest.raises(AssertionError, match=complaint):
        check_strategy("darts")


def test_stored_refuses_what_json_and_arrays_cannot_hold() -> None:
    assert stored({"a": {"b": [1, 2.5, None]}}) == {"a": {"b": [1, 2.5, None]}}
    assert isinstance(stored(torch.ones(2)), np.ndarray)
    for bad in ({1: "key"}, {"a": {1, 2}}, {"a": [torch.ones(1)]}):
        with pytest.raises(AssertionError):
            stored(bad)


def test_the_suite_has_the_spaces_it_speaks_of() -> None:
    assert FLAT_SPACE.size == 72
    assert CONDITIONAL_SPACE.size == 2 + 2 + 2 + 1  # skip, pool, two widths of conv; two graphs; none
    assert "lost" not in {edge.name for edge in CONDITIONAL_SPACE.possible()}
