"""Every search method by its name: either a black box, or a way to draw operation weights and one to choose from them.

Importing this module needs neither torch nor optuna: menus and the command line list methods without them.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from lineament.models.architecture.space import SearchSpace
from lineament.search.strategies.base import BlackBox, SeededBlackBox
from lineament.search.strategies.errors import StrategyError
from lineament.search.strategies.evolution import Evolution
from lineament.search.strategies.local import LocalSearch
from lineament.search.strategies.random_search import RandomSearch
from lineament.search.strategies.tpe import TreeParzen

if TYPE_CHECKING:
    from lineament.search.strategies.base import Differentiable

Selection = Literal["argmax", "perturbation"]


@dataclass(frozen=True)
class Method:
    """relaxation, selection: the parts of a differentiable method; both None for a black box."""

    name: str
    summary: str
    relaxation: str | None = None
    selection: Selection | None = None

    @property
    def differentiable(self) -> bool:
        return self.relaxation is not None


METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method("drnas_pt", "Dirichlet-drawn operation weights, chosen by perturbation", "drnas", "perturbation"),
        Method("uniform_pt", "even operation weights, chosen by perturbation", "uniform", "perturbation"),
        Method("darts", "softmax operation weights, chosen by the largest", "darts", "argmax"),
        Method("gdas", "one drawn operation an edge and step, chosen by the largest weight", "gdas", "argmax"),
        Method("beta_darts", "softmax operation weights held small, chosen by the largest", "beta_darts", "argmax"),
        Method("random", "architectures drawn evenly"),
        Method("evolution", "regularised evolution"),
        Method("tpe", "tree-structured Parzen estimators (Optuna)"),
        Method("local", "hill climbing with restarts"),
    )
}
"""In the order in which they are listed to a person; the first is the default."""

DEFAULT_METHOD = "drnas_pt"

_BLACK_BOXES: dict[str, type[SeededBlackBox]] = {
    strategy.name: strategy for strategy in (RandomSearch, Evolution, TreeParzen, LocalSearch)
}


def method_named(name: str) -> Method:
    """Raises `StrategyError`, which lists the names, for one that is not there."""
    return METHODS[_known(name, METHODS, "search method")]


def black_box(name: str, space: SearchSpace, seed: int, **settings: Any) -> BlackBox:
    """A fresh black-box strategy; `settings` go to its constructor. Raises `StrategyError` for an unknown name."""
    return _BLACK_BOXES[_known(name, _BLACK_BOXES, "black-box search method")](space, seed, **settings)


def differentiable(name: str, **settings: Any) -> "Differentiable":
    """The differentiable part of the method `name` (or that part's own name, as "drnas").

    Raises `StrategyError` for an unknown name.
    """
    from lineament.search.strategies.relaxations import RELAXATIONS

    if name in METHODS and METHODS[name].relaxation is not None:
        name = str(METHODS[name].relaxation)
    return RELAXATIONS[_known(name, RELAXATIONS, "differentiable search method")](**settings)


def _known(name: str, names: Any, what: str) -> str:
    if name not in names:
        raise StrategyError(f'there is no {what} "{name}"', remedy=f"Choose one of: {', '.join(names)}.")
    return name
