"""The two kinds of search strategy and what the kinds share; nothing here needs torch.

A black box is asked for an architecture and told its loss; who trains the network, where and how long, is not its
affair. A differentiable method says how operation weights are drawn from logits; the loop that trains both is
`loop.py`.
"""

import hashlib
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np

from lineament.models.architecture.space import Genotype, SearchSpace
from lineament.search.strategies.errors import StrategyError

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from lineament.search.relaxation import EdgeWeights


class BlackBox(Protocol):
    """Asks for architectures, is told their losses (lower is better). State is plain JSON."""

    @property
    def name(self) -> str: ...

    def ask(self) -> Genotype:
        """The next architecture to try; several may be asked for before the first is told."""
        ...

    def tell(self, genotype: Genotype, loss: float) -> None:
        """What came of it; a loss that is not a number, or infinite, counts as worse than every other."""
        ...

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state: Mapping[str, Any]) -> None: ...


class Differentiable(Protocol):
    """How operation weights come from logits: dict edge -> float[k], one entry for each edge that offers a choice."""

    @property
    def name(self) -> str: ...

    @property
    def learns(self) -> bool:
        """False where the logits are never changed (uniform weights)."""
        ...

    def sample(self, logits: "dict[str, Tensor]", step: int, steps: int, generator: "torch.Generator") -> "EdgeWeights":
        """Operation weights for one step out of `steps`, differentiable in the logits."""
        ...

    def regulariser(self, logits: "dict[str, Tensor]", step: int, steps: int) -> "Tensor":
        """float[], what is added to the architecture's loss."""
        ...

    def mean_weights(self, logits: "dict[str, Tensor]") -> "EdgeWeights":
        """The expectation of `sample`: what monitors show, argmax chooses from and perturbation starts at."""
        ...


_TRIES = 20
"""How often a strategy looks for something new in place of what came before; after that as often at random."""


class SeededBlackBox(ABC):
    """What every black box here shares: a space, a seed, no repeats while new ones are in reach, state with an owner.

    An evaluation is a function of the architecture and the search's seed, so asking twice would teach nothing.
    """

    name: ClassVar[str]

    def __init__(self, space: SearchSpace, seed: int) -> None:
        self.space = space
        self.seed = seed
        self.rng = np.random.default_rng(derived_seed(seed, self.name))
        self.asked = 0
        self._seen: dict[Genotype, None] = {}

    def ask(self) -> Genotype:
        """The next architecture to try; one that came before only where nothing new is found."""
        proposed = genotype = self._propose()
        for attempt in range(2 * _TRIES):
            if genotype not in self._seen:
                break
            genotype = self._instead_of(proposed) if attempt < _TRIES else self.space.random(self.rng)
        self.asked += 1
        self._seen[genotype] = None
        return genotype

    @abstractmethod
    def _propose(self) -> Genotype:
        """What this strategy wants to try next."""

    def _instead_of(self, repeated: Genotype) -> Genotype:
        """What it wants instead of an architecture that it has seen."""
        return self._propose()

    def tell(self, genotype: Genotype, loss: float) -> None:
        """Raises `ModelError` when the architecture is not of this space."""
        self.space.validate(genotype)
        self._seen[genotype] = None
        self._learn(genotype, loss if math.isfinite(loss) else math.inf)

    def _learn(self, genotype: Genotype, loss: float) -> None:  # noqa: B027 - random search has nothing to learn
        """Take in one result; loss is finite or +inf."""

    def state_dict(self) -> dict[str, Any]:
        """Plain JSON; a strategy that takes it goes on exactly as this one would."""
        owner = {"strategy": self.name, "space": self.space.content_hash, "seed": self.seed}
        seen = [genotype.to_json() for genotype in self._seen]
        return {**owner, "asked": self.asked, "seen": seen, "rng": self.rng.bit_generator.state, **self._state()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Raises `StrategyError` for another strategy's state or that of another space."""
        require_owner(state, self.name, self.space)
        self.seed = int(state["seed"])
        self.asked = int(state["asked"])
        self._seen = {Genotype.from_json(choices): None for choices in state["seen"]}
        self.rng.bit_generator.state = state["rng"]
        self._restore(state)

    def _state(self) -> dict[str, Any]:
        return {}

    def _restore(self, state: Mapping[str, Any]) -> None:  # noqa: B027 - nor to restore
        pass


def require_owner(state: Mapping[str, Any], name: str, space: SearchSpace) -> None:
    """Raises `StrategyError` unless `state` was saved by the strategy `name` in `space`."""
    if state.get("strategy") != name:
        raise StrategyError(
            f"this state was saved by the strategy {state.get('strategy')}, not by {name}",
            remedy="Resume with the method the search was started with.",
        )
    if state.get("space") != space.content_hash:
        raise StrategyError(
            f"this state of {name} belongs to another search space than {space.name}",
            remedy="Resume with the search space the search was started with.",
        )


def derived_seed(seed: int, *parts: str | int) -> int:
    """A seed (63 bits) for one purpose, independent of the seeds of all others."""
    text = "/".join(str(part) for part in (seed, *parts))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def result_to_json(genotype: Genotype, loss: float) -> list[Any]:
    """[choices, loss], the loss None where it is infinite: JSON has no infinity."""
    return [genotype.to_json(), loss if math.isfinite(loss) else None]


def result_from_json(data: list[Any]) -> tuple[Genotype, float]:
    """The opposite of `result_to_json`."""
    return Genotype.from_json(data[0]), math.inf if data[1] is None else float(data[1])
